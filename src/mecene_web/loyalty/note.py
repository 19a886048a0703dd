"""Note: a donor used an element of the programme, written down by hand."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.donors import touch
from mecene_web.donors.models import Donor
from mecene_web.events.models import Interaction
from mecene_web.loyalty.models import USE, Element

SATISFACTION = (1, 2, 3, 4, 5)


class NoSuchDonor(LookupError):
    """No donor has this number."""


class NoSuchElement(LookupError):
    """The programme has no such element."""


class NoRating(ValueError):
    """Satisfaction is said from 1 to 5."""


def note(
    element_id: int, donor_id: int, *, satisfaction: int | None, by: Staff, now: datetime,
    token: UUID,
) -> Interaction:  # fmt: skip
    """Write down that a donor used an element now, and how satisfied they said they were.

    The same token is one use.

    Raises:
        NoSuchDonor, NoSuchElement: there is none.
        NoRating: satisfaction is not from 1 to 5.
    """
    if satisfaction is not None and satisfaction not in SATISFACTION:
        raise NoRating(satisfaction)
    ref = f"hand:{token}"
    with transaction.atomic():
        element = Element.objects.filter(pk=element_id, ended_at=None).first()
        if element is None:
            raise NoSuchElement(element_id)
        if not Donor.objects.filter(pk=donor_id).exists():
            raise NoSuchDonor(donor_id)
        there = Interaction.objects.filter(donor_id=donor_id, kind=USE, source_ref=ref).first()
        if there is not None:
            return there
        said = {"element": element.code}
        told = said | ({"satisfaction": satisfaction} if satisfaction else {})
        made = Interaction.objects.create(
            donor_id=donor_id, at=now, kind=USE, properties=told, source_ref=ref
        )
        touch.touch([donor_id], now=now)
        audit.write("use", "element", element.pk, by=by, now=now, donor_id=donor_id, after=told)
    return made
