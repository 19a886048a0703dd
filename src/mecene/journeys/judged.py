"""Judged: by what is it told, before anybody comes, whether a journey or a draw changed anything?

What decides, what is read beside it, over how many days, when one looks. What nobody chose follows
from what the journey is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mecene.experiments import measures
from mecene.journeys import graph as graphs
from mecene.journeys.problems import Problem, problem
from mecene.journeys.starting import OnFailedDebit
from mecene.journeys.steps import Judged, Split

LONGEST_DAYS = 400
MOST_BESIDE = 6
RULES = ("sequential", "fixed")
_NEWS = ("newsletter", "impact_report", "survey")
_GIVING = ("gave", "amount")
_DEBIT = Judged("debit_recovered", secondary=("still_recurring",))


@dataclass(frozen=True)
class Chosen:
    """By what something is judged, nothing left to what is usual.

    Attributes:
        primary: Name of the measure that decides.
        within_days: Counted over so many days after the draw.
        secondary: Names of those read beside it, declared too.
        rule: ``sequential`` (looked at every night) or ``fixed`` (once, at the end).
        effect: The smallest difference worth finding, in the measure's own unit.
    """

    primary: str
    within_days: int
    secondary: tuple[str, ...]
    rule: str
    effect: float


def of_journey(graph: graphs.Graph) -> Chosen:
    """Return by what a journey is compared with those held out of it."""
    return chosen(graph.judged or usual(graph))


def of_split(graph: graphs.Graph, split: Split) -> Chosen:
    """Return by what the arms of a draw are compared: its own, else the journey's, else usual.

    Two texts of news differ by who follows them, unless the journey aims at more than a gift.
    """
    of_news = graph.purpose in _NEWS and graph.judged and graph.judged.primary in _GIVING
    return chosen(split.judged or (None if of_news else graph.judged) or usual(graph, split=True))


def usual(graph: graphs.Graph, *, split: bool = False) -> Judged:
    """Return what suits a journey whose measure nobody chose; ``split``: one of its draws."""
    if any(isinstance(trigger, OnFailedDebit) for trigger in graph.triggers):
        return _DEBIT
    if not split:
        return Judged("amount", secondary=("gave",))
    if graph.purpose in _NEWS:
        return Judged("clicks", secondary=("gave",))
    return Judged("gave", secondary=("amount",))


def chosen(said: Judged) -> Chosen:
    """Return the same with what is usual filled in.

    Raises:
        KeyError: no measure is called so (``problems`` says it).
    """
    kind, _, days = measures.CHOICES[said.primary]
    return Chosen(
        said.primary, said.within_days or days,
        tuple(name for name in said.secondary if name != said.primary), said.rule,
        said.effect or measures.WORTH.get(said.primary, measures.WORTH[kind]),
    )  # fmt: skip


def without_amounts(said: Chosen) -> Chosen:
    """Return what is judged where amounts cannot be: by who gave."""
    rest = tuple(name for name in said.secondary
                 if name != "gave" and measures.CHOICES[name][0] != "amount")  # fmt: skip
    return replace(said, primary="gave", secondary=rest, effect=measures.WORTH["share"])


def has_amounts(said: Chosen) -> bool:
    """Return whether what decides is an amount, which needs a cap."""
    return measures.CHOICES[said.primary][0] == "amount"


def problems(graph: graphs.Graph) -> Iterator[Problem]:
    """Yield what is wrong with what a journey is judged by, and each of its draws."""
    if graph.judged is not None:
        yield from _of(graph.judged, "judged")
        names = {graph.judged.primary, *graph.judged.secondary}
        if _holds(graph) and names & measures.OF_A_MESSAGE:
            yield problem("judged_of_a_message", "judged")
    for step in graph.steps:
        if isinstance(step, Split) and step.judged is not None:
            yield from _of(step.judged, f"steps.{step.key}")


def _of(said: Judged, place: str) -> Iterator[Problem]:
    known = ", ".join(measures.CHOICES)
    for name in (said.primary, *said.secondary):
        if name not in measures.CHOICES:
            yield problem("judged_unknown", place, name=name, known=known)
    if len({said.primary, *said.secondary}) < 1 + len(said.secondary):
        yield problem("judged_twice", place)
    if len(said.secondary) > MOST_BESIDE:
        yield problem("judged_many", place, most=MOST_BESIDE)
    if said.within_days is not None and not 1 <= said.within_days <= LONGEST_DAYS:
        yield problem("judged_days", place, most=LONGEST_DAYS)
    if said.rule not in RULES:
        yield problem("unknown_change", place, found=said.rule, known=", ".join(RULES))
    if said.effect is not None and not said.effect > 0:
        yield problem("judged_effect", place)


def _holds(graph: graphs.Graph) -> bool:
    return graph.held_out and graph.purpose != "transactional"
