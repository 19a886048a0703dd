"""Unmerge: two donors who were made one are two again, each with what was theirs.

What came since for a record that had moved goes back with it; what was written of the donor
without a record (a note) stays with the one who was kept.
"""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import belongings, redraw, touch
from mecene_web.donors.belongings import Belonging
from mecene_web.donors.models import Donor, Merge, Record


class NoSuchMerge(LookupError):
    """There is no such merge."""


class UndoneAlready(ValueError):
    """The merge was undone before."""


class MergedSince(ValueError):
    """The donor who was kept is another now; the message names the merge to undo first."""

    def __init__(self, first: Merge) -> None:
        super().__init__(f"undo merge {first.pk} first: donor {first.absorbed_id} is another now")
        self.first = first


def unmerge(merge_id: int, *, by: Staff | None, now: datetime) -> Merge:
    """Undo a merge whole; return it.

    Raises:
        NoSuchMerge: it is unknown.
        UndoneAlready: it was undone.
        MergedSince: another merge rests on it.
    """
    with transaction.atomic():
        made = Merge.objects.select_for_update().filter(pk=merge_id).first()
        if made is None:
            raise NoSuchMerge(f"merge {merge_id} is unknown")
        list(Donor.objects.select_for_update().filter(
            pk__in=(made.kept_id, made.absorbed_id)).order_by("pk"))  # fmt: skip
        if made.undone_at is not None:
            raise UndoneAlready(f"merge {merge_id} was undone")
        since = Merge.objects.filter(absorbed=made.kept_id, undone_at=None).first()
        if since:
            raise MergedSince(since)
        records = list(made.records.filter(donor=made.kept_id).values_list("pk", flat=True))
        for one in belongings.followed():
            _move_back(one, made, records)
        Merge.objects.filter(pk=merge_id).update(undone_at=now, undone_by=by)
        _rehouse(made)
        redraw.redraw([made.kept_id, made.absorbed_id])
        touch.touch([made.kept_id, made.absorbed_id], now=now)
        write.write(
            "unmerge", "donor", made.kept_id, by=by, now=now, donor_id=made.kept_id,
            before={"merge": merge_id}, after={"absorbed": made.absorbed_id},
        )  # fmt: skip
    made.refresh_from_db()
    return made


def _move_back(one: Belonging, made: Merge, records: list[int]) -> None:
    held = one.rows.filter(**{one.field: made.kept_id})
    if one.model is Record:
        held.filter(pk__in=records).update(**{one.field: made.absorbed_id})
        return
    if one.by_record:
        held.filter(record__in=records).update(**{one.field: made.absorbed_id})
    for first in range(0, len(ids := made.moved.get(one.name, [])), 500):
        held.filter(pk__in=ids[first : first + 500]).update(**{one.field: made.absorbed_id})


def _rehouse(made: Merge) -> None:
    """Give the absorbed one their home back, and the kept one theirs."""
    Donor.objects.filter(pk=made.absorbed_id).update(household=made.household)
    if not made.gave_household:
        return
    another = (
        Merge.objects.filter(kept=made.kept_id, undone_at=None)
        .exclude(household=None)
        .order_by("pk")
        .first()
    )
    Donor.objects.filter(pk=made.kept_id).update(household=another and another.household)
    if another:
        Merge.objects.filter(pk=another.pk).update(gave_household=True)
