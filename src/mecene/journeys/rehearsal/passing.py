"""Passing: by which steps did donors go in a rehearsal, and by which way did they leave each?"""

from collections import Counter
from collections.abc import Iterable, Mapping

from mecene.journeys.publishing import Published
from mecene.journeys.reasons import Reason
from mecene.journeys.steps import Branch
from mecene.journeys.traveller import Traveller

# The way of who stands at a step still.
STANDS = ""
# Of a trace: by which way a step was left; those of a branch and a draw are named by what is found.
_WAYS = {
    "acted": "next", "waited": "next", "came": "next", "timed_out": "otherwise",
    "otherwise": "otherwise", "goal": "goal", "exit": "exit", "deceased": "deceased",
}  # fmt: skip


def left(published: Published, trace: Iterable[Reason]) -> Counter[tuple[str, str]]:
    """Return (step, way) → how often it was taken, from the reasons of ``advance``.

    A way is one of ``steps.ways``, or ``goal``, ``exit`` or ``deceased`` where the journey ended.
    """
    found: Counter[tuple[str, str]] = Counter()
    for reason in trace:
        way = _way(published, reason)
        if way and reason.step:
            found[reason.step, way] += 1
    return found


def standing(travellers: Iterable[Traveller]) -> Counter[tuple[str, str, str]]:
    """Return (journey, step, ``STANDS``) → how many stand there still."""
    return Counter((one.journey, one.step, STANDS) for one in travellers if one.step is not None)


def came(passed: Mapping[tuple[str, str, str], int], *, journey: str) -> dict[str, int]:
    """Return step of a journey → how often it was come to: whoever left it, or stands there."""
    found: Counter[str] = Counter()
    for (code, step, _), count in passed.items():
        if code == journey:
            found[step] += count
    return dict(found)


def _way(published: Published, reason: Reason) -> str:
    told = dict(reason.found)
    if reason.code == "drawn":
        return f"arms.{told['arm']}"
    if reason.code == "branched":
        step = published.steps.get(reason.step or "")
        paths = step.paths if isinstance(step, Branch) else ()
        # Of two paths that ask the same, the first is taken.
        numbers = [n for n, path in enumerate(paths, start=1) if path.when == told["condition"]]
        return f"paths.{numbers[0]}" if numbers else ""
    return _WAYS.get(reason.code, "")
