"""Correct: what became of a gift or of a commitment, dated; what it was before stays known."""

from datetime import date, datetime

from django.db import transaction

from mecene_web.audit import write
from mecene_web.donors import touch
from mecene_web.giving.models import Commitment, Correction, Gift

# A correction that no import told, and that goes with none.
NO_IMPORT = 0


class NotThere(LookupError):
    """There is no such gift, or no such commitment."""


class AlreadyOtherwise(ValueError):
    """It was given back, had failed, or had ended already, in another way."""


def correct(
    gift_id: int,
    *,
    status: str,
    on: date,
    source: str,
    now: datetime,
    return_code: str | None = None,
) -> Gift:
    """Say that a gift was given back or failed; said twice, it is said once.

    Raises:
        NotThere: there is no such gift.
        AlreadyOtherwise: something else became of it before.
    """
    with transaction.atomic():
        gift = Gift.objects.select_for_update().filter(pk=gift_id).first()
        if gift is None:
            raise NotThere(f"there is no gift {gift_id}")
        if gift.status == status:
            return gift
        if gift.status != "received":
            raise AlreadyOtherwise(f"gift {gift_id} is {gift.status}")
        Correction.objects.create(
            gift=gift, import_id=NO_IMPORT, status_before=gift.status,
            status_on_before=gift.status_on,
        )  # fmt: skip
        gift.status, gift.status_on = status, on
        gift.return_code = return_code or gift.return_code
        gift.save(update_fields=["status", "status_on", "return_code"])
        touch.touch([gift.donor_id] if gift.donor_id else [], now=now)
        write.write(
            "correct", "gift", gift_id, by=None, now=now, donor_id=gift.donor_id,
            before={"status": "received"}, after={"status": status, "on": on, "source": source},
        )  # fmt: skip
    return gift


def end(commitment_id: int, *, on: date, reason: str, source: str, now: datetime) -> Commitment:
    """Say that a commitment ended; said twice, it is said once.

    Raises:
        NotThere: there is no such commitment.
        AlreadyOtherwise: it had ended on another day.
    """
    with transaction.atomic():
        held = Commitment.objects.select_for_update().filter(pk=commitment_id).first()
        if held is None:
            raise NotThere(f"there is no commitment {commitment_id}")
        if held.ended_on is not None and (held.ended_on, held.end_reason) != (on, reason):
            raise AlreadyOtherwise(f"commitment {commitment_id} ended on {held.ended_on}")
        if held.ended_on is not None:
            return held
        held.ended_on, held.end_reason = on, reason
        held.save(update_fields=["ended_on", "end_reason"])
        touch.touch([held.donor_id], now=now)
        write.write(
            "close", "commitment", commitment_id, by=None, now=now, donor_id=held.donor_id,
            after={"ended_on": on, "end_reason": reason, "source": source},
        )  # fmt: skip
    return held
