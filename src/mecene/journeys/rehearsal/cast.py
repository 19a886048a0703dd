"""Cast: who takes part in a rehearsal, what is known of them day by day, and what it gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mecene.conditions.holding import Cell
from mecene.journeys.traveller import Event
from mecene.law.consent import Statement
from mecene.pressure.verdict import Happened, Sent
from mecene.pressure.zones import Zone


@dataclass(frozen=True)
class Person:
    """A donor as a rehearsal meets them.

    Attributes:
        channels: By which they can be reached, the preferred one first.
        said: Their words on what they may be sent.
        told: What they were really told in the past, and before.
        happened: What happened to them before the rehearsal begins.
    """

    donor_id: int
    household_id: int | None = None
    zone: Zone = field(default_factory=Zone)
    channels: tuple[str, ...] = ("email",)
    country: str | None = None
    deceased_on: date | None = None
    said: tuple[Statement, ...] = ()
    told: tuple[Sent, ...] = ()
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True)
class Day:
    """What is known on a day: donor → column → value, and donor → codes of segments."""

    values: Mapping[int, Mapping[str, Cell]]
    segments: Mapping[int, frozenset[str]]


KnownOn = Callable[[date], Day]
# Day → donor → the hour at which they act, where that morning knew it (``mecene.channels``).
HoursOn = Callable[[date], Mapping[int, int]]


def no_hours(_day: date) -> Mapping[int, int]:
    """Return nobody's own hour: messages leave as they are decided."""
    return {}


@dataclass(frozen=True)
class Entry:
    """One coming of a donor to a journey; ``left_at`` None: still inside at the end."""

    journey: str
    donor_id: int
    entry: int
    event_ref: str
    entered_at: datetime
    left_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class Telling:
    """What became of one message, letter or call.

    Attributes:
        channel: None where the donor can be reached by none that fits.
        outcome: ``sent``; ``late``: sent, after a rule had held it back; ``expired``: held back
            until it was too late; ``refused``: never allowed; ``waiting``: held back at the end.
        why: The rule that first held it back or refused it; empty when none did.
    """

    key: str
    journey: str
    step: str
    template: str
    donor_id: int
    kind: str
    channel: str | None
    decided_at: datetime
    settled_at: datetime
    outcome: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """All that a rehearsal gives, sorted by moment, then by key.

    Attributes:
        refusals: (journey, code of ``words.toml``'s ``refusal``) → how often.
        keys: Key of every effect that is no telling (tags, webhooks …).
        passed: (journey, step, way) → how often it was left so (``passing``); way empty: they
            stand there at the end.
    """

    entries: tuple[Entry, ...]
    tellings: tuple[Telling, ...]
    refusals: Mapping[tuple[str, str], int]
    keys: tuple[str, ...]
    passed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


Events = Mapping[int, tuple[Event, ...]]
