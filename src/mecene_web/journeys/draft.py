"""Draft: a journey is drawn, change by change, each of which can be undone."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from mecene.journeys import writing
from mecene.journeys.graph import Graph
from mecene.journeys.starting import OnCommand
from mecene.journeys.steps import Duration, Wait
from mecene.words import Bilingual
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.journeys.models import Draft, Journey

LONGEST_NAME = 120
MOST_KEPT = 100


class NoName(ValueError):
    """A journey has a name of 1 to ``LONGEST_NAME`` signs in each language."""


class Overtaken(ValueError):
    """The journey was changed since the page was drawn; what is there now must be looked at."""


class NothingToUndo(LookupError):
    """The journey is as it was first drawn."""


def begin(
    name_fr: str, name_en: str, *, by: Staff | None, now: datetime, token: UUID,
    graph: Graph | None = None,
) -> Journey:  # fmt: skip
    """Make a journey with a first drawing; the same for the same token.

    Args:
        name_fr: What it is called.
        name_en: The same in English.
        by: Who makes it.
        now: When.
        token: The form's own.
        graph: What it begins as (a ready one); one wait, started by hand, where none is given.

    Raises:
        NoName: a name cannot be used.
    """
    names = [" ".join(name.replace("\0", "").split()) for name in (name_fr, name_en)]
    names[1] = names[1] or names[0]
    if not all(0 < len(name) <= LONGEST_NAME for name in names):
        raise NoName(name_fr)
    with transaction.atomic():
        code = _code(names[0] if graph is None else graph.code)
        made, fresh = Journey.objects.get_or_create(
            token=token,
            defaults={"code": code, "name_fr": names[0], "name_en": names[1], "made_at": now,
                      "made_by": by},
        )  # fmt: skip
        if fresh:
            drawn = replace(graph or _blank(code), code=code, name=Bilingual(*names))
            Draft.objects.create(journey=made, number=1, text=writing.to_json(drawn), at=now, by=by)
            audit.write("create", "journey", made.pk, by=by, now=now, after={"name": names[0]})
    return made


def latest(journey: Journey) -> Draft:
    """Return what a journey is drawn as now."""
    return journey.drafts.order_by("-number")[0]


def graph(journey: Journey) -> Graph:
    """Return the same as the core reads it."""
    return writing.from_json(latest(journey).text)


def plain(held: Draft) -> dict[str, Any]:
    """Return a drawing as tables and values, to be edited."""
    return dict(json.loads(held.text))


def change(
    journey_id: int, drawn: Mapping[str, Any], *, seen: int, by: Staff | None, now: datetime
) -> Draft:
    """Draw a journey otherwise; the drawing before is kept, to come back to.

    Args:
        journey_id: Which.
        drawn: The whole drawing, as tables and values; its code and name stay.
        seen: The number of the drawing that was changed.
        by: Who.
        now: When.

    Raises:
        Overtaken: somebody else changed it meanwhile.
        UnreadableGraph: it is no journey (``writing``).
    """
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey_id)
        held = latest(journey)
        if held.number != seen:
            raise Overtaken(f"journey {journey_id} was drawn again")
        text = writing.to_json(writing.from_plain({**drawn, "code": journey.code}))
        if text == held.text:
            return held
        made = Draft.objects.create(journey=journey, number=seen + 1, text=text, at=now, by=by)
        journey.drafts.filter(number__lte=seen + 1 - MOST_KEPT).delete()
    return made


def undo(journey_id: int, *, seen: int) -> Draft:
    """Take back the last change; return what is drawn again.

    Raises:
        Overtaken: somebody else changed it meanwhile.
        NothingToUndo: there is no earlier drawing.
    """
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey_id)
        two = list(journey.drafts.order_by("-number")[:2])
        if two[0].number != seen:
            raise Overtaken(f"journey {journey_id} was drawn again")
        if len(two) < 2:
            raise NothingToUndo(f"journey {journey_id} has one drawing")
        two[0].delete()
    return two[1]


def _blank(code: str) -> Graph:
    first = Wait("wait", Duration(days=1))
    return Graph(code=code, name=Bilingual(code, code), purpose="newsletter",
                 triggers=(OnCommand(),), start=first.key, steps=(first,))  # fmt: skip


def _code(name: str) -> str:
    plain_name = re.sub(r"[^a-z0-9]+", "_", slugify(name)).strip("_")[:40] or "journey"
    wanted = plain_name if plain_name[0].isalpha() else f"j_{plain_name}"
    taken = set(Journey.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    numbered = (f"{wanted}_{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (wanted, *numbered) if code not in taken)
