"""Save: a segment made, or its name or condition changed; its members follow."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from mecene.sources import folding
from mecene_web.audit import write
from mecene_web.segments import plan
from mecene_web.segments.models import Segment, Version
from mecene_web.tasks import ask

LONGEST_NAME = 120


class NoName(ValueError):
    """A segment has no name, or one longer than ``LONGEST_NAME`` characters."""


@dataclass(frozen=True)
class Wanted:
    """What a segment is to be."""

    name: str
    condition: str
    solicited: bool = True


def save(
    wanted: Wanted, *, by: Any, now: datetime, segment_id: int | None = None,
    token: UUID | None = None,
) -> Segment:  # fmt: skip
    """Return the segment as it is now; its members are worked out in the background.

    The same ``token`` twice is the same segment.

    Raises:
        InvalidCondition: the condition is not understood.
        plan.NoSuchSegment: it names a segment that is not there.
        plan.Circle: it would answer to itself.
        NoName: it has no name.
        Segment.DoesNotExist: there is none with this number, or it was archived.
    """
    if not 0 < len(wanted.name.strip()) <= LONGEST_NAME:
        raise NoName(f"a segment has a name of 1 to {LONGEST_NAME} characters")
    with transaction.atomic():
        again = Segment.objects.filter(token=token).first() if token else None
        if again is not None:
            return again
        if segment_id is None:
            segment, before = Segment(made_at=now, made_by=by, token=token, version=0), None
            segment.code = _code(wanted.name)
        else:
            held = Segment.objects.select_for_update().filter(archived_at=None)
            segment = held.get(pk=segment_id)
            before = _told(segment)
        changed = (segment.condition, segment.solicited) != (wanted.condition, wanted.solicited)
        segment.name, segment.condition = wanted.name.strip(), wanted.condition
        segment.solicited = wanted.solicited
        _sound(segment)
        segment.version += changed
        segment.save()
        if changed:
            Version.objects.create(
                segment=segment, number=segment.version, condition=segment.condition,
                solicited=segment.solicited, at=now, by=by,
            )  # fmt: skip
            ask.ask("segments.recompute", now=now, subject_id=segment.pk)
        verb = "change" if before else "make"
        write.write(verb, "segment", segment.pk, by=by, now=now, before=before,
                    after=_told(segment))  # fmt: skip
    return segment


def _sound(segment: Segment) -> None:
    """Refuse a condition that is not understood or goes round, with all the others."""
    plan.understood(segment.condition)
    others = Segment.objects.filter(archived_at=None).exclude(pk=segment.pk)
    readable = [one for one in others if one.code in _reachable(segment, list(others))]
    plan.of([*readable, segment])


def _reachable(segment: Segment, others: list[Segment]) -> set[str]:
    """Return the codes of the segments that a condition rests on, by any way."""
    by_code = {one.code: one for one in others}
    seen: set[str] = set()
    waiting = [segment]
    while waiting:
        named = plan.names(plan.understood(waiting.pop().condition))
        fresh = [code for code in named if code in by_code and code not in seen]
        seen.update(fresh)
        waiting += [by_code[code] for code in fresh]
    return seen


def _code(name: str) -> str:
    """Return a code nobody has: the name without accents, and a number if need be."""
    bare = re.sub(r" +", "-", folding.fold(name))[:50].strip("-") or "segment"
    taken = set(Segment.objects.filter(code__startswith=bare).values_list("code", flat=True))
    numbers = (f"{bare}-{n}" for n in range(2, len(taken) + 3))
    return bare if bare not in taken else next(code for code in numbers if code not in taken)


def _told(segment: Segment) -> dict[str, Any]:
    return {"name": segment.name, "condition": segment.condition, "solicited": segment.solicited}
