"""Advance: travellers who are due go on, each once, whatever worker looks and however often.

A worker takes some of them for a while by one conditional update; what is known of them is read
outside any transaction; where they go and what they have us do is saved in one, each only if still
this worker's. Whoever cannot go on is stuck, with the reason, and holds up nobody.
"""

import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mecene.journeys import batch, graph
from mecene.journeys.batch import Stuck
from mecene.journeys.publishing import Published
from mecene.journeys.steps import PREFERRED, Message
from mecene.journeys.traveller import Decision, Event, Known
from mecene_web.donors.models import Merge
from mecene_web.journeys import carry_out, following, hearing, knowing, stored
from mecene_web.journeys.models import Journey, Trace, Traveller
from mecene_web.journeys.stored import Standing
from mecene_web.organisation import many, numbered

AT_ONCE = 1_000
LEASE = timedelta(seconds=60)
# Why somebody is stuck where nobody foresaw it; what went wrong is in the log.
UNEXPECTED = "Unexpected"

log = logging.getLogger("mecene.journeys")


@dataclass(frozen=True)
class Moved:
    """One traveller whom a worker has, and what becomes of them."""

    row: Standing
    found: Decision | Stuck | carry_out.NoText | carry_out.NoProgram
    carried: carry_out.Carried


def advance(*, now: datetime, most: int = AT_ONCE) -> int:
    """Advance some of those who are due; return how many were looked at."""
    looked, left = 0, most
    due = Traveller.objects.filter(_free(now), journey_id=OuterRef("pk"), due_at__lte=now, stuck="")
    waited_for = Journey.objects.filter(Exists(due), state="live").order_by("pk")
    for journey_id in waited_for.values_list("pk", flat=True):
        looked += _looked_for(journey_id, most=left, now=now)
        left = most - looked
        if left <= 0:
            break
    return looked


def look(ids: Sequence[int], *, now: datetime) -> int:
    """Look at some travellers now, due or not; return how many were this worker's to look at."""
    worker = secrets.token_hex(8)
    rows = claim(ids, worker=worker, now=now)
    if rows:
        _looked_at(rows, worker=worker, now=now)
    return len(rows)


def _looked_for(journey_id: int, *, most: int, now: datetime) -> int:
    """Look at some who are due in a journey; return how many.

    Where rows can be locked one by one, the lock is the claim: it ends with the transaction that
    saves, or with the worker. SQLite locks the whole file, so it is claimed for a while instead.
    """
    lives = Exists(Journey.objects.filter(pk=journey_id, state="live"))
    due = Traveller.objects.filter(
        _not_merged(), _free(now), lives, journey_id=journey_id, due_at__lte=now, stuck=""
    ).order_by("due_at", "pk")
    worker = secrets.token_hex(8)
    if connection.features.has_select_for_update_skip_locked:
        ids: list[int] = []
        try:
            return _locked(due.select_for_update(skip_locked=True)[:most], ids, now=now)
        except Exception as wrong:
            if isinstance(wrong, OperationalError) or not ids:
                raise
            rows = claim(ids, worker=worker, now=now)  # whoever it is, the others go on
    else:
        rows = _due(due, most=most, worker=worker, now=now)
    _looked_at(rows, worker=worker, now=now)
    return len(rows)


def _locked(due: QuerySet[Traveller], ids: list[int], *, now: datetime) -> int:
    """Look at those whom nobody else has locked, and save them; tell who they are as they come."""
    with transaction.atomic():
        rows = stored.standing(due)
        ids.extend(row.pk for row in rows)
        if rows:
            save(decided(rows, events=_heard_since(rows), now=now), worker=None, now=now)
    return len(rows)


def _due(
    due: QuerySet[Traveller], *, most: int, worker: str, now: datetime
) -> list[Standing]:  # fmt: skip
    """Take some who are due for a while."""
    if not due.exists():
        return []  # nobody waits for the disk to learn that nobody is due
    with transaction.atomic():
        ids = list(due.values_list("pk", flat=True)[:most])
        return claim(ids, worker=worker, now=now) if ids else []


def claim(ids: Sequence[int], *, worker: str, now: datetime) -> list[Standing]:
    """Take travellers who are inside and nobody else's; return them."""
    free = Traveller.objects.filter(_free(now), numbered.among("pk", ids), step__isnull=False)
    free = free.filter(journey__state="live")
    if not free.update(worker=worker, leased_until=now + LEASE):
        return []
    mine = Traveller.objects.filter(numbered.among("pk", ids), worker=worker).order_by("pk")
    return stored.standing(mine)


def release(worker: str, ids: Collection[int]) -> None:
    """Give travellers back as they were."""
    Traveller.objects.filter(numbered.among("pk", ids), worker=worker).update(
        worker="", leased_until=None
    )


