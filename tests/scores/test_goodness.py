"""Goodness of chances, beside scikit-learn's independent metrics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mecene.scores import goodness

ROWS = st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=2, max_size=60).filter(
    lambda rows: len({did for _, did in rows}) == 2
)


class TestOf:
    @settings(deadline=None)
    @given(ROWS)
    def test_agrees_with_scikit_learn(self, rows):
        chances, outcome = (np.array(column, dtype=float) for column in zip(*rows, strict=True))

        found = goodness.of(chances, outcome)

        assert found.auc == pytest.approx(metrics.roc_auc_score(outcome, chances), abs=1e-12)
        assert found.log_loss == pytest.approx(metrics.log_loss(outcome, chances), rel=1e-9)
        assert found.brier == pytest.approx(metrics.brier_score_loss(outcome, chances), rel=1e-9)

    def test_nobody_did_it_has_no_auc(self):
        found = goodness.of(np.array([0.2, 0.4]), np.zeros(2))

        assert np.isnan(found.auc)
        assert found.outcomes == 0

    def test_no_donor_is_refused(self):
        with pytest.raises(ValueError, match="no donor"):
            goodness.of(np.empty(0), np.empty(0))


class TestCalibration:
    def test_right_chances_err_as_much_as_chance_alone_does(self):
        rng = np.random.default_rng(5)
        chances = rng.beta(1, 4, 40_000)
        outcome = (rng.random(40_000) < chances).astype(float)

        error, noise = goodness.calibration(chances, outcome)

        # Ten groups: the mean of ten half-normals, 0.25 noise of standard error each way.
        assert abs(error - noise) < 4 * noise * 0.24

    def test_wrong_chances_err_by_what_they_are_wrong(self):
        rng = np.random.default_rng(6)
        chances = rng.beta(2, 4, 40_000) * 0.8
        outcome = (rng.random(40_000) < chances + 0.1).astype(float)

        error, _ = goodness.calibration(chances, outcome)

        assert error == pytest.approx(0.1, abs=0.01)
