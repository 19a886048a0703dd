"""Gamma-gamma: the published fit, the mixture integrated, and what it does with odd amounts."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime_value import laws, mixtures, shared_data
from mecene.lifetime_value import gamma_gamma, histories

# Fader & Hardie 2013, note 025, on the 946 CDNOW customers who bought again.
PUBLISHED = gamma_gamma.GammaGamma(p=6.25, q=3.74, v=15.45)


class TestFit:
    @pytest.mark.data
    def test_maximum_likelihood_gives_the_published_parameters(self):
        gifts, means = shared_data.cdnow_repeat_amounts()

        model = gamma_gamma.fit(gifts, means, prior=None)

        assert len(gifts) == 946
        np.testing.assert_allclose([model.p, model.q, model.v], [6.25, 3.74, 15.44], atol=0.006)
        assert model.log_likelihood(gifts, means) == pytest.approx(-4055.92, abs=0.005)

    @given(
        st.lists(st.floats(-2, 2), min_size=3, max_size=3),
        st.lists(st.tuples(st.integers(1, 1000), st.floats(1, 1e6)), min_size=1, max_size=5),
    )
    @settings(deadline=None)
    def test_gradient_is_that_of_differences(self, logs, rows):
        gifts, means = np.array(rows).T
        objective = gamma_gamma.objective(gifts, means, np.ones(len(gifts)))

        assert laws.slopes_agree(objective, np.array(logs), tolerance=1e-5)

    @pytest.mark.parametrize("unit", [1e-3, 1e10])
    def test_the_unit_of_amounts_changes_the_scale_alone(self, unit):
        gifts, means = np.array([1, 2, 3, 1, 4]), np.array([20.0, 35.0, 50.0, 80.0, 30.0])

        model, scaled = gamma_gamma.fit(gifts, means), gamma_gamma.fit(gifts, means * unit)

        np.testing.assert_allclose([scaled.p, scaled.q], [model.p, model.q], rtol=1e-6)
        assert scaled.v == pytest.approx(model.v * unit, rel=1e-6)

    def test_amounts_a_cent_apart_are_as_good_as_equal(self):
        with pytest.raises(gamma_gamma.EqualAmounts):
            gamma_gamma.fit([2, 1, 1], [50_01.5, 50_04, 50_05])

    def test_equal_amounts_are_refused(self):
        with pytest.raises(gamma_gamma.EqualAmounts, match="5000"):
            gamma_gamma.fit([1, 2, 9], [5000, 5000, 5000])

    def test_heaped_amounts_have_a_fit(self):
        rng = np.random.default_rng(3)
        means = rng.choice([1000.0, 2000.0, 3000.0, 5000.0, 10_000.0], 400)

        model = gamma_gamma.fit(np.ones(400), means)

        assert model.mean == pytest.approx(means.mean(), rel=0.15)

    def test_two_donors_have_a_fit(self):
        model = gamma_gamma.fit([1, 1], [1000, 9000])

        assert np.isfinite([model.p, model.q, model.v]).all()

    def test_an_amount_of_zero_is_refused_with_its_row(self):
        with pytest.raises(gamma_gamma.ImpossibleAmounts, match="row 2"):
            gamma_gamma.fit([1, 1], [10, 0])

    def test_nobody_is_refused(self):
        with pytest.raises(histories.TooFewDonors):
            gamma_gamma.fit([], [])


class TestExpectedAmount:
    def test_agrees_with_the_mixture_integrated(self):
        p, q, v = PUBLISHED.p, PUBLISHED.q, PUBLISHED.v
        with mp.workdps(20):

            def seen(rate):  # density of a mean of 3 gifts of 40 at a donor's rate
                total = 3 * mp.mpf(40)
                return rate ** (3 * p) * total ** (3 * p - 1) * mp.exp(-rate * total)

            weight = mixtures.over_gamma(q, v, seen)
            expected = mixtures.over_gamma(q, v, lambda rate: seen(rate) * p / rate) / weight
            value = mp.log(weight * 3 / mp.gamma(3 * p))

        assert PUBLISHED.expected_amount(3, 40.0) == pytest.approx(float(expected), rel=1e-10)
        assert PUBLISHED.log_likelihood(3, 40.0) == pytest.approx(float(value), rel=1e-10)

    def test_below_q_of_one_has_no_mean(self):
        endless = gamma_gamma.GammaGamma(p=0.5, q=0.4, v=10.0)

        with pytest.raises(gamma_gamma.EndlessMean, match=r"0\.400"):
            _ = endless.mean
        with pytest.raises(gamma_gamma.EndlessMean):
            endless.expected_amount(1, 30.0)

    @given(st.integers(1, 10_000), st.floats(0.01, 1e7))
    @settings(deadline=None)
    def test_lies_between_the_donors_mean_and_the_files(self, gifts, mean):
        expected = PUBLISHED.expected_amount(gifts, mean)

        low, high = sorted([mean, PUBLISHED.mean])
        assert low * (1 - 1e-12) <= expected <= high * (1 + 1e-12)

    @given(st.integers(1, 1000), st.floats(100, 1e6))
    @settings(deadline=None)
    def test_more_gifts_bring_it_nearer_the_donors_own(self, gifts, mean):
        nearer = abs(PUBLISHED.expected_amount(gifts + 1, mean) - mean)

        assert nearer <= abs(PUBLISHED.expected_amount(gifts, mean) - mean)
