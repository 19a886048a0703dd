"""Moving: how people inside a version go over to another, and what that would do to them.

Nobody is moved in silence: a mapping says where those on each step go, and a preview who would be
left without a place, or would be told something a second time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mecene.journeys import graph as graphs
from mecene.journeys import steps
from mecene.journeys.advance import WrongJourney
from mecene.journeys.publishing import Published
from mecene.journeys.reasons import Reason
from mecene.journeys.steps import Told
from mecene.journeys.traveller import Decision, Traveller

OUT = None


class NoPlace(LookupError):
    """The mapping says nothing of the step a traveller stands at, or leads to no step."""


@dataclass(frozen=True)
class Row:
    """What a move would do to those who stand at one step.

    Attributes:
        people: How many stand there.
        to: Where they would go; None: out of the journey.
        placed: Whether the mapping says where, and it exists.
        again: Template → how many could be told it a second time from there on.
    """

    step: str
    people: int
    to: str | None
    placed: bool
    again: tuple[tuple[str, int], ...]


def suggested(old: Published, new: Published) -> dict[str, str | None]:
    """Return each step of the old version → the step of the same key and kind in the new one.

    A step that has none is absent: somebody must say.
    """
    return {key: key for key, step in old.steps.items() if type(new.steps.get(key)) is type(step)}


def preview(
    travellers: Iterable[Traveller],
    *,
    old: Published,
    new: Published,
    mapping: Mapping[str, str | None],
) -> tuple[Row, ...]:
    """Return, step by step of the old version, what the move would do; steps with nobody aside."""
    inside = [each for each in travellers if each.step is not None]
    people = Counter(each.step for each in inside)
    rows = []
    for step in old.steps:
        if not people[step]:
            continue
        to = mapping.get(step)
        placed = step in mapping and (to is None or to in new.steps)
        ahead = _templates_from(new, to) if placed else frozenset()
        told = Counter(
            template
            for each in inside
            if each.step == step
            for template in _told(each, old) & ahead
        )
        rows.append(Row(step, people[step], to, placed, tuple(sorted(told.items()))))
    return tuple(rows)


def move(
    of: Traveller, *, new: Published, mapping: Mapping[str, str | None], now: datetime
) -> Decision:
    """Return a traveller in the new version; nothing changes for those who are out.

    Who goes to the step of the same name keeps the day they came to it, and a wait is worked out
    anew from then; who goes to another comes to it now.

    Raises:
        WrongJourney: the new version is another journey's.
        NoPlace: the mapping does not say where, or leads nowhere.
    """
    if of.journey != new.graph.code:
        raise WrongJourney(f"journeys: {of.journey} cannot be moved to {new.graph.code}")
    if of.step is None:
        return Decision(of)
    to = mapping.get(of.step)
    if of.step not in mapping or (to is not None and to not in new.steps):
        raise NoPlace(
            f"journeys: {of.journey}: the mapping to version {new.version} says no step for "
            f"those at {of.step!r}; give one, or None to take them out"
        )
    at = now.astimezone(UTC)
    arrived = of.arrived_at if to == of.step else at
    moved = replace(
        of, version=new.version, step=to, arrived_at=arrived,
        due_at=None if to is None else arrived, outcome="stopped" if to is None else None,
    )  # fmt: skip
    found = (("from_version", of.version), ("to_version", new.version))
    return Decision(moved, trace=(Reason("moved", at, to or of.step, found),))


def _told(of: Traveller, published: Published) -> frozenset[str]:
    """Return the templates a traveller was told already."""
    done = (published.steps.get(key) for key, _ in of.visits)
    return frozenset(step.template for step in done if isinstance(step, Told))


def _templates_from(published: Published, start: str | None) -> frozenset[str]:
    if start is None:
        return frozenset()
    reached = graphs.reachable(replace(published.graph, start=start))
    ahead = (published.steps[key] for key in reached)
    return frozenset(step.template for step in ahead if isinstance(step, steps.Told))
