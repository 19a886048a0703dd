"""Regression: a logistic score on a few dozen numbers every fundraiser knows.

How long ago, how often, how much, at what rhythm, and whether they answer; beside what their
habit alone foretells. Ridge-penalised, so that it stands on a few hundred donors.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_MOST_ROWS = 150_000
_RIDGE = 2.0
_MOST_STEPS = 30
_LOGGED = (
    "last_gift_age_days", "first_gift_age_days", "last_one_off_age_days", "gifts", "gifts_12m",
    "gifts_previous_12m", "gifts_36m", "one_off_gifts_12m", "gift_days", "mean_gift_minor",
    "last_gift_minor", "largest_gift_minor", "amount_12m_minor", "amount_previous_12m_minor",
    "median_gap_days", "longest_gap_days", "active_years", "instalments_12m", "contacts_12m",
    "clicks_12m", "replies_12m", "interactions_12m", "page_views_12m", "events_12m",
    "last_interaction_age_days", "responses_12m", "unsubscribes", "membership_fees",
)  # fmt: skip
_AS_THEY_ARE = (
    "gifts_december_share", "gifts_last_quarter_share", "usual_month_share", "repeat_years",
    "yearly_opportunities", "last_repeat_year",
)  # fmt: skip
_SAID = ("has_email", "has_phone", "objects_appeal", "objects_email")


@dataclass(frozen=True)
class Regression:
    """A fitted score: for each number its place, its scale and its weight.

    ``columns`` names the numbers, in the order of the three others; ``rate`` is its intercept.
    """

    columns: tuple[str, ...]
    middle: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    rate: float

    def log_odds(self, summary: pl.DataFrame, habit: Vector) -> Vector:
        """Return the log-odds of the outcome. Shape (n,)."""
        if not self.columns:  # donors were all alike
            return np.full(summary.height, self.rate)
        numbers = _numbers(summary, habit).select(self.columns).to_numpy()
        standard = (np.nan_to_num(numbers) - self.middle) / self.scale
        return np.asarray(standard.clip(-6, 6) @ np.asarray(self.weights) + self.rate)


def fit(
    summary: pl.DataFrame,
    habit: Vector,
    outcome: Vector,
    *,
    weight: Vector,
    rng: np.random.Generator,
) -> Regression:
    """Return the score learnt from donors and what they did.

    Args:
        summary: One row a donor and origin.
        habit: Log-odds from their habit, NaN where none. Shape (n,).
        outcome: 1 where it happened, else 0, both present. Shape (n,).
        weight: How much each row counts. Shape (n,).
        rng: Chooses which rows, of more than 150,000.
    """
    if summary.height > _MOST_ROWS:
        chosen = np.sort(rng.choice(summary.height, _MOST_ROWS, replace=False))
        summary, habit = summary[chosen], habit[chosen]
        outcome, weight = outcome[chosen], weight[chosen]
    numbers = _numbers(summary, habit)
    matrix = np.nan_to_num(numbers.to_numpy())
    middle, scale = matrix.mean(axis=0), matrix.std(axis=0)
    kept = scale > 1e-9
    if not kept.any():
        rate = (weight @ outcome + 0.5) / (weight.sum() + 1)
        return Regression((), (), (), (), float(np.log(rate) - np.log1p(-rate)))
    matrix = ((matrix[:, kept] - middle[kept]) / scale[kept]).clip(-6, 6)
    weights, rate = ridge(matrix, outcome, weight)
    names = [name for name, keep in zip(numbers.columns, kept, strict=True) if keep]
    return Regression(
        tuple(names),
        tuple(middle[kept].tolist()),
        tuple(scale[kept].tolist()),
        tuple(weights.tolist()),
        rate,
    )


def ridge(matrix: Matrix, outcome: Vector, weight: Vector) -> tuple[Vector, float]:
    """Return the weights and the intercept of a ridge logistic regression, by Newton's steps.

    Half a dozen steps on some fifty columns: quicker than to import a library that does it (the
    tests hold it against scikit-learn's).

    Args:
        matrix: Standardised numbers. Shape (n, k).
        outcome: 0 or 1, both present. Shape (n,).
        weight: How much each row counts. Shape (n,).
    """
    rows = np.column_stack([matrix, np.ones(len(outcome))])
    penalty = np.append(np.full(matrix.shape[1], _RIDGE), 1e-9)
    point = np.zeros(rows.shape[1])

    def cost(at: Vector) -> float:
        score = rows @ at
        return float(weight @ (np.logaddexp(0, score) - outcome * score) + penalty @ at**2 / 2)

    here = cost(point)
    for _ in range(_MOST_STEPS):
        chance = special.expit(rows @ point)
        slope = rows.T @ (weight * (chance - outcome)) + penalty * point
        bend = (rows.T * (weight * chance * (1 - chance))) @ rows + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        length = 1.0
        while (there := cost(point - length * step)) > here and length > 1e-4:
            length /= 2
        point, gained, here = point - length * step, here - there, there
        if gained <= 1e-9 * abs(here):
            break
    return point[:-1], float(point[-1])


def _numbers(summary: pl.DataFrame, habit: Vector) -> pl.DataFrame:
    """Return the numbers, finite or NaN; an unknown one is 0 after its own column of doubt."""
    here = set(summary.columns)
    logged = [name for name in _LOGGED if name in here]
    months = (pl.col("last_gift_age_days") / 30.4375).log1p()
    further = {
        "silence_squared": months**2,
        "gave_last_year": (pl.col("gifts_12m") > 0).cast(pl.Float64),
        "gave_two_years": ((pl.col("gifts_12m") > 0) & (pl.col("gifts_previous_12m") > 0)).cast(
            pl.Float64
        ),
        "silence_by_gifts": months * pl.col("gifts").log1p(),
        "gaps_of_silence": (
            (pl.col("last_gift_age_days") + 30.0) / (pl.col("median_gap_days") + 30.0)
        ).log(),
        "rhythm_unknown": pl.col("median_gap_days").is_null().cast(pl.Float64),
        "share_of_years": pl.col("repeat_years") / (pl.col("yearly_opportunities") + 1.0),
        "last_against_usual": (
            (pl.col("last_gift_minor") + 100.0) / (pl.col("mean_gift_minor") + 100.0)
        ).log(),
        "runs_a_commitment": pl.col("recurring_state").is_in(["active", "failing", "paused"])
        .cast(pl.Float64),
        "is_organisation": (pl.col("kind") == "organisation").cast(pl.Float64),
    }  # fmt: skip
    return summary.select(
        *(pl.col(name).cast(pl.Float64).log1p().fill_null(0) for name in logged),
        *(pl.col(name).cast(pl.Float64).fill_null(0) for name in _AS_THEY_ARE if name in here),
        *(
            pl.col(name).cast(pl.Float64).fill_null(0.5).alias(name)
            for name in _SAID
            if name in here
        ),
        *(made.fill_null(0).alias(name) for name, made in further.items()),
        pl.Series("habit", np.nan_to_num(habit)),
    )
