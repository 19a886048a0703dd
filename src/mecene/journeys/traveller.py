"""Traveller: where a donor is in a journey, what is known of them, and what happens to them next.

Values only. A traveller is one coming of one donor to one version of one journey: whoever comes
again is another traveller, with the next ``entry``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mecene.conditions.holding import Cell
from mecene.journeys.reasons import Reason
from mecene.journeys.steps import Act

OUTCOMES = ("completed", "goal", "exit", "deceased", "stopped")


@dataclass(frozen=True)
class Event:
    """Something that happened to a donor, and what is known of it.

    Attributes:
        kind: ``gift_received``, ``click`` … (``vocabulary``).
        ref: What it is known by; the same event has the same reference for ever.
        at: When it happened, with a zone; midnight where only the day is known.
        learnt_at: When we learnt it; not before ``at`` but for clocks that disagree.
        values: ``event_*`` column → value; absent ones are unknown.
    """

    kind: str
    ref: str
    at: datetime
    learnt_at: datetime
    values: Mapping[str, Cell] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Traveller:
    """Where a donor is.

    Attributes:
        entry: How many times the donor has come to this journey, this one included; from 1.
        unit: Who is drawn in splits (``assignment.unit``), as they came.
        event: What started it.
        step: The step they are at; None once they are out.
        arrived_at: When they came to it.
        due_at: When to look at them again; None once they are out.
        visits: (step, times) of every act already done.
        arms: (experiment, arm) of every draw already made: it holds for ever.
        outcome: One of ``OUTCOMES`` once they are out, with the rule as ``goal:gave``.
    """

    journey: str
    version: int
    donor_id: int
    entry: int
    unit: str
    event: Event
    entered_at: datetime
    step: str | None
    arrived_at: datetime
    due_at: datetime | None
    visits: tuple[tuple[str, int], ...] = ()
    arms: tuple[tuple[str, str], ...] = ()
    outcome: str | None = None


@dataclass(frozen=True)
class Known:
    """What is known of a donor as they are looked at.

    Attributes:
        values: Column → value of what the graph's conditions read (``Published.columns``).
        events: Those learnt since the traveller arrived at their step, or at least those not shown
            before; shown twice, they change nothing.
        zone: IANA name of the donor's own clock.
        channels: By which the donor can be reached, of ``law.consent.CHANNELS``, the best first.
        deceased: Whether the donor has died: nothing more is done.
    """

    values: Mapping[str, Cell] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    zone: str = "Europe/Paris"
    channels: tuple[str, ...] = ("email",)
    deceased: bool = False


@dataclass(frozen=True)
class Effect:
    """Something to do, once: its key is that of no other.

    Attributes:
        key: Journey, version, donor and entry, step and which time the donor did it.
        act: The step that asks for it.
        channel: By which, for what is said to the donor; None otherwise.
        purpose: What consent is asked for; None otherwise.
        decided_at: When.
        expires_at: Not to be done any more from then on; None: never too late.
        arms: (experiment, arm) that led here.
        event_ref: What started the journey.
    """

    key: str
    act: Act
    channel: str | None
    purpose: str | None
    decided_at: datetime
    expires_at: datetime | None
    arms: tuple[tuple[str, str], ...]
    event_ref: str


@dataclass(frozen=True)
class Decision:
    """Where a donor goes, what is to be done, and why; to be saved together or not at all."""

    traveller: Traveller
    effects: tuple[Effect, ...] = ()
    trace: tuple[Reason, ...] = ()


def moved(of: Traveller, **changed: Any) -> Traveller:
    """Return a traveller with some fields changed."""
    # What dataclasses.replace does, in a tenth of the time: a third of a step went into it.
    new = object.__new__(Traveller)
    new.__dict__.update(of.__dict__, **changed)
    return new


def key(traveller: Traveller, *, step: str, occurrence: int) -> str:
    """Return the key of an effect: ``welcome/3/1042-1/thanks/1``; no other effect has it."""
    who = f"{traveller.donor_id}-{traveller.entry}"
    return f"{traveller.journey}/{traveller.version}/{who}/{step}/{occurrence}"
