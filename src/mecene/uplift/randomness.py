"""Randomness: was the lot fair, or did something choose who was contacted?

Two questions: are the arms as large as was decided, and can anything known of people tell which
arm they are in? Where one is answered badly, nothing else is believed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from mecene.uplift import estimate, linear, trees
from mecene.uplift.experiment import Experiment
from mecene.uplift.refusal import Refusal

Vector = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.float32]

# Asked of every send, so that one in a thousand fair ones is refused by each question.
LEAST_P = 0.001
_MOST_ROWS = 100_000
_FOLDS = 2
_KIND = {"rounds": 40, "leaves": 8, "share_of_a_leaf": 1 / 200, "rate": 0.1}


class SharesDiffer(Refusal):
    """Arms are not as large as was decided before the send."""

    key = "shares_differ"


class ArmForetold(Refusal):
    """What was known of people tells which arm they are in."""

    key = "arm_foretold"


@dataclass(frozen=True)
class Balance:
    """What was found of the lot.

    Attributes:
        shares_p: Chance that a fair lot strays as far from the shares; NaN where they were
            not told.
        auc: How well the arm is told from what is known of people: 0.5 is not at all. The
            farthest of all arms and of two ways to tell.
        auc_p: Chance that a fair lot gives as much, for as many tries.
    """

    shares_p: float
    auc: float
    auc_p: float


def check(sent: Experiment, expanded: Rows, matrix: Rows, *, seed: int) -> Balance:
    """Return what was found of the lot, which looks fair.

    Args:
        sent: The send.
        expanded: What a linear score reads of each. Shape (n, ...).
        matrix: What trees read. Shape (n, ...).
        seed: Of the halves, and of which 100,000 people are asked about at most.

    Raises:
        SharesDiffer: at p < 0.001 (Fabijan et al., KDD 2019, on sample-ratio mismatch).
        ArmForetold: at p < 0.001, all tries together.
    """
    shares_p = shares(sent)
    if shares_p < LEAST_P:
        counts, expected = _counts(sent)
        raise SharesDiffer(
            found=_listed(sent.arms, counts), told=_listed(sent.arms, expected), p=f"{shares_p:.1g}"
        )
    auc, p = _foretold(sent, expanded, matrix, seed=seed)
    if p < LEAST_P:
        raise ArmForetold(auc=f"{auc:.3f}", p=f"{p:.1g}", columns=", ".join(_moved(sent)))
    return Balance(shares_p, auc, p)


def shares(sent: Experiment) -> float:
    """Return the p-value of Pearson's chi-squared on arms, or on households drawn whole.

    NaN where the shares were not told.
    """
    if not sent.told:
        return float("nan")
    counts, expected = _counts(sent)
    return float(stats.chisquare(counts, expected).pvalue)


def auc(score: Vector, drawn: Vector, weight: Vector, household: Ints) -> tuple[float, float]:
    """Return the weighted AUC of a score for having been drawn, and its standard error.

    Args:
        score: Higher for those taken to be in the arm. Shape (n,).
        drawn: 1 in the arm, 0 in the control. Shape (n,).
        weight: One over the chance of one's own arm. Shape (n,).
        household: Shape (n,).

    Source: DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988), its placements weighted and
    added by household.
    """
    inside, outside = weight * drawn, weight * (1 - drawn)
    _, place = np.unique(score, return_inverse=True)
    below = _below(place, outside) / outside.sum()  # share of the control ranked lower
    above = 1 - _below(place, inside) / inside.sum()  # share of the arm ranked higher
    value = float((inside * below).sum() / inside.sum())
    parts = inside / inside.mean() * (below - value) + outside / outside.mean() * (above - value)
    return value, estimate.mean(parts, household=household).error


def _below(place: Ints, weight: Vector) -> Vector:
    """Return the weight of those ranked below each, equals counted half."""
    sums = np.bincount(place, weights=weight)
    return np.asarray((np.cumsum(sums) - sums / 2)[place])


def _foretold(sent: Experiment, expanded: Rows, matrix: Rows, *, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng([seed, _FOLDS])
    homes = int(sent.household.max()) + 1
    half = rng.integers(0, _FOLDS, homes)
    kept = rng.random(homes) < _MOST_ROWS / max(sent.people, 1)
    tried: list[tuple[float, float]] = []
    for arm in range(1, len(sent.arms)):
        chosen = np.flatnonzero(np.isin(sent.arm, (0, arm)) & kept[sent.household])
        drawn = (sent.arm[chosen] == arm).astype(np.float64)
        weight = 1 / sent.chance[chosen, sent.arm[chosen]]
        part, home = half[sent.household[chosen]], sent.household[chosen]
        scores = [_linear(expanded[chosen], drawn, part)]
        if trees.available():
            scores.append(_boosted(matrix[chosen], drawn, part, seed=seed))
        for score in scores:
            # Within each half: fits of two halves are not on one scale.
            both = [auc(score[part == f], drawn[part == f], weight[part == f], home[part == f])
                    for f in range(_FOLDS)]  # fmt: skip
            value = float(np.mean([each[0] for each in both]))
            # Halves agree by nature, each told by what the other taught: errors do not cancel.
            error = float(np.mean([each[1] for each in both]))
            p = float(special.ndtr(-(value - 0.5) / error)) if error > 0 else 1.0
            tried.append((value, p))
    value, p = min(tried, key=lambda each: each[1])
    return value, min(1.0, p * len(tried))


def _linear(rows: Rows, drawn: Vector, part: Ints) -> Vector:
    score = np.zeros(len(drawn))
    for aside in range(_FOLDS):
        told = linear.fit(rows[part != aside], drawn[part != aside])
        score[part == aside] = told.of(rows[part == aside])
    return score


def _boosted(rows: Rows, drawn: Vector, part: Ints, *, seed: int) -> Vector:
    ground = trees.Ground(rows, seed=seed)
    score = np.zeros(len(drawn))
    for aside in range(_FOLDS):
        shown = np.flatnonzero(part != aside)
        grown = ground.grow(shown, drawn[shown], kind=_KIND)
        score[part == aside] = grown.of(rows[part == aside])
    return score


def _counts(sent: Experiment) -> tuple[Vector, Vector]:
    """Return how many people, or households drawn whole, are in each arm, and were to be."""
    rows = np.arange(sent.people)
    if sent.by_household:
        rows = np.unique(sent.household, return_index=True)[1]
    counts = np.bincount(sent.arm[rows], minlength=len(sent.arms)).astype(np.float64)
    return counts, sent.chance[rows].sum(axis=0)


def _moved(sent: Experiment) -> list[str]:
    """Return the columns of numbers that differ most between arms, at most three."""
    found: dict[str, float] = {}
    for series in sent.features.get_columns():
        if series.dtype.is_numeric() or str(series.dtype) == "Boolean":
            numbers = np.nan_to_num(series.cast(float).fill_null(0).to_numpy())
            groups = [numbers[sent.arm == arm] for arm in range(len(sent.arms))]
            spread = float(numbers.std())
            means = [float(group.mean()) for group in groups]
            found[series.name] = (max(means) - min(means)) / spread if spread > 0 else 0.0
    return sorted(found, key=lambda name: -found[name])[:3] or list(sent.features.columns[:3])


def _listed(arms: tuple[str, ...], counts: Vector) -> str:
    return ", ".join(f"{arm} {count:,.0f}" for arm, count in zip(arms, counts, strict=True))
