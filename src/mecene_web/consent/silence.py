"""Silence: nothing is sent any more to a person who died, or who is to be protected.

One mark silences every channel at once, whatever the person allowed before; what they said stays
in the ledger, and holds again if the mark is lifted.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.consent.models import Mark
from mecene_web.donors import touch
from mecene_web.donors.models import Donor

_LONGEST = 500


class NoReason(ValueError):
    """A mark says why it was set."""


class NotADay(ValueError):
    """A mark stands since a day that has come."""


def silence(
    donor: Donor, *, kind: str, since: date, reason: str, by: Staff | None, now: datetime
) -> Mark:
    """Set a mark; return it, the one that stands where there is one.

    Args:
        donor: Who is silenced.
        kind: ``deceased`` or ``vulnerable``.
        since: Day of death, or the day the protection begins.
        reason: Who told us, or why, in a few words; required.
        by: Who sets it.
        now: The moment.

    Raises:
        NoReason: the reason is empty.
        NotADay: ``since`` is to come.
    """
    told = " ".join(reason.split())[:_LONGEST]
    if not told:
        raise NoReason("say who told us, or why: it will be asked")
    if since > timezone.localdate(now):
        raise NotADay(f"{since} has not come")
    with transaction.atomic():
        Donor.objects.select_for_update().get(pk=donor.pk)
        mark, made = Mark.objects.get_or_create(
            donor=donor, kind=kind, lifted_at=None,
            defaults={"since": since, "reason": told, "by": by, "at": now},
        )  # fmt: skip
        if made:
            touch.touch([donor.pk], now=now)
            write.write(
                "silence", "donor", donor.pk, by=by, now=now, donor_id=donor.pk,
                after={"kind": kind, "since": since, "reason": told},
            )  # fmt: skip
    return mark


def lift(mark_id: int, *, by: Staff, now: datetime) -> None:
    """Lift a mark that was set by mistake, or holds no longer; a second time does nothing."""
    with transaction.atomic():
        mark = Mark.objects.select_for_update().filter(pk=mark_id, lifted_at=None).first()
        if mark is None:
            return
        Mark.objects.filter(pk=mark_id).update(lifted_at=now, lifted_by=by)
        touch.touch([mark.donor_id], now=now)
        write.write(
            "lift_silence", "donor", mark.donor_id, by=by, now=now, donor_id=mark.donor_id,
            before={"kind": mark.kind, "since": mark.since, "reason": mark.reason},
        )  # fmt: skip
