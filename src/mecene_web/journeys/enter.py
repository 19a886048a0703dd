"""Enter: whom events let into the journeys that live, each taken at once to their first wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from django.utils import timezone

from mecene.conditions.holding import UnansweredColumn
from mecene.journeys import advance as ahead
from mecene.journeys import entering
from mecene.journeys.advance import LostStep
from mecene.journeys.assignment import HoldOut
from mecene.journeys.batch import Stuck
from mecene.journeys.entering import Refusal, Visit
from mecene.journeys.publishing import Published
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
from mecene.journeys.traveller import Decision, Event
from mecene_web.journeys import advance, carry_out, following, knowing, stored
from mecene_web.journeys.models import Trace, Traveller, Version
from mecene_web.organisation import many, numbered

# Of no interest to whoever asks why somebody was not let in.
_UNTOLD = ("wrong_event", "same_event")
_COMMANDS = frozenset({"api", "manual"})


@dataclass(frozen=True)
class Came:
    """Somebody who came in, and what becomes of them at once."""

    row: Traveller
    found: Decision
    carried: carry_out.Carried
    stuck: str = ""


@dataclass
class Coming:
    """What some events lead to: who comes in, and who is not let in."""

    came: list[Came] = field(default_factory=list)
    refused: list[Trace] = field(default_factory=list)


def enter(
    events: Mapping[int, Sequence[Event]], *, now: datetime, only: int | None = None
) -> Coming:  # fmt: skip
    """Return whom some events let in, each already at the first wait; nothing is written.

    Args:
        events: Donor → what happened.
        now: The moment.
        only: The journey that is told; every one that is live, where none is named.
    """
    coming = Coming()
    templates = following.templates()
    said = following.speaks(templates)
    open_ = [(version, following.of(version, said=said)) for version in following.live()
             if only in (None, version.journey_id)]  # fmt: skip
    kinds = {event.kind for held in events.values() for event in held}
    open_ = [(version, one) for version, one in open_ if kinds & _kinds(one)]
    if not open_:
        return coming
    published = [one for _, one in open_]
    met = knowing.of(sorted(events), knowing.reads(published),
                     purposes=advance.preferring(published), now=now)  # fmt: skip
    past = _past([version.journey_id for version, _ in open_], sorted(met))
    hold_out = following.hold_out()
    decisions: list[tuple[Version, Decision, str]] = []
    for donor_id, who in met.items():
        for event in sorted(events[donor_id], key=lambda one: (one.learnt_at, one.ref)):
            for version, one in open_:
                if event.kind not in _kinds(one) or _before(version, event):
                    continue
                rows = past.setdefault((version.journey_id, donor_id), [])
                found = _entered(version, one, event, who, rows, hold_out, now)
                if isinstance(found, Trace):
                    coming.refused.append(found)
                elif found is not None:
                    decisions.append((version, *found))
                    rows.append((found[0].traveller.entry, _visit(found[0], event)))
    around = carry_out.surroundings((one for _, one, _ in decisions), templates=templates)
    for version, decision, stuck in decisions:
        coming.came.append(_came(version, decision, stuck, around, now))
    return coming


def let_in(coming: Coming, *, now: datetime) -> int:
    """Write who came in, what they have us do, and who was not let in; part of a transaction."""
    _write(coming.came)
    advance.finish([(one.row, one.found, one.carried) for one in coming.came], now=now)
    Trace.objects.bulk_create(coming.refused, batch_size=500)
    return len(coming.came)


def _write(came: Sequence[Came]) -> None:
    """Write the rows of who came in, and give each its number."""
    names = [field.attname for field in Traveller._meta.concrete_fields if not field.primary_key]
    for one in came:
        one.row.stuck = one.stuck
    read = attrgetter(*names)
    many.insert(Traveller, names, (read(one.row) for one in came))
    there = Traveller.objects.filter(
        numbered.among("donor_id", {one.row.donor_id for one in came}),
        journey_id__in={one.row.journey_id for one in came},
    ).values_list("journey_id", "donor_id", "entry", "pk")
    number = {(journey, donor, entry): pk for journey, donor, entry, pk in there}
    for one in came:
        one.row.pk = number[one.row.journey_id, one.row.donor_id, one.row.entry]


def _entered(
    version: Version, published: Published, event: Event, who: knowing.Met,
    rows: Sequence[tuple[int, Visit]], hold_out: HoldOut | None, now: datetime,
) -> tuple[Decision, str] | Trace | None:  # fmt: skip
    known = advance.shown(who, published, ())
    try:
        found = entering.enter(
            published, event, donor_id=who.donor_id, household_id=who.household_id,
            past=[visit for _, visit in rows], known=known, hold_out=hold_out, now=now,
        )  # fmt: skip
    except UnansweredColumn as unknown:
        found = Refusal("audience", now, (("condition", str(unknown)),))
    if isinstance(found, Refusal):
        # Whoever was sent here by name is told why they did not come in, whatever the reason.
        named = event.values.get("event_name") == published.graph.code
        untold = found.code in _UNTOLD and not (event.kind in _COMMANDS and named)
        return None if untold else _refused(version, who.donor_id, event, found)
    # Numbers that were taken back with a merge are not given again.
    entry = max((number for number, _ in rows), default=0) + 1
    arrived = replace(found, traveller=replace(found.traveller, entry=entry))
    try:
        gone = ahead.advance(published, arrived.traveller, known=known, now=now)
    except (UnansweredColumn, LostStep) as why:
        return arrived, advance.why(Stuck(arrived.traveller, why))
    return Decision(gone.traveller, gone.effects, (*arrived.trace, *gone.trace)), ""


def _came(
    version: Version, found: Decision, stuck: str, around: carry_out.Surroundings, now: datetime
) -> Came:
    published = following.of(version, said={})
    row = stored.row(
        found.traveller, journey_id=version.journey_id, version_id=version.pk,
        alone=published.graph.reentry.allowed != "each_event",
    )  # fmt: skip
    try:
        return Came(row, found, carry_out.ready(found, around, now=now), stuck)
    except (carry_out.NoText, carry_out.NoProgram) as no:
        # They stand at the beginning, and nothing of what could not be done was done.
        at = found.traveller
        first = replace(at, step=published.graph.start, arrived_at=at.entered_at,
                        due_at=at.entered_at, visits=(), arms=(), outcome=None)  # fmt: skip
        for name, value in stored.columns(first).items():
            setattr(row, name, value)
        return Came(row, Decision(first, trace=found.trace[:1]), carry_out.Carried(),
                    advance.why(no)[:500])  # fmt: skip


def _refused(version: Version, donor_id: int, event: Event, refusal: Refusal) -> Trace:
    found = dict(refusal.found) | {"trigger": event.kind, "ref": event.ref}
    return Trace(journey_id=version.journey_id, donor_id=donor_id, at=refusal.at,
                 code=refusal.code, found=found)  # fmt: skip


def _past(
    journeys: Sequence[int], donors: Sequence[int]
) -> dict[tuple[int, int], list[tuple[int, Visit]]]:
    rows = Traveller.objects.filter(numbered.among("donor_id", donors), journey_id__in=journeys)
    found: dict[tuple[int, int], list[tuple[int, Visit]]] = {}
    for row in rows.order_by("entry"):
        left_at = row.arrived_at if row.step is None else None
        told = (row.entry, Visit(row.event_ref, row.entered_at, left_at))
        found.setdefault((row.journey_id, row.donor_id), []).append(told)
    return found


def _visit(found: Decision, event: Event) -> Visit:
    at = found.traveller
    return Visit(event.ref, at.entered_at, at.arrived_at if at.step is None else None)


def _before(version: Version, event: Event) -> bool:
    """Return whether something happened before the day on which the journey began to live."""
    since = version.journey.live_since
    return since is not None and timezone.localdate(event.at) < timezone.localdate(since)


def _kinds(published: Published) -> frozenset[str]:
    return frozenset(_kind(trigger) for trigger in published.graph.triggers) | _COMMANDS


def _kind(trigger: Trigger) -> str:
    match trigger:
        case OnEvent(event=kind):
            return kind
        case OnSegment(change=change):
            return f"segment_{change}"
        case OnFailedDebit():
            return "debit_failed"
        case OnCommand(by=by):
            return by
        case OnDate():
            return "date"
        case OnAnniversary():
            return "anniversary"
        case OnCrossing():
            return "crossing"
