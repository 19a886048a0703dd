"""Editing: what a part's form says, what is wrong with it, what it looks like filled in."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape

from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.giving.models import Gift
from mecene_web.messages import blocks, mjml, parts, publish, sandbox, values, write
from mecene_web.messages.texts import CHANNELS, LANGUAGES, Part

_SAMPLES = 8
_START = ("greeting", "story", "footer")


@dataclass(frozen=True)
class Wrong:
    """What keeps a part from leaving: in words, and the block it is in."""

    said: str
    block: str = ""


def starting(channel: str) -> dict[str, dict[str, Any]]:
    """Return what a new template of a channel says in each language."""
    if channel not in CHANNELS:
        return {lang: {} for lang in LANGUAGES}
    told: dict[str, dict[str, Any]] = {}
    for lang in LANGUAGES:
        said = new_words(lang)
        if channel == "email":
            made = [blocks.new(kind, said[kind]) for kind in _START]
            told[lang] = {"subject": said["words"]["subject"], "preheader": "", "blocks": made}
        else:
            told[lang] = {"text": said["words"][channel]}
    return told


@cache
def new_words(lang: str) -> dict[str, dict[str, str]]:
    """Return kind of block → what a new one says."""
    text = (resources.files("mecene_web.messages") / "starting.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)[lang])


def sent(posted: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """Return the content that a form says, one of its buttons pressed or not.

    Raises:
        blocks.UnusableBlock: a button asks for what there is not.
    """
    if part.version.template.channel != "email":
        return {"subject": _one(posted, "subject", 300), "text": _one(posted, "text", 12_000)}
    held = []
    for told in posted.getlist("block")[: blocks.MOST_BLOCKS + 1]:  # type: ignore[attr-defined]
        number, _, kind = str(told).partition(":")
        if kind in blocks.KINDS and number.isalnum():
            fields = {name: _one(posted, f"{number}.{name}", mjml.LONGEST + 1)
                      for name in blocks.KINDS[kind]}  # fmt: skip
            held.append({"id": number[:32], "kind": kind} | fields)
    content = {"subject": _one(posted, "subject", 400),
               "preheader": _one(posted, "preheader", 400), "blocks": held}  # fmt: skip
    return write.arranged(content, do=str(posted.get("do", "")), words=new_words(part.lang))


def wrong(part: Part) -> Wrong | None:
    """Return what keeps a part from being published; None: nothing does."""
    try:
        publish.ready(part)
    except publish.MISTAKES as mistake:
        return told(mistake)
    return None


def told(mistake: Exception) -> Wrong:
    """Return a mistake in the reader's words."""
    match mistake:
        case blocks.UnusableBlock():
            field = words.say("messages", f"fields.{mistake.field}") if mistake.field else ""
            return Wrong(words.say("messages", f"mistakes.{mistake.why}", field=field,
                                   said=mistake.said), mistake.block)  # fmt: skip
        case parts.Unfinished():
            field = words.say("messages", f"fields.{mistake.where}")
            return Wrong(words.say("messages", f"mistakes.{mistake.why}", field=field, said=""))
        case mjml.UnreadableMjml():
            return Wrong(words.say("messages", "mistakes.mjml", line=mistake.line,
                                   said=mistake.said))  # fmt: skip
        case sandbox.UnreadableTemplate():
            return Wrong(words.say("messages", "mistakes.liquid", said=mistake.said))
        case sandbox.MissingData():
            return Wrong(words.say("messages", "mistakes.missing", name=mistake.name))
        case sandbox.TooMuch():
            return Wrong(words.say("messages", "mistakes.too_much"))
    raise mistake


@dataclass(frozen=True)
class Shown:
    """A part filled in for a donor, or what is wrong with it."""

    filled: parts.Filled | None
    wrong: Wrong | None


def shown(part: Part, donor_id: int, *, now: datetime) -> Shown:
    """Return a part as a donor would get it today."""
    today = timezone.localdate(now)
    reader = values.of([donor_id], today=today, site=settings.MECENE_ADDRESS).get(donor_id)
    if reader is None:
        return Shown(None, Wrong(words.say("messages", "mistakes.nobody")))
    try:
        ready = publish.ready(part)
        filled = parts.fill(ready, values.merged(reader, _for_show()), fresh=True)
    except (*publish.MISTAKES, sandbox.MissingData, sandbox.TooMuch) as mistake:
        return Shown(None, told(mistake))
    return Shown(filled, None)


def page(found: Shown) -> str:
    """Return what stands in the frame of a preview: a mail's HTML, words, or what is wrong."""
    if found.filled is not None and found.filled.html:
        return found.filled.html
    said = found.filled.text if found.filled else found.wrong.said if found.wrong else ""
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head><body style="font:16px/1.5 '
        f'sans-serif;white-space:pre-wrap;margin:16px">{escape(said)}</body></html>'
    )


def samples() -> list[Donor]:
    """Return donors of every kind to look at a message with: those most likely to break it."""
    found: dict[int, Donor] = {}
    known = Donor.objects.filter(records__isnull=False, deceased_on=None).distinct()
    for some in (
        known.filter(kind="person", civility__isnull=False),
        known.filter(kind="person", civility=None),
        known.filter(kind="household"),
        known.filter(kind="organisation"),
        known.filter(gifts=None),
        known.filter(language="en"),
        known.filter(pk__in=Gift.objects.order_by("-given_on").values("donor")[:20]),
        known,
    ):
        for donor in some.exclude(pk__in=list(found)).order_by("-pk")[:1]:
            found[donor.pk] = donor
    return list(found.values())[:_SAMPLES]


def _for_show() -> dict[str, Any]:
    """Return what only a sending adds: a way out, which leads nowhere here."""
    return {"link": {"unsubscribe": f"{settings.MECENE_ADDRESS}/"}}


def _one(posted: Mapping[str, Any], name: str, most: int) -> str:
    return str(posted.get(name, "")).replace("\0", "").replace("\r\n", "\n")[:most]
