"""Ask a link: somebody whose link no longer serves asks for another; a colleague answers."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from mecene_web.consent import links
from mecene_web.consent.models import Asked
from mecene_web.donors.models import Donor

MOST = 500


class NoAddress(ValueError):
    """What was written is no e-mail address."""


def ask(email: str, *, now: datetime) -> None:
    """Write down that somebody asks for a link; whoever they are, nothing says if we know them.

    Beyond ``MOST`` that wait, nothing more is written: somebody is playing.

    Raises:
        NoAddress: it is no e-mail address.
    """
    plain = email.strip().lower()
    try:
        validate_email(plain)
    except ValidationError as wrong:
        raise NoAddress("this is no e-mail address") from wrong
    with transaction.atomic():
        if Asked.objects.count() < MOST:
            Asked.objects.get_or_create(email=plain, defaults={"at": now})


def waiting(*, site: str) -> list[dict[str, object]]:
    """Return who asked, the first first, with the link to send to each we know."""
    rows = list(Asked.objects.order_by("at")[:MOST])
    known = Donor.objects.filter(email__in=[row.email for row in rows], records__isnull=False)
    donors = {donor.email: donor for donor in known.distinct()}
    return [
        {
            "asked": row,
            "donor": donors.get(row.email),
            "address": links.address(donors[row.email].pk, site=site)
            if row.email in donors else "",
        }
        for row in rows
    ]  # fmt: skip


def answered(asked_id: int) -> None:
    """Forget who asked: the link was sent, or there is nobody to send it to."""
    Asked.objects.filter(pk=asked_id).delete()
