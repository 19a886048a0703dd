"""Known: what the association knows of a person and why, in plain words, for that person to read.

Notes are the person's data too (GDPR art. 15; CNIL: comments in free text are handed over), so
they are here, with their day; who wrote them is not. Third parties are left out: household, payers,
colleagues.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from mecene_web.consent.models import Consent
from mecene_web.donors.models import Note
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Gift
from mecene_web.overview import donor as donors

_GIFTS = 200


@dataclass(frozen=True)
class Known:
    """What is told: the donor's page as plain values, and what happened."""

    page: donors.Page
    gifts: tuple[Gift, ...]
    more_gifts: int
    notes: tuple[Note, ...]
    consents: tuple[Consent, ...]
    contacts: int
    interactions: int
    worked_out: tuple[str, ...]


def known(donor_id: int, *, today: date, lang: str) -> Known:
    """Return what is known of a person.

    Raises:
        Donor.DoesNotExist: nobody ever had this number.
        donors.MergedInto: they are another donor now.
    """
    found = donors.page(donor_id, today=today, lang=lang)
    gifts = Gift.objects.filter(donor=donor_id).order_by("-given_on", "-pk")
    return Known(
        page=found,
        gifts=tuple(gifts[:_GIFTS]),
        more_gifts=max(gifts.count() - _GIFTS, 0),
        notes=tuple(Note.objects.filter(donor=donor_id).order_by("-at")),
        consents=tuple(Consent.objects.filter(donor=donor_id).order_by("-occurred_at")[:_GIFTS]),
        contacts=Contact.objects.filter(donor=donor_id).count(),
        interactions=Interaction.objects.filter(donor=donor_id).count(),
        worked_out=_worked_out(found, lang),
    )


def _worked_out(found: donors.Page, lang: str) -> tuple[str, ...]:
    """Return what was concluded, as sentences; nothing of who objects to profiling."""
    standing: Any = found.standing
    if standing is None or standing.objects_profiling:
        return ()
    alarm = found.signs.get("alarm")
    told = (getattr(standing, f"sentence_{lang}"), *found.reasons, alarm)
    return tuple(one for one in told if one)
