"""Shown: what the preference centre and the consent panel have on them."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from mecene.law.consent import ANY, CHANNELS
from mecene_web.consent import choose, links, state
from mecene_web.consent.links import Visit
from mecene_web.consent.models import Consent, Mark
from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.organisation.models import Organisation


def centre(visit: Visit, asked: QueryDict) -> dict[str, Any]:
    """Return what the preference centre shows."""
    own = Organisation.objects.filter(pk=Organisation.THE_ONE).first()
    person = state.read([visit.donor.pk])[visit.donor.pk].person
    said = asked.get("said", "")
    return {
        "title": words.say("consent", "centre.title"),
        "LANGUAGE_CODE": words.language(),
        "other": {"fr": "en", "en": "fr"}[words.language()],
        "name": str(visit.donor),
        "association": (own and own.name) or words.say("consent", "centre.our"),
        "contact": own.privacy_contact if own else "",
        "protected": person.deceased or person.vulnerable,
        "purposes": _purposes(choose.boxes(visit.donor.pk, now=timezone.now())),
        "changed": int(said) if said.isdecimal() and len(said) < 4 else None,
        "said": said if said in ("stopped", "unchanged") else "",
    }


def ticked(sent: QueryDict) -> set[tuple[str, str]]:
    """Return the boxes that a form came back with."""
    boxes = [name.partition(":") for name in sent.getlist("box")]
    return {(purpose, channel) for purpose, _, channel in boxes}


def afterwards(request: HttpRequest, said: str) -> str:
    """Return the address that shows what was done."""
    lang = request.GET.get("lang")
    return f"{request.path}?said={said}" + (f"&lang={lang}" if lang in ("fr", "en") else "")


def lost(refused: Exception) -> dict[str, Any]:
    """Return what stands on the page of a link that no longer serves."""
    return {
        "title": words.say("consent", "lost.title"),
        "LANGUAGE_CODE": words.language(),
        "days": links.DAYS,
        "expired": isinstance(refused, links.Expired),
        "cut": isinstance(refused, links.Cut),
    }


def panel(donor: Donor) -> dict[str, Any]:
    """Return what a colleague sees of a donor's consent: state, reasons, history, marks."""
    verdicts = state.of(donor.pk, on=timezone.localdate())
    lang = words.language()
    rows: dict[str, dict[str, Any]] = {}
    for (purpose, channel), found in verdicts.items():
        cell = {"allowed": found.allowed, "why": found.text(lang=lang)}
        rows.setdefault(purpose, {})[channel] = cell
    return {
        "donor": donor,
        "channels": [(name, words.say("consent", f"channels.{name}")) for name in CHANNELS],
        "rows": [
            {
                "name": words.say("consent", f"purposes.{purpose}"),
                "cells": [cells.get(name) or cells.get(ANY) for name in CHANNELS],
            }
            for purpose, cells in rows.items()
        ],
        "history": [_line(one) for one in Consent.objects.filter(donor=donor)
                    .select_related("by").order_by("-occurred_at", "-pk")[:100]],
        "marks": Mark.objects.filter(donor=donor).select_related("by").order_by("-at"),
        "link": links.address(donor.pk),
    }  # fmt: skip


def _line(one: Consent) -> dict[str, Any]:
    return {
        "at": one.occurred_at,
        "purpose": words.say("consent", f"purposes.{one.purpose or 'every'}"),
        "channel": words.say("consent", f"channels.{one.channel}")
        if one.channel in CHANNELS else one.channel or words.say("consent", "channels.every"),
        "status": words.say("consent", f"statuses.{one.status}"),
        "source": one.source or "", "wording": one.text_version or "", "proof": one.proof or "",
        "by": one.by or "",
    }  # fmt: skip


def _purposes(boxes: dict[tuple[str, str], bool]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for (purpose, channel), on in boxes.items():
        told = {"value": f"{purpose}:{channel}", "on": on, "id": f"{purpose}-{channel}",
                "name": words.say("consent", f"channels.{channel}")}  # fmt: skip
        found.setdefault(purpose, []).append(told)
    return [{"name": words.say("consent", f"purposes.{purpose}"), "boxes": told}
            for purpose, told in found.items()]  # fmt: skip
