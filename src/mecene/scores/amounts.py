"""Amounts: how much a donor's next gift is, as a whole distribution.

The centre follows the donor's last, usual and largest gifts, in logs; around it lie as many
equally likely values as the past showed, wider for donors known by one gift, narrow for those
who always give the same. Every chance and every mean is read off those values.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

VALUES = 48  # equally likely
_GROUPS = 6
_RIDGE = 10.0
_LEAST_IN_GROUP = 20 * VALUES
# One gift: σ of the log of the next is about 0.7 in every file at hand, half that when many.
_PUBLISHED_SPREAD = (0.75, 0.65, 0.55, 0.35, 0.3, 0.25)
_CENTRE = np.array([0.0, 0.45, 0.35, 0.1, 0.05, 0.05])
_TYPICAL_LOG = 3.7  # e^3.7 ≈ 40 euros


class NoAmounts(ValueError):
    """A file has no amount in the currency asked for."""


@dataclass(frozen=True)
class Amounts:
    """``weights`` of the logs of past amounts; ``spread``: by group, logs around the centre.

    ``typical_minor`` is the file's, for who has no amount of their own.
    """

    weights: tuple[float, ...]
    spread: tuple[tuple[float, ...], ...]
    typical_minor: float

    def values(self, summary: pl.DataFrame) -> Matrix:
        """Return equally likely amounts of the next gift, minor units, rising. (n, VALUES)."""
        centre = _numbers(summary, self.typical_minor) @ np.asarray(self.weights)
        return np.asarray(np.exp(centre[:, None] + np.asarray(self.spread)[_group(summary)]))


def fit(givers: pl.DataFrame, amount_minor: Vector) -> Amounts:
    """Return the amounts learnt from donors who gave: the mean gift of their period.

    Args:
        givers: One row a donor, in one currency; may be empty.
        amount_minor: Mean gift of the period, > 0. Shape (n,).
    """
    typical = float(np.median(amount_minor)) if len(amount_minor) else np.exp(_TYPICAL_LOG) * 100
    if not givers.height:
        return Amounts(tuple(_CENTRE.tolist()), _published(), typical)
    numbers, logs = _numbers(givers, typical), np.log(amount_minor)
    # Ridge around the published centre; a gift of a millionaire pulls no more than 3 logs.
    weights = _CENTRE.copy()
    for _ in range(2):
        missed = np.clip(logs - numbers @ weights, -3.0, 3.0)
        gram = numbers.T @ numbers + _RIDGE * np.eye(numbers.shape[1])
        weights = weights + np.linalg.solve(gram, numbers.T @ missed + _RIDGE * (_CENTRE - weights))
    left = logs - numbers @ weights
    return Amounts(tuple(weights.tolist()), _spread(left, _group(givers)), typical)


def _spread(left: Vector, group: NDArray[np.intp]) -> tuple[tuple[float, ...], ...]:
    """Return by group the logs of the mean of each of ``VALUES`` equal parts of what is left."""
    whole = _parts(left, _published()[1])
    found = []
    for number in range(_GROUPS):
        own = left[group == number]
        weight = len(own) / (len(own) + _LEAST_IN_GROUP)
        fallback = np.asarray(whole) * (
            _PUBLISHED_SPREAD[number] / _PUBLISHED_SPREAD[1] if len(left) else 1.0
        )
        parts = _parts(own, tuple(fallback.tolist()))
        found.append(tuple((weight * np.asarray(parts) + (1 - weight) * fallback).tolist()))
    return tuple(found)


def _parts(left: Vector, fallback: tuple[float, ...]) -> tuple[float, ...]:
    if len(left) < VALUES:
        return fallback
    # The mean of e^x within each part, so that sums of euros come out right; the last part is
    # cut at its own upper eighth, or one legacy in disguise would be foretold of everybody.
    parts = np.array_split(np.sort(left), VALUES)
    parts[-1] = np.minimum(parts[-1], np.quantile(parts[-1], 0.875))
    return tuple(float(np.log(np.mean(np.exp(part)))) for part in parts)


def _published() -> tuple[tuple[float, ...], ...]:
    from scipy import special

    normal = special.ndtri((np.arange(VALUES) + 0.5) / VALUES)
    return tuple(tuple((width * normal).tolist()) for width in _PUBLISHED_SPREAD)


def _numbers(summary: pl.DataFrame, typical_minor: float) -> Matrix:
    """Return what is known of a donor's amounts, in logs; the file's typical one where nothing."""
    names = ("last_gift_minor", "mean_gift_minor", "largest_gift_minor", "first_gift_minor")
    one_off = {"last_gift_minor": "last_one_off_minor", "mean_gift_minor": "mean_one_off_minor",
               "largest_gift_minor": "largest_one_off_minor"}  # fmt: skip
    known = summary.select(
        pl.coalesce(one_off.get(name, name), name)
        .cast(pl.Float64).fill_null(typical_minor).clip(lower_bound=1.0).log().alias(name)
        for name in names
    ).to_numpy()  # fmt: skip
    typical = np.full(summary.height, np.log(max(typical_minor, 1.0)))
    return np.column_stack([np.ones(summary.height), known, typical])


def _group(summary: pl.DataFrame) -> NDArray[np.intp]:
    """Return the group a donor's spread is that of: how many gifts, and are they all alike."""
    gifts = np.clip(summary["gifts"].to_numpy(), 1, None)
    last = summary["last_gift_minor"].fill_null(0).to_numpy()
    largest = summary["largest_gift_minor"].fill_null(0).to_numpy()
    mean = summary["mean_gift_minor"].fill_null(0.0).to_numpy()
    alike = (last == largest) & (np.abs(mean - last) < 0.01 * np.maximum(last, 1))
    steps = np.select([gifts == 1, gifts <= 3], [0, 1], default=2)
    return np.asarray(np.where(alike & (gifts > 1), 2 + steps, steps), dtype=np.intp)
