"""Regulate: how the association sends is changed, and what changed is in the log."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.messages.models import Rules
from mecene_web.organisation.models import Organisation

_LONGEST = 1_000
_NAMED = re.compile(r"\b(?:link|association)\.\w+")
_LED = {"ask": "link.give", "monthly": "link.monthly"}
_EACH_READERS = ("link.preferences", "link.unsubscribe")
# What ready texts lead to beside the donation page: each is a page of the association's.
LINKS = (
    "monthly", "payment", "resume", "report", "project", "petition", "questionnaire", "event",
    "refer",
)  # fmt: skip


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
        "donation_url": _url(said.get("donation_url", "").strip(), "donation_url"),
        "links": _links(said),
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


def lacking(content: Mapping[str, Any], there: Collection[str]) -> set[str]:
    """Return what a text names of the association and nobody gave: it would not be sent.

    Args:
        content: Of a part of a template.
        there: What was given (``given``).
    """
    said = json.dumps(content, ensure_ascii=False)
    named = set(_NAMED.findall(said))
    kinds = {block.get("kind") for block in content.get("blocks") or ()}
    # Each amount leads to the donation page; each of a month, to where one signs up.
    named |= {link for kind, link in _LED.items() if kind in kinds}
    return named - {*there, *_EACH_READERS}


def given(own: Organisation, rules: Rules) -> set[str]:
    """Return what texts may name of the association: ``link.petition``, ``association.name`` …."""
    told = {"name": own.name, "address": rules.postal_address, "site": own.site,
            "contact": own.privacy_contact}  # fmt: skip
    names = {f"association.{name}" for name, value in told.items() if value}
    return names | {f"link.{name}" for name in linked(own, rules)}


def linked(own: Organisation, rules: Rules) -> dict[str, str]:
    """Return the links that have an address; those of each reader's own are not among them."""
    told = {"give": rules.donation_url, "site": own.site, **rules.links}
    return {name: url for name, url in told.items() if url}


def _links(said: Mapping[str, str]) -> dict[str, str]:
    held = {name: _url(said.get(f"link.{name}", "").strip(), "link") for name in LINKS}
    return {name: url for name, url in held.items() if url}


def _url(text: str, field: str) -> str:
    if text:
        try:
            URLValidator(schemes=["https", "http"])(text)
        except ValidationError as wrong:
            raise Unusable(field) from wrong
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
