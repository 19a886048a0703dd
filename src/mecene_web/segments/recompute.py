"""Recompute: every segment evaluated over every donor, from what the night worked out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from mecene_web.donors import touch
from mecene_web.donors.models import Donor, Touched
from mecene_web.organisation import bulk
from mecene_web.scores import kept
from mecene_web.scores.models import Run
from mecene_web.segments import changes, known, plan
from mecene_web.segments.changes import Change
from mecene_web.segments.known import Night
from mecene_web.segments.models import Passage, Segment, Settled
from mecene_web.segments.plan import Plan

Progress = Callable[[str, int, int], None]


def after_the_night(made: Run, on_progress: Progress) -> None:
    """Evaluate every segment over a run that was just worked out."""
    on_progress("segments", 0, 1)
    _without_the_gone()
    before = _night_before(made)
    this = Night(kept.folder_of(made), made.as_of)
    recompute(plan.active(), this, before=before, began_at=made.began_at, now=timezone.now())
    on_progress("segments", 1, 1)


def work(segment_id: int, report: Progress) -> dict[str, Any]:
    """Evaluate one segment, and those that name it, over the last night: its condition is new."""
    night, run = (
        known.last(),
        Run.objects.filter(ended_at__isnull=False).order_by("ended_at").last(),
    )
    if night is None or run is None:
        return {}
    report("segments", 0, 1)
    asked = plan.active(around=segment_id)
    recompute(asked, night, before=None, began_at=run.began_at, now=timezone.now())
    report("segments", 1, 1)
    return {"segment": segment_id}


def recompute(
    asked: Plan, night: Night, *, before: Night | None, began_at: datetime, now: datetime
) -> dict[str, int]:
    """Bring the members of segments to what a night says; return code → members.

    Donors evaluated on facts that the night's snapshot may not have keep what they were found to
    be, or will be when their turn comes.

    Args:
        asked: The segments.
        night: Where what is known lies.
        before: The night before it, for what changed; None where it is gone.
        began_at: When the snapshot of ``night`` was begun.
        now: The moment.
    """
    if not asked.segments:
        return {}
    told = [plan.evaluated(part, asked) for part in known.batches(night, asked)]
    answers = pl.concat(told) if told else pl.DataFrame(schema={"donor_id": pl.Int64})
    found = {one.code: _who(answers, one.code) for one in asked.segments}
    with bulk.batch() as batch:
        fresh = _fresh(began_at)
        changed = _changed(asked, found, fresh)
        changes.ready(batch, changed, _passages(changed, asked, night, before), now=now)
        with transaction.atomic():
            _alone()
            changes.leave(changed)
            _late(changed, np.setdiff1d(_fresh(began_at), fresh), now)
            batch.write()
            for one in asked.segments:
                changes.settle(one, members=_members(one.number), now=now)
            Settled.objects.filter(at__lt=began_at).delete()
    return {code: int(donors.size) for code, donors in found.items()}


def _without_the_gone() -> None:
    """Remove the passages of donors who are no more: no key of the database does."""
    there = Donor.objects.filter(pk=OuterRef("donor_id"))
    Passage.objects.filter(~Exists(there)).delete()


def _who(answers: pl.DataFrame, code: str) -> np.ndarray:
    if code not in answers.columns:
        return np.empty(0, np.int64)
    return np.sort(answers["donor_id"].filter(answers[code]).to_numpy())


def _changed(asked: Plan, found: dict[str, np.ndarray], fresh: np.ndarray) -> list[Change]:
    changed = []
    for one in asked.segments:
        change = changes.between(one, before=changes.members(one.number), now=found[one.code])
        if fresh.size:
            change = Change(
                one,
                np.setdiff1d(change.entered, fresh, assume_unique=True),
                np.setdiff1d(change.left, fresh, assume_unique=True),
            )
        changed.append(change)
    return changed


def _fresh(began_at: datetime) -> np.ndarray:
    """Return the donors whose latest facts the snapshot may not have."""
    waiting = Touched.objects.filter(at__gte=began_at).values_list("donor_id", flat=True)
    done = Settled.objects.filter(at__gte=began_at).values_list("donor_id", flat=True)
    return np.unique(np.fromiter([*waiting, *done], dtype=np.int64))


def _passages(
    changed: list[Change], asked: Plan, night: Night, before: Night | None
) -> pl.DataFrame:
    settled = dict(Segment.objects.values_list("pk", "settled_version"))
    moved = [change for change in changed if settled.get(change.segment.number)]
    valued = [
        change for change in moved if settled[change.segment.number] == change.segment.version
    ]
    donors = [part for change in valued for part in (change.entered, change.left)]
    who = pl.Series("donor_id", np.unique(np.concatenate(donors)) if donors else [], pl.Int64)
    if who.len() > changes.MOST_TOLD:
        return pl.DataFrame()
    here, there = (_read(place, asked, who) for place in (night, before))
    return changes.passages(moved, settled=settled, now=here, before=there)


def _read(night: Night | None, asked: Plan, who: pl.Series) -> pl.DataFrame:
    if night is None or not who.len():
        return pl.DataFrame(schema={"donor_id": pl.Int64})
    return known.among(night, asked, who)


def _alone() -> None:
    """Keep who evaluates donors after an event waiting; on SQLite every writer waits already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("lock table segments_membership in share row exclusive mode")


def _late(changed: list[Change], late: np.ndarray, now: datetime) -> None:
    """Have donors looked at again who were evaluated between the reading and the lock."""
    with connection.cursor() as cursor:
        for change in changed:
            twice = np.intersect1d(change.entered, late).tolist()
            if twice:
                # They may be members already, and are about to be written.
                cursor.execute(
                    "delete from segments_membership where segment_id = %s "
                    f"and donor_id in ({', '.join(map(str, twice))})",
                    [change.segment.number],
                )
    touch.touch(late.tolist(), now=now)


def _members(segment_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from segments_membership where segment_id = %s", [segment_id]
        )
        return int(cursor.fetchone()[0])


def _night_before(made: Run) -> Night | None:
    """Return the night whose folder still lies beside this one's."""
    place = kept.folder_of(made)
    others = sorted(p for p in place.parent.iterdir() if p.is_dir() and p.name < place.name)
    return Night(others[-1], made.as_of) if others and (others[-1] / "summary").exists() else None
