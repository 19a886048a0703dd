"""Ask: have a file made, in the background, once however often the button is pressed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.exports import audience
from mecene_web.exports.models import Export
from mecene_web.segments.models import Segment
from mecene_web.tasks import ask as tasks

KINDS = (
    "donors", "gifts", "recurring", "bank", "accounting", "list", "segment", "audience",
    "everything",
)  # fmt: skip
FORMATS = ("csv", "xlsx")
_DATED = ("gifts", "bank", "accounting")


class NotToExport(ValueError):
    """What was asked is no export; ``words`` is the sentence that says why."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


def ask(kind: str, choice: dict[str, Any], *, once: UUID, by: Staff, now: datetime) -> Export:
    """Return the export, asked for; the same one where ``once`` was used before.

    Args:
        kind: One of ``KINDS``.
        choice: ``since`` and ``until`` (ISO days, until included) of what is dated, ``format``,
            ``list``, ``segment`` (its number), ``tool``, ``lang``.
        once: What the form was given when it was shown.
        by: Who asks.
        now: The moment.

    Raises:
        NotToExport: the kind, a day, a list or a tool is not one.
    """
    told = _checked(kind, choice)
    with transaction.atomic():
        made, fresh = Export.objects.get_or_create(
            once=once, defaults={"kind": kind, "choice": told, "by": by, "at": now}
        )
        if fresh:
            audit.write(
                "export", "export", str(made.pk), by=by, now=now, after={"kind": kind, **told}
            )
            tasks.ask("exports.write", now=now, subject_id=made.pk)
    return made


def _checked(kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    if kind not in KINDS:
        raise NotToExport("problems.kind")
    told = {"lang": choice["lang"], "format": choice.get("format") or "csv"}
    if told["format"] not in FORMATS:
        raise NotToExport("problems.format")
    if kind in _DATED:
        told |= _days(choice)
    if kind == "list":
        told["list"] = str(choice.get("list") or "")
        if not told["list"].replace("_", "").isalpha():
            raise NotToExport("problems.list")
    if kind == "segment" or (kind == "audience" and choice.get("segment")):
        told["segment"] = _segment(choice.get("segment"))
    if kind == "audience":
        told["tool"] = str(choice.get("tool") or "")
        if told["tool"] not in audience.TOOLS:
            raise NotToExport("problems.tool")
    return told


def _segment(number: Any) -> int:
    text = str(number or "")
    there = text.isascii() and text.isdecimal() and len(text) < 19
    if not there or not Segment.objects.filter(pk=int(text)).exists():
        raise NotToExport("problems.segment")
    return int(text)


def _days(choice: dict[str, Any]) -> dict[str, str]:
    try:
        since = date.fromisoformat(choice.get("since") or "")
        until = date.fromisoformat(choice.get("until") or "")
    except (TypeError, ValueError) as wrong:
        raise NotToExport("problems.day") from wrong
    if until < since:
        raise NotToExport("problems.order")
    return {"since": since.isoformat(), "until": until.isoformat()}
