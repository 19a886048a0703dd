"""Audience: whom a campaign may be for, and who they are when it begins (``MECENE_AUDIENCE``)."""

from collections.abc import Sequence
from datetime import datetime

from mecene_web.segments.models import Membership, Segment

_PREFIX = "segment:"


class NoAudience(LookupError):
    """No audience has this name, or it was put away."""


def choices() -> list[tuple[str, str]]:
    """Return (name, in words) of each audience."""
    rows = Segment.objects.filter(archived_at=None).order_by("name")
    return [(f"{_PREFIX}{row.pk}", row.name) for row in rows]


def people(name: str, *, now: datetime) -> Sequence[int]:
    """Return the donors of an audience, as its last evaluation has them.

    Raises:
        NoAudience: there is none of this name.
    """
    number = name.removeprefix(_PREFIX)
    held = Segment.objects.filter(pk=int(number)) if number.isdecimal() else Segment.objects.none()
    if not held.filter(archived_at=None).exists():
        raise NoAudience(f"no audience is called {name}")
    members = Membership.objects.filter(segment_id=int(number), since__lte=now)
    return list(members.order_by("donor_id").values_list("donor_id", flat=True))
