"""Values: what a template may say of each donor.

What we do not know is absent, not empty: a template that needs it does not leave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery, Sum

from mecene.identity import names
from mecene_web.consent import links
from mecene_web.donors.models import Donor
from mecene_web.giving.models import Gift
from mecene_web.messages import asks, civility, regulate
from mecene_web.messages.models import Rules
from mecene_web.messages.texts import LANGUAGES
from mecene_web.organisation.models import Organisation

_AT_ONCE = 500


@dataclass(frozen=True)
class Reader:
    """A donor as a template and a channel meet them."""

    donor: Donor
    lang: str
    values: dict[str, Any]


def of(donor_ids: Iterable[int], *, today: date, site: str) -> dict[int, Reader]:
    """Return donor → what may be said to them.

    Args:
        donor_ids: Whose; who is not there any more is left out.
        today: The day it is said; gifts dated after it are not seen.
        site: ``https://…`` of this installation, for the links.
    """
    own, rules = house()
    found: dict[int, Reader] = {}
    wanted = sorted(set(donor_ids))
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        asked = asks.of(some, today=today, donation_url=rules.donation_url,
                        monthly_url=rules.links.get("monthly", ""))  # fmt: skip
        for donor in _donors(some, today):
            lang = (donor.language or own.language or "fr")[:2].lower()
            lang = lang if lang in LANGUAGES else own.language
            told = {
                "donor": _who(donor, lang),
                "giving": _giving(donor),
                "association": _told(name=own.name, address=rules.postal_address,
                                     site=own.site, contact=own.privacy_contact),
                "link": regulate.linked(own, rules)
                | {"preferences": links.address(donor.pk, site=site)},
                "today": today,
            }  # fmt: skip
            if donor.pk in asked:
                told["ask"] = asked[donor.pk]
            found[donor.pk] = Reader(donor, lang, told)
    return found


def merged(reader: Reader, *more: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reader's values with those of whoever sends; groups of the same name are joined."""
    told = dict(reader.values)
    for group in more:
        for name, value in group.items():
            held = told.get(name)
            both = isinstance(held, dict) and isinstance(value, Mapping)
            told[name] = {**held, **value} if both else value  # type: ignore[dict-item]
    return told


def house() -> tuple[Organisation, Rules]:
    """Return the association, and how it sends."""
    own = Organisation.objects.first() or Organisation()
    return own, Rules.objects.first() or Rules()


def _donors(ids: list[int], today: date) -> "Iterable[Any]":
    seen = Q(gifts__status="received", gifts__given_on__lte=today)
    year = Q(gifts__given_on__year=today.year)
    last = Gift.objects.filter(
        donor=OuterRef("pk"), status="received", given_on__lte=today
    ).order_by("-given_on", "-pk")
    return Donor.objects.filter(pk__in=ids).annotate(
        gifts_count=Count("gifts", filter=seen),
        first_on=Min("gifts__given_on", filter=seen),
        last_on=Max("gifts__given_on", filter=seen),
        total_minor=Sum("gifts__amount_minor", filter=seen),
        year_minor=Sum("gifts__amount_minor", filter=seen & year),
        last_minor=Subquery(last.values("amount_minor")[:1]),
        last_currency=Subquery(last.values("currency")[:1]),
        last_designation=Subquery(last.values("designation")[:1]),
    )


def _who(donor: Donor, lang: str) -> dict[str, Any]:
    spoken = civility.of(
        kind=donor.kind, civility=donor.civility, first_name=donor.first_name,
        last_name=donor.last_name, organisation_name=donor.organisation_name, lang=lang,
    )  # fmt: skip
    return _told(
        number=donor.pk, greeting=spoken.greeting, formal=spoken.formal, name=spoken.name,
        first_name=names.cased(donor.first_name or ""),
        last_name=names.cased(donor.last_name or ""), civility=donor.civility,
        organisation=donor.organisation_name, city=donor.city, postcode=donor.postcode,
        country=donor.country, language=lang, since=donor.acquired_on,
    )  # fmt: skip


def _giving(donor: Any) -> dict[str, Any]:
    return _told(
        count=donor.gifts_count, first_on=donor.first_on, last_on=donor.last_on,
        total_minor=donor.total_minor, year_minor=donor.year_minor or 0,
        last_minor=donor.last_minor, currency=donor.last_currency,
        last_designation=donor.last_designation,
    )  # fmt: skip


def _told(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
