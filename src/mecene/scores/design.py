"""Design: the columns of the summary a score may read, as numbers.

Age, gender and place are never among them: a score is about what a donor does, and fairness is
measured on what it was not told (docs/methods/scores.md). Dates and texts are not either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.features import dictionary

Matrix = NDArray[np.float64]

_FAMILIES = ("giving", "calendar", "recurring", "engagement", "channels", "reach")
_NUMBERS = (
    "count", "minor", "mean_minor", "minor_per_year", "days", "mean_days", "months", "years",
    "share", "yes_no",
)  # fmt: skip
# Doubles of another column, what the law or the day decides, and what says when the file began.
_LEFT_OUT = frozenset({
    "deceased", "objects_profiling", "other_currency_gifts", "recurring_inferred",
    "months_since_first_gift", "months_since_last_gift", "amount_this_year_minor",
    "amount_last_year_minor", "amount_before_last_year_minor", "amount_earlier_years_minor",
    "reachable", "usual_month",
})  # fmt: skip
_STATES = ("active", "failing", "paused", "stopped")


class IncompleteSummary(ValueError):
    """The summary lacks a column a model was taught with."""


@dataclass(frozen=True)
class Design:
    """Which columns, in which order; ``kept`` is what varied in the rows it was chosen on."""

    columns: tuple[str, ...]

    def matrix(self, summary: pl.DataFrame) -> Matrix:
        """Return the numbers, NaN where unknown. Shape (donors, columns).

        Raises:
            IncompleteSummary: a column is missing.
        """
        own = [name for name in self.columns if name not in readable()]
        numbers = plain(summary, further=own)
        missing = [name for name in self.columns if name not in numbers.columns]
        if missing:
            raise IncompleteSummary(
                f"summary: column `{missing[0]}` is missing; the model was taught with it"
            )
        return np.column_stack(
            [numbers[name].to_numpy() for name in self.columns] or [np.empty((summary.height, 0))]
        )


def of(summary: pl.DataFrame, *, further: Sequence[str] = ()) -> Design:
    """Return the design of the columns that are not the same for every donor."""
    numbers = plain(summary, further=further)
    varied = numbers.select(pl.all().n_unique() > 1).row(0, named=True) if summary.height else {}
    return Design(tuple(name for name, varies in varied.items() if varies))


def plain(summary: pl.DataFrame, *, further: Sequence[str] = ()) -> pl.DataFrame:
    """Return the columns of the summary that may be read, as floats; unknown is NaN.

    ``further`` are the association's own columns of numbers, beside those of the dictionary.
    """
    known = [name for name in dict.fromkeys((*readable(), *further)) if name in summary.columns]
    states = [
        (pl.col("recurring_state") == state).fill_null(value=False).alias(f"recurring_is_{state}")
        for state in _STATES
        if "recurring_state" in summary.columns
    ]
    ages = [
        pl.col("last_gift_age_days").truediv("median_gap_days").alias("gaps_since_last_gift")
        for _ in range({"last_gift_age_days", "median_gap_days"} <= set(summary.columns))
    ]
    return summary.select(
        pl.col(known).cast(pl.Float64).fill_null(np.nan),
        *(state.cast(pl.Float64) for state in states),
        *(age.cast(pl.Float64).fill_null(np.nan) for age in ages),
    )


@cache
def readable() -> tuple[str, ...]:
    """Return the columns of the dictionary a score may read."""
    return tuple(
        column.name
        for column in dictionary.columns(_FAMILIES)
        if column.unit in _NUMBERS and column.name not in _LEFT_OUT
    )
