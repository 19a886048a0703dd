"""Move: people inside a version go over to the latest, after a preview of what it does to them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from mecene.journeys import moving
from mecene.journeys.moving import NoPlace, Row
from mecene.journeys.traveller import Traveller as Value
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.journeys import advance, carry_out, following, stored
from mecene_web.journeys.models import Journey, Traveller, Version

AT_ONCE = 500


class SameVersion(ValueError):
    """They are in this version already, or it is another journey's."""


def preview(
    old: Version, new: Version, *, mapping: Mapping[str, str | None] | None = None
) -> tuple[Row, ...]:
    """Return, step by step, what moving those inside ``old`` would do; nothing is written.

    Args:
        old: The version they follow.
        new: Another of the same journey.
        mapping: Step → step, None for out; what the core suggests where none is given.
    """
    before, after = following.of(old, said={}), following.of(new, said={})
    told = moving.suggested(before, after) if mapping is None else mapping
    return moving.preview(_inside(old), old=before, new=after, mapping=told)


def move(
    old_id: int, new_id: int, *, mapping: Mapping[str, str | None], by: Staff, now: datetime
) -> int:
    """Move everybody inside a version; return how many. All of them, or none.

    Raises:
        SameVersion: there is nowhere to go.
        NoPlace: the mapping says nothing of a step where somebody stands.
    """
    with transaction.atomic():
        old, new = (Version.objects.get(pk=number) for number in (old_id, new_id))
        if old.pk == new.pk or old.journey_id != new.journey_id:
            raise SameVersion(f"{old} to {new}")
        if lost := [row.step for row in preview(old, new, mapping=mapping) if not row.placed]:
            raise NoPlace(", ".join(lost))
        Journey.objects.select_for_update().get(pk=old.journey_id)
        moved = 0
        rows = Traveller.objects.select_for_update().filter(version=old, step__isnull=False)
        for some in _some(list(rows.order_by("pk"))):
            moved += _moved(some, new, mapping, now)
        audit.write("move", "journey", old.journey_id, by=by, now=now,
                    after={"from": old.number, "to": new.number, "people": moved})  # fmt: skip
    return moved


def _moved(
    rows: Sequence[Traveller], new: Version, mapping: Mapping[str, str | None], now: datetime
) -> int:
    after, code = following.of(new, said={}), new.journey.code
    went = []
    for row in rows:
        value = stored.traveller(row, code=code, version=row.version.number)
        found = moving.move(value, new=after, mapping=mapping, now=now)
        row.version = new
        for name, told in stored.columns(found.traveller).items():
            setattr(row, name, told)
        # Whoever was moving them at this moment finds that they are no longer theirs.
        row.worker, row.leased_until, row.stuck, row.moves = "", None, "", row.moves + 1
        went.append((row, found, carry_out.Carried()))
    Traveller.objects.bulk_update(
        rows, ["version", "step", "arrived_at", "due_at", "outcome", "state", "worker",
               "leased_until", "stuck", "moves"], batch_size=100,
    )  # fmt: skip
    advance.finish(went, now=now)
    return len(went)


def _inside(version: Version) -> Iterator[Value]:
    code, number = version.journey.code, version.number
    rows = Traveller.objects.filter(version=version, step__isnull=False)
    for row in rows.iterator(chunk_size=2_000):
        yield stored.traveller(row, code=code, version=number)


def _some(rows: Sequence[Traveller]) -> Iterator[Sequence[Traveller]]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]
