"""Repair: somebody who could not go on does so again, elsewhere, or no more."""

from datetime import datetime
from typing import Any

from django.db import transaction

from mecene.journeys import advance as steps_ahead
from mecene.journeys.traveller import Decision
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.donors.models import Donor
from mecene_web.journeys import advance, carry_out, following, move, stored
from mecene_web.journeys.models import Traveller
from mecene_web.organisation.indexed import Seen

WAYS = ("again", "latest", "out")
_SHOWN = 200


class NotStuck(ValueError):
    """They went on meanwhile, or somebody repaired them."""


def repair(traveller_id: int, way: str, *, by: Staff, now: datetime, why: str = "") -> Traveller:
    """Have somebody stuck go on.

    Args:
        traveller_id: Who.
        way: ``again``: what was missing is there now, they are looked at again; ``latest``: they
            go to the step of the same name in the version published last; ``out``: they leave.
        by: Who decides.
        now: When.
        why: In their words, for those who leave.

    Raises:
        NotStuck: there is nothing to repair.
        moving.NoPlace: the last version has no step of this name.
        KeyError: there is no such way.
    """
    if way not in WAYS:
        raise KeyError(way)
    with transaction.atomic():
        held = Traveller.objects.select_for_update().filter(pk=traveller_id).exclude(stuck="")
        row = held.select_related("version", "journey").first()
        if row is None or row.step is None:
            raise NotStuck(f"traveller {traveller_id} is not stuck")
        before = {"stuck": row.stuck, "step": row.step, "version": row.version.number}
        if way == "latest":
            _to_the_latest(row, now)
        elif way == "out":
            _out(row, why, now)
        Traveller.objects.filter(pk=traveller_id).update(stuck="", worker="", leased_until=None)
        audit.write("repair", "traveller", traveller_id, by=by, now=now, donor_id=row.donor_id,
                    before=before, after={"way": way, "why": why})  # fmt: skip
    row.refresh_from_db()
    return row


def stuck(*, journey_id: int | None = None) -> list[dict[str, Any]]:
    """Return those who cannot go on, the longest first: who, where, why, and what may help."""
    rows = Traveller.objects.exclude(stuck=Seen("")).filter(step__isnull=False)
    if journey_id is not None:
        rows = rows.filter(journey_id=journey_id)
    rows = rows.select_related("donor", "journey", "version").order_by("due_at", "pk")
    found = []
    for row in rows[:_SHOWN]:
        cause, _, detail = row.stuck.partition(": ")
        last = following.latest(row.journey)
        helps = (
            last is not None
            and last.pk != row.version_id
            and (row.step in following.of(last, said={}).steps)
        )
        found.append({"row": row, "cause": cause, "detail": detail, "latest": helps})
    return found


def gone(*, journey_id: int) -> list[Donor]:
    """Return donors inside who are somebody else now: they are let alone until taken apart."""
    rows = Donor.objects.filter(
        travels__journey_id=journey_id, travels__step__isnull=False,
        merges_absorbed__isnull=False, merges_absorbed__undone_at=None,
    )  # fmt: skip
    return list(rows.distinct().order_by("pk")[:_SHOWN])


def _to_the_latest(row: Traveller, now: datetime) -> None:
    last = following.latest(row.journey)
    assert last is not None
    if last.pk == row.version_id:
        return
    new, code = following.of(last, said={}), row.journey.code
    value = stored.traveller(row, code=code, version=row.version.number)
    place = row.step if row.step in new.steps else None
    mapping = {row.step: place} if place else {}
    found = move.moving.move(value, new=new, mapping=mapping, now=now)
    row.version = last
    _kept(row, found, now)


def _out(row: Traveller, why: str, now: datetime) -> None:
    value = stored.traveller(row, code=row.journey.code, version=row.version.number)
    _kept(row, steps_ahead.stop(value, why=why or "–", now=now), now)


def _kept(row: Traveller, found: Decision, now: datetime) -> None:
    for name, told in stored.columns(found.traveller).items():
        setattr(row, name, told)
    row.moves += 1
    row.save()
    advance.finish([(row, found, carry_out.Carried())], now=now)
