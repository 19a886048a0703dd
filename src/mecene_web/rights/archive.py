"""Archive: what the law has an association keep of who was erased, sealed apart from the rest.

A tax receipt and the books must stay provable for years. Who gave what, when, is sealed with a key
drawn from the installation's secret; nothing reads it but ``opened``, which is written down.
"""

import json
import os
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from mecene import period
from mecene.law import parameters
from mecene_web.accounts.models import Staff
from mecene_web.audit import keys, write
from mecene_web.donors.models import Donor
from mecene_web.rights.models import Archive

_NONCE_BYTES = 12
_TOLD = ("civility", "first_name", "last_name", "organisation_name", "address", "postcode", "city",
         "country")  # fmt: skip
_GIFT = ("id", "given_on", "amount_minor", "currency", "kind", "payment_method", "source_ref")


class NoReason(ValueError):
    """Who opens an archive says why."""


def seal(donor: Donor, *, now: datetime) -> Archive | None:
    """Seal the gifts that the law has us keep; None where it has us keep none."""
    months = parameters.of("retention.accounting_months", on=timezone.localdate(now)).value
    kept = donor.gifts.filter(
        given_on__gt=period.add_months(timezone.localdate(now), -months), status="received"
    ).order_by("given_on")
    gifts = list(kept.values(*_GIFT))
    if not gifts:
        return None
    told = {"donor": {name: getattr(donor, name) for name in _TOLD}, "gifts": gifts}
    nonce = os.urandom(_NONCE_BYTES)
    text = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
    sealed = nonce + AESGCM(_key()).encrypt(nonce, text, b"archive")
    until = _end_of_year(period.add_months(gifts[-1]["given_on"], months))
    return Archive.objects.create(sealed=sealed, keep_until=until, at=now)


def opened(archive_id: int, *, reason: str, by: Staff, now: datetime) -> dict[str, Any]:
    """Return what an archive holds; who opened it, and why, is written down.

    Raises:
        NoReason: none is told.
        Archive.DoesNotExist: there is no such archive.
    """
    if not reason.strip():
        raise NoReason("say which control or which dispute asks for it")
    with transaction.atomic():
        held = Archive.objects.get(pk=archive_id)
        write.write("open_archive", "archive", held.pk, by=by, now=now, after={"reason": reason})
    sealed = bytes(held.sealed)
    text = AESGCM(_key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], b"archive")
    found: dict[str, Any] = json.loads(text)
    return found


def _end_of_year(day: date) -> date:
    # The years of the books are counted from the end of the financial year, twelve months at most.
    return period.add_months(day, 12)


def _key() -> bytes:
    return keys.drawn(settings.SECRET_KEY, "mecene.rights.archive")
