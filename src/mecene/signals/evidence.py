"""Evidence: what a summary of donors teaches of their habits, in a few dozen sums.

The evidence of a file is the sum of the evidence of its parts, in any order:
``evidence.of(first) + evidence.of(second)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.signals import flags, laws, watched

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """Sums by name: ``gap.free``, ``amount``, ``count.clicks``, ``flag.complaint.free``."""

    sums: Mapping[str, tuple[float, ...]]

    def __add__(self, other: Self) -> Self:
        names = sorted({*self.sums, *other.sums})
        return type(self)(
            {name: _added(self.sums.get(name), other.sums.get(name)) for name in names}
        )

    @property
    def donors(self) -> int:
        """Return how many donors who gave are in it."""
        return int(sum(self.sums.get(f"donors.{group}", (0.0,))[0] for group in watched.GROUPS))


def of(summary: pl.DataFrame) -> Evidence:
    """Return what the summary teaches of its donors' habits.

    Raises:
        profiled.IncompleteSummary: a column is missing.
    """
    return of_watched(watched.of(summary))


def of_watched(donors: pl.DataFrame) -> Evidence:
    """Return what donors teach, as ``watched.of`` returned them."""
    sums: dict[str, tuple[float, ...]] = {}
    for group in watched.GROUPS:
        mine = donors.filter(pl.col("group") == group)
        sums[f"donors.{group}"] = (float(mine.height),)
        sums[f"gap.{group}"] = _gaps(mine)
        for name, flagged in flags.of(mine).items():
            sums[f"flag.{name}.{group}"] = (float(mine.height), float(flagged.sum()))
    sums["amount"] = _variances(
        _vector(donors, "earlier_free_amounts"), _vector(donors, "earlier_free_amount_log_variance")
    )
    for name in watched.COUNTS:
        sums[f"count.{name}"] = _counts(donors, name)
    return Evidence(sums)


def _gaps(donors: pl.DataFrame) -> tuple[float, ...]:
    gaps, mean = _vector(donors, "gaps"), _vector(donors, "gap_log_mean")
    known = (gaps > 0) & np.isfinite(mean)
    gaps, mean = gaps[known], mean[known]
    variances = _variances(gaps, _vector(donors, "gap_log_variance")[known])
    return (
        float(len(mean)), float(mean.sum()), float((mean**2).sum()), float((1 / gaps).sum()),
        *variances,
    )  # fmt: skip


def _variances(figures: Vector, variance: Vector) -> tuple[float, ...]:
    known = (figures >= 2) & np.isfinite(variance)
    e, trigamma = laws.log_variance_terms(figures[known], variance[known])
    return float(known.sum()), float(e.sum()), float((e**2).sum()), float(trigamma.sum())


def _counts(donors: pl.DataFrame, name: str) -> tuple[float, ...]:
    names = (f"earlier_{name}", f"earlier_{name}_exposure", f"recent_{name}",
             f"recent_{name}_exposure")  # fmt: skip
    x, e, recent, due = (_vector(donors, column) for column in names)
    known = np.isfinite(x) & np.isfinite(recent) & (e > 0)
    x, e, recent, due = x[known], e[known], recent[known], due[known]
    return (
        float(len(x)), float(x.sum()), float(e.sum()), float((x * x).sum()), float((x * e).sum()),
        float((e * e).sum()), float(recent.sum()), float(due.sum()),
    )  # fmt: skip


def _vector(donors: pl.DataFrame, name: str) -> Vector:
    return donors[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _added(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> tuple[float, ...]:
    if one is None or other is None:
        return one or other or ()
    return tuple(a + b for a, b in zip(one, other, strict=True))
