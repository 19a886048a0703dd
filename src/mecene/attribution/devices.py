"""Devices: on which device do people read, and on which do they act?

The reading device is that of the last message somebody clicked or answered before the act; the
acting one is that of their last visit or form of the same day. Only acts of which both are known
are counted, and it is said how many those are.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene.attribution import paths
from mecene.attribution.touches import Met

READING = ("click", "reply")
ACTING = ("page_view", "form_started", "petition_signed", "survey_answered", "event_registered")


@dataclass(frozen=True)
class Devices:
    """How acts fall on a reading and an acting device.

    Attributes:
        table: ``reading``, ``acting``, ``acts``; the most frequent first.
        known: Acts of which both are known.
        acts: All acts.
    """

    table: pl.DataFrame
    known: int
    acts: int

    @property
    def changed(self) -> float:
        """Return the share of known acts done on another device; NaN where none is known."""
        other = self.table.filter(pl.col("reading") != pl.col("acting"))["acts"].sum()
        return float(other) / self.known if self.known else float("nan")


def of(met: Met, *, act: str, as_of: date, within_days: int = paths.WITHIN_DAYS) -> Devices:
    """Return on which device donors read before an act, and on which they acted.

    Args:
        met: What donors met and did.
        act: ``gift``, ``subscription`` or ``opt_in``.
        as_of: The day one looks from.
        within_days: How long before the act a message may have been read.

    Raises:
        paths.UnknownAct: there is no such act.
    """
    before = paths.touched(met, act=act, as_of=as_of, within_days=within_days)
    here = before.filter(pl.col("acted") & pl.col("device").is_not_null())
    recent = pl.col("at") >= pl.col("anchor") - pl.duration(days=1)
    last = here.group_by("donor_id", "anchor", maintain_order=True).agg(
        reading=pl.col("device").filter(pl.col("kind").is_in(READING)).last(),
        acting=pl.col("device").filter(pl.col("kind").is_in(ACTING) & recent).last(),
    )
    both = last.drop_nulls()
    table = (
        both.group_by("reading", "acting")
        .agg(acts=pl.len().cast(pl.Int64))
        .sort(["acts", "reading", "acting"], descending=[True, False, False])
    )
    return Devices(table, both.height, paths.acts_of(met, act, as_of=as_of).height)


def added(*parts: Devices) -> Devices:
    """Return the devices of several buckets as those of all."""
    table = (
        pl.concat([part.table for part in parts])
        .group_by("reading", "acting")
        .agg(pl.col("acts").sum())
        .sort(["acts", "reading", "acting"], descending=[True, False, False])
    )
    return Devices(table, sum(part.known for part in parts), sum(part.acts for part in parts))
