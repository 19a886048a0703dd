"""Parts: what a template says, made ready to be filled in, and which part speaks to whom?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate

from mecene_web.messages import blocks, plain, sandbox
from mecene_web.messages.texts import Part, Version

MOST_SMS_SIGNS = 459  # three texts of GSM 7-bit signs


class NoPart(LookupError):
    """A version says nothing in any language for this reader."""


class Unfinished(ValueError):
    """A part cannot be published; ``where`` names the field, ``why`` the reason."""

    def __init__(self, where: str, why: str, *, said: str = "") -> None:
        super().__init__(f"{where}: {why} {said}".strip())
        self.where, self.why, self.said = where, why, said


@dataclass(frozen=True)
class Filled:
    """A message as one donor gets it."""

    subject: str
    text: str
    html: str


def compiled(
    content: Mapping[str, Any], *, channel: str, lang: str, solicits: bool
) -> dict[str, str]:
    """Return what is filled in for each donor: ``subject``, ``text``, ``html``.

    Args:
        content: As people wrote it.
        channel: Of the template.
        lang: ``fr`` or ``en``.
        solicits: Whether it is more than a service: then a mail tells how to leave.

    Raises:
        Unfinished: a field is empty, or has too much, or lacks what the law wants.
        blocks.UnusableBlock: a block cannot be written out.
        mjml.UnreadableMjml: MJML somebody wrote is wrong.
        sandbox.UnreadableTemplate: Liquid somebody wrote is wrong.
    """
    if channel == "email":
        made = _mail(content, lang=lang, solicits=solicits)
    else:
        made = _words(content, channel=channel)
    for name, source in made.items():
        sandbox.template(source, lang=lang, html=name == "html")
    return made


def chosen(version_id: int, *, lang: str, motive: str = "", segments: Collection[str] = ()) -> Part:
    """Return the part that speaks to a reader: their segment's, then the motive's, in their tongue.

    Raises:
        NoPart: there is none, in any language.
    """
    offered = [
        part for part in _parts(version_id)
        if part.motive in ("", motive) and (not part.segment or part.segment in segments)
    ]  # fmt: skip
    if not offered:
        raise NoPart(f"version {version_id} says nothing for this reader")
    return max(
        offered,
        key=lambda part: (part.lang == lang, bool(part.segment), bool(part.motive), part.lang,
                          -part.pk),
    )  # fmt: skip


def fill(part: Part, values: dict[str, Any], *, fresh: bool = False) -> Filled:
    """Return a part filled in.

    Args:
        part: Which.
        values: As ``values.merged``.
        fresh: It may have changed since it was last read: a draft.

    Raises:
        sandbox.MissingData, sandbox.TooMuch, sandbox.UnreadableTemplate: it cannot be.
    """
    made = _ready(part.compiled, part.lang) if fresh else _kept(part.pk)
    said = {name: sandbox.fill(template, values) for name, template in made.items()}
    return Filled(" ".join(said.get("subject", "").split()), said["text"].strip(),
                  said.get("html", ""))  # fmt: skip


def forget() -> None:
    """Forget what was made ready: another database is used from now on."""
    _kept.cache_clear()
    _parts.cache_clear()


@lru_cache(maxsize=64)
def _parts(version_id: int) -> tuple[Part, ...]:
    # Of a published version alone: it does not change any more.
    Version.objects.get(pk=version_id, published_at__isnull=False)
    return tuple(Part.objects.filter(version_id=version_id).order_by("pk"))


@lru_cache(maxsize=256)
def _kept(part_id: int) -> dict[str, BoundTemplate]:
    part = Part.objects.get(pk=part_id, version__published_at__isnull=False)
    return _ready(part.compiled, part.lang)


def _ready(made: Mapping[str, str], lang: str) -> dict[str, BoundTemplate]:
    return {name: sandbox.template(source, lang=lang, html=name == "html")
            for name, source in made.items()}  # fmt: skip


def _mail(content: Mapping[str, Any], *, lang: str, solicits: bool) -> dict[str, str]:
    subject = str(content.get("subject") or "").strip()
    if not subject:
        raise Unfinished("subject", "empty")
    if len(subject) > 300:
        raise Unfinished("subject", "long")
    held = list(content.get("blocks") or [])
    blocks.check(held)
    text = plain.as_text(held)
    if solicits and "link.unsubscribe" not in text.replace(" ", ""):
        raise Unfinished("footer", "no_way_out")
    preheader = str(content.get("preheader") or "")
    html = blocks.as_html(held, subject=subject, preheader=preheader, lang=lang)
    return {"subject": subject, "text": text, "html": html}


def _words(content: Mapping[str, Any], *, channel: str) -> dict[str, str]:
    text = str(content.get("text") or "").strip()
    if not text:
        raise Unfinished("text", "empty")
    if channel == "sms" and len(text) > MOST_SMS_SIGNS:
        raise Unfinished("text", "long")
    if len(text) > blocks.LONGEST:
        raise Unfinished("text", "long")
    return {"subject": str(content.get("subject") or ""), "text": text}
