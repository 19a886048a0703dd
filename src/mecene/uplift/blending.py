"""Blending: how much of what each learner says of individuals is borne out, and kept.

Learners are held against rewards of people they did not see. Where their differences between
people do not stand above chance, everybody is told the same: the mean effect.

Amounts given are noisy, answers much less. Where there is a hurdle, learners of the chance to give
are held against answers, and times the gift are the ground; learners of the sum move it only as far
as sums bear them out.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from mecene.uplift.model import Blend

Vector = NDArray[np.float64]
Ints = NDArray[np.int64]


def fit(told: list[Vector], effect: Vector, *, household: Ints) -> Blend:
    """Return the blend of learners that comes nearest to the rewards.

    Args:
        told: What each learner says. Each of shape (n,).
        effect: Rewards of the arm less those of the control. Shape (n,).
        household: Shape (n,).

    Source: weights >= 0 by least squares, as stacked regressions (Breiman, Machine Learning
    24, 1996) on the rewards (Han & Wu, arXiv 2210.10185); then held back by the positive
    part of 1 - (error / slope)², as James and Stein's estimate.
    """
    middle = [float(each.mean()) for each in told]
    spoken = np.column_stack([each - at for each, at in zip(told, middle, strict=True)])
    level = float(effect.mean())
    products, slopes = spoken.T @ spoken, spoken.T @ (effect - level)
    weights = _not_negative(products, slopes)
    score = spoken @ weights
    trust = _trust(score, effect - level, household)
    return Blend(level, tuple((trust * weights).tolist()), tuple(middle), trust)


def fit_hurdle(
    told: list[Vector],
    answers: list[Vector],
    gift: Vector,
    effect: Vector,
    answer_effect: Vector,
    *,
    household: Ints,
) -> Blend:
    """Return the blend where most do nothing and the others give amounts.

    Args:
        told: What each learner says of the sum. Each of shape (n,).
        answers: What each says of the chance to give. Each of shape (n,).
        gift: What is given by those who give, foretold. Shape (n,).
        effect: Rewards of the sum, the arm's less the control's. Shape (n,).
        answer_effect: Rewards of having given at all, likewise. Shape (n,).
        household: Shape (n,).
    """
    answer = fit(answers, answer_effect, household=household)
    ground = answer.of(answers, [], None) * gift
    left = effect - ground
    rest = fit([each - ground for each in told], left, household=household)
    kept = _trust(np.ones(len(left)), left, household)
    return Blend(kept * rest.level, rest.weights, rest.middle, rest.trust, answer)


def _not_negative(products: Vector, slopes: Vector) -> Vector:
    """Return the weights >= 0 nearest in least squares, from products alone."""
    scale = np.sqrt(np.diag(products))
    used = scale > 1e-9 * max(float(scale.max(initial=0.0)), 1e-300)
    weights = np.zeros(len(slopes))
    if not used.any():
        return weights
    scaled = products[np.ix_(used, used)] / np.outer(scale[used], scale[used])
    # Learners that say nearly the same: a hundredth of ridge shares the weight among them.
    root = np.linalg.cholesky(scaled + 0.01 * np.eye(len(scaled)))
    aim = np.linalg.solve(root, slopes[used] / scale[used])
    weights[used] = optimize.nnls(root.T, aim)[0] / scale[used]
    return weights


def _trust(score: Vector, effect: Vector, household: Ints) -> float:
    spread = float(score @ score)
    if spread <= 0:
        return 0.0
    slope = float(score @ effect) / spread
    left = score * (effect - slope * score)
    error = float(np.sqrt((np.bincount(household, weights=left) ** 2).sum())) / spread
    return float(np.clip(1 - (error / slope) ** 2, 0, 1)) if slope > 0 else 0.0
