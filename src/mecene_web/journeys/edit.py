"""Edit: steps are added, moved, copied and taken away in a drawing, its lines kept whole.

A drawing is what ``mecene.journeys.writing`` reads: tables, lists and values. Each function returns
another drawing; what it says is checked elsewhere (``publish.problems``).
"""

import copy
import string
from collections.abc import Iterator, Mapping
from typing import Any

Drawn = dict[str, Any]
Step = dict[str, Any]
START = "start"
MOST_STEPS = 200
MOST_WAYS = 20
_ROWS = {"branch": "paths", "split": "arms"}
# What a new step of a kind says to begin with.
NEW: dict[str, dict[str, Any]] = {
    "wait": {"duration": {"days": 1}},
    "wait_until": {"at": "10:00"},
    "wait_for": {"event": "click", "timeout": {"days": 7}},
    "branch": {"paths": [{"when": "gifts >= 1"}]},
    "split": {"arms": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]},
    "message": {"template": "", "kind": "news"},
    "letter": {"template": "", "kind": "news", "batch": "letters"},
    "call": {"template": "", "kind": "news"},
    "set_attribute": {"name": "", "value": ""},
    "add_tag": {"tag": ""},
    "webhook": {"endpoint": ""},
    "start_journey": {"journey": ""},
}
# What a new trigger of a kind says to begin with.
TRIGGERS: dict[str, dict[str, Any]] = {
    "event": {"event": "gift_received"},
    "segment": {"segment": ""},
    "date": {"month": 12, "day": 1},
    "anniversary": {"of": "birth_date"},
    "crossing": {"column": "gifts", "threshold": 2.0},
    "failed_debit": {"classes": ["soft"]},
    "command": {},
}


class NoSuchStep(LookupError):
    """The drawing has no such step, or the step no such way out."""


class TooManySteps(ValueError):
    """A journey has at most ``MOST_STEPS`` steps."""


def add(drawn: Mapping[str, Any], kind: str, *, after: str, way: str = "next") -> tuple[Drawn, str]:
    """Return a drawing with a new step on a way out of another, and its key.

    Args:
        drawn: The drawing.
        kind: Of ``NEW``.
        after: Key of the step it comes after; ``START``: it comes first.
        way: Which way out of that step leads to it.

    Raises:
        NoSuchStep: there is no such place, or no such kind.
        TooManySteps: there are enough of them.
    """
    if kind not in NEW:
        raise NoSuchStep(kind)
    made = copied(drawn)
    if len(made["steps"]) >= MOST_STEPS:
        raise TooManySteps(str(MOST_STEPS))
    key = _fresh(made, kind)
    made["steps"].append({"do": kind, "key": key, **copy.deepcopy(NEW[kind])})
    _insert(made, key, after, way)
    return made, key


def remove(drawn: Mapping[str, Any], key: str) -> Drawn:
    """Return a drawing without a step: whatever led to it leads where it led.

    Raises:
        NoSuchStep: there is none of this key.
    """
    made = copied(drawn)
    _bypass(made, key)
    made["steps"] = [one for one in made["steps"] if one["key"] != key]
    return made


def duplicate(drawn: Mapping[str, Any], key: str) -> tuple[Drawn, str]:
    """Return a drawing with a copy of a step right after it, and the copy's key.

    Raises:
        NoSuchStep: there is none of this key.
        TooManySteps: there are enough of them.
    """
    made = copied(drawn)
    if len(made["steps"]) >= MOST_STEPS:
        raise TooManySteps(str(MOST_STEPS))
    one = step(made, key)
    twin = copy.deepcopy(one) | {"key": _fresh(made, key.rstrip("0123456789").rstrip("_"))}
    for way, _ in list(ways(twin)):
        _lead(twin, way, None)
    made["steps"].append(twin)
    _insert(made, twin["key"], key, main(one))
    return made, twin["key"]


def move(drawn: Mapping[str, Any], key: str, *, after: str, way: str = "next") -> Drawn:
    """Return a drawing in which a step comes after another, by one of its ways.

    What led to it leads where it led. A step is not moved after itself.

    Raises:
        NoSuchStep: there is no such step, or no such way out.
    """
    made = copied(drawn)
    step(made, key)
    if after == key:
        return made
    _bypass(made, key)
    _insert(made, key, after, way)
    return made


def up(drawn: Mapping[str, Any], key: str) -> Drawn:
    """Return a drawing in which a step comes before the one that led to it; the first stays.

    Raises:
        NoSuchStep: there is none of this key.
    """
    made = copied(drawn)
    before = next(iter(leading(made, key)), None)
    if before is None or before[0] == START:
        return made
    further = next(iter(leading(made, before[0])), None)
    return move(made, key, after=further[0], way=further[1]) if further else made


def down(drawn: Mapping[str, Any], key: str) -> Drawn:
    """Return a drawing in which a step comes after the one it led to; the last stays."""
    one = step(drawn, key)
    to = dict(ways(one)).get(main(one))
    return up(drawn, to) if to else copied(drawn)


