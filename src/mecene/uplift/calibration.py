"""Calibration: where an effect of five euros is foretold, is five euros what is found?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import estimate, qini
from mecene.uplift.estimate import Estimate

Vector = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = 10


@dataclass(frozen=True)
class Tenth:
    """People whose effects were foretold alike, highest first: foretold on average, and found."""

    foretold: float
    found: Estimate


@dataclass(frozen=True)
class Calibration:
    """How what was foretold compares with what was found.

    ``slope`` is 1 where differences between people are as large as foretold, 0 where there are
    none; None where everybody was told the same.
    """

    tenths: tuple[Tenth, ...]
    slope: Estimate | None


def of(
    told: Vector, effect: Vector, *, part: Ints, household: Ints, stretch: float = 1.0
) -> Calibration:
    """Return the calibration of effects told out of fold.

    Args:
        told: Foretold. Shape (n,).
        effect: Rewards of the arm less those of the control. Shape (n,).
        part: Each told by fits of its own, and ranked apart. Shape (n,).
        household: Shape (n,).
        stretch: Of errors (`mecene.uplift.estimate`).

    Source: the best linear predictor of Chernozhukov, Demirer, Duflo & Fernández-Val,
    Econometrica 93 (2025), eq. of the heterogeneity loading.
    """
    found = qini.places(told, part=part)
    group = np.minimum((found.middle * GROUPS).astype(np.int64), GROUPS - 1)
    tenths = tuple(
        Tenth(
            float(told[group == each].mean()),
            estimate.mean(
                effect[group == each], household=household[group == each], stretch=stretch
            ),
        )
        for each in np.unique(group)
    )
    return Calibration(tenths, _slope(told, effect, part, household, stretch))


def _slope(
    told: Vector, effect: Vector, part: Ints, household: Ints, stretch: float
) -> Estimate | None:
    sizes = np.bincount(part)
    apart = told - (np.bincount(part, weights=told) / sizes.clip(1))[part]
    spread = float((apart**2).mean())
    if spread <= 1e-18 * max(float((told**2).mean()), 1e-300):
        return None
    level = effect - (np.bincount(part, weights=effect) / sizes.clip(1))[part]
    slope = float((apart * level).mean()) / spread
    influence = apart * (level - slope * apart) / spread
    return estimate.mean(influence, household=household, value=slope, stretch=stretch)
