"""History: who is in a segment, who came and who went, and what its condition was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from mecene_web.design import words
from mecene_web.segments import columns
from mecene_web.segments.models import Membership, Passage, Segment, Version

LATELY = timedelta(days=7)
SHOWN = 50


@dataclass(frozen=True)
class Told:
    """A passage, with the values that made it: (label, before, now)."""

    passage: Passage
    values: tuple[tuple[str, Any, Any], ...]
    version: int | None


def lately(*, now: datetime) -> QuerySet[Segment]:
    """Return the segments in use, with how many ``came`` and ``went`` in the last seven days."""
    since = Q(passages__at__gte=now - LATELY)
    return Segment.objects.filter(archived_at=None).annotate(
        came=Count("passages", since & Q(passages__entered=True)),
        went=Count("passages", since & Q(passages__entered=False)),
    )


def members(segment: Segment) -> QuerySet[Membership]:
    """Return the latest donors to be in a segment."""
    held = Membership.objects.filter(segment=segment).select_related("donor__standing")
    return held.order_by("donor_id")[:SHOWN]


def passages(segment: Segment) -> list[Told]:
    """Return the latest passages of a segment, the last first."""
    latest = Passage.objects.filter(segment=segment).select_related("donor")
    return [_told(passage) for passage in latest.order_by("-at", "-pk")[:SHOWN]]


def versions(segment: Segment) -> QuerySet[Version]:
    """Return the conditions a segment has had, the last first."""
    return segment.versions.select_related("by").order_by("-number")


def _told(passage: Passage) -> Told:
    labels = {one.name: one.label for one in columns.named(words.language())}
    here, before = (passage.why.get(when) or {} for when in ("now", "before"))
    values = tuple(
        (labels.get(name, name), _value(before.get(name)), _value(here.get(name)))
        for name in dict.fromkeys([*here, *before])
    )
    changed = tuple(value for value in values if value[1] != value[2])
    return Told(passage, changed or values, passage.why.get("version"))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return words.say("segments", f"values.{str(value).lower()}")
    return "–" if value is None else str(value)
