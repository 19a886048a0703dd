"""Graph: a journey as it was drawn: what starts it, its steps, what ends it, who may come."""

from collections.abc import Iterator
from dataclasses import dataclass

from mecene.journeys import steps
from mecene.journeys.starting import (
    OnEvent,
    Trigger,
)
from mecene.journeys.steps import (
    Branch,
    Judged,
    Reentry,
    Rule,
    Step,
    WaitFor,
)
from mecene.words import Bilingual

_ONCE = Reentry()


@dataclass(frozen=True)
class Graph:
    """A journey as it was drawn.

    Attributes:
        code: What other journeys and the effects' keys call it.
        purpose: What its messages are for, of ``facts.PURPOSES``, unless a step says otherwise.
        start: Key of the first step.
        audience: Condition that holds of whoever enters.
        exits: Rules that make a donor leave, looked at before the goals and each step.
        goals: Rules that end the journey with success.
        held_out: Whether the households of the global hold-out stay out of it; a journey of
            ``transactional`` messages never has any.
        judged: By what those who enter are compared with those held out; None: what is usual.
    """

    code: str
    name: Bilingual
    purpose: str
    triggers: tuple[Trigger, ...]
    start: str
    steps: tuple[Step, ...]
    about: Bilingual | None = None
    audience: str | None = None
    exits: tuple[Rule, ...] = ()
    goals: tuple[Rule, ...] = ()
    reentry: Reentry = _ONCE
    held_out: bool = True
    judged: Judged | None = None


@dataclass(frozen=True)
class Asked:
    """A condition of a graph, and the place it stands at (``steps.soft_ask.paths.1``).

    ``of_event``: whether it is asked of an event that comes, rather than of the one that started.
    """

    text: str
    place: str
    of_event: bool = False


def conditions(graph: Graph) -> Iterator[Asked]:
    """Yield every condition of a graph, in its order."""
    for number, trigger in enumerate(graph.triggers, start=1):
        if isinstance(trigger, OnEvent) and trigger.where is not None:
            yield Asked(trigger.where, f"triggers.{number}", of_event=True)
    if graph.audience is not None:
        yield Asked(graph.audience, "audience")
    for word, rules in (("exits", graph.exits), ("goals", graph.goals)):
        for rule in rules:
            if rule.when is not None:
                yield Asked(rule.when, f"{word}.{rule.key}", of_event=rule.event is not None)
    for step in graph.steps:
        if isinstance(step, WaitFor) and step.where is not None:
            yield Asked(step.where, f"steps.{step.key}", of_event=True)
        if isinstance(step, Branch):
            for number, path in enumerate(step.paths, start=1):
                yield Asked(path.when, f"steps.{step.key}.paths.{number}")


def awaited(graph: Graph) -> frozenset[str]:
    """Return the kinds of events that may move somebody on the way, or make them leave."""
    rules = (rule.event for rule in (*graph.exits, *graph.goals) if rule.event is not None)
    waits = (step.event for step in graph.steps if isinstance(step, WaitFor))
    return frozenset((*rules, *waits))


def reachable(graph: Graph) -> frozenset[str]:
    """Return the keys of the steps that somebody may come to."""
    by_key = {step.key: step for step in graph.steps}
    found: set[str] = set()
    ahead = [graph.start]
    while ahead:
        key = ahead.pop()
        if key in found or key not in by_key:
            continue
        found.add(key)
        ahead += [to for _, to in steps.ways(by_key[key]) if to is not None]
    return frozenset(found)
