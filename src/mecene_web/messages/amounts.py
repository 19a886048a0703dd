"""Amounts: what ``mecene.ask`` suggests to each donor, from their own gifts (``MECENE_ASK``).

What a gift costs after tax is told to people who may pay it in France, and to nobody else.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from mecene.ask import array, net_cost
from mecene.ask.array import Giving
from mecene_web.donors.models import Donor
from mecene_web.giving.models import Gift
from mecene_web.organisation.models import Organisation

_YEAR = timedelta(days=365)
_FRENCH_TAX = ("FR", None)


def of(donor_ids: Sequence[int], *, today: date) -> dict[int, dict[str, Any]]:
    """Return donor → ``currency``, ``amounts`` of a gift, and ``monthly`` ones.

    Each amount is ``{"amount_minor", "net_minor"?}``; the monthly ones share out a year's gifts.

    Args:
        donor_ids: Whose.
        today: Gifts after it are not seen; the law is that of this day.
    """
    house = Organisation.objects.first() or Organisation()
    given = _given(donor_ids, today)
    found = {}
    people = Donor.objects.filter(pk__in=donor_ids).values_list("pk", "kind", "country")
    for donor, kind, country in people:
        giving = _giving(given[donor], today)
        told = array.one_off(giving, currency=house.currency)
        each_month = array.monthly(giving, currency=house.currency)
        taxed = kind != "organisation" and country in _FRENCH_TAX and house.currency == "EUR"
        found[donor] = {
            "currency": told.currency,
            "amounts": [_amount(minor, today, taxed=taxed) for minor in told.amounts_minor],
            "monthly": [_amount(minor, today, taxed=taxed) for minor in each_month.amounts_minor],
        }
    return found


def _amount(minor: int, today: date, *, taxed: bool) -> dict[str, int]:
    if not taxed:
        return {"amount_minor": minor}
    return {"amount_minor": minor, "net_minor": net_cost.of(minor, on=today).cost_minor}


def _given(donor_ids: Sequence[int], today: date) -> dict[int, list[tuple[date, int, str]]]:
    rows = Gift.objects.filter(
        donor_id__in=donor_ids, status="received", kind="one_off", given_on__lte=today
    ).order_by("given_on", "pk")
    found: dict[int, list[tuple[date, int, str]]] = defaultdict(list)
    for donor, on, minor, currency in rows.values_list(
        "donor_id", "given_on", "amount_minor", "currency"
    ):
        found[donor].append((on, minor, currency))
    return found


def _giving(gifts: list[tuple[date, int, str]], today: date) -> Giving:
    if not gifts:
        return Giving(None, None, None, None, None)
    last_on, last_minor, currency = gifts[-1]
    mine = [(on, minor) for on, minor, spent in gifts if spent == currency]
    return Giving(
        last_one_off_minor=last_minor,
        last_one_off_age_days=(today - last_on).days,
        largest_one_off_minor=max(minor for _, minor in mine),
        one_off_amount_12m_minor=sum(minor for on, minor in mine if on > today - _YEAR),
        currency=currency,
    )
