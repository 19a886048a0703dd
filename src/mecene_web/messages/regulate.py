"""Regulate: how the association sends is changed, and what changed is in the log."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.messages.models import Rules

_LONGEST = 1_000


class Unusable(ValueError):
    """A field cannot be used; ``field`` is which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def regulate(said: Mapping[str, str], *, by: Staff, now: datetime) -> Rules:
    """Write down how the association sends.

    Raises:
        Unusable: an address is none, or a pace is no number.
    """
    told = {
        "two_people": "two_people" in said,
        "count_clicks": "count_clicks" in said,
        "donation_url": _url(said.get("donation_url", "").strip()),
        "postal_address": said.get("postal_address", "").replace("\r\n", "\n").strip()[:_LONGEST],
        "per_second": _pace(said.get("per_second", "") or "0"),
        "per_domain": _paces(said.get("per_domain", "")),
    }
    with transaction.atomic():
        Rules.objects.get_or_create(pk=Rules.THE_ONE)
        held = Rules.objects.select_for_update().get(pk=Rules.THE_ONE)
        before = {name: getattr(held, name) for name in told if getattr(held, name) != told[name]}
        if before:
            Rules.objects.filter(pk=Rules.THE_ONE).update(**told)
            audit.write("change", "sending", None, by=by, now=now, before=before,
                        after={name: told[name] for name in before})  # fmt: skip
    held.refresh_from_db()
    return held


def _url(text: str) -> str:
    if text:
        try:
            URLValidator(schemes=["https", "http"])(text)
        except ValidationError as wrong:
            raise Unusable("donation_url") from wrong
    return text


def _pace(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise Unusable("per_second")
    return int(text)


def _paces(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        domain, _, rate = line.strip().partition(" ")
        try:
            found[domain.lower()] = float(rate.replace(",", "."))
        except ValueError as wrong:
            raise Unusable("per_domain") from wrong
        if not 0 < found[domain.lower()] <= 1_000:
            raise Unusable("per_domain")
    return found
