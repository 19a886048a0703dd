"""BG/BB: the published fit, the mixture integrated at 25 digits, and the laws it obeys."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime_value import laws, mixtures, shared_data
from mecene.lifetime_value import ascent, bg_bb, histories

# BTYD 2.4.3, vignette "BTYD walkthrough", section BG/BB; Fader, Hardie & Shang 2010, table 3.
PUBLISHED = bg_bb.BgBb(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)


def integrated(model, x, last, n):
    """The likelihood of a sequence and its share still there at n + 1, from the definition."""
    a, b, c, d = model.alpha, model.beta, model.gamma, model.delta

    def giving(k):
        return mixtures.over_beta(a, b, lambda p, q: p**x * q ** (k - x))

    left = [
        giving(k) * mixtures.over_beta(c, d, lambda p, q, k=k: p * q**k) for k in range(last, n)
    ]
    there = giving(n) * mixtures.over_beta(c, d, lambda p, q: q**n)
    next_year = giving(n) * mixtures.over_beta(c, d, lambda p, q: q ** (n + 1))
    return mp.fsum([*left, there]), next_year


class TestFit:
    @pytest.mark.data
    def test_maximum_likelihood_gives_the_published_parameters(self):
        donors, _ = shared_data.radio_donors()

        model = bg_bb.fit(donors, prior=None)

        found = [model.alpha, model.beta, model.gamma, model.delta]
        np.testing.assert_allclose(found, [1.2035, 0.7497, 0.6567, 2.7834], atol=6e-5)
        assert model.log_likelihood(donors) == pytest.approx(-33225.58, abs=0.005)

    @pytest.mark.data
    def test_foresees_12884_gifts_where_13260_were_given(self):
        donors, later = shared_data.radio_donors()

        foreseen = bg_bb.fit(donors, prior=None).expected_gifts(donors, periods=5) @ donors.donors

        assert later.sum() == 13260
        assert foreseen == pytest.approx(12884, abs=1)

    @pytest.mark.data
    def test_the_weak_prior_moves_the_log_likelihood_by_less_than_a_thousandth(self):
        donors, _ = shared_data.radio_donors()

        weak, pure = bg_bb.fit(donors), bg_bb.fit(donors, prior=None)

        lost = pure.log_likelihood(donors) - weak.log_likelihood(donors)
        assert 0 <= lost < 1e-3

    @pytest.mark.data
    @pytest.mark.parametrize("last_year", range(2006, 2015))
    def test_converges_on_every_origin_where_lifetimes_fails_on_two(self, last_year):
        # lifetimes 0.11.3 raises ConvergenceError on 2007 and 2008.
        donors, _ = shared_data.essec_years(last_year)

        model = bg_bb.fit(donors)

        assert max(model.alpha, model.beta, model.gamma, model.delta) < 1000

    def test_without_opportunity_refuses(self):
        newcomers = histories.yearly([0], [0], [0], donors=[50])

        with pytest.raises(histories.TooFewDonors, match="more than a year ago"):
            bg_bb.fit(newcomers)

    def test_one_donor_has_a_fit_with_the_prior_and_none_without(self):
        alone = histories.yearly([1], [1], [2])

        assert 0 < bg_bb.fit(alone).p_alive(alone)[0] < 1
        with pytest.raises(ascent.DidNotConverge, match="prior"):
            bg_bb.fit(alone, prior=None)

    @given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), laws.yearly_past())
    @settings(deadline=None)
    def test_gradient_is_that_of_differences(self, logs, past):
        assert laws.slopes_agree(bg_bb.objective(past), np.array(logs))


class TestForecast:
    @pytest.mark.parametrize(
        ("parameters", "past"),
        [
            ((1.2035, 0.7497, 0.6567, 2.7834), (3, 4, 6)),
            ((0.05, 0.08, 0.03, 4.0), (1, 2, 5)),  # everyone nearly always or nearly never
            ((40.0, 900.0, 300.0, 2.0), (2, 3, 4)),  # rates alike, and all leave at once
            ((1.0, 1.0, 1.0, 1.0), (0, 0, 5)),
        ],
    )
    def test_agrees_with_the_mixture_integrated_at_25_digits(self, parameters, past):
        model, one = bg_bb.BgBb(*parameters), histories.yearly(*([value] for value in past))
        with mp.workdps(25):
            likelihood, next_year = integrated(model, *past)
            x, _, n = past
            giving = mp.mpf(model.alpha + x) / (model.alpha + model.beta + n)
            staying = mixtures.over_beta(
                model.gamma, model.delta + n + 1, lambda p, q: mp.fsum(q**k for k in range(10))
            )
            expected = next_year / likelihood * giving * staying

        assert model.log_likelihood(one) == pytest.approx(float(mp.log(likelihood)), rel=1e-11)
        assert model.p_alive(one)[0] == pytest.approx(float(next_year / likelihood), rel=1e-10)
        assert model.expected_gifts(one, periods=10)[0] == pytest.approx(float(expected), rel=1e-10)

    def test_ten_thousand_opportunities_are_as_good_as_six(self):
        long = histories.yearly([3_000], [9_990], [10_000])

        with mp.workdps(60):
            terms = [
                mp.beta(1.2035 + 3000, 0.7497 + k - 3000) / mp.beta(1.2035, 0.7497)
                * mp.beta(0.6567 + (k < 10_000 and left), 2.7834 + k) / mp.beta(0.6567, 2.7834)
                for k, left in [*((k, 1) for k in range(9990, 10_000)), (10_000, 0)]
            ]  # fmt: skip
            exact = float(mp.log(mp.fsum(terms)))

        assert PUBLISHED.log_likelihood(long) == pytest.approx(exact, rel=1e-12)

    @given(st.tuples(*[laws.positive] * 4), laws.yearly_past())
    @settings(deadline=None)
    def test_is_a_probability_and_a_count_whatever_the_parameters(self, parameters, past):
        model = bg_bb.BgBb(*parameters)

        p_alive, gifts = model.p_alive(past)[0], model.expected_gifts(past, periods=5)[0]

        assert 0 <= p_alive <= 1
        assert 0 <= gifts <= 5 * p_alive + 1e-12

    @given(st.tuples(*[laws.positive] * 4), laws.yearly_past())
    @settings(max_examples=50, deadline=None)
    def test_silence_lowers_the_chance_of_being_there(self, parameters, past):
        model = bg_bb.BgBb(*parameters)
        x, last, n = past.repeat_years, past.last_repeat_year, past.opportunities
        later = histories.Yearly(x, last, n + 1, past.donors)

        assert model.p_alive(later)[0] <= model.p_alive(past)[0] * (1 + 1e-9)

    @given(st.tuples(*[laws.positive] * 4), laws.yearly_past(), st.integers(0, 20))
    @settings(max_examples=50, deadline=None)
    def test_more_years_ahead_never_hold_fewer_gifts(self, parameters, past, periods):
        model = bg_bb.BgBb(*parameters)

        assert (
            model.expected_gifts(past, periods=periods)[0]
            <= model.expected_gifts(past, periods=periods + 1)[0]
        )

    def test_a_negative_horizon_is_refused(self):
        with pytest.raises(ValueError, match="-1"):
            PUBLISHED.expected_gifts(histories.yearly([0], [0], [1]), periods=-1)
