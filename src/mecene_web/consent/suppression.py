"""Suppression: addresses nobody may write to again, known by their hash alone.

The hash is salted with the installation's secret: the list is of no use elsewhere. It outlives an
erasure, so that the same address in a later file stays silenced.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

import phonenumbers
from django.conf import settings

from mecene_web.consent.models import Suppression
from mecene_web.donors.models import Record

# Address → the channels that use it.
CHANNELS = {"email": ("email",), "phone": ("sms", "phone")}
_AT_ONCE = 500


def hashed(kind: str, address: str | None) -> str | None:
    """Return the hash an address is known by; None where it is no address.

    Args:
        kind: ``email`` or ``phone``.
        address: As somebody wrote it: capitals, spaces and prefixes are made equal first.
    """
    plain = _plain_phone(address) if kind == "phone" else (address or "").strip().lower()
    if not plain:
        return None
    key = hashlib.sha256(f"mecene.suppression:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()


def add(addresses: Iterable[tuple[str, str | None]], *, reason: str, now: datetime) -> int:
    """Put addresses on the list; return how many were not on it.

    Args:
        addresses: (``email`` or ``phone``, address).
        reason: ``erasure``, ``by_hand``, ``complaint``.
        now: The moment.
    """
    told = {(kind, hash_) for kind, text in addresses if (hash_ := hashed(kind, text))}
    before = Suppression.objects.count()
    Suppression.objects.bulk_create(
        [Suppression(channel=kind, hashed=hash_, since=now, reason=reason) for kind, hash_ in told],
        ignore_conflicts=True,
    )
    return Suppression.objects.count() - before


def lift(kind: str, address: str | None) -> None:
    """Take an address off the list: the person asked to be written to again."""
    Suppression.objects.filter(channel=kind, hashed=hashed(kind, address) or "").delete()


def addresses(donor_ids: Iterable[int]) -> list[tuple[str, str | None]]:
    """Return every e-mail address and telephone number that records tell of donors."""
    rows = Record.objects.filter(donor_id__in=donor_ids).values_list("email", "phone")
    return [pair for email, phone in rows for pair in (("email", email), ("phone", phone))]


def silenced(
    told: Mapping[int, tuple[str | None, str | None]],
) -> dict[int, frozenset[str]]:
    """Return donor → channels that are silenced, of those with any.

    Args:
        told: Donor → (e-mail address, telephone number).
    """
    if not told or not Suppression.objects.exists():
        return {}
    wanted: dict[tuple[str, str], list[int]] = {}
    for donor, pair in told.items():
        for kind, text in zip(CHANNELS, pair, strict=True):
            if hash_ := hashed(kind, text):
                wanted.setdefault((kind, hash_), []).append(donor)
    found: dict[int, frozenset[str]] = {}
    for kind, hash_ in _listed(wanted):
        for donor in wanted[kind, hash_]:
            found[donor] = found.get(donor, frozenset()) | set(CHANNELS[kind])
    return found


def _listed(wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    asked = list(wanted)
    if len(asked) > 20 * _AT_ONCE:
        return set(Suppression.objects.values_list("channel", "hashed")) & set(asked)
    found: set[tuple[str, str]] = set()
    for first in range(0, len(asked), _AT_ONCE):
        hashes = [hash_ for _, hash_ in asked[first : first + _AT_ONCE]]
        found |= set(Suppression.objects.filter(hashed__in=hashes).values_list("channel", "hashed"))
    return found & set(asked)


def _plain_phone(text: str | None) -> str:
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
