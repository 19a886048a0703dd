"""Asks: which amounts is each donor asked for, and where does each lead?

Who answers is named by ``settings.MECENE_ASK``, a function ``(donor_ids, *, today) -> {donor_id:
{"currency": …, "amounts": [{"amount_minor": …, "net_minor": …}], "monthly": […]}}``. Nobody
named, or nothing said of a donor: a template that asks has nothing to show, and its message does
not leave.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.module_loading import import_string


def of(
    donor_ids: Sequence[int], *, today: date, donation_url: str, monthly_url: str = ""
) -> dict[int, dict[str, Any]]:
    """Return donor → ``ask`` as a template knows it, each amount with the address it leads to.

    Args:
        donor_ids: Whose.
        today: The day they are asked.
        donation_url: Where a gift is made; without it, nothing is asked.
        monthly_url: Where one signs up for a gift each month; without it, none is asked.
    """
    if not settings.MECENE_ASK or not (donation_url or monthly_url):
        return {}
    found = import_string(settings.MECENE_ASK)(donor_ids, today=today)
    urls = {"amounts": donation_url, "monthly": monthly_url}
    return {donor: _led(told, urls) for donor, told in found.items()}


def _led(told: dict[str, Any], urls: dict[str, str]) -> dict[str, Any]:
    """Return what is asked, each amount with its address; what leads nowhere is not there."""
    led = {name: value for name, value in told.items() if name not in urls}
    for name, url in urls.items():
        if url and name in told:
            joint = "&" if "?" in url else "?"
            led[name] = [
                {"url": f"{url}{joint}{urlencode({'amount': one['amount_minor'] / 100})}", **one}
                for one in told[name]
            ]
    return led
