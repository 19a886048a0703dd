"""Frequency: how many gifts a donor makes in a period in which they make one.

One, and then as many more as a negative binomial whose mean follows the donor's past: over a
thousand donors it leaves room for the few who give every week.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MOST_GIFTS = 60
_PUBLISHED = np.array([-1.6, 0.9, 0.2, 0.3, 0.0])  # about one giving year in five has a second
_RIDGE = 3.0
_LEAST_MEAN, _MOST_MEAN = 1e-3, 400.0
_SIZES = (0.05, 50.0)


@dataclass(frozen=True)
class Frequency:
    """``weights`` of the logs of the past's gifts; ``size`` of the negative binomial, > 0."""

    weights: tuple[float, ...]
    size: float

    def further(self, summary: pl.DataFrame) -> Vector:
        """Return the mean number of gifts after the first, in a period with one. Shape (n,)."""
        return _mean(_numbers(summary), np.asarray(self.weights))

    def at_least(self, mean: Vector, active: Vector) -> Matrix:
        """Return the chance of at least 0, 1 … ``MOST_GIFTS`` gifts in some giving periods.

        Args:
            mean: Of further gifts in one giving period. Shape (n,).
            active: Chance of 0, 1, 2 … giving periods, rows summing to 1. Shape (n, k).

        Returns:
            Falls along each row from 1. Shape (n, MOST_GIFTS + 1).
        """
        exactly = np.zeros((len(mean), MOST_GIFTS + 1))
        exactly[:, 0] = active[:, 0]
        for periods in range(1, active.shape[1]):
            # Gifts of several periods add up to the same law, of as many times the size.
            law = _law(mean, self.size, periods, MOST_GIFTS - periods)
            exactly[:, periods:] += active[:, periods, None] * law
        beyond = np.cumsum(exactly[:, ::-1], axis=1)[:, ::-1]
        beyond[:, 0] = 1.0
        return np.asarray(beyond)


def fit(givers: pl.DataFrame, gifts: Vector) -> Frequency:
    """Return the frequency learnt from donors who gave, and how often, in a period.

    Args:
        givers: One row a donor; may be empty.
        gifts: In the period, >= 1. Shape (n,).
    """
    if not givers.height:
        return Frequency(tuple(_PUBLISHED.tolist()), 1.0)
    numbers, further = _numbers(givers), np.minimum(gifts - 1.0, 200.0)

    def loss(weights: Vector) -> tuple[float, Vector]:
        mean = _mean(numbers, weights)
        away = weights - _PUBLISHED
        value = (mean - further * np.log(mean)).sum() + _RIDGE * away @ away
        return float(value), numbers.T @ (mean - further) + 2 * _RIDGE * away

    weights = optimize.minimize(loss, _PUBLISHED, jac=True, method="L-BFGS-B").x
    mean = _mean(numbers, weights)
    # Moments: the variance of a negative binomial is μ + μ²/size.
    spread = ((further - mean) ** 2 - mean).sum() + 1.0
    size = float(np.clip(((mean**2).sum() + 1.0) / max(spread, 1e-9), *_SIZES))
    return Frequency(tuple(weights.tolist()), size)


def _law(mean: Vector, size: float, periods: int, most: int) -> Matrix:
    """Return the chance of 0 … most further gifts over some periods; the last has the rest."""
    k, shape = np.arange(most + 1), size * periods
    log_choose = special.gammaln(k + shape) - special.gammaln(shape) - special.gammaln(k + 1)
    log_stay, log_stop = np.log(mean / (mean + size)), np.log(size / (mean + size))
    law = np.exp(log_choose + k * log_stay[:, None] + shape * log_stop[:, None])
    law[:, -1] += np.maximum(0.0, 1.0 - law.sum(axis=1))
    return np.asarray(law / law.sum(axis=1, keepdims=True))


def _mean(numbers: Matrix, weights: Vector) -> Vector:
    return np.exp(np.clip(numbers @ weights, np.log(_LEAST_MEAN), np.log(_MOST_MEAN)))


def _numbers(summary: pl.DataFrame) -> Matrix:
    free = pl.max_horizontal(pl.col("gifts") - pl.col("instalments"), 0)
    recent = pl.max_horizontal(pl.col("gifts_12m") - pl.col("instalments_12m"), 0)
    per_year = free / pl.max_horizontal("active_years", 1)
    columns = summary.select(
        recent=recent.log1p(),
        before=pl.col("gifts_previous_12m").log1p(),
        per_year=per_year.log1p(),
        silence=(pl.col("last_gift_age_days").fill_null(0) / 365.25).log1p(),
    )
    return np.column_stack([np.ones(summary.height), columns.to_numpy().astype(np.float64)])
