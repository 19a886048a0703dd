"""Publish: what was drawn is found right and becomes a version, which never changes again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from mecene.journeys import publishing, validate, writing
from mecene.journeys.graph import Graph
from mecene.journeys.problems import Problem
from mecene.journeys.publishing import InvalidGraph
from mecene.journeys.steps import Call, Letter, Message, Webhook
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.journeys import draft, experiments, following
from mecene_web.journeys.models import Endpoint, Journey, Version
from mecene_web.messages import regulate
from mecene_web.messages.texts import Part
from mecene_web.messages.values import house

_REFUSAL = "a published journey does not change"
# Database → what refuses to change what was published.
CREATE: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "create trigger journeys_version_no_change before update on journeys_version "
        f"begin select raise(abort, '{_REFUSAL}'); end",
    ),
    "postgresql": (
        "create function journeys_refuse() returns trigger language plpgsql as $$ begin "
        f"raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; end $$",
        "create trigger journeys_version_no_change before update on journeys_version "
        "for each row execute function journeys_refuse()",
    ),
}
DROP: dict[str, tuple[str, ...]] = {
    "sqlite": ("drop trigger if exists journeys_version_no_change",),
    "postgresql": (
        "drop trigger if exists journeys_version_no_change on journeys_version",
        "drop function if exists journeys_refuse()",
    ),
}


class Lacking(ValueError):
    """A step says or tells what is not there; ``steps`` is what ``lacks`` found."""

    def __init__(self, steps: dict[str, tuple[str, str]]) -> None:
        super().__init__(f"steps {', '.join(steps)} say or tell what is not there")
        self.steps = steps


class ARing(InvalidGraph):
    """Published, it would start other journeys that start it again, for ever."""


def publish(journey_id: int, *, by: Staff | None, now: datetime) -> Version:
    """Publish a journey as it is drawn now; the same drawing twice is one version.

    Who is inside finishes the version they follow, or is moved (``move``).

    Raises:
        InvalidGraph: something in it is wrong; its problems say at which step.
        Lacking: what a step says or tells is not there.
        declare.NoCap: amounts are to decide, and no gift is known.
    """
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey_id)
        graph = draft.graph(journey)
        last = following.latest(journey)
        number = last.number + 1 if last else 1
        publishing.publish(graph, version=number, words=following.words(),
                           places=following.places())  # fmt: skip
        _no_ring(graph)
        if lacking := lacks(graph):
            raise Lacking(lacking)
        if journey.state in ("draft", "archived"):
            Journey.objects.filter(pk=journey_id).update(state="live", live_since=now)
        fingerprint = writing.fingerprint(graph)
        if last and last.fingerprint == fingerprint:
            return last
        made = Version.objects.create(
            journey=journey, number=number, text=writing.to_json(graph), fingerprint=fingerprint,
            published_at=now, published_by=by,
        )  # fmt: skip
        audit.write("publish", "journey", journey_id, by=by, now=now,
                    after={"version": number, "fingerprint": fingerprint})  # fmt: skip
        experiments.hold_out_by_default(by=by, now=now)
        experiments.declare_of(journey, made, by=by, now=now)
    return made


def problems(graph: Graph) -> tuple[Problem, ...]:
    """Return what is wrong with a journey as drawn."""
    return validate.problems(graph, words=following.words(), places=following.places())


def lacks(graph: Graph) -> dict[str, tuple[str, str]]:
    """Return step → what it says or tells that is not there.

    A template nobody published (``unpublished``), a program nobody named (``no_program``), or what
    a text names of the association and nobody gave (``not_given``): its messages would be refused.
    """
    numbers, found = following.templates(), {}
    parts = _published({number for (code, _), number in numbers.items() if code in _told(graph)})
    programs = set(Endpoint.objects.values_list("name", flat=True))
    there = regulate.given(*house())
    for step in graph.steps:
        match step:
            case Webhook(endpoint=name) if name not in programs:
                found[step.key] = ("no_program", name)
            case Message(template=code) | Letter(template=code) | Call(template=code):
                said = [parts.get(number) for (name, _), number in numbers.items() if name == code]
                if None in said:
                    found[step.key] = ("unpublished", code)
                elif lost := set[str]().union(
                    *(regulate.lacking(each, there) for some in said for each in some or ())
                ):
                    found[step.key] = ("not_given", ",".join(sorted(lost)))
            case _:
                pass
    return found


def _told(graph: Graph) -> set[str]:
    return {step.template for step in graph.steps if isinstance(step, Message | Letter | Call)}


def _published(templates: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Return template → what the parts of the version published last say."""
    found: dict[int, tuple[int, list[dict[str, Any]]]] = {}
    rows = Part.objects.filter(version__template__in=templates, version__published_at__isnull=False)
    for template, number, content in rows.values_list(
        "version__template_id", "version__number", "content"
    ):
        held = found.get(template, (0, []))
        if number >= held[0]:
            found[template] = (number, [*(held[1] if number == held[0] else ()), content])
    return {template: contents for template, (_, contents) in found.items()}


def _no_ring(graph: Graph) -> None:
    others = [following.of(one, said={}).graph for one in following.live()]
    together = [graph, *(one for one in others if one.code != graph.code)]
    if ring := validate.together(together):
        raise ARing(ring)
