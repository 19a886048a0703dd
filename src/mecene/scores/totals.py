"""Totals: what a group of donors gives together, with an honest interval.

Donors' own chance averages out in a large group; a good or a bad year does not: it moves all of
them. Both are in the interval, the second as large as the file's past years were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mecene.scores.distribution import Distribution

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Total:
    """The expected sum of a group, minor units, and the bounds it lies between."""

    expected_minor: float
    low_minor: float
    high_minor: float


def of(
    expected_minor: Vector, variance_minor: Vector, *, year_effect: float, confidence: float = 0.8
) -> Total:
    """Return the total of some donors.

    Args:
        expected_minor: Of each donor. Shape (n,).
        variance_minor: Of each donor. Shape (n,).
        year_effect: One standard deviation of a whole year's deviation, as a share.
        confidence: Chance that the interval holds the sum, in (0, 1).
    """
    expected = float(expected_minor.sum())
    if expected <= 0:
        return Total(0.0, 0.0, 0.0)
    own = float(variance_minor.sum()) / expected**2
    # A sum of amounts is skewed: on a log scale its interval is about even.
    spread = np.sqrt(np.log1p(own) + year_effect**2)
    half = float(special.ndtri(0.5 + confidence / 2)) * spread
    centre = np.log(expected) - spread**2 / 2
    return Total(expected, float(np.exp(centre - half)), float(np.exp(centre + half)))


def income(law: Distribution, *, months: int, year_effect: float) -> Total:
    """Return what the donors of a law give together within 12 or 24 months."""
    return of(law.expected_minor(months), law.variance_minor(months), year_effect=year_effect)
