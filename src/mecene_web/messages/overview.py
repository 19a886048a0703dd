"""Overview: what the pages of messages show."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.module_loading import import_string

from mecene import facts
from mecene.words import LANGUAGES
from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.messages import blocks, campaigns, editing, regulate
from mecene_web.messages.models import Campaign, Halt, Letters, Outgoing, Rules, Seed
from mecene_web.messages.texts import CHANNELS, CONTENT_TYPES, MOTIVES, Part, Template, Version
from mecene_web.organisation.indexed import Seen

_NOT_A_MESSAGE = ("open_tracking", "web_tracking", "profiling")
_SHOWN = 100
# Since before the first message: so that the index of a state, which is by moments, is looked at.
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def everything() -> dict[str, Any]:
    """Return templates, campaigns, and what waits for a human."""
    templates = Template.objects.filter(archived_at=None).annotate(
        published_at=Max("versions__published_at")
    )
    return {
        "templates": templates.order_by("name", "pk"),
        "campaigns": Campaign.objects.order_by("-made_at")[:_SHOWN],
        "unknown": Outgoing.objects.filter(state=Seen("unknown"), asked_at__gte=_EVER).count(),
        "halts": Halt.objects.filter(lifted_at=None).order_by("at"),
        "waiting": Outgoing.objects.filter(state=Seen("queued"), due_at__gte=_EVER).count(),
    }


def choices() -> dict[str, Any]:
    """Return the channels and purposes a template may be for, in words."""
    return {
        "channels": [(name, words.say("messages", f"channels.{name}")) for name in CHANNELS
                     if name != "webhook"],
        "purposes": [(name, words.say("consent", f"purposes.{name}")) for name in facts.PURPOSES
                     if name not in _NOT_A_MESSAGE],
    }  # fmt: skip


def opened(version: Version, asked: str) -> Part:
    """Return the part that is asked for; the first where none is, or it is another version's."""
    parts = version.parts.select_related("version__template").order_by("pk")
    found = parts.filter(pk=int(asked)).first() if asked.isdecimal() else None
    return found or parts.filter(lang=words.language()).first() or parts[0]


def editor(part: Part) -> dict[str, Any]:
    """Return what the page on which a part is written shows."""
    template, held = part.version.template, part.content.get("blocks") or []
    return {
        "title": template.name, "template": template, "version": part.version, "part": part,
        "mail": template.channel == "email", "wrong": editing.wrong(part),
        "parts": [(other, name(other)) for other in part.version.parts.order_by("pk")],
        "blocks": [_block(block, place, len(held)) for place, block in enumerate(held)],
        "kinds": [(kind, words.say("messages", f"kinds.{kind}")) for kind in blocks.KINDS],
        "content_types": [(kind, words.say("messages", f"content_types.{kind or 'any'}"))
                          for kind in ("", *CONTENT_TYPES)],
        "samples": editing.samples(), "languages": LANGUAGES,
        "motives": [(motive, words.say("messages", f"motives.{motive or 'any'}"))
                    for motive in MOTIVES],
    }  # fmt: skip


def name(part: Part) -> str:
    """Return what a part is called: its language, and for whom."""
    said = [words.say("messages", f"languages.{part.lang}")]
    if part.motive:
        said.append(words.say("messages", f"motives.{part.motive}"))
    if part.segment:
        said.append(part.segment)
    return " · ".join(said)


def place(part: Part) -> str:
    """Return where a part is written."""
    return f"{reverse('messages:write', args=[part.version.template_id])}?part={part.pk}"


def donors() -> Any:
    """Return the donors a message may be looked at with."""
    return Donor.objects.filter(records__isnull=False).distinct()


def unknown() -> list[Outgoing]:
    """Return the messages of which nobody knows whether they left, the oldest first."""
    rows = Outgoing.objects.filter(state=Seen("unknown")).select_related(
        "donor", "version__template"
    )
    return list(rows.order_by("asked_at", "pk")[:_SHOWN])


def of_donor(donor_id: int) -> list[dict[str, Any]]:
    """Return the messages of a donor, latest first, each with why it was or was not sent."""
    rows = Outgoing.objects.filter(donor_id=donor_id, trial_to="").select_related(
        "version__template", "campaign"
    )
    return [{"row": row, "why": why(row)} for row in rows.order_by("-asked_at", "-pk")[:_SHOWN]]


def why(row: Outgoing) -> str:
    """Return in a sentence why a message is where it is; nothing where there is nothing to add."""
    if not row.reason:
        return ""
    said = words.known("messages", "reasons", row.reason)
    verdict = row.details.get("verdict")
    if verdict:
        said = f"{said} ({words.known('messages', 'verdicts', verdict)})"
    if row.details.get(words.language()):
        return str(row.details[words.language()])  # the rule's own sentence
    for key in ("name", "code", "said"):
        if row.details.get(key):
            said = f"{said} · {_meant(str(row.details[key]))}"
    return said


def _meant(name: str) -> str:
    """Return what is missing by its own words where it is the association's to give."""
    own = called(name)
    return words.say("messages", "reasons.link", name=own) if own else name


def called(name: str) -> str:
    """Return ``link.petition`` or ``association.name`` in words; nothing for anything else."""
    group, _, which = name.partition(".")
    section = {"link": "links", "association": "association"}.get(group, "")
    try:
        return words.say("messages", f"{section}.{which}")
    except KeyError:
        return ""


def rules() -> dict[str, Any]:
    """Return how the association sends, each link with what it leads to."""
    held = Rules.objects.first() or Rules()
    led = [(name, words.say("messages", f"links.{name}"), held.links.get(name, ""))
           for name in regulate.LINKS]  # fmt: skip
    return {"rules": held, "links": led}


def _block(block: dict[str, Any], number: int, all_: int) -> dict[str, Any]:
    return {
        "id": block["id"], "kind": block["kind"], "first": number == 0, "last": number == all_ - 1,
        "name": words.say("messages", f"kinds.{block['kind']}"),
        "fields": [
            {"name": field, "label": words.say("messages", f"fields.{field}"),
             "value": block.get(field, ""), "long": field in blocks.LONG,
             "url": field in blocks.URLS}
            for field in blocks.KINDS[block["kind"]]
        ],
    }  # fmt: skip


def publishable() -> Any:
    """Return the templates that a campaign may send."""
    held = Template.objects.filter(archived_at=None, versions__published_at__isnull=False)
    return held.distinct().order_by("name")


def campaign(one: Campaign, audiences: dict[str, str], people: int) -> dict[str, Any]:
    """Return what the page of a campaign shows."""
    sample = next(iter(editing.samples()), None)
    part = one.version.parts.order_by("-lang").first() if one.version else None
    return {
        "title": one.name, "campaign": one, "figures": campaigns.figures(one), "people": people,
        "audience": audiences.get(one.audience, one.audience), "part": part if sample else None,
        "sample": sample.pk if sample else 0,
    } | ({"result": import_string(settings.MECENE_RESULT)(one)} if settings.MECENE_RESULT else {})  # fmt: skip # noqa: E501


def letters() -> dict[str, Any]:
    """Return what the page of letters shows."""
    return {
        "waiting": Outgoing.objects.filter(state=Seen("queued"), channel="post").count(),
        "batches": Letters.objects.order_by("-made_at")[:_SHOWN],
        "seeds": Seed.objects.filter(left_at=None).order_by("name"),
    }