def decided(
    rows: Sequence[Standing], *, events: Mapping[int, Sequence[Event]], now: datetime
) -> list[Moved]:
    """Return what becomes of travellers, as the core decides it; nothing is written."""
    templates = following.templates()
    said = following.speaks(templates)
    followed = following.versions({row.version_id for row in rows})
    versions = {number: following.of(one, said=said) for number, one in followed.items()}
    met = knowing.of(
        sorted({row.donor_id for row in rows}), knowing.reads(versions.values()),
        purposes=preferring(versions.values()), now=now,
    )  # fmt: skip
    found: list[tuple[Standing, Decision | Stuck]] = []
    for version_id, published in versions.items():
        some = [row for row in rows if row.version_id == version_id and row.donor_id in met]
        values = [
            (stored.traveller(row, code=published.graph.code, version=published.version),
             shown(met[row.donor_id], published, events.get(row.donor_id, ())))
            for row in some
        ]  # fmt: skip
        found += zip(some, batch.advance_all(published, values, now=now), strict=True)
    around = carry_out.surroundings(
        (one for _, one in found if isinstance(one, Decision)), templates=templates
    )
    return [moved(row, one, around, now=now) for row, one in found]


def shown(met: knowing.Met, published: Published, events: Sequence[Event]) -> Known:
    """Return what a journey is shown of a donor."""
    known = met.for_(published.graph.purpose)
    return Known(known.values, tuple(events), known.zone, known.channels, known.deceased)


def preferring(journeys: Collection[Published]) -> set[str]:
    """Return the purposes for which some step goes by what the donor prefers."""
    return {
        one.graph.purpose
        for one in journeys
        if any(isinstance(step, Message) and step.channel == PREFERRED for step in one.graph.steps)
    }


def moved(
    row: Standing, found: Decision | Stuck, around: carry_out.Surroundings, *, now: datetime
) -> Moved:
    """Return what becomes of one traveller, what they would have us do made ready."""
    if isinstance(found, Stuck):
        return Moved(row, found, carry_out.Carried())
    try:
        return Moved(row, found, carry_out.ready(found, around, now=now))
    except (carry_out.NoText, carry_out.NoProgram) as no:
        return Moved(row, no, carry_out.Carried())


def save(moves: Sequence[Moved], *, worker: str | None, now: datetime) -> int:
    """Save where travellers went and what they have us do, together; return how many went on.

    Who is no longer this worker's (its lease ran out) is left to whoever has them. No worker: the
    transaction under way has locked them all.
    """
    with transaction.atomic():
        mine = {one.row.pk for one in moves}
        if worker is not None:
            free = Traveller.objects.select_for_update().filter(
                numbered.among("pk", mine), worker=worker
            )
            mine = set(free.values_list("pk", flat=True))
        held = [one for one in moves if one.row.pk in mine]
        gone = [one for one in held if isinstance(one.found, Decision)]
        _gone_on(gone)
        _stuck([one for one in held if not isinstance(one.found, Decision)])
        finish([(one.row, one.found, one.carried) for one in gone], now=now)  # type: ignore[misc]
    return len(gone)


def finish(
    went: Sequence[tuple[Traveller | Standing, Decision, carry_out.Carried]], *, now: datetime
) -> None:
    """Write what some travellers have us do, and why they went, in the transaction under way."""
    carried = carry_out.Carried()
    for _, _, each in went:
        carried.add(each)
    carry_out.write(carried, now=now)
    told = (
        row
        for who, found, _ in went
        for row in stored.traces(
            found.trace, journey_id=who.journey_id, donor_id=who.donor_id, of=who.pk
        )
    )
    many.insert(Trace, stored.TRACED, told)


def why(found: object) -> str:
    """Return why somebody is stuck: what the page of the stuck tells by its first word."""
    if isinstance(found, Stuck):
        return f"{type(found.why).__name__}: {found.why}"
    return f"{type(found).__name__}: {found}"


def _looked_at(rows: Sequence[Standing], *, worker: str, now: datetime) -> None:
    if not rows:
        return
    try:
        save(decided(rows, events=_heard_since(rows), now=now), worker=worker, now=now)
    except OperationalError:
        raise  # somebody else is writing: their lease runs out, and they are looked at again
    except Exception as wrong:
        if len(rows) > 1:  # whoever it is, the others go on
            for row in rows:
                _looked_at([row], worker=worker, now=now)
            return
        log.exception("journeys: traveller %s cannot go on", rows[0].pk)
        Traveller.objects.filter(pk=rows[0].pk, worker=worker).update(
            stuck=f"{UNEXPECTED}: {type(wrong).__name__}", worker="", leased_until=None
        )


def _heard_since(rows: Sequence[Standing]) -> dict[int, list[Event]]:
    """Return what was learnt of those whose journey waits for anything, since they came there."""
    followed = following.versions({row.version_id for row in rows})
    waiting = {number for number, one in followed.items()
               if graph.awaited(following.of(one, said={}).graph)}  # fmt: skip
    wait = [row for row in rows if row.version_id in waiting]
    if not wait:
        return {}
    return hearing.since({row.donor_id for row in wait}, min(row.entered_at for row in wait))


def _gone_on(moves: Sequence[Moved]) -> None:
    many.update(
        Traveller, stored.GONE,
        (stored.gone(one.row, one.found.traveller) for one in moves
         if isinstance(one.found, Decision)),
    )  # fmt: skip


def _stuck(moves: Sequence[Moved]) -> None:
    for one in moves:
        Traveller.objects.filter(pk=one.row.pk).update(
            stuck=why(one.found)[:500], worker="", leased_until=None, moves=F("moves") + 1
        )


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=now)


def _not_merged() -> Exists:
    """Leave out who was found to be another, until the two are taken apart again."""
    return ~Exists(Merge.objects.filter(absorbed=OuterRef("donor_id"), undone_at=None))  # type: ignore[return-value]
