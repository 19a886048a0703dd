"""Hear: what happened to donors is told to journeys: it moves those who waited, and lets others in.

A donor of whom something is new stands in a line (``Unheard``). Their facts are looked at, what
was not heard before is written down, and what follows is saved in the same transaction: who went
on, who came in, what they had us do, and that the line is shorter. Heard twice, it is heard once.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction

from mecene.journeys import graph
from mecene.journeys.traveller import Event
from mecene_web.donors.models import Donor
from mecene_web.journeys import advance, enter, following, hearing, stored
from mecene_web.journeys.models import Journey, Traveller, Unheard
from mecene_web.journeys.stored import Standing
from mecene_web.organisation import many, numbered

AT_ONCE = 500
_LATER = timedelta(minutes=10)


log = logging.getLogger("mecene.journeys")


class TakenMeanwhile(RuntimeError):
    """Another worker heard the same; nothing of this hearing is kept."""


def tell(donor_ids: Iterable[int], *, now: datetime) -> None:
    """Put donors in the line of those of whom something is new (``MECENE_AFTER_TOUCHED``)."""
    if Journey.objects.filter(state__in=("live", "paused")).exists():
        many.insert(Unheard, ("donor_id", "at"), ((donor, now) for donor in donor_ids))


def hear(*, now: datetime, most: int = AT_ONCE) -> int:
    """Hear what is new of some donors; return how many stood in the line."""
    lined = list(Unheard.objects.filter(at__lte=now).order_by("pk")[: 4 * most])
    donors = set(list(dict.fromkeys(row.donor_id for row in lined))[:most])
    lined = [row for row in lined if row.donor_id in donors]
    try:
        return _heard(lined, now=now) if lined else 0
    except OperationalError:
        raise  # somebody else is writing: it comes back
    except Exception:
        # Whoever it is, the others are heard.
        return sum(_alone([row for row in lined if row.donor_id == donor], now) for donor in donors)


def _alone(lined: Sequence[Unheard], now: datetime) -> int:
    """Hear what is new of one donor; what cannot be heard is tried again later, and logged."""
    try:
        return _heard(lined, now=now)
    except OperationalError:
        raise
    except Exception:
        log.exception("journeys: donor %s cannot be heard", lined[0].donor_id)
        numbers = [row.pk for row in lined]
        Unheard.objects.filter(pk__in=numbers).update(at=now + _LATER)
        return 0


def _heard(lined: Sequence[Unheard], *, now: datetime) -> int:
    donors = {row.donor_id for row in lined}
    there = set(Donor.objects.filter(numbered.among("pk", donors)).values_list("pk", flat=True))
    events = hearing.fresh(_events([row for row in lined if row.donor_id in there], now))
    worker = secrets.token_hex(8)
    waiting, late = _awaiting(events, worker=worker, now=now)
    if late:  # somebody else is moving them at this moment: they are heard next time
        events = {donor: held for donor, held in events.items() if donor not in late}
        lined = [row for row in lined if row.donor_id not in late]
        donors -= late
    shown = {donor: _all(donor, held, waiting) for donor, held in events.items()}
    moves = advance.decided(waiting, events=shown, now=now) if waiting else []
    coming = enter.enter(events, now=now)
    try:
        with transaction.atomic():
            _shorter(lined)
            hearing.keep((donor, event) for donor, held in events.items() for event in held)
            advance.save(moves, worker=worker, now=now)
            enter.let_in(coming, now=now)
    except (TakenMeanwhile, IntegrityError):
        advance.release(worker, [row.pk for row in waiting])
        return 0
    return len(donors)


def again(
    donor_ids: Sequence[int], *, journey_id: int, since: datetime, now: datetime
) -> int:  # fmt: skip
    """Tell one journey what was heard while nobody looked at it; return how many come in."""
    coming = enter.enter(hearing.since(donor_ids, since), now=now, only=journey_id)
    try:
        with transaction.atomic():
            return enter.let_in(coming, now=now)
    except IntegrityError:  # they came in meanwhile
        return 0


def _events(lined: Sequence[Unheard], now: datetime) -> dict[int, list[Event]]:
    touched = sorted({row.donor_id for row in lined if row.event is None})
    found = hearing.happened(touched, now=now) if touched else {}
    for row in lined:
        if row.event is not None:
            held = found.setdefault(row.donor_id, [])
            event = stored.event(row.event)
            if event.ref not in {one.ref for one in held}:
                held.append(event)
    return found


def _awaiting(
    events: Mapping[int, Sequence[Event]], *, worker: str, now: datetime
) -> tuple[list[Standing], set[int]]:
    """Take those inside who wait for such events; return them, and donors whom another has."""
    kinds = {donor: {event.kind for event in held} for donor, held in events.items()}
    inside = Traveller.objects.filter(
        numbered.among("donor_id", events), step__isnull=False, stuck="", journey__state="live"
    ).select_related("version")
    wanted = {
        row.pk: row.donor_id
        for row in inside
        if kinds[row.donor_id] & graph.awaited(following.of(row.version, said={}).graph)
    }
    mine = advance.claim(list(wanted), worker=worker, now=now) if wanted else []
    got = {row.pk for row in mine}
    late = {donor for number, donor in wanted.items() if number not in got}
    left_alone = [row.pk for row in mine if row.donor_id in late]
    advance.release(worker, left_alone)
    return [row for row in mine if row.donor_id not in late], late


def _all(donor: int, fresh: Sequence[Event], waiting: Sequence[Standing]) -> list[Event]:
    """Return what is new of a donor with what was heard since they came to where they wait."""
    arrived = [row.arrived_at for row in waiting if row.donor_id == donor]
    if not arrived:
        return list(fresh)
    return [*hearing.since([donor], min(arrived)).get(donor, ()), *fresh]


def _shorter(lined: Sequence[Unheard]) -> None:
    gone, _ = Unheard.objects.filter(numbered.among("pk", [row.pk for row in lined])).delete()
    if gone != len(lined):
        raise TakenMeanwhile(f"{len(lined) - gone} of the line were heard meanwhile")
