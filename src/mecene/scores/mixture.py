"""Mixture: how much each learner is trusted, from how well it foretold periods it had not seen.

Log-odds are added with weights ≥ 0, then shifted: one convex problem, so calibration is part of
it. With few outcomes the weights stay near their start, the habit alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Vector = NDArray[np.float64]

# Outcomes (of the rarer kind) at which the weights are half learnt.
_HALF_LEARNT = 60.0
_SHIFT_PENALTY = 0.1
# A year's shift says little of the next: measured on three files and sixteen invented ones
# (docs/methods/scores.md).
_PERIODS_OF_DOUBT = 4.0
_FARTHEST = 12.0
_SHARES = {"regression": 4.0, "boosted": 3.0, "forest": 3.0, "rfm": 1.0}
# Donors of one year share its luck: however many they are, they tell no more than these.
_ROWS_OF_A_PERIOD = 300.0
# Weights sum to 1, nearly: free, they sharpened odds on what two good years had in common, and
# lost .002 of log loss on the next (docs/methods/scores.md).
_TOGETHER = 1e5


@dataclass(frozen=True)
class Mixture:
    """Weight of each learner by name, and a shift in log-odds."""

    weights: Mapping[str, float]
    shift: float

    def log_odds(self, answers: Mapping[str, Vector]) -> Vector:
        """Return the mixed log-odds of learners' log-odds, by name. Shape (n,)."""
        mixed = sum(
            (weight * answers[name].clip(-_FARTHEST, _FARTHEST)
             for name, weight in self.weights.items() if weight),
            start=np.zeros(len(next(iter(answers.values())))),
        )  # fmt: skip
        return np.asarray(mixed + self.shift)


def start(names: tuple[str, ...], outcomes: float) -> Mixture:
    """Return the mixture before any test: the habit alone, then its betters as outcomes grow.

    Args:
        names: Of the learners, ``habit`` first.
        outcomes: How many of the rarer outcome taught them.
    """
    trust = outcomes / (outcomes + 300.0) if len(names) > 1 else 0.0
    shares = {name: _SHARES.get(name, 1.0) for name in names[1:]}
    total = sum(shares.values())
    return Mixture(
        {names[0]: 1.0 - trust} | {name: trust * part / total for name, part in shares.items()}, 0.0
    )


def fit(
    answers: Mapping[str, Vector],
    outcome: Vector,
    *,
    period: NDArray[np.intp] | None = None,
    trust: Vector | None = None,
    taught: float,
    usual: float = 0.0,
    same_period: bool = False,
) -> Mixture:
    """Return the mixture that foretells best what its learners had not seen.

    Each period has a shift of its own, a good or a bad year, that its successors do not share;
    only what is left of their mean, shrunk to the usual one, is kept.

    Args:
        answers: Log-odds by learner, ``habit`` first. Each of shape (n,).
        outcome: 0 or 1. Shape (n,).
        period: Number of the period of each row, from 0. Shape (n,).
        trust: Weight of each row: newer periods say more. Shape (n,).
        taught: How many of the rarer outcome taught the learners.
        usual: The shift of files with nothing to learn it from.
        same_period: The learners were taught in the period they were asked about: what they then
            miss is no year's luck, and the whole shift is kept.
    """
    names = tuple(answers)
    if not len(outcome):
        return start(names, taught)
    weight = np.ones(len(outcome)) if trust is None else trust
    of_row = np.zeros(len(outcome), dtype=np.intp) if period is None else period
    periods, learners = int(of_row.max()) + 1, len(names)
    weight = weight * np.minimum(1.0, _ROWS_OF_A_PERIOD / np.bincount(of_row))[of_row]
    matrix = np.column_stack([answers[name].clip(-_FARTHEST, _FARTHEST) for name in names])
    before = start(names, taught)
    centre = np.array([*(before.weights[name] for name in names), *np.zeros(periods)])
    penalty = np.full(len(centre), _HALF_LEARNT / 4)
    penalty[learners:] = _SHIFT_PENALTY

    def loss(point: Vector) -> tuple[float, Vector]:
        score = matrix @ point[:learners] + point[learners:][of_row]
        missed = weight * (special.expit(score) - outcome)
        away = point - centre
        beyond = point[:learners].sum() - 1
        value = weight @ (np.logaddexp(0, score) - outcome * score) + 0.5 * penalty @ away**2
        shifts = np.bincount(of_row, weights=missed, minlength=periods)
        slope = np.append(matrix.T @ missed, shifts) + penalty * away
        slope[:learners] += _TOGETHER * beyond
        return float(value + 0.5 * _TOGETHER * beyond**2), slope

    bounds = [(0.0, None)] * learners + [(None, None)] * periods
    found = optimize.minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=bounds).x
    doubt = 0.0 if same_period else _PERIODS_OF_DOUBT
    kept = (found[learners:].sum() + doubt * usual) / (periods + doubt)
    return Mixture(dict(zip(names, found[:learners].tolist(), strict=True)), float(kept))
