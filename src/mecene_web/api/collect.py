"""Collect: pages seen on the association's own site, kept as far as the visitor agreed.

Without consent a page view has neither visitor nor donor. With it, it has a visitor; once the
visitor says who they are, their earlier page views are the donor's too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from django.core import signing
from django.db import transaction
from pydantic import AfterValidator, Field, StringConstraints

from mecene_web.api import resuming, rows, write
from mecene_web.consent.models import Consent
from mecene_web.donors import touch
from mecene_web.donors.models import Record
from mecene_web.events.models import Interaction, Visitor
from mecene_web.messages import declared
from mecene_web.organisation.models import Organisation

SOURCE = "site"
MOST_BYTES = 8_000
_SALT = "mecene.visitor"
_PURPOSE = "web_tracking"
_NO = ("withdrawn", "refused", "objected")


class OtherSite(PermissionError):
    """The page is not one of the association's site."""


def _bare(page: str) -> str:
    if urlsplit(page).scheme not in ("http", "https"):
        raise ValueError("is no address of a page")
    return page


Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class Seen(rows.Strict):
    """What the script tells: a page seen, a consent, or who the visitor is."""

    kind: Literal["page_view", "form_started", "form_abandoned", "consent", "known"]
    id: Token
    page: Annotated[rows.Long, AfterValidator(_bare)]
    device: Literal["phone", "tablet", "computer"] | None = None
    visitor: Token | None = None
    consent: bool = False
    email: rows.Email | None = None
    token: Annotated[str, Field(max_length=400)] | None = None
    # Of an unfinished gift: where it is gone on with.
    resume: rows.Long | None = None


@dataclass(frozen=True)
class _Person:
    donor_id: int
    refuses: bool


def allowed(origin: str) -> bool:
    """Return whether a page of this origin is the association's, with or without ``www``."""
    site = Organisation.objects.values_list("site", flat=True).first() or ""
    return bool(site) and _host(origin) == _host(site)


def collect(seen: Seen, *, now: datetime) -> None:
    """Keep what a visitor of the site did, as far as they agreed.

    Raises:
        OtherSite: the page is not of the association's site.
    """
    if not allowed(seen.page):
        raise OtherSite(seen.page)
    with transaction.atomic():
        if seen.kind == "consent" and not seen.consent:
            _forget(seen, now)
        elif seen.kind == "known":
            _know(seen, now)
        elif seen.kind != "consent":
            _keep(seen, now)


def token(donor_id: int) -> str:
    """Return what a link to the site carries, so that who follows it is known there."""
    return signing.dumps(donor_id, salt=_SALT)


def _keep(seen: Seen, now: datetime) -> None:
    visitor = _visitor(seen)
    donor = visitor.donor_id if visitor else None
    if donor and _refuses(donor):
        visitor, donor = None, None
    if seen.resume and not declared.leads_home(seen.resume, declared.hosts()):
        raise OtherSite(seen.resume)
    address = urlsplit(seen.page)
    campaign = parse_qs(address.query).get("utm_campaign", [None])[0]
    row = {
        "donor_id": donor,
        "visitor_id": visitor.pk if visitor else None,
        "at": now,
        "kind": seen.kind,
        "channel": "web",
        "device": seen.device,
        "campaign_code": campaign[:200] if campaign else None,
        # What stands behind «?» may name somebody.
        "properties": {"page": address.path[:1_000] or "/"}
        | ({resuming.NAME: seen.resume} if seen.resume and visitor else {}),
        "source_ref": seen.id,
    }
    write.write(Interaction, [row], source=SOURCE, now=now)


def _know(seen: Seen, now: datetime) -> None:
    """Give a visitor their donor, and the donor what the visitor had seen."""
    visitor = _visitor(seen)
    donor = _signed(seen.token) or _written(seen.email)
    if visitor is None or donor is None or _refuses(donor):
        return
    if visitor.donor_id != donor:
        Visitor.objects.filter(pk=visitor.pk).update(donor_id=donor, known_at=now)
    Interaction.objects.filter(visitor=visitor, donor=None).update(donor_id=donor)
    touch.touch([donor], now=now)
    _say(donor, visitor, "granted", now)


def _forget(seen: Seen, now: datetime) -> None:
    """Take a visitor's name off what they saw; one who was known has said no."""
    visitor = Visitor.objects.filter(token=seen.visitor).first() if seen.visitor else None
    if visitor is None:
        return
    if visitor.donor_id:
        _say(visitor.donor_id, visitor, "withdrawn", now)
        touch.touch([visitor.donor_id], now=now)
    Interaction.objects.filter(visitor=visitor).update(visitor=None)
    visitor.delete()


def _visitor(seen: Seen) -> Visitor | None:
    if not (seen.consent and seen.visitor):
        return None
    return Visitor.objects.get_or_create(token=seen.visitor)[0]


def _signed(said: str | None) -> int | None:
    if not said:
        return None
    try:
        donor = signing.loads(said, salt=_SALT)
    except signing.BadSignature:
        return None
    return donor if Record.objects.filter(donor_id=donor).exists() else None


def _written(email: str | None) -> int | None:
    if not email:
        return None
    held = Record.objects.filter(email=email.lower()).order_by("donor_id")
    return held.values_list("donor_id", flat=True).first()


def _refuses(donor_id: int) -> bool:
    said = Consent.objects.filter(donor_id=donor_id, purpose=_PURPOSE)
    last = said.order_by("-occurred_at", "-pk").values_list("status", flat=True).first()
    return last in _NO


def _say(donor_id: int, visitor: Visitor, status: str, now: datetime) -> None:
    ref = f"visitor:{visitor.pk}:{status}"
    Consent.objects.get_or_create(
        donor_id=donor_id, source_ref=ref,
        defaults={"purpose": _PURPOSE, "channel": None, "status": status, "occurred_at": now,
                  "written_at": now, "legal_basis": "consent", "source": "site"},
    )  # fmt: skip


def _host(address: str) -> tuple[str, str, int | None]:
    try:
        told = urlsplit(address)
        return (told.scheme, (told.hostname or "").removeprefix("www."), told.port)
    except ValueError:
        return ("", "", None)
