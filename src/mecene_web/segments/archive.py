"""Archive: a segment put away; its history stays, its members do not."""

from datetime import datetime
from typing import Any

from django.db import transaction

from mecene.conditions.mistake import InvalidCondition
from mecene_web.audit import write
from mecene_web.segments import plan
from mecene_web.segments.models import Membership, Segment


class StillNamed(ValueError):
    """Other segments name it; ``names`` says which."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"named by {', '.join(names)}: change those first")


def archive(segment_id: int, *, by: Any, now: datetime) -> Segment:
    """Put a segment away; a second call does nothing.

    Raises:
        StillNamed: another rests on it.
        Segment.DoesNotExist: there is none with this number.
    """
    with transaction.atomic():
        segment = Segment.objects.select_for_update().get(pk=segment_id)
        if segment.archived_at is not None:
            return segment
        others = Segment.objects.filter(archived_at=None).exclude(pk=segment_id)
        named = tuple(one.name for one in others if segment.code in _names(one))
        if named:
            raise StillNamed(named)
        segment.archived_at, segment.members, segment.settled_version = now, 0, 0
        segment.save()
        Membership.objects.filter(segment=segment)._raw_delete(Membership.objects.db)
        write.write("archive", "segment", segment_id, by=by, now=now)
    return segment


def _names(segment: Segment) -> tuple[str, ...]:
    try:
        return plan.names(plan.understood(segment.condition))
    except InvalidCondition:
        return ()
