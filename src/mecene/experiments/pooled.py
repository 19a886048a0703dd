"""Pooled: what several tests of one question say together, and whether they say the same.

Each test is weighed by the inverse of its variance; where tests differ beyond chance, that is said
and the interval widened by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

_HALF = 0.5


class NothingToPool(ValueError):
    """No test, or one without an error of its own."""


@dataclass(frozen=True)
class Pooled:
    """The mean effect over tests, in their unit.

    Attributes:
        estimate, low, high: With its 95 % interval, over tests like these.
        tests: How many.
        i_squared: Share of the variation between tests that chance does not explain, in [0, 1];
            None of a single test.
        p_differs: Chance of as much variation were all the same (Cochran's Q); None likewise.
    """

    estimate: float
    low: float
    high: float
    tests: int
    i_squared: float | None
    p_differs: float | None

    @property
    def differs(self) -> bool:
        """Return whether tests say different things: half of what parts them is not chance."""
        return self.i_squared is not None and self.i_squared > _HALF


def of(found: Sequence[tuple[float, float, float]], *, confidence: Sequence[float]) -> Pooled:
    """Return what tests say together.

    Args:
        found: (estimate, low, high) of each.
        confidence: Of each interval, in (0, 1).

    Raises:
        NothingToPool: there is none, or an interval has no width.

    Source: DerSimonian & Laird, Controlled Clinical Trials 7 (1986), eq. 7-9; I² of Higgins &
    Thompson, Statistics in Medicine 21 (2002).
    """
    if not found:
        raise NothingToPool("no test to pool; run one that compares two types of content")
    estimates, lows, highs = (np.array(each, dtype=float) for each in zip(*found, strict=True))
    reach = special.ndtri((1 + np.array(confidence, dtype=float)) / 2)
    variance = ((highs - lows) / (2 * reach)) ** 2
    if (variance <= 0).any():
        raise NothingToPool("a test has an interval without width; leave it out")
    weight = 1 / variance
    mean = float((weight * estimates).sum() / weight.sum())
    between, freedom = 0.0, len(found) - 1
    squared = p = None
    if freedom:
        apart = float((weight * (estimates - mean) ** 2).sum())
        scale = weight.sum() - (weight**2).sum() / weight.sum()
        between = max(0.0, (apart - freedom) / float(scale))
        squared = max(0.0, (apart - freedom) / apart) if apart > 0 else 0.0
        p = float(special.chdtrc(freedom, apart))
    weight = 1 / (variance + between)
    mean = float((weight * estimates).sum() / weight.sum())
    half = float(special.ndtri(0.975) / np.sqrt(weight.sum()))
    return Pooled(mean, mean - half, mean + half, len(found), squared, p)
