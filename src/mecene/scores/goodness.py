"""Goodness: how well chances foretold what happened.

Log score and Brier score are proper: nothing beats the truth. The mean absolute error is not
among them: it rewards foretelling that nobody gives.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_LEAST = 1e-6


@dataclass(frozen=True)
class Goodness:
    """Of chances against outcomes, over ``donors`` with ``outcomes`` that happened.

    ``auc`` is NaN where everybody, or nobody, did it. ``calibration_error`` in [0, 1] is the mean
    gap between foretold and seen over ten groups of equal size; ``calibration_noise`` what it
    would be, by chance alone, of chances that are right.
    """

    donors: int
    outcomes: int
    log_loss: float
    brier: float
    auc: float
    calibration_error: float
    calibration_noise: float
    mean_chance: float


def of(chances: Vector, outcome: Vector) -> Goodness:
    """Return how good chances in [0, 1] were. Shapes (n,), n > 0.

    Raises:
        ValueError: there is no donor to compare.
    """
    if not len(outcome):
        raise ValueError("no donor to compare chances with")
    safe = np.clip(chances, _LEAST, 1 - _LEAST)
    error, noise = calibration(safe, outcome)
    return Goodness(
        donors=len(outcome),
        outcomes=int(outcome.sum()),
        log_loss=float(-np.mean(outcome * np.log(safe) + (1 - outcome) * np.log1p(-safe))),
        brier=float(np.mean((safe - outcome) ** 2)),
        auc=auc(chances, outcome),
        calibration_error=error,
        calibration_noise=noise,
        mean_chance=float(safe.mean()),
    )


def log_losses(chances: Vector, outcome: Vector) -> Vector:
    """Return the log loss of each donor. Shape (n,)."""
    safe = np.clip(chances, _LEAST, 1 - _LEAST)
    return np.asarray(-(outcome * np.log(safe) + (1 - outcome) * np.log1p(-safe)))


def auc(chances: Vector, outcome: Vector) -> float:
    """Return the chance that who did it was ranked above who did not; ties count half."""
    did = int(outcome.sum())
    did_not = len(outcome) - did
    if not did or not did_not:
        return float("nan")
    _, place, counts = np.unique(chances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[outcome > 0].sum() - did * (did + 1) / 2) / (did * did_not))


def calibration(chances: Vector, outcome: Vector, *, groups: int = 10) -> tuple[float, float]:
    """Return the calibration error over groups of equal size, and its part due to chance."""
    gaps, noises, sizes = [], [], []
    for foretold, happened in by_group(chances, outcome, groups=groups):
        gaps.append(abs(foretold.mean() - happened.mean()))
        # E|N(0, σ)| = σ √(2/π)
        spread = np.sqrt((foretold * (1 - foretold)).sum()) / len(foretold)
        noises.append(spread * np.sqrt(2 / np.pi))
        sizes.append(len(foretold))
    return float(np.average(gaps, weights=sizes)), float(np.average(noises, weights=sizes))


def by_group(chances: Vector, outcome: Vector, *, groups: int) -> list[tuple[Vector, Vector]]:
    """Return (chances, outcomes) of donors in groups of equal size, least likely first."""
    order = np.argsort(chances, kind="stable")
    parts = np.array_split(order, min(groups, len(order)))
    return [(chances[part], outcome[part]) for part in parts]