def rename(drawn: Mapping[str, Any], key: str, new: str) -> Drawn:
    """Return a drawing in which a step has another key, wherever it is named."""
    made = copied(drawn)
    for one in made["steps"]:
        for way, to in list(ways(one)):
            if to == key:
                _lead(one, way, new)
    if made.get(START) == key:
        made[START] = new
    step(made, key)["key"] = new
    return made


def replaced(drawn: Mapping[str, Any], key: str, said: Mapping[str, Any]) -> Drawn:
    """Return a drawing in which a step says otherwise; its kind and key stay."""
    made = copied(drawn)
    held = step(made, key)
    fresh = {"do": held["do"], "key": key, **said}
    made["steps"] = [fresh if one["key"] == key else one for one in made["steps"]]
    return made


def widened(drawn: Mapping[str, Any], key: str) -> Drawn:
    """Return a drawing in which a step has a way more: one of a choice, or an arm of a draw.

    Raises:
        NoSuchStep: there is none of this key, or its ways are not counted.
        TooManySteps: it has ``MOST_WAYS`` already.
    """
    made = copied(drawn)
    one = step(made, key)
    family = _ROWS.get(one["do"])
    if family is None:
        raise NoSuchStep(key)
    if len(one[family]) >= MOST_WAYS:
        raise TooManySteps(str(MOST_WAYS))
    taken = {row.get("name") for row in one[family]}
    name = next(letter for letter in string.ascii_lowercase if letter not in taken)
    fresh = {"paths": {"when": "gifts >= 1"}, "arms": {"name": name, "weight": 1}}
    one[family].append(fresh[family])
    return made


def narrowed(drawn: Mapping[str, Any], key: str, number: int) -> Drawn:
    """Return a drawing in which a step has lost a way; what stood on it stays, and nobody comes.

    Raises:
        NoSuchStep: there is no such step, no such way, or it is the only one.
    """
    made = copied(drawn)
    one = step(made, key)
    rows = one.get(_ROWS.get(one["do"], ""), [])
    if not 1 <= number <= len(rows) or len(rows) < 2:
        raise NoSuchStep(f"{key} {number}")
    del rows[number - 1]
    return made


def step(drawn: Mapping[str, Any], key: str) -> Step:
    """Return a step.

    Raises:
        NoSuchStep: there is none of this key.
    """
    for one in drawn["steps"]:
        if one["key"] == key:
            return dict(one) if not isinstance(one, dict) else one
    raise NoSuchStep(key)


def keys(drawn: Mapping[str, Any]) -> set[str]:
    """Return the keys of the steps."""
    return {one["key"] for one in drawn["steps"]}


def ways(one: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield (way, key of the step it leads to) of every way out of a step."""
    match one["do"]:
        case "wait_for":
            yield "next", one.get("next")
            yield "otherwise", one.get("otherwise")
        case "branch":
            for number, path in enumerate(one["paths"], start=1):
                yield f"paths.{number}", path.get("next")
            yield "otherwise", one.get("otherwise")
        case "split":
            for number, arm in enumerate(one["arms"], start=1):
                yield f"arms.{number}", arm.get("next")
        case _:
            yield "next", one.get("next")


def main(one: Mapping[str, Any]) -> str:
    """Return the way by which a step goes on as a rule."""
    return "otherwise" if one["do"] == "branch" else next(ways(one), ("next", None))[0]


def leading(drawn: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    """Yield (step, way) of all that leads to a step; ``START`` has the way ``next``."""
    if drawn.get(START) == key:
        yield START, "next"
    for one in drawn["steps"]:
        for way, to in ways(one):
            if to == key:
                yield one["key"], way


def _insert(made: Drawn, key: str, after: str, way: str) -> None:
    one = step(made, key)
    if after == START:
        led, made[START] = made.get(START), key
    else:
        before = step(made, after)
        told = dict(ways(before))
        if way not in told:
            raise NoSuchStep(f"{after}.{way}")
        led = told[way]
        _lead(before, way, key)
    _lead(one, main(one), None if led == key else led)


def _bypass(made: Drawn, key: str) -> None:
    one = step(made, key)
    to = dict(ways(one)).get(main(one))
    to = None if to == key else to
    for before, way in list(leading(made, key)):
        if before == START:
            made[START] = to or next((each["key"] for each in made["steps"] if each is not one), "")
        elif before != key:
            _lead(step(made, before), way, to)


def _lead(one: Step, way: str, to: str | None) -> None:
    family, _, number = way.partition(".")
    place = one[family][int(number) - 1] if number else one
    name = "next" if number else family
    if to is None:
        place.pop(name, None)
    else:
        place[name] = to


def _fresh(made: Drawn, bare: str) -> str:
    taken = {one["key"] for one in made["steps"]}
    numbered = (f"{bare}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (bare, *numbered) if key not in taken)


def copied(drawn: Mapping[str, Any]) -> Drawn:
    """Return a drawing of its own, to be changed."""
    return copy.deepcopy(dict(drawn))
