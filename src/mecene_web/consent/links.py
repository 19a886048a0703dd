"""Links: a donor's own way to their choices, signed by us, without an account.

A link says which donor, and has a number of its own which is kept as proof with each choice. It
follows a donor who was found to be another.
"""

import secrets
from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from mecene_web.donors.models import Donor, Merge

DAYS = 90
_SALT = "mecene.preferences"


class Expired(PermissionError):
    """The link was ours, and is too old."""


class Cut(PermissionError):
    """The link is not whole, was never ours, or is of somebody we know nothing of any more."""


@dataclass(frozen=True)
class Visit:
    """Whose link was opened, and its number."""

    donor: Donor
    link: str


def token(donor_id: int) -> str:
    """Return what stands in the address of a donor's preference centre; it serves ``DAYS``."""
    return signing.dumps([donor_id, secrets.token_hex(6)], salt=_SALT, compress=False)


def address(donor_id: int, *, site: str = "") -> str:
    """Return the address of a donor's preference centre.

    Args:
        donor_id: Whose.
        site: ``https://…`` of this installation; empty: the path alone.
    """
    return site.rstrip("/") + reverse("consent:centre", args=[token(donor_id)])


def read(text: str) -> Visit:
    """Return whose link it is.

    Raises:
        Expired: older than ``DAYS``.
        Cut: anything else is wrong with it.
    """
    try:
        number, link = signing.loads(text, salt=_SALT, max_age=DAYS * 86_400)
        donor = Donor.objects.filter(pk=_now(int(number))).first()
    except signing.SignatureExpired as wrong:
        raise Expired(f"the link is over {DAYS} days old") from wrong
    except (signing.BadSignature, ValueError, TypeError, OverflowError) as wrong:
        raise Cut("the link is not whole") from wrong
    if donor is None:
        raise Cut("the link is of nobody we know")
    return Visit(donor, link)


def _now(number: int) -> int:
    seen = {number}
    while kept := Merge.objects.filter(absorbed_id=number, undone_at=None).first():
        number = kept.kept_id
        if number in seen:
            break
        seen.add(number)
    return number
