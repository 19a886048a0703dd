"""Changes: who entered which segment and who left it, written down with why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from mecene_web.organisation.bulk import Batch
from mecene_web.segments.models import Membership, Passage, Segment
from mecene_web.segments.plan import Planned

# More than that in one night is a change of the file, not of its donors: counted, not told.
MOST_TOLD = 200_000


@dataclass(frozen=True)
class Change:
    """Donors who entered a segment and who left it, ascending."""

    segment: Planned
    entered: np.ndarray
    left: np.ndarray


def members(segment_id: int) -> np.ndarray:
    """Return the donors of a segment, ascending, as the transaction under way sees them."""
    # One text a segment: ten million rows would each be a tuple.
    together = {"sqlite": "group_concat(donor_id)", "postgresql": "string_agg(donor_id::text, ',')"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {together[connection.vendor]} from "
            "(select donor_id from segments_membership where segment_id = %s) as of_it",
            [segment_id],
        )
        (text,) = cursor.fetchone()
    if not text:
        return np.empty(0, np.int64)
    return np.sort(np.fromstring(text, dtype=np.int64, sep=","))


def between(segment: Planned, *, before: np.ndarray, now: np.ndarray) -> Change:
    """Return what changed; both are ascending and without doubles."""
    return Change(
        segment,
        np.setdiff1d(now, before, assume_unique=True),
        np.setdiff1d(before, now, assume_unique=True),
    )


def ready(batch: Batch, changes: Iterable[Change], told: pl.DataFrame, *, now: datetime) -> None:
    """Make memberships and passages ready to be written.

    Args:
        batch: What is written in one go.
        changes: Of any segments.
        told: ``segment_id``, ``donor_id``, ``entered``, ``why`` (JSON) of the passages.
        now: The moment.
    """
    entered = [
        pl.DataFrame({"donor_id": change.entered}).with_columns(
            segment_id=pl.lit(change.segment.number, pl.Int64)
        )
        for change in changes
        if change.entered.size
    ]
    if entered:
        rows = pl.concat(entered).select("segment_id", "donor_id", since=_moment(now))
        batch.add(Membership, rows)
    if told.height:
        # The database numbers them: a block of numbers would wait for the disk by itself.
        batch.add(Passage, told.with_columns(at=_moment(now)))


def leave(changes: Iterable[Change]) -> None:
    """Take out of their segments those who left."""
    gone = [(c.segment.number, donor) for c in changes for donor in c.left.tolist()]
    if gone:
        with connection.cursor() as cursor:
            cursor.executemany(
                "delete from segments_membership where segment_id = %s and donor_id = %s", gone
            )


def passages(
    changes: Iterable[Change], *, settled: Mapping[int, int], now: pl.DataFrame,
    before: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """Return the passages of changes, each with the values that its condition reads.

    Args:
        changes: Of any segments.
        settled: Segment → the version of the condition that its members answered to.
        now: What is known of the donors who changed.
        before: The same as the last night had it; without the donors it did not know.
    """
    told = []
    for change in changes:
        version = settled.get(change.segment.number, 0)
        for entered, donors in ((True, change.entered), (False, change.left)):
            # The first members of a segment entered nothing: it began with them.
            if not donors.size or version == 0 or donors.size > MOST_TOLD:
                continue
            rows = pl.LazyFrame({"donor_id": donors})
            if version != change.segment.version:
                why = pl.lit(f'{{"version": {change.segment.version}}}')
            else:
                rows = _values(rows, now, change.segment, "now")
                rows = _values(rows, before, change.segment, "before")
                why = pl.struct("now", "before").struct.json_encode()
            told.append(
                rows.select("donor_id", why=why, entered=pl.lit(entered),
                            segment_id=pl.lit(change.segment.number, pl.Int64))
            )  # fmt: skip
    return pl.concat(pl.collect_all(told)) if told else pl.DataFrame()


def counted(entered: Mapping[int, int]) -> None:
    """Add up the members of segments."""
    more = [(more, number) for number, more in sorted(entered.items()) if more]
    if more:
        with connection.cursor() as cursor:
            cursor.executemany(
                "update segments_segment set members = members + %s where id = %s", more
            )


def settle(segment: Planned, *, members: int, now: datetime) -> None:
    """Write down that a segment's members answer to its condition."""
    Segment.objects.filter(pk=segment.number, version=segment.version).update(
        settled_version=segment.version, settled_at=now, members=members
    )


def _values(rows: pl.LazyFrame, known: pl.DataFrame, segment: Planned, name: str) -> pl.LazyFrame:
    read: list[Any] = [column for column in segment.reads if column in known.columns]
    if not read:
        return rows.with_columns(pl.lit(None).alias(name))
    values = known.lazy().select("donor_id", pl.struct(read).alias(name))
    return rows.join(values, on="donor_id", how="left", maintain_order="left")


def _moment(now: datetime) -> pl.Expr:
    return pl.lit(now).cast(pl.Datetime("us", "UTC"))
