"""Entering: does an event start a journey for a donor, and if not, why not?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mecene.journeys import asking, assignment, waits
from mecene.journeys.assignment import HoldOut
from mecene.journeys.publishing import Published
from mecene.journeys.reasons import Reason
from mecene.journeys.starting import (
    OnAnniversary,
    OnCommand,
    OnCrossing,
    OnDate,
    OnEvent,
    OnFailedDebit,
    OnSegment,
    Trigger,
)
from mecene.journeys.traveller import Decision, Event, Known, Traveller
from mecene.segments import return_codes
from mecene.words import Lexicon

_LEXICON = Lexicon("mecene.journeys")


@dataclass(frozen=True)
class Visit:
    """One coming of the donor to the journey, whatever its version.

    Attributes:
        left_at: None while they are inside.
    """

    event_ref: str
    entered_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class Refusal:
    """Why a donor did not enter: ``code`` is a key of ``words.toml``'s ``refusal``."""

    code: str
    at: datetime
    found: tuple[tuple[str, str | int], ...] = ()

    def text(self, *, lang: str) -> str:
        """Return the reason as a sentence."""
        return _LEXICON.say(f"refusal.{self.code}", lang=lang, **dict(self.found))


def enter(
    published: Published,
    event: Event,
    *,
    donor_id: int,
    household_id: int | None,
    past: Sequence[Visit],
    known: Known,
    hold_out: HoldOut | None,
    now: datetime,
) -> Decision | Refusal:
    """Return the donor at the first step, due at once; or why they do not enter.

    Args:
        published: The version that people enter now.
        event: What happened; ``triggers`` makes events of days and commands.
        donor_id: Who.
        household_id: Their household, if one is known.
        past: Every time they came before.
        known: What is known of them.
        hold_out: The households that no journey solicits.
        now: With a zone.
    """
    graph = published.graph
    refused = _triggered(published, event, known)
    if refused is None and known.deceased:
        refused = ("deceased", ())
    refused = refused or _again(published, event, past, now)
    if refused is None and not asking.holds(
        published, graph.audience, values=known.values, event=event
    ):
        refused = ("audience", (("condition", graph.audience or ""),))
    unit = assignment.unit(donor_id=donor_id, household_id=household_id)
    # Last, so that who is held out is exactly who would have entered.
    if refused is None and hold_out is not None and is_held_out(published, hold_out, unit=unit):
        refused = ("held_out", (("experiment", hold_out.experiment),))
    if refused is not None:
        code, found = refused
        return Refusal(code, now, found)
    at = now.astimezone(UTC)
    arrived = Traveller(
        journey=graph.code, version=published.version, donor_id=donor_id, entry=len(past) + 1,
        unit=unit, event=event, entered_at=at, step=graph.start, arrived_at=at, due_at=at,
    )  # fmt: skip
    trigger = (("trigger", event.kind), ("ref", event.ref))
    return Decision(arrived, trace=(Reason("entered", at, graph.start, trigger),))


def is_held_out(published: Published, hold_out: HoldOut, *, unit: str) -> bool:
    """Return whether the hold-out keeps a household out of a journey; never of a service's."""
    graph = published.graph
    return graph.held_out and graph.purpose != "transactional" and hold_out.holds(unit)


def answers(published: Published, trigger: Trigger, event: Event, known: Known) -> bool:
    """Return whether an event is what a trigger waits for, however old it is."""
    name = event.values.get("event_name")
    match trigger:
        case OnEvent(event=kind, where=where):
            return event.kind == kind and asking.holds(
                published, where, values=known.values, event=event
            )
        case OnSegment(segment=segment, change=change):
            return event.kind == f"segment_{change}" and name == segment
        case OnDate(month=month, day=day, year=year):
            return event.kind == "date" and name == date_name(month, day, year)
        case OnAnniversary(of=column, days_after=days):
            return event.kind == "anniversary" and name == f"{column}{days:+d}"
        case OnCrossing(column=column, threshold=threshold, direction=direction):
            return event.kind == "crossing" and name == f"{column} {direction} {threshold:g}"
        case OnFailedDebit(codes=codes, classes=classes):
            code = str(event.values.get("event_code") or "").strip().upper()
            wanted = {each.upper() for each in codes}
            return event.kind == "debit_failed" and (
                code in wanted or return_codes.class_of(code) in classes
            )
        case OnCommand(by=by):
            return event.kind == by and name in (None, published.graph.code)


def date_name(month: int, day: int, year: int | None) -> str:
    """Return the name of a date's event: ``12-01``, or ``2026-12-01``."""
    return f"{month:02d}-{day:02d}" if year is None else f"{year:04d}-{month:02d}-{day:02d}"


_Refused = tuple[str, tuple[tuple[str, str | int], ...]]


def _triggered(published: Published, event: Event, known: Known) -> _Refused | None:
    found = [
        trigger for trigger in published.graph.triggers if answers(published, trigger, event, known)
    ]
    if not found:
        return "wrong_event", ()
    learnt = waits.day_of(event.learnt_at, zone=known.zone)
    late_days = (learnt - waits.day_of(event.at, zone=known.zone)).days
    limits = [
        each.within_days if isinstance(each, OnEvent | OnFailedDebit) else 7 for each in found
    ]
    if late_days > max(limits):
        return "too_old", (("days", late_days), ("limit", max(limits)))
    return None


def _again(
    published: Published, event: Event, past: Sequence[Visit], now: datetime
) -> _Refused | None:
    reentry = published.graph.reentry
    if any(visit.event_ref == event.ref for visit in past):
        return "same_event", ()
    if not past or reentry.allowed == "each_event":
        return None
    if any(visit.left_at is None for visit in past):
        return "inside", ()
    if reentry.allowed == "never":
        return "never_again", ()
    latest = max(visit.entered_at for visit in past)
    if now - latest < timedelta(days=reentry.after_days):
        days = (now - latest) // timedelta(days=1)
        return "too_soon", (("days", days), ("limit", reentry.after_days))
    return None
