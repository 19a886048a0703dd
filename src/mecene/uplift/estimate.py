"""Estimate: a mean over people, and how far chance alone could have moved it.

People of one household stand or fall together: their parts are added before they are compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Vector = NDArray[np.float64]
Ints = NDArray[np.int64]

CONFIDENCE = 0.95
# Quarters that teach one another agree beyond what each is worth: what chance did in one chose for
# the next. Errors of a figure over all four were found to be 1.0 to 1.29 times those of four that
# never met; √2 times is the most, where nothing but chance is learnt (docs/methods/uplift.md).
OUT_OF_FOLD = 1.3


@dataclass(frozen=True)
class Estimate:
    """A figure, its standard error, and its interval, all in the unit of what was averaged."""

    value: float
    error: float
    low: float
    high: float

    def above(self, bar: float = 0.0) -> bool:
        """Return whether the whole interval lies above a bar."""
        return self.low > bar

    def below(self, bar: float = 0.0) -> bool:
        """Return whether the whole interval lies below a bar."""
        return self.high < bar


def known(value: float) -> Estimate:
    """Return a figure that is known without doubt."""
    return Estimate(value, 0.0, value, value)


def mean(
    parts: Vector,
    *,
    household: Ints,
    confidence: float = CONFIDENCE,
    value: float | None = None,
    stretch: float = 1.0,
) -> Estimate:
    """Return the mean of what each person adds, with its normal interval.

    Args:
        parts: What each person adds, or their influence on a figure. Shape (n,), n > 0.
        household: Which household each belongs to, 0 and up. Shape (n,).
        confidence: Of the interval, in (0, 1).
        value: The figure, where ``parts`` are influences on it; else their mean.
        stretch: What the error is multiplied by (``OUT_OF_FOLD``).

    Source: the linearised variance of a cluster sample, Liang & Zeger, Biometrika 73 (1986).
    """
    people = len(parts)
    centred = parts - parts.mean()
    sums = np.bincount(household, weights=centred)
    homes = np.count_nonzero(np.bincount(household))
    error = stretch * float(np.sqrt((sums**2).sum() * homes / max(homes - 1, 1))) / people
    middle = float(parts.mean()) if value is None else value
    reach = float(special.ndtri((1 + confidence) / 2)) * error
    return Estimate(middle, error, middle - reach, middle + reach)
