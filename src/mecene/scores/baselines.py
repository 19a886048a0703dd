"""Baselines: what a fundraiser would foretell without a model, always shown beside.

``repeat``: who gave in the last period gives in the next, at the file's rate. ``rfm``: the rate
of donors with the same recency and frequency, in the cells everybody uses.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

Vector = NDArray[np.float64]

_MONTHS = (6, 12, 18, 24, 36, 60)
_GIFTS = (1, 2, 3, 5, 10)
_PRIOR_DONORS = 5.0


@dataclass(frozen=True)
class Rates:
    """Rate of the outcome by cell; a cell nobody was seen in has the whole file's, the last."""

    kind: str
    period_days: float
    rates: tuple[float, ...]

    def log_odds(self, summary: pl.DataFrame) -> Vector:
        """Return the log-odds of the outcome. Shape (n,)."""
        rates = np.asarray(self.rates)[_cells(self.kind, summary, self.period_days)]
        return np.asarray(special.logit(np.clip(rates, 1e-5, 1 - 1e-5)))


def fit(kind: str, summary: pl.DataFrame, outcome: Vector, *, period_days: float) -> Rates:
    """Return the rates of one kind, ``repeat`` or ``rfm``; small cells lean on the whole's."""
    cells = _cells(kind, summary, period_days)
    count = (len(_MONTHS) + 2) * (len(_GIFTS) + 1) if kind == "rfm" else 3
    donors = np.bincount(cells, minlength=count)
    happened = np.bincount(cells, weights=outcome, minlength=count)
    whole = (outcome.sum() + 0.5) / (len(outcome) + 1)
    rates = (happened + _PRIOR_DONORS * whole) / (donors + _PRIOR_DONORS)
    return Rates(kind, period_days, tuple(rates.tolist()))


def _cells(kind: str, summary: pl.DataFrame, period_days: float) -> NDArray[np.intp]:
    age = summary["last_gift_age_days"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    if kind == "repeat":
        return np.asarray(np.where(np.isnan(age), 2, age <= period_days), dtype=np.intp)
    recency = np.searchsorted(np.array(_MONTHS) * 30.4375, np.nan_to_num(age, nan=1e9))
    recency = np.where(np.isnan(age), len(_MONTHS) + 1, recency)
    frequency = np.searchsorted(_GIFTS, summary["gifts"].to_numpy())
    return np.asarray(recency * (len(_GIFTS) + 1) + frequency, dtype=np.intp)
