"""Enter: a gift written by hand, of a donor known already or of one written down with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import enter as enter_donor
from mecene_web.donors import touch, whereabouts
from mecene_web.donors.models import Donor, Record
from mecene_web.giving import mistake, writing
from mecene_web.giving.models import Batch, Entry, Gift
from mecene_web.organisation.models import Organisation

METHODS = ("cheque", "card", "transfer", "direct_debit", "cash", "other")
KINDS = ("one_off", "membership_fee", "corporate", "in_kind", "legacy")
_TOKEN = re.compile(r"[0-9a-f]{16,64}")
_TEXTS = ("campaign_code", "designation", "in_memory_of", "bank", "number")


class Unusable(ValueError):
    """Something written cannot be used; ``problems`` says what of which field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {why}" for field, why in problems.items()))
        self.problems = dict(problems)


class ClosedBatch(ValueError):
    """The batch went to the bank: nothing is added to it."""


@dataclass(frozen=True)
class Entered:
    """A gift, and whether this page had been sent before."""

    gift: Gift
    again: bool = False


def enter(
    said: Mapping[str, str], *, by: Staff, now: datetime, batch_id: int | None = None,
    corrects: int | None = None,
) -> Entered:  # fmt: skip
    """Write a gift; the same page (``said["token"]``) sent twice writes it once.

    Args:
        said: What was typed.
        by: Who typed it.
        now: The moment.
        batch_id: The cheques it goes to the bank with.
        corrects: The mistaken gift that this one replaces.

    Raises:
        Unusable: a field cannot be used.
        ClosedBatch: the batch is closed.
        mistake.NotToCorrect: the other gift was no mistake of ours, or is corrected already.
    """
    token = said.get("token", "")
    if not _TOKEN.fullmatch(token):
        raise Unusable({"token": "token"})
    with transaction.atomic():
        batch = _open(batch_id)
        before = Entry.objects.select_related("gift__donor").filter(token=token).first()
        if before:
            return Entered(before.gift, again=True)
        told, texts = _read(said, today=timezone.localdate(now), batch=batch)
        donor, record = _donor(said, by=by, now=now)
        payer = _known(said, "payer")
        if corrects is not None:
            mistake.mistaken(corrects, reason=said.get("reason", ""), by=by, now=now)
        gift = Gift.objects.create(
            donor=donor, record=record, payer=payer, source_ref=f"hand:{token}", **told
        )
        Entry.objects.create(
            token=token, gift=gift, batch=batch, bank=texts["bank"], number=texts["number"],
            corrects_id=corrects, at=now, by=by,
        )  # fmt: skip
        if donor:
            touch.touch([donor.pk], now=now)
        write.write(
            "create", "gift", gift.pk, by=by, now=now, donor_id=gift.donor_id,
            after={"amount_minor": gift.amount_minor, "given_on": gift.given_on},
        )  # fmt: skip
    return Entered(gift)


def habits(by: Staff, *, today: date) -> dict[str, Any]:
    """Return what a new page is filled with: what this colleague wrote last today, else today."""
    last = (
        Entry.objects.filter(by=by, batch=None, at__date=today)
        .select_related("gift")
        .order_by("-pk")
        .first()
    )
    if last is None:
        return {"given_on": today, "payment_method": METHODS[0], "kind": KINDS[0]}
    names = ("given_on", "payment_method", "kind", "campaign_code", "designation")
    return {name: getattr(last.gift, name) or "" for name in names}


def currency() -> str:
    """Return the association's own."""
    own = Organisation.objects.filter(pk=Organisation.THE_ONE).first()
    return own.currency if own else "EUR"


def _open(batch_id: int | None) -> Batch | None:
    if batch_id is None:
        return None
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.closed_at is not None:
        raise ClosedBatch(f"batch {batch_id} is closed")
    return batch


def _read(
    said: Mapping[str, str], *, today: date, batch: Batch | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return columns of ``Gift``, and what else is kept of the page."""
    told: dict[str, Any] = {"currency": batch.currency if batch else currency()}
    problems: dict[str, str] = {}
    try:
        told["amount_minor"] = writing.amount(said.get("amount", ""), currency=told["currency"])
    except writing.UnclearAmount:
        problems["amount"] = "amount"
    try:
        told["given_on"] = enter_donor.day(said.get("given_on", ""))
        if told["given_on"] > today:
            problems["given_on"] = "future"
    except ValueError:
        problems["given_on"] = "unread"
    told["payment_method"] = "cheque" if batch else said.get("payment_method") or METHODS[0]
    told["kind"] = said.get("kind") or KINDS[0]
    if told["payment_method"] not in METHODS:
        problems["payment_method"] = "unread"
    if told["kind"] not in KINDS:
        problems["kind"] = "unread"
    texts = {name: " ".join(said.get(name, "").replace("\0", "").split()) for name in _TEXTS}
    problems |= {name: "long" for name, text in texts.items() if len(text) > enter_donor.LONGEST}
    if problems:
        raise Unusable(problems)
    told |= {name: texts[name] or None for name in _TEXTS[:3]}
    return told, texts


def _donor(
    said: Mapping[str, str], *, by: Staff, now: datetime
) -> tuple[Donor | None, Record | None]:
    """Return who gave, and the record where they are written down now; nobody if anonymous."""
    if known := _known(said, "donor"):
        return known, None
    if said.get("donor") == "anonymous":
        return None, None
    if not any(said.get(name, "").strip() for name in enter_donor.TEXTS):
        raise Unusable({"donor": "nobody"})
    try:
        made = enter_donor.new(said, by=by, now=now)
    except enter_donor.KnownAlready as known_already:
        return Donor.objects.get(pk=known_already.donor_id), None
    except enter_donor.Unusable as wrong:
        raise Unusable(wrong.problems) from wrong
    return made, made.records.get()


def _known(said: Mapping[str, str], field: str) -> Donor | None:
    number = said.get(field, "")
    if not number.isdecimal():
        return None
    try:
        return Donor.objects.get(pk=whereabouts.current(int(number[:18])))
    except Donor.DoesNotExist as unknown:
        raise Unusable({field: "unknown"}) from unknown
