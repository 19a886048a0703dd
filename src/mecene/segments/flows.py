"""Flows: how many donors moved from one segment to another between two days."""

import polars as pl

ABSENT = "absent"

_SCHEMA = {"segment_then": pl.String, "segment_now": pl.String, "donors": pl.Int64}


def between(segments_then: pl.DataFrame, segments_now: pl.DataFrame) -> pl.DataFrame:
    """Return how many donors went from each segment to each.

    Args:
        segments_then: ``donor_id`` and ``segment``, as of the earlier day.
        segments_now: The same, as of the later day.

    Returns:
        ``segment_then``, ``segment_now``, ``donors`` (> 0), sorted; ``absent`` is the side on
        which a donor is not in the file. Flows of batches of donors may be
        summed by ``added``.
    """
    then = segments_then.select("donor_id", segment_then="segment")
    now = segments_now.select("donor_id", segment_now="segment")
    return (
        then.join(now, on="donor_id", how="full", coalesce=True, validate="1:1")
        .with_columns(pl.col("segment_then", "segment_now").fill_null(ABSENT))
        .group_by("segment_then", "segment_now")
        .agg(donors=pl.len().cast(pl.Int64))
        .sort("segment_then", "segment_now")
    )


def added(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of several batches of donors as those of one."""
    together = pl.concat([pl.DataFrame(schema=_SCHEMA), *parts]).group_by(
        "segment_then", "segment_now"
    )
    return together.agg(pl.col("donors").sum()).sort("segment_then", "segment_now")
