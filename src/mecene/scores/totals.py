"""Totals: what a group of donors gives together, with an honest interval.

Donors' own chance averages out in a large group; a good or a bad year does not: it moves all of
them, and donors who are alike a little further. All are in the interval, as large as the file's
past years were (``years``).
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
    expected_minor: Vector,
    variance_minor: Vector,
    *,
    year_effect: float,
    group_effect: float = 0.0,
    confidence: float = 0.8,
) -> Total:
    """Return the total of some donors.

    Args:
        expected_minor: Of each donor. Shape (n,).
        variance_minor: Of each donor. Shape (n,).
        year_effect: One standard deviation of a whole year's deviation, as a share.
        group_effect: The same of a group of donors alike, beyond the year's (``of_alike``).
        confidence: Chance that the interval holds the sum, in (0, 1).
    """
    expected = float(expected_minor.sum())
    if expected <= 0:
        return Total(0.0, 0.0, 0.0)
    own = float(variance_minor.sum()) / expected**2
    # A sum of amounts is skewed: on a log scale its interval is about even.
    spread = np.sqrt(np.log1p(own) + year_effect**2 + group_effect**2)
    half = float(special.ndtri(0.5 + confidence / 2)) * spread
    centre = np.log(expected) - spread**2 / 2
    return Total(expected, float(np.exp(centre - half)), float(np.exp(centre + half)))


def of_alike(
    expected_minor: Vector,
    variance_minor: Vector,
    chance: Vector,
    *,
    year_effect: float,
    group_effect: float,
    confidence: float = 0.8,
) -> Total:
    """Return the total of donors who are alike: a segment, rather than a draw of the file.

    Args:
        expected_minor: Of each donor. Shape (n,).
        variance_minor: Of each donor. Shape (n,).
        chance: Of giving, of each. Shape (n,).
        year_effect: One standard deviation of a whole year's deviation, as a share.
        group_effect: One of the group's own within it, in log-odds.
        confidence: Chance that the interval holds the sum, in (0, 1).
    """
    moved = ((1 - chance) * expected_minor).sum() / max(expected_minor.sum(), 1e-9)
    return of(
        expected_minor,
        variance_minor,
        year_effect=year_effect,
        group_effect=group_effect * float(moved),
        confidence=confidence,
    )


def income(law: Distribution, *, months: int, year_effect: float) -> Total:
    """Return what the donors of a law give together within 12 or 24 months."""
    return of(law.expected_minor(months), law.variance_minor(months), year_effect=year_effect)
