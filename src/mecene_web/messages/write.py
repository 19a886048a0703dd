"""Write: a template begins, changes block by block, and begins again from what was published."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from mecene import facts
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.messages import blocks
from mecene_web.messages.texts import (
    CHANNELS,
    CONTENT_TYPES,
    KINDS,
    LANGUAGES,
    MOTIVES,
    Part,
    Template,
    Version,
)

LONGEST_NAME = 120


class NoName(ValueError):
    """A template has a name of 1 to ``LONGEST_NAME`` signs."""


class NoPurpose(ValueError):
    """A template says what it is for, in purposes and by a channel we know."""


class NoSuchContent(ValueError):
    """A template is of one of ``texts.CONTENT_TYPES``, or of none."""


class Published(ValueError):
    """What was published does not change; a new version can."""


class Overtaken(ValueError):
    """The part was changed since the page was drawn; what is there now must be looked at first."""


def begin(
    name: str, *, channel: str, purposes: Collection[str], by: Staff | None, now: datetime,
    token: UUID, kind: str = "", contents: Mapping[str, Mapping[str, Any]] | None = None,
) -> Template:  # fmt: skip
    """Make a template with a draft in French and in English; the same for the same token.

    Args:
        name: For the members, not for donors.
        channel: Of ``texts.CHANNELS``.
        purposes: Of ``facts.PURPOSES``; every one it serves.
        by: Who makes it.
        now: When.
        token: The form's own.
        kind: Of ``texts.KINDS``; as its purposes have it where nobody said.
        contents: Language → what it says to begin with.

    Raises:
        NoName, NoPurpose: what is told cannot be used.
    """
    plain = " ".join(name.replace("\0", "").split())
    if not 0 < len(plain) <= LONGEST_NAME:
        raise NoName(plain)
    kind = kind or usual_kind(purposes)
    known = set(purposes) <= set(facts.PURPOSES) and channel in CHANNELS and kind in KINDS
    if not purposes or not known:
        raise NoPurpose(f"{channel}: {', '.join(sorted(purposes))}")
    with transaction.atomic():
        made, fresh = Template.objects.get_or_create(
            token=token,
            defaults={"name": plain, "channel": channel, "purposes": sorted(set(purposes)),
                      "kind": kind,
                      "made_at": now, "made_by": by},
        )  # fmt: skip
        if fresh:
            version = Version.objects.create(template=made, number=1)
            told = contents or {lang: {} for lang in LANGUAGES}
            for lang, content in told.items():
                Part.objects.create(version=version, lang=lang, content=dict(content))
            audit.write("create", "template", made.pk, by=by, now=now, after={"name": plain})
    return made


def usual_kind(purposes: Collection[str]) -> str:
    """Return what a message is to who reads it, from what it is for."""
    if set(purposes) & {"appeal", "commercial", "legacy", "partner_charity_sharing"}:
        return "ask"
    return "service" if set(purposes) == {"transactional"} else "news"


def draft(template_id: int) -> Version:
    """Return the draft of a template, made from what was last published where there is none."""
    with transaction.atomic():
        held = Template.objects.select_for_update().get(pk=template_id, archived_at=None)
        last = held.versions.order_by("-number").first()
        assert last is not None
        if last.published_at is None:
            return last
        made = Version.objects.create(template=held, number=last.number + 1)
        for part in last.parts.order_by("pk"):
            Part.objects.create(version=made, lang=part.lang, motive=part.motive,
                                segment=part.segment, content=part.content)  # fmt: skip
    return made


def variant(version_id: int, *, lang: str, motive: str, segment: str, copy_of: int) -> Part:
    """Return a part for a motive or a segment, begun as a copy of another; the one that is there.

    Raises:
        NoPurpose: the language or the motive is none we know.
        Published: the version was.
    """
    if lang not in LANGUAGES or motive not in MOTIVES or len(segment) > LONGEST_NAME:
        raise NoPurpose(f"{lang} {motive} {segment}")
    with transaction.atomic():
        version = _open(version_id)
        like = Part.objects.filter(version=version, pk=copy_of).first()
        made, _ = Part.objects.get_or_create(
            version=version, lang=lang, motive=motive, segment=segment,
            defaults={"content": like.content if like else {}},
        )  # fmt: skip
    return made


def drop(part_id: int) -> None:
    """Take a variant out of a draft; what speaks to everybody else stays.

    Raises:
        Published: the version was.
    """
    with transaction.atomic():
        part = Part.objects.get(pk=part_id)
        _open(part.version_id)
        if part.motive or part.segment:
            part.delete()


def change(part_id: int, content: Mapping[str, Any], *, edition: int) -> Part:
    """Write what a part of a draft says.

    Args:
        part_id: Which.
        content: All of it.
        edition: The one the writer saw.

    Raises:
        Published: the version was.
        Overtaken: somebody else wrote meanwhile.
    """
    with transaction.atomic():
        part = Part.objects.select_for_update().get(pk=part_id)
        _open(part.version_id)
        mine = Part.objects.filter(pk=part_id, edition=edition)
        if not mine.update(content=dict(content), compiled={}, edition=F("edition") + 1):
            raise Overtaken(f"part {part_id} is at edition {part.edition}")
        part.refresh_from_db()
    return part


def arranged(
    content: Mapping[str, Any], *, do: str, words: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return content with a block added, moved, duplicated or removed.

    Args:
        content: What is there.
        do: ``add story``, ``up ID``, ``down ID``, ``copy ID``, ``remove ID``; else nothing changes.
        words: Kind → what a new block says to begin with.

    Raises:
        blocks.UnusableBlock: there is no such kind, or there are too many.
    """
    verb, _, what = do.partition(" ")
    held = [dict(block) for block in content.get("blocks") or []]
    place = next((i for i, block in enumerate(held) if block.get("id") == what), None)
    if verb == "add":
        # What closes a mail stays at its end.
        last = len(held) - 1 if held and held[-1].get("kind") == "footer" else len(held)
        held.insert(last, blocks.new(what, words.get(what)))
    elif place is not None and verb == "remove":
        held.pop(place)
    elif place is not None and verb == "copy":
        held.insert(place + 1, {**held[place], "id": blocks.new("greeting")["id"]})
    elif place is not None and verb in ("up", "down"):
        to = min(max(place + (1 if verb == "down" else -1), 0), len(held) - 1)
        held.insert(to, held.pop(place))
    if len(held) > blocks.MOST_BLOCKS:
        raise blocks.UnusableBlock("many")
    return {**content, "blocks": held}


def typed(template_id: int, content_type: str, *, by: Staff, now: datetime) -> None:
    """Say what a template mostly is: a story, a video … From now on it is counted as that.

    Raises:
        NoSuchContent: it is none we know.
    """
    if content_type not in ("", *CONTENT_TYPES):
        raise NoSuchContent(content_type)
    with transaction.atomic():
        held = Template.objects.select_for_update().get(pk=template_id, archived_at=None)
        if held.content_type != content_type:
            Template.objects.filter(pk=template_id).update(content_type=content_type)
            audit.write("change", "template", template_id, by=by, now=now,
                        before={"content_type": held.content_type},
                        after={"content_type": content_type})  # fmt: skip


def archive(template_id: int, *, by: Staff, now: datetime) -> None:
    """Put a template away; what was sent with it stays."""
    with transaction.atomic():
        if Template.objects.filter(pk=template_id, archived_at=None).update(archived_at=now):
            audit.write("archive", "template", template_id, by=by, now=now)


def _open(version_id: int) -> Version:
    version = Version.objects.select_for_update().get(pk=version_id)
    if version.published_at is not None:
        raise Published(f"version {version_id} was published on {version.published_at:%Y-%m-%d}")
    return version
