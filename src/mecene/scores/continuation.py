"""Continuation: how the chance of giving moves from one period to the next.

After a period of silence it falls, after a period with a gift it rises; each is a straight line
in log-odds, learnt where two finished periods follow an origin, else drawn from published
figures. It carries one chance to the whole of the 24 months ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

# Public-radio donors, read off BG/BB's parameters (Fader, Hardie & Shang 2010) for histories of
# one to five years: a silent year costs about one logit, a giving one adds about as much.
PUBLISHED_SILENT = (-0.9, 0.9)
PUBLISHED_GAVE = (0.9, 0.55)
_PRIOR_DONORS = 40.0


@dataclass(frozen=True)
class Continuation:
    """Log-odds of the next period = first number + second × log-odds of this one."""

    silent: tuple[float, float]
    gave: tuple[float, float]

    def chances(self, log_odds: Vector, *, periods: int) -> tuple[Matrix, Matrix]:
        """Return, for the periods ahead, when the first gift comes and how many have one.

        Args:
            log_odds: Of a gift in the first period. Shape (n,).
            periods: How many periods ahead, >= 1.

        Returns:
            The chance that the first gift falls in each period, rows summing to at most 1, of
            shape (n, periods); and the chance of exactly 0 … periods giving periods, rows
            summing to 1, of shape (n, periods + 1).
        """
        n = len(log_odds)
        first = np.zeros((n, periods))
        giving = np.zeros((n, periods + 1))
        # Every past of gifts and silences ahead: its chance, its odds now, its giving periods.
        paths = [(np.ones(n), log_odds, 0)]
        for period in range(periods):
            split = []
            for weight, odds, count in paths:
                chance = special.expit(odds)
                if count == 0:
                    first[:, period] = weight * chance
                split.append((weight * chance, self.gave[0] + self.gave[1] * odds, count + 1))
                split.append((weight * (1 - chance), self.silent[0] + self.silent[1] * odds, count))
            paths = _merged(split)
        for weight, _, count in paths:
            giving[:, count] += weight
        return first, giving


def fit(parts: Sequence[tuple[Vector, Vector, Vector]]) -> Continuation:
    """Return the continuation learnt from origins followed by two finished periods.

    Args:
        parts: For each, log-odds of a gift in the first period, and whether each donor gave in
            the first and in the second (0 or 1). Each of shape (n,). May be empty.
    """
    if not parts:
        return Continuation(PUBLISHED_SILENT, PUBLISHED_GAVE)
    odds, first, second = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    silent, gave = first == 0, first > 0
    return Continuation(
        _line(odds[silent], second[silent], PUBLISHED_SILENT),
        _line(odds[gave], second[gave], PUBLISHED_GAVE),
    )


def _line(odds: Vector, outcome: Vector, centre: tuple[float, float]) -> tuple[float, float]:
    middle = np.array(centre)

    def loss(line: Vector) -> tuple[float, Vector]:
        score = line[0] + line[1] * odds
        missed = special.expit(score) - outcome
        away = line - middle
        value = (np.logaddexp(0, score) - outcome * score).sum()
        slope = np.array([missed.sum(), missed @ odds])
        return float(value + _PRIOR_DONORS / 2 * away @ away), slope + _PRIOR_DONORS * away

    found = optimize.minimize(
        loss, middle, jac=True, method="L-BFGS-B", bounds=[(None, None), (0.05, 1.5)]
    ).x
    return float(found[0]), float(found[1])


def _merged(paths: list[tuple[Vector, Vector, int]]) -> list[tuple[Vector, Vector, int]]:
    """Return the paths, those with as many giving periods as one another taken together.

    Beyond eight they are too many to follow apart; together they keep their mean odds, and the
    silent one stays alone: the first gift is read off it.
    """
    if len(paths) <= 8:
        return paths
    merged = []
    for count in sorted({path[2] for path in paths}):
        alike = [path for path in paths if path[2] == count]
        weight = sum((path[0] for path in alike), start=np.zeros_like(alike[0][0]))
        odds = sum((path[0] * path[1] for path in alike), start=np.zeros_like(weight))
        merged.append((weight, odds / np.maximum(weight, 1e-300), count))
    return merged
