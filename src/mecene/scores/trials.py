"""Trials: how each method did on an origin it had not seen, and which is used for it.

A baseline that beat the mixture at every trial is used instead, and the report says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mecene.scores import goodness
from mecene.scores.goodness import Goodness

Vector = NDArray[np.float64]

BASELINES = ("habit", "repeat", "rfm")


@dataclass(frozen=True)
class Test:
    """How each method did on one origin it had not seen; ``folds``: on unseen donors instead.

    ``better_by`` is the mean log loss of the best baseline minus the mixture's, with ``se``.
    """

    origin: date
    folds: bool
    goodness: Mapping[str, Goodness]
    best_baseline: str
    better_by: float
    se: float


def of(said: Mapping[str, Vector], outcome: Vector, *, origin: date, folds: bool) -> Test:
    """Return how methods did.

    Args:
        said: Log-odds by method, ``mixture`` and ``habit`` among them. Each of shape (n,).
        outcome: 0 or 1. Shape (n,).
        origin: The day looked from.
        folds: Whether donors, rather than the origin, were unseen.
    """
    chances = {name: special.expit(odds) for name, odds in said.items()}
    found = {name: goodness.of(chance, outcome) for name, chance in chances.items()}
    best = min((name for name in BASELINES if name in found), key=lambda name: found[name].log_loss)
    gain = goodness.log_losses(chances[best], outcome) - goodness.log_losses(
        chances["mixture"], outcome
    )
    se = float(gain.std() / np.sqrt(len(gain)))
    return Test(origin, folds, found, best, float(gain.mean()), se)


def method(tests: Sequence[Test]) -> str:
    """Return what to use: the mixture, or the baseline that beat it every time it was tested.

    Once is a year's luck: the baseline of a bad year is often behind again the year after.
    """
    if not tests:
        return "mixture"
    best = tests[-1].best_baseline
    beaten = all(
        test.best_baseline == best
        and test.better_by < -2 * test.se
        and test.goodness[best].auc >= test.goodness["mixture"].auc
        for test in tests
    )
    return best if beaten else "mixture"
