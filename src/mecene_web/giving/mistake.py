"""Mistake: a gift written by hand that never was; it stays to be seen, and counts no more."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import touch
from mecene_web.giving.models import Correction, Entry, Gift

LONGEST = 500


class NotToCorrect(ValueError):
    """The gift was not written by hand, was undone already, or went to the bank."""


def mistaken(gift_id: int, *, reason: str, by: Staff, now: datetime) -> Gift:
    """Say that a gift was written by mistake; out of its batch while that is open.

    Raises:
        NotToCorrect: it came from a file, does not count already, or its batch is closed.
    """
    with transaction.atomic():
        entry = Entry.objects.select_related("gift", "batch").filter(gift=gift_id).first()
        if entry is None or entry.gift.status != "received":
            raise NotToCorrect(f"gift {gift_id} was not written by hand, or counts no more")
        if entry.batch is not None and entry.batch.closed_at is not None:
            raise NotToCorrect(f"gift {gift_id} went to the bank with batch {entry.batch_id}")
        gift = entry.gift
        Correction.objects.create(
            gift=gift, status_before=gift.status, status_on_before=gift.status_on,
            reason=reason.strip()[:LONGEST], at=now, by=by,
        )  # fmt: skip
        # As of no day was it received.
        Gift.objects.filter(pk=gift_id).update(status="failed", status_on=gift.given_on)
        Entry.objects.filter(pk=entry.pk).update(batch=None)
        if gift.donor_id:
            touch.touch([gift.donor_id], now=now)
        write.write(
            "correct", "gift", gift_id, by=by, now=now, donor_id=gift.donor_id,
            before={"status": gift.status}, after={"status": "failed", "reason": reason},
        )  # fmt: skip
    gift.refresh_from_db()
    return gift
