"""Taken: each measure of each unit drawn, from the facts, over the same days for everybody.

Whoever was drawn counts, whatever became of their message: what was drawn by lot is what can be
compared. The query is ``taken.sql``.
"""

from datetime import date
from functools import cache
from importlib import resources

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.engine import duck
from mecene.engine.store import FactStore
from mecene.experiments import moments
from mecene.experiments.moments import Moments

DRAWN = pl.Schema(
    {"donor_id": pl.Int64(), "unit": pl.String(), "arm": pl.String(), "at": pl.Datetime("us")}
)


def take(
    drawn: pl.DataFrame, *, store: FactStore, as_of: date, within_days: int, currency: str
) -> pl.DataFrame:
    """Return one row a unit: its arm, the days it was followed, and every measure.

    Args:
        drawn: ``DRAWN``: who was enrolled, the moments in UTC.
        store: Where the facts lie.
        as_of: Facts dated on or after it are not seen.
        within_days: Over how many days after the draw measures are taken, >= 1; unsubscribes and
            complaints always over 30, 12-month retention over 365.
        currency: Of the gifts that count.
    """
    rows = drawn.select(list(DRAWN)).cast(DRAWN)
    return duck.run(
        query(), store=store, as_of=as_of, relations={"drawn": rows},
        parameters={"within_days": within_days, "currency": currency},
    ).sort("unit")  # fmt: skip


def ripe(rows: pl.DataFrame, *, days: int) -> pl.DataFrame:
    """Return the units that were followed for so many days, of every arm alike."""
    return rows.filter(pl.col("days_followed") >= days)


def arm(rows: pl.DataFrame, name: str, column: str, *, cap: float | None = None) -> Moments:
    """Return the moments of a measure among the units of an arm, those above a cap as it."""
    held = numbers(rows.filter(pl.col("arm") == name), column)
    return moments.of(held if cap is None else np.minimum(held, cap))


def numbers(rows: pl.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a measure of each unit, as numbers."""
    return rows[column].cast(pl.Float64).to_numpy()


@cache
def query() -> str:
    """Return the SQL of one row a unit; what it reads is told in the file."""
    return resources.files("mecene.experiments").joinpath("taken.sql").read_text(encoding="utf-8")
