"""Lessons: which surprises donors gave before they left, and before they stayed.

Donors with equal surprises are counted together, so the lessons of a file are the sum of those of
its parts, and hold nobody's data.
"""

from dataclasses import dataclass
from typing import Self

import polars as pl

from mecene.signals.surprises import SIGNALS

SURPRISES = tuple(f"surprise_{name}" for name in SIGNALS)
_KEYS = ("group", "stage", "origin", "peers", *SURPRISES)


@dataclass(frozen=True)
class Lessons:
    """How many donors of equal standing and surprises ``left``, and how many ``stayed``."""

    counts: pl.DataFrame

    def __add__(self, other: Self) -> Self:
        return type(self)(_counted(pl.concat([self.counts, other.counts])))

    def of_group(self, group: str) -> pl.DataFrame:
        """Return the counts of one group."""
        return self.counts.filter(pl.col("group") == group)


def of(surprises: pl.DataFrame, outcomes: pl.DataFrame) -> Lessons:
    """Return what donors of ``surprises.of`` teach, whose outcome ``outcomes.of`` tells.

    A surprise that cannot be had counts as none; donors whose outcome is unknown teach nothing.
    """
    told = surprises.select(*_KEYS, "donor_id").join(
        outcomes.select("donor_id", "left"), on="donor_id", how="inner"
    )
    rows = told.filter(pl.col("left").is_not_null()).select(
        "group", "stage", "origin", "peers", pl.col(SURPRISES).fill_null(0.0),
        left=pl.col("left").cast(pl.Int64), stayed=(~pl.col("left")).cast(pl.Int64),
    )  # fmt: skip
    return Lessons(_counted(rows))


def none() -> Lessons:
    """Return the lessons of a file without a past."""
    types: dict[str, type[pl.DataType]] = dict.fromkeys(_KEYS, pl.String)
    types |= dict.fromkeys(SURPRISES, pl.Float64)
    types |= dict.fromkeys(("left", "stayed"), pl.Int64)
    return Lessons(pl.DataFrame(schema=types))


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by(_KEYS).agg(pl.col("left", "stayed").sum()).sort(_KEYS)
