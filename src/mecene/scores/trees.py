"""Trees: a boosted score and a forest, for files with enough donors to teach them.

The boosted one starts from the habit and learns what it misses, so that it loses little where
there is little to learn. Both are LightGBM's, kept as its plain text, which runs nothing when
read back.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MOST_ROUNDS = 240
_PATIENCE = 20
_ROUNDS_UNTRIED = 60
_LEAST = 1e-4
_RANGES = re.compile(r"^feature_infos=.*$", re.MULTILINE)
_RANGE = re.compile(r"\[[^\]]*\]")


class NoTrees(RuntimeError):
    """LightGBM cannot be loaded on this machine; scores do without trees, and say so."""


@dataclass(frozen=True)
class Trees:
    """A fitted score as text; ``starts_from_habit``: its answer is added to the habit's."""

    text: str
    rounds: int
    starts_from_habit: bool

    def log_odds(self, matrix: Matrix, habit: Vector) -> Vector:
        """Return the log-odds of the outcome. Shape (n,)."""
        if not len(matrix):
            return np.empty(0)
        answer = np.asarray(self._booster.predict(matrix, raw_score=self.starts_from_habit))
        if self.starts_from_habit:
            return answer + np.nan_to_num(habit)
        return np.asarray(special.logit(answer.clip(_LEAST, 1 - _LEAST)))

    @cached_property
    def _booster(self) -> Any:
        return _lightgbm().Booster(model_str=self.text)


def boosted(
    matrix: Matrix,
    habit: Vector,
    outcome: Vector,
    *,
    weight: Vector,
    seed: int,
    rounds: int | None = None,
    aside: NDArray[np.bool_] | None = None,
) -> Trees:
    """Return a score boosted from the habit.

    Args:
        matrix: Numbers, NaN where unknown. Shape (n, columns).
        habit: Log-odds to start from, NaN where none. Shape (n,).
        outcome: 0 or 1. Shape (n,).
        weight: How much each row counts. Shape (n,).
        seed: Of what LightGBM draws.
        rounds: Trees; by default as many as help on the rows put aside, 240 at most.
        aside: Rows that are not learnt from while rounds are counted. Shape (n,).

    Raises:
        NoTrees: LightGBM cannot be loaded.
    """
    lightgbm = _lightgbm()
    settings = _settings(len(outcome), seed) | {
        "objective": "binary", "learning_rate": 0.05, "num_leaves": _leaves(len(outcome)),
        "bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.6,
    }  # fmt: skip
    start = np.nan_to_num(habit)
    if rounds is None:
        rounds = _rounds(settings, matrix, start, outcome, weight, aside)
    taught = lightgbm.Dataset(matrix, outcome, weight=weight, init_score=start, params=settings)
    booster = lightgbm.train(settings, taught, num_boost_round=rounds)
    return Trees(_text(booster), rounds, starts_from_habit=True)


def _rounds(
    settings: dict[str, Any],
    matrix: Matrix,
    start: Vector,
    outcome: Vector,
    weight: Vector,
    aside: NDArray[np.bool_] | None,
) -> int:
    """Return how many trees help on the rows put aside, at least one."""
    if aside is None or not aside.any() or aside.all():
        return _ROUNDS_UNTRIED
    lightgbm = _lightgbm()
    told = lightgbm.Dataset(
        matrix[~aside],
        outcome[~aside],
        weight=weight[~aside],
        init_score=start[~aside],
        params=settings,
    )
    asked = lightgbm.Dataset(
        matrix[aside],
        outcome[aside],
        weight=weight[aside],
        init_score=start[aside],
        reference=told,
    )
    stop = lightgbm.early_stopping(_PATIENCE, verbose=False)
    tried = lightgbm.train(
        settings, told, num_boost_round=MOST_ROUNDS, valid_sets=[asked], callbacks=[stop]
    )
    return max(int(tried.best_iteration), 1)


def forest(matrix: Matrix, outcome: Vector, *, weight: Vector, seed: int, trees: int = 80) -> Trees:
    """Return a forest: deep trees on draws of rows and columns, averaged.

    Raises:
        NoTrees: LightGBM cannot be loaded.
    """
    lightgbm = _lightgbm()
    settings = _settings(len(outcome), seed) | {
        # Least squares: a leaf is then the rate of its donors, and the mean of leaves a rate too.
        "objective": "regression", "boosting": "rf", "lambda_l2": 0.0,
        "num_leaves": min(127, 4 * _leaves(len(outcome))),
        "bagging_fraction": 0.5, "bagging_freq": 1, "feature_fraction": 0.35,
        "feature_fraction_bynode": 0.7,
    }  # fmt: skip
    taught = lightgbm.Dataset(matrix, outcome, weight=weight, params=settings)
    booster = lightgbm.train(settings, taught, num_boost_round=trees)
    return Trees(_text(booster), trees, starts_from_habit=False)


def available() -> bool:
    """Return whether LightGBM can be loaded here."""
    try:
        _lightgbm()
    except NoTrees:
        return False
    return True


def _text(booster: Any) -> str:
    """Return LightGBM's text without the least and greatest of each column: one donor's, often.

    They are asked for nothing once trees are grown; thresholds lie between many donors.
    """
    return _RANGES.sub(lambda line: _RANGE.sub("[-inf:inf]", line[0]), booster.model_to_string())


def _settings(rows: int, seed: int) -> dict[str, Any]:
    return {
        "verbosity": -1, "seed": seed, "deterministic": True, "force_row_wise": True,
        # A second thread waits more than it works on a small file.
        "num_threads": 1 if rows < 200_000 else 2, "max_bin": 127, "lambda_l2": 5.0,
        "min_data_in_leaf": int(np.clip(rows / 400, 20, 300)),
    }  # fmt: skip


def _leaves(rows: int) -> int:
    return int(np.clip(rows / 500, 4, 31))


def _lightgbm() -> Any:
    try:
        import lightgbm
    except (ImportError, OSError) as missing:  # OSError: libgomp is not on the machine
        raise NoTrees(f"LightGBM cannot be loaded ({missing}); install libgomp1") from missing
    return lightgbm
