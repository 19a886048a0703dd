"""Learners: the ways a chance is worked out, taught together on the same donors.

``habit`` knows only the days of past gifts; ``regression`` a few dozen familiar numbers;
``boosted`` and ``forest`` every number of the summary. A learner that the file cannot teach (too
few outcomes, all the same) is absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.scores import design, regression, trees
from mecene.scores.design import Design
from mecene.scores.habit import Habit
from mecene.scores.regression import Regression
from mecene.scores.trees import Trees

Vector = NDArray[np.float64]

EVERY = ("regression", "boosted", "forest")
LEAST_FOR_REGRESSION = 15
LEAST_FOR_TREES = 100
_FADING = 0.85  # of what an origin teaches, each year back


@dataclass(frozen=True)
class Sample:
    """Donors on one origin: the summary as of it, and 1 where the outcome came, else 0."""

    origin: date
    summary: pl.DataFrame
    outcome: Vector


@dataclass(frozen=True)
class Always:
    """The same chance for all: what is known where nothing distinguishes donors."""

    chance: float

    def log_odds(self, summary: pl.DataFrame) -> Vector:
        """Return the log-odds of the outcome. Shape (n,)."""
        return np.full(summary.height, special.logit(self.chance))


@dataclass(frozen=True)
class Learners:
    """Taught learners; ``first`` is the habit, or one chance for all."""

    design: Design
    first: Habit | Always
    regression: Regression | None
    boosted: Trees | None
    forest: Trees | None

    def answers(self, summary: pl.DataFrame) -> dict[str, Vector]:
        """Return the log-odds of each learner present, ``habit`` first. Each of shape (n,)."""
        habit = np.nan_to_num(self.first.log_odds(summary))
        found = {"habit": habit}
        if self.regression is not None:
            found["regression"] = self.regression.log_odds(summary, habit)
        if self.boosted is not None or self.forest is not None:
            matrix = self.design.matrix(summary)
            for name in ("boosted", "forest"):
                grown = getattr(self, name)
                if grown is not None:
                    found[name] = grown.log_odds(matrix, habit)
        return found


def fit(
    samples: Sequence[Sample],
    *,
    first: Habit | Always,
    rng: np.random.Generator,
    further: Sequence[str] = (),
    rounds: int | None = None,
    taught: tuple[str, ...] = EVERY,
) -> Learners:
    """Return the learners taught by some origins.

    Args:
        samples: One an origin, at least one.
        first: The habit, already frozen.
        rng: For what is drawn.
        further: The association's own columns of numbers.
        rounds: Trees of the boosted learner; by default as many as help on a fifth of the
            donors, put aside on every origin.
        taught: Which learners to teach, of ``EVERY``.
    """
    summary = pl.concat([sample.summary for sample in samples], how="vertical_relaxed")
    outcome = np.concatenate([sample.outcome for sample in samples])
    newest = max(sample.origin for sample in samples)
    weight = np.concatenate(
        [
            np.full(len(sample.outcome), _FADING ** ((newest - sample.origin).days / 365.25))
            for sample in samples
        ]
    )
    columns = design.of(summary, further=further)
    rarer = rarer_outcomes(outcome)
    habit = np.nan_to_num(first.log_odds(summary))
    weighed = None
    if rarer >= LEAST_FOR_REGRESSION and "regression" in taught:
        weighed = regression.fit(summary, habit, outcome, weight=weight, rng=rng)
    if rarer < LEAST_FOR_TREES or not columns.columns or not trees.available():
        return Learners(columns, first, weighed, None, None)
    matrix, seed = columns.matrix(summary), int(rng.integers(2**31))
    boosted = grown = None
    if "boosted" in taught:
        aside = (summary["donor_id"].to_numpy() // 16) % 5 == 0  # 16: a sample is whole buckets
        boosted = trees.boosted(
            matrix, habit, outcome, weight=weight, seed=seed, rounds=rounds, aside=aside
        )
    if "forest" in taught:
        grown = trees.forest(matrix, outcome, weight=weight, seed=seed)
    return Learners(columns, first, weighed, boosted, grown)


def rarer_outcomes(outcome: Vector) -> int:
    """Return how many of the rarer of the two outcomes there are."""
    happened = int(outcome.sum())
    return min(happened, len(outcome) - happened)
