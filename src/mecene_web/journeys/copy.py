"""Copy: a ready-made journey becomes the association's own, with what it says in both languages."""

import textwrap
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from mecene.journeys import ready
from mecene.journeys.graph import Graph
from mecene.journeys.ready import Text
from mecene.journeys.starting import OnSegment
from mecene.journeys.steps import Call, Letter, Message
from mecene.segments.tags import SHOWN as TAGS
from mecene.words import LANGUAGES
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.journeys import draft
from mecene_web.journeys.models import Journey, Speech
from mecene_web.messages import blocks, editing, publish, write
from mecene_web.segments import columns, save
from mecene_web.segments.models import Segment


@dataclass(frozen=True)
class Offered:
    """A ready-made journey as a page offers it."""

    code: str
    name: str
    about: str
    steps: int


def offered(*, lang: str) -> list[Offered]:
    """Return the journeys that come with the program."""
    graphs = [ready.graph(code) for code in ready.CODES]
    return [
        Offered(one.code, one.name.text(lang=lang), one.about.text(lang=lang) if one.about else "",
                len(one.steps))
        for one in graphs
    ]  # fmt: skip


def copy(code: str, *, by: Staff, now: datetime, token: UUID) -> Journey:
    """Make a ready-made journey one's own; the same for the same token.

    What it says is published, so that it can be tried at once, and stays to be rewritten; what
    another copy says already is said by both.

    Raises:
        NoSuchJourney: none comes with the program under this code.
    """
    with transaction.atomic():
        graph = _placed(ready.graph(code), by=by, now=now)
        made = draft.begin(graph.name.fr, graph.name.en, by=by, now=now, token=token, graph=graph)
        if made.drafts.get(number=1).at == now:
            for (template, channel), texts in _texts(code).items():
                _say(template, channel, texts, graph, by=by, now=now)
    return made


def _placed(graph: Graph, *, by: Staff, now: datetime) -> Graph:
    """Return a graph whose segments are there: a stage of the life cycle becomes one by name."""
    told = tuple(
        replace(trigger, segment=_segment(trigger.segment, by=by, now=now))
        if isinstance(trigger, OnSegment) else trigger
        for trigger in graph.triggers
    )  # fmt: skip
    return replace(graph, triggers=told)


def _segment(code: str, *, by: Staff, now: datetime) -> str:
    condition = f"{code} is true" if code in TAGS else f"segment = '{code}'"
    held = Segment.objects.filter(condition=condition, archived_at=None).order_by("pk").first()
    if held is not None:
        return held.code
    named = {one.name: one for one in columns.named(words.language())}
    stages = dict(named["segment"].choices)
    name = stages.get(code) or (named[code].label if code in named else code)
    return save.save(save.Wanted(name[:120], condition), by=by, now=now).code


def _texts(code: str) -> dict[tuple[str, str], dict[str, Text]]:
    found: dict[tuple[str, str], dict[str, Text]] = {}
    for lang in LANGUAGES:
        for text in ready.texts(code, lang=lang):
            found.setdefault((text.template, text.channel), {})[lang] = text
    return found


def _say(
    code: str, channel: str, texts: dict[str, Text], graph: Graph, *, by: Staff, now: datetime
) -> None:
    held = Speech.objects.filter(code=code, channel=channel, template__archived_at=None)
    if held.exists():
        return
    Speech.objects.filter(code=code, channel=channel).delete()
    kind, purpose = _for(code, graph)
    name = f"{_called(texts['fr'])} ({graph.name.fr})"[:120]
    template = write.begin(
        name, channel=channel, purposes=(purpose,), kind=kind, by=by, now=now, token=uuid4(),
        contents={lang: _content(text, lang) for lang, text in texts.items()},
    )  # fmt: skip
    publish.publish(template.versions.get().pk, by=by, now=now)
    Speech.objects.create(code=code, channel=channel, template=template)


def _called(text: Text) -> str:
    """Return what a text is called by: its subject, or how it begins."""
    return text.subject or textwrap.shorten(text.paragraphs[0], 60, placeholder="…")


def _for(code: str, graph: Graph) -> tuple[str, str]:
    """Return the kind and the purpose of the first step that says a template."""
    for step in graph.steps:
        if isinstance(step, Message | Letter | Call) and step.template == code:
            return step.kind, step.purpose or graph.purpose
    return "news", graph.purpose


def _content(text: Text, lang: str) -> dict[str, Any]:
    if text.channel != "email":
        return {"subject": text.subject, "text": "\n\n".join(text.paragraphs)}
    usual = editing.new_words(lang)
    first, *others = text.paragraphs
    held = [
        blocks.new("greeting", {"text": first}),
        blocks.new("story", {"text": "\n\n".join(others)}),
    ]
    if text.amounts:
        # Who is asked to give each month is shown amounts of a month.
        kind = "monthly" if text.template.startswith("monthly_") else "ask"
        held.append(blocks.new(kind, usual[kind]))
    if text.action:
        label, link = text.action
        url = f"{{{{ link.{link} }}}}"
        held.append(blocks.new("button", {"label": label, "url": url}))
    held.append(blocks.new("footer", usual["footer"]))
    return {"subject": text.subject, "preheader": text.preheader, "blocks": held}
