"""Promise: a regular gift written by hand, and its end."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import enter as enter_donor
from mecene_web.donors import touch, whereabouts
from mecene_web.donors.models import Donor
from mecene_web.giving import enter, writing
from mecene_web.giving.models import Commitment

RHYTHMS = (1, 2, 3, 6, 12)
METHODS = ("direct_debit", "card", "transfer")
REASONS = ("voluntary", "involuntary", "deceased", "technical")


class EndedAlready(ValueError):
    """The regular gift stopped before."""


def promise(donor_id: int, said: Mapping[str, str], *, by: Staff, now: datetime) -> Commitment:
    """Write down a regular gift; the same page sent twice writes one.

    Raises:
        Donor.DoesNotExist: nobody has this number.
        enter.Unusable: a field cannot be used.
    """
    told = _read(said)
    if not 16 <= len(token := said.get("token", "")) <= 64:
        raise enter.Unusable({"token": "token"})
    with transaction.atomic():
        donor = Donor.objects.get(pk=whereabouts.current(donor_id))
        made, fresh = Commitment.objects.get_or_create(
            ref=f"hand-{token}", defaults={"donor": donor, "source_ref": f"hand:{token}", **told}
        )
        if fresh:
            touch.touch([donor.pk], now=now)
            write.write("create", "commitment", made.ref, by=by, now=now, donor_id=donor.pk,
                        after=told)  # fmt: skip
    return made


def end(ref: str, *, on: date, reason: str, by: Staff, now: datetime) -> Commitment:
    """Say that a regular gift stopped.

    Raises:
        Commitment.DoesNotExist: there is none.
        EndedAlready: it stopped before.
        enter.Unusable: the day is before its start or to come, or the reason unknown.
    """
    with transaction.atomic():
        held = Commitment.objects.select_for_update().get(ref=ref)
        if held.ended_on is not None:
            raise EndedAlready(f"commitment {ref} stopped on {held.ended_on}")
        if not held.started_on <= on <= timezone.localdate(now) or reason not in REASONS:
            raise enter.Unusable({"ended_on": "unread"})
        Commitment.objects.filter(ref=ref).update(ended_on=on, end_reason=reason)
        touch.touch([held.donor_id], now=now)
        write.write("end", "commitment", ref, by=by, now=now, donor_id=held.donor_id,
                    after={"ended_on": on, "end_reason": reason})  # fmt: skip
    held.refresh_from_db()
    return held


def _read(said: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"currency": enter.currency()}
    problems: dict[str, str] = {}
    try:
        told["amount_minor"] = writing.amount(said.get("amount", ""), currency=told["currency"])
    except writing.UnclearAmount:
        problems["amount"] = "amount"
    try:
        told["started_on"] = enter_donor.day(said.get("started_on", ""))
    except ValueError:
        problems["started_on"] = "unread"
    rhythm = said.get("months_between", "1")
    if rhythm not in map(str, RHYTHMS):
        problems["months_between"] = "unread"
    else:
        told["months_between"] = int(rhythm)
    method = said.get("payment_method") or METHODS[0]
    if method not in METHODS:
        problems["payment_method"] = "unread"
    mandate = said.get("mandate_ref", "").strip()
    if len(mandate) > 35:
        problems["mandate_ref"] = "long"
    if problems:
        raise enter.Unusable(problems)
    return told | {"payment_method": method, "mandate_ref": mandate or None}
