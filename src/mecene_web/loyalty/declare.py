"""Declare: an element of the programme is written down, changed, or no longer offered."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from mecene.sources import folding
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.loyalty.models import KINDS, Element

# Every set of the elements is tried: twenty are the most.
MOST = 20


class NoName(ValueError):
    """An element has a name."""


class NoKind(ValueError):
    """An element is of one of the known kinds."""


class NegativeCost(ValueError):
    """A cost is 0 or more."""


class TooMany(ValueError):
    """The programme has as many elements as can be compared in every combination."""


@dataclass(frozen=True)
class Wanted:
    """What an element is to be; costs in minor units, a year and each use."""

    name: str
    kind: str
    fixed_minor: int
    each_minor: int


def declare(
    wanted: Wanted, *, by: Staff, now: datetime, token: UUID, element_id: int | None = None
) -> Element:
    """Write an element down, or change one; its code stays. The same token makes one.

    Raises:
        NoName, NoKind, NegativeCost: what is asked is no element.
        TooMany: there are twenty already.
        Element.DoesNotExist: there is none with this number, or it ended.
    """
    _check(wanted)
    with transaction.atomic():
        there = Element.objects.filter(token=token).first() if element_id is None else None
        if there is not None:
            return there
        if element_id is None:
            if Element.objects.filter(ended_at=None).count() >= MOST:
                raise TooMany(MOST)
            held, before = (
                Element(code=_code(wanted.name), made_at=now, made_by=by, token=token),
                None,
            )
        else:
            held = Element.objects.select_for_update().get(pk=element_id, ended_at=None)
            before = _told(held)
        held.name, held.kind = wanted.name.strip()[:100], wanted.kind
        held.fixed_minor, held.each_minor = wanted.fixed_minor, wanted.each_minor
        held.save()
        audit.write("change" if before else "make", "element", held.pk, by=by, now=now,
                    before=before, after=_told(held))  # fmt: skip
    return held


def end(element_id: int, *, by: Staff, now: datetime) -> None:
    """Say that an element is no longer offered; what donors did with it stays. Twice is once."""
    with transaction.atomic():
        ended = Element.objects.filter(pk=element_id, ended_at=None).update(ended_at=now)
        if ended:
            audit.write("end", "element", element_id, by=by, now=now)


def _check(wanted: Wanted) -> None:
    if not wanted.name.strip():
        raise NoName
    if wanted.kind not in KINDS:
        raise NoKind(wanted.kind)
    if min(wanted.fixed_minor, wanted.each_minor) < 0:
        raise NegativeCost


def _code(name: str) -> str:
    """Return a code nobody has: the name without accents, and a number if need be."""
    bare = re.sub(r" +", "-", folding.fold(name))[:30].strip("-") or "element"
    taken = set(Element.objects.filter(code__startswith=bare).values_list("code", flat=True))
    numbers = (f"{bare}-{n}" for n in range(2, len(taken) + 3))
    return bare if bare not in taken else next(code for code in numbers if code not in taken)


def _told(held: Element) -> dict[str, object]:
    return {"name": held.name, "kind": held.kind, "fixed_minor": held.fixed_minor,
            "each_minor": held.each_minor}  # fmt: skip
