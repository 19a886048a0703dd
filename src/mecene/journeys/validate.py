"""Validate: what is wrong with a journey as drawn, before anybody enters it?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mecene import facts
from mecene.conditions.mistake import InvalidCondition
from mecene.journeys import graph as graphs
from mecene.journeys import judged, steps, thanking, triggers_checked, vocabulary
from mecene.journeys.graph import Graph
from mecene.journeys.problems import Problem, problem
from mecene.journeys.steps import (
    PREFERRED,
    Branch,
    Call,
    Letter,
    Message,
    Rule,
    Split,
    StartJourney,
    Step,
    Wait,
    WaitFor,
    WaitUntil,
)
from mecene.journeys.triggers_checked import nearest
from mecene.journeys.vocabulary import Vocabulary
from mecene.law.consent import CHANNELS
from mecene.pressure.rules import KINDS

LONGEST_DAYS = 730
MOST_DAYS = 3_660
HEAVIEST = 1_000_000
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Places:
    """What a journey may lead to; None: taken on trust.

    Attributes:
        templates: Template → the channels it has a text for.
        segments: Codes.
        journeys: Codes.
    """

    templates: Mapping[str, frozenset[str]] | None = None
    segments: frozenset[str] | None = None
    journeys: frozenset[str] | None = field(default=None)


def problems(
    graph: Graph, *, words: Vocabulary | None = None, places: Places | None = None
) -> tuple[Problem, ...]:
    """Return what is wrong with a graph, those of one place together; nothing: it may be published.

    Args:
        graph: As drawn.
        words: What its conditions may say; ``vocabulary.usual()`` by default.
        places: What there is to lead to.
    """
    known, there = words or vocabulary.usual(), places or Places()
    found = [
        *_whole(graph),
        *triggers_checked.problems(graph, words=known, segments=there.segments),
        *_rules(graph, known),
        *(wrong for step in graph.steps for wrong in _step(step, graph, known, there)),
        *thanking.problems(graph),
        *_experiments(graph),
        *judged.problems(graph),
        *_ways(graph),
        *_conditions(graph, known),
    ]
    return tuple(dict.fromkeys(found))


def together(drawn: Iterable[Graph]) -> tuple[Problem, ...]:
    """Return what is wrong with journeys beside one another: those that start each other in a ring.

    ``problems`` says what is wrong with each.
    """
    ahead = {
        graph.code: {step.journey for step in graph.steps if isinstance(step, StartJourney)}
        for graph in drawn
    }
    ring = _ring(ahead)
    return (problem("ring", ring[0], round=" → ".join((*ring, ring[0]))),) if ring else ()


def _whole(graph: Graph) -> Iterator[Problem]:
    if not _KEY.fullmatch(graph.code):
        yield problem("bad_key", "code", key=graph.code)
    if not graph.triggers:
        yield problem("no_trigger", "triggers")
    if not graph.steps:
        yield problem("no_step", "steps")
    if graph.purpose not in facts.PURPOSES:
        yield problem(
            "unknown_purpose", "purpose", purpose=graph.purpose, known=_list(facts.PURPOSES)
        )
    if graph.reentry.allowed not in ("never", "after_leaving", "each_event"):
        known = "never, after_leaving, each_event"
        yield problem("unknown_change", "reentry", found=graph.reentry.allowed, known=known)
    if graph.reentry.allowed == "after_leaving" and graph.reentry.after_days < 1:
        yield problem("reentry_days", "reentry")
    yield from _within("after_days", graph.reentry.after_days, 0, MOST_DAYS, "reentry")
    for key, times in Counter(step.key for step in graph.steps).items():
        if times > 1:
            yield problem("same_key", f"steps.{key}", key=key)
    for key, times in Counter(rule.key for rule in (*graph.exits, *graph.goals)).items():
        if times > 1:
            yield problem("same_rule", f"exits.{key}", key=key)
    asks = [step for step in graph.steps
            if isinstance(step, Message | Letter | Call) and step.kind == "ask"]  # fmt: skip
    if asks and not graph.goals:
        yield problem("no_goal", f"steps.{asks[0].key}")


def _rules(graph: Graph, words: Vocabulary) -> Iterator[Problem]:
    for word, rules in (("exits", graph.exits), ("goals", graph.goals)):
        for rule in rules:
            yield from _rule(rule, f"{word}.{rule.key}", words)


def _rule(rule: Rule, place: str, words: Vocabulary) -> Iterator[Problem]:
    if not _KEY.fullmatch(rule.key):
        yield problem("bad_key", place, key=rule.key)
    if rule.event is None and rule.when is None:
        yield problem("empty_rule", place, key=rule.key)
    yield from _event(rule.event, place, words)


def _step(step: Step, graph: Graph, words: Vocabulary, there: Places) -> Iterator[Problem]:
    place = f"steps.{step.key}"
    if not _KEY.fullmatch(step.key):
        yield problem("bad_key", place, key=step.key)
    match step:
        case Wait(duration=duration):
            yield from _duration(duration, place)
        case WaitFor(timeout=timeout):
            yield from _duration(timeout, place)
            yield from _event(step.event, place, words)
        case WaitUntil(weekdays=weekdays):
            for day in weekdays:
                if not 1 <= day <= 7:
                    yield problem("weekday", place, found=day)
        case Branch(paths=paths):
            if not paths:
                yield problem("no_path", place)
        case Split():
            yield from _split(step, place)
        case Message() | Letter() | Call():
            yield from _told(step, graph, place, there)
        case StartJourney(journey=journey):
            if journey == graph.code:
                yield problem("itself", place)
            elif there.journeys is not None and journey not in there.journeys:
                yield problem("unknown_journey", place, journey=journey)


def _duration(duration: steps.Duration, place: str) -> Iterator[Problem]:
    if min(duration.days, duration.hours, duration.minutes) < 0:
        yield problem("negative_wait", place)
    elif duration.is_nothing:
        yield problem("no_wait", place)
    elif duration.days * 1440 + duration.hours * 60 + duration.minutes > LONGEST_DAYS * 1440:
        yield problem("long_wait", place, limit=LONGEST_DAYS)


def _within(what: str, found: int, low: int, high: int, place: str) -> Iterator[Problem]:
    if not low <= found <= high:
        # A number of a thousand digits is not written out.
        shown = found if abs(found) < 10**12 else "…"
        yield problem("out_of_range", place, what=what, found=shown, low=low, high=high)


def _event(event: str | None, place: str, words: Vocabulary) -> Iterator[Problem]:
    if event is not None and event not in words.events:
        yield nearest("unknown_event", place, event, words.events, event=event)


def _split(step: Split, place: str) -> Iterator[Problem]:
    if len(step.arms) < 2:
        yield problem("few_arms", place)
    for name, times in Counter(arm.name for arm in step.arms).items():
        if times > 1:
            yield problem("same_arm", place, arm=name)
    for arm in step.arms:
        there = f"{place}.arms.{arm.name}"
        if arm.weight < 1:
            yield problem("weight", there, arm=arm.name, weight=arm.weight)
        yield from _within("weight", arm.weight, 1, HEAVIEST, there)


def _experiments(graph: Graph) -> Iterator[Problem]:
    """Yield the splits of one experiment whose arms are not those of its first split."""
    arms: dict[str, frozenset[str]] = {}
    for step in graph.steps:
        if isinstance(step, Split) and step.experiment is not None:
            names = frozenset(arm.name for arm in step.arms)
            if arms.setdefault(step.experiment, names) != names:
                yield problem("other_arms", f"steps.{step.key}", experiment=step.experiment)


def _told(
    step: Message | Letter | Call, graph: Graph, place: str, there: Places
) -> Iterator[Problem]:
    if step.kind not in KINDS:
        yield problem("unknown_kind", place, kind=step.kind, known=_list(KINDS))
    purpose = step.purpose or graph.purpose
    if purpose not in facts.PURPOSES:
        yield problem("unknown_purpose", place, purpose=purpose, known=_list(facts.PURPOSES))
    if purpose == "transactional" and step.kind == "ask":
        yield problem("service_ask", place)
    if step.expires_days < 1:
        yield problem("expires", place, days=step.expires_days)
    yield from _within("expires_days", step.expires_days, 1, LONGEST_DAYS, place)
    channels = (PREFERRED, *CHANNELS)
    channel = {Letter: "post", Call: "phone"}.get(type(step)) or getattr(step, "channel", "")
    if channel not in channels:
        yield problem("unknown_channel", place, channel=channel, known=_list(channels))
    if there.templates is None:
        return
    if step.template not in there.templates:
        yield nearest(
            "unknown_template", place, step.template, there.templates, template=step.template
        )
    elif channel != PREFERRED and channel not in there.templates[step.template]:
        yield problem("channel_text", place, template=step.template, channel=channel)


def _ways(graph: Graph) -> Iterator[Problem]:
    keys = {step.key for step in graph.steps}
    if graph.steps and graph.start not in keys:
        yield problem("unknown_start", "start", to=graph.start, known=_list(sorted(keys)))
        return
    for step in graph.steps:
        for way, to in steps.ways(step):
            if to is not None and to not in keys:
                yield problem("unknown_step", f"steps.{step.key}", way=way, to=to)
    reached = graphs.reachable(graph)
    for step in graph.steps:
        if step.key not in reached:
            yield problem("unreachable", f"steps.{step.key}")
    for ring in _rounds(graph):
        shown = " → ".join((*ring, ring[0]))
        yield problem("endless", f"steps.{ring[0]}", round=shown)


def _rounds(graph: Graph) -> Iterator[tuple[str, ...]]:
    """Yield a round without a wait; an hour of the clock is none, for it may be that hour."""
    ahead = {
        step.key: set()
        if isinstance(step, Wait | WaitFor)
        else {to for _, to in steps.ways(step) if to is not None}
        for step in graph.steps
    }
    ring = _ring(ahead)
    if ring:
        yield ring


def _ring(ahead: dict[str, set[str]]) -> tuple[str, ...]:
    """Return a round among what leads to what; empty where there is none."""
    left = dict(ahead)
    # Whatever leads nowhere is taken away, again and again; what stays goes round.
    while over := [key for key, to in left.items() if not to & left.keys()]:
        for key in over:
            del left[key]
    trail: list[str] = []
    here = next(iter(left), None)
    while here is not None and here not in trail:
        trail.append(here)
        here = min(left[here] & left.keys())
    return tuple(trail[trail.index(here) :]) if here is not None else ()


def _conditions(graph: Graph, words: Vocabulary) -> Iterator[Problem]:
    for asked in graphs.conditions(graph):
        try:
            words.compile(asked.text)
        except InvalidCondition as wrong:
            yield Problem(
                "condition", asked.place, (("why", wrong.message(lang="en")),),
                french=(("why", wrong.message(lang="fr")),),
            )  # fmt: skip


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
