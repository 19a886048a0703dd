"""Asked: what the forms of these pages send, and the words they offer."""

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict

from mecene import facts
from mecene.law.consent import CHANNELS
from mecene_web.consent import record
from mecene_web.consent.models import Mark
from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.rights import rules
from mecene_web.rights.models import Request, Sweep


class NotADay(ValueError):
    """A day was not written as one."""


def request(sent: QueryDict) -> dict[str, Any]:
    """Return what a form says of a request."""
    try:
        received_on = day(sent.get("received_on", ""))
    except NotADay:
        received_on = date.max
    told = number(sent.get("donor"))
    return {
        "kind": sent.get("kind", ""),
        "donor": Donor.objects.filter(pk=told).first() if told else None,
        "asked_by": sent.get("asked_by", ""),
        "received_on": received_on,
        "token": sent.get("token", "")[:64] or uuid.uuid4().hex,
        "note": sent.get("note", ""),
    }


def statement(sent: QueryDict) -> dict[str, Any]:
    """Return what a form says that a donor said.

    Raises:
        NotADay: the day is not one.
    """
    return {
        "purpose": sent.get("purpose") or None,
        "channel": sent.get("channel") or None,
        "status": sent.get("status", ""),
        "occurred_at": rules.moment(day(sent.get("on", ""))),
        "source": sent.get("source", ""),
        "proof": sent.get("proof", "")[:300],
        "once": sent.get("token", "")[:64] or uuid.uuid4().hex,
    }


def mark(sent: QueryDict) -> dict[str, Any]:
    """Return what a form says of a mark.

    Raises:
        NotADay: the day is not one.
    """
    kind = sent.get("kind", "")
    return {
        "kind": kind if kind in Mark.KINDS else "vulnerable",
        "since": day(sent.get("since", "")),
        "reason": sent.get("reason", ""),
    }


def day(text: str) -> date:
    """Return the day that a form sent.

    Raises:
        NotADay: it is none.
    """
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise NotADay("this is no day") from wrong
    if not 1900 <= found.year <= 2100:
        raise NotADay("this is no day of ours")
    return found


def number(text: str | None) -> int:
    """Return a number that a form sent, 0 for none."""
    plain = (text or "").strip()
    return int(plain) if plain.isdecimal() and len(plain) <= 18 else 0


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of requests with their words."""
    return [(kind, words.say("rights", f"kinds.{kind}")) for kind in Request.KINDS]


def choices() -> dict[str, Any]:
    """Return what may be chosen where a colleague writes down what a donor said."""
    say = words.say
    return {
        "purposes_": [(one, say("consent", f"purposes.{one}")) for one in facts.PURPOSES
                      if one != "transactional"],
        "channels_": [(one, say("consent", f"channels.{one}")) for one in CHANNELS],
        "statuses_": [(one, say("consent", f"statuses.{one}"))
                      for one in ("objected", "granted", "withdrawn", "refused")],
        "sources_": [(one, say("consent", f"sources.{one}")) for one in record.SOURCES],
        "kinds_": [(one, say("consent", f"kinds.{one}")) for one in Mark.KINDS],
    }  # fmt: skip


def rule(found: rules.Found) -> dict[str, Any]:
    """Return what the page shows of a rule."""
    name, figure = found.rule.name, found.figure
    return {
        "name": name, "count": found.count, "before": found.before, "examples": found.examples,
        "title": words.say("rights", f"rules.{name}"), "what": words.say("rights", f"found.{name}"),
        "months": figure.value if figure else None, "source": figure.source if figure else "",
        "state": words.say("rights", f"states.{figure.state}") if figure else "",
        "sure": figure is None or figure.state == "confirmed",
    }  # fmt: skip


def swept(one: Sweep) -> dict[str, Any]:
    """Return what the page shows of a sweep."""
    return {"title": words.say("rights", f"rules.{one.rule}"), "at": one.at, "by": one.by,
            "found": one.found, "gone": one.gone, "ended_at": one.ended_at}  # fmt: skip


def site(request: HttpRequest) -> str:
    """Return the address of this installation, as the browser has it."""
    return f"{request.scheme}://{request.get_host()}"
