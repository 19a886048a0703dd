"""The ridge logistic regression, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mecene.scores import regression


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weights_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(400, 7))
    matrix[:, 6] = matrix[:, 5] + 0.01 * rng.normal(size=400)  # two columns that say the same
    chance = 1 / (1 + np.exp(1.5 - matrix @ rng.normal(size=7)))
    outcome = (rng.random(400) < chance).astype(float)
    weight = rng.uniform(0.3, 1.0, 400)

    weights, rate = regression.ridge(matrix, outcome, weight)

    peer = LogisticRegression(C=0.5, tol=1e-10, max_iter=10_000).fit(matrix, outcome, weight)
    np.testing.assert_allclose(weights, peer.coef_[0], atol=2e-4)
    assert rate == pytest.approx(peer.intercept_[0], abs=2e-4)


def test_outcomes_told_apart_without_error_still_have_a_finite_answer():
    matrix = np.linspace(-1, 1, 60)[:, None]

    weights, rate = regression.ridge(matrix, (matrix[:, 0] > 0).astype(float), np.ones(60))

    assert np.all(np.isfinite(weights))
    assert np.isfinite(rate)
