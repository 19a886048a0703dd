"""Asks: which amounts is each donor asked for, and where does each lead?

Who answers is named by ``settings.MECENE_ASK``, a function ``(donor_ids, *, today) -> {donor_id:
{"currency": …, "amounts": [{"amount_minor": …, "net_minor": …}]}}``. Nobody named, or nothing said
of a donor: a template that asks has nothing to show, and its message does not leave.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.module_loading import import_string


def of(donor_ids: Sequence[int], *, today: date, donation_url: str) -> dict[int, dict[str, Any]]:
    """Return donor → ``ask`` as a template knows it, each amount with the address it leads to."""
    if not settings.MECENE_ASK or not donation_url:
        return {}
    found = import_string(settings.MECENE_ASK)(donor_ids, today=today)
    return {donor: _led(told, donation_url) for donor, told in found.items()}


def _led(told: dict[str, Any], url: str) -> dict[str, Any]:
    joint = "&" if "?" in url else "?"
    amounts = [
        {"url": f"{url}{joint}{urlencode({'amount': one['amount_minor'] / 100})}", **one}
        for one in told["amounts"]
    ]
    return {**told, "amounts": amounts}
