"""Form: what a page to write a gift on is filled with."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from mecene_web.accounts.models import Staff
from mecene_web.donors import enter as enter_donor
from mecene_web.donors.models import Donor
from mecene_web.giving import enter, promise
from mecene_web.giving.models import Campaign, Entry, Gift

_WRITTEN = 8
_CAMPAIGNS = 200


def blank(by: Staff, *, today: date, donor_id: str = "") -> dict[str, Any]:
    """Return a new page, filled with what this colleague wrote last today."""
    said = enter.habits(by, today=today) | {"token": token()}
    return told(said, {}, by=by) | {"donor": _donor(donor_id)}


def told(said: Mapping[str, Any], problems: Mapping[str, str], *, by: Staff) -> dict[str, Any]:
    """Return a page as it was sent, with what cannot be used of it."""
    return {
        "said": said,
        "problems": problems,
        "donor": _donor(str(said.get("donor", ""))),
        "payer": _donor(str(said.get("payer", ""))),
        "methods": enter.METHODS,
        "kinds": enter.KINDS,
        "names": enter_donor.FIELDS,
        "currency": enter.currency(),
        "campaigns": Campaign.objects.order_by("-started_on", "-pk")[:_CAMPAIGNS],
        "written": Entry.objects.filter(by=by, batch=None)
        .select_related("gift__donor", "batch")
        .order_by("-pk")[:_WRITTEN],
    }


def of(gift: Gift) -> dict[str, Any]:
    """Return a page filled with a gift that is there: to write it again, put right."""
    names = ("given_on", "payment_method", "kind", "campaign_code", "designation", "in_memory_of")
    said = {name: getattr(gift, name) or "" for name in names}
    donor = gift.donor_id or "anonymous"
    return said | {"token": token(), "donor": donor, "payer": gift.payer_id or "",
                   "amount": written(gift.amount_minor)}  # fmt: skip


def promise_told(
    donor_id: int, said: Mapping[str, Any], problems: Mapping[str, str]
) -> dict[str, Any]:
    """Return a page to write a regular gift on."""
    return {
        "said": said,
        "problems": problems,
        "donor": Donor.objects.get(pk=donor_id),
        "rhythms": promise.RHYTHMS,
        "methods": promise.METHODS,
        "currency": enter.currency(),
    }


def token() -> str:
    """Return a token by which a page is known when it comes back twice."""
    return secrets.token_hex(16)


def written(minor: int) -> str:
    """Return 123450 as « 1234,50 »."""
    return f"{minor // 100},{minor % 100:02d}"


def _donor(number: str) -> Donor | None:
    return Donor.objects.filter(pk=int(number)).first() if number[:18].isdecimal() else None
