"""BG/NBD: the published fit, the mixture integrated at 25 digits, and the laws it obeys."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime_value import laws, mixtures, shared_data
from mecene.lifetime_value import beta_average, bg_nbd, histories

# Fader, Hardie & Lee 2005, table 1, in weeks; α in days is seven times theirs.
PUBLISHED = bg_nbd.BgNbd(r=0.2426, alpha=4.4136 * 7, a=0.7929, b=2.4259)


def integrated(model, x, last, end, days):
    """Log-likelihood, P(alive) and expected gifts, from the definition of the mixture."""
    r, alpha, a, b = (mp.mpf(v) for v in (model.r, model.alpha, model.a, model.b))

    def gave(until):
        return mixtures.over_gamma(r, alpha, lambda rate: rate**x * mp.exp(-rate * until))

    alive = gave(end) * mixtures.over_beta(a, b, lambda p, q: q**x)
    left = gave(last) * mixtures.over_beta(a, b, lambda p, q: p * q ** (x - 1)) if x else mp.mpf(0)
    ahead = gifts_ahead(r + x, days / (alpha + end), a, b + x)
    p_alive = alive / (alive + left)
    return float(mp.log(alive + left)), float(p_alive), float(p_alive * ahead)


def gifts_ahead(shape, ahead, a, b):
    """E (1 - (1 + p u)^-R) / p, p ~ Beta(a, b)."""
    R, u = mp.mpf(shape), mp.mpf(ahead)
    return mixtures.over_beta(a, b, lambda p, q: -mp.expm1(-R * mp.log1p(p * u)) / p)


def simulated(model, end, rng):
    """Donors of the model's own story, in whole days."""
    rate = rng.gamma(model.r, 1 / model.alpha, len(end))
    leave = rng.beta(model.a, model.b, len(end))
    x, last = np.zeros(len(end), int), np.zeros(len(end))
    now, there = np.zeros(len(end)), np.ones(len(end), bool)
    while there.any():
        now = now + rng.exponential(1 / np.maximum(rate, 1e-12))
        there &= now < end
        x, last = x + there, np.where(there, now, last)
        there &= rng.random(len(end)) >= leave
    return histories.daily(x, np.where(x > 0, np.minimum(np.ceil(last), end), 0).astype(int), end)


class TestFit:
    @pytest.mark.data
    def test_maximum_likelihood_gives_the_published_parameters(self):
        customers = shared_data.cdnow_sample()

        model = bg_nbd.fit(customers, prior=None)

        found = [model.r, model.alpha / 7, model.a, model.b]
        np.testing.assert_allclose(found, [0.2426, 4.4136, 0.7929, 2.4259], atol=1e-4)
        # A density a week is seven times one a day, for each gift.
        in_weeks = np.log(7) * (customers.repeat_gifts @ customers.donors)
        assert model.log_likelihood(customers) + in_weeks == pytest.approx(-9582.43, abs=0.005)

    @pytest.mark.data
    @pytest.mark.parametrize("last_year", range(2006, 2015))
    def test_converges_on_every_origin_where_lifetimes_fails_on_three(self, last_year):
        # lifetimes 0.11.3 raises ConvergenceError on 2010, 2011 and 2012.
        years, _ = shared_data.essec_years(last_year)
        donors = histories.daily(
            years.repeat_years, years.last_repeat_year * 365, years.opportunities * 365 + 1,
            donors=years.donors,
        )  # fmt: skip

        model = bg_nbd.fit(donors)

        assert 0 < model.r < 1000
        assert 0 < model.b < 1000

    @pytest.mark.slow
    def test_finds_the_same_summit_from_a_sample_as_from_all(self, monkeypatch):
        rng = np.random.default_rng(5)
        end = rng.integers(100, 1500, 30_000)
        donors = simulated(PUBLISHED, end, rng)

        whole = bg_nbd.fit(donors)
        monkeypatch.setattr(bg_nbd, "_SAMPLE", 2_000)
        from_sample = bg_nbd.fit(donors)

        assert from_sample.r == pytest.approx(whole.r, rel=1e-7)
        assert from_sample.b == pytest.approx(whole.b, rel=1e-7)

    @given(st.lists(st.floats(-2, 2), min_size=4, max_size=4), laws.daily_past())
    @settings(max_examples=50, deadline=None)
    def test_gradient_is_that_of_differences(self, logs, past):
        logs = np.add(logs, [0, 4, 0, 0])
        assert laws.slopes_agree(bg_nbd.objective(past), logs, tolerance=1e-5)

    def test_nobody_is_refused(self):
        with pytest.raises(histories.TooFewDonors):
            bg_nbd.fit(histories.daily(np.array([], int), np.array([], int), np.array([], int)))


class TestForecast:
    @pytest.mark.parametrize("past", [(2, 213, 272), (0, 0, 272), (26, 200, 200), (1, 5, 3000)])
    def test_agrees_with_the_mixture_integrated_at_25_digits(self, past):
        one = histories.daily(*([value] for value in past))
        with mp.workdps(25):
            value, p_alive, gifts = integrated(PUBLISHED, *past, 273)

        assert PUBLISHED.log_likelihood(one) == pytest.approx(value, rel=1e-11)
        assert PUBLISHED.p_alive(one)[0] == pytest.approx(p_alive, rel=1e-10)
        assert PUBLISHED.expected_gifts(one, days=273)[0] == pytest.approx(gifts, rel=1e-9)

    @pytest.mark.parametrize(
        ("shape", "ahead", "a", "b"),
        [
            (26.2, 1.0, 0.8, 28.0),
            (1_000_000.3, 0.5, 0.8, 1_000_002.4),  # a million gifts
            (5_000.0, 2.0, 1.0, 3.0),  # a = 1, where the closed form is 0/0
            (3_000.0, 1.0, 0.01, 50.0),
            (0.3, 40.0, 500.0, 2.0),
            (0.2, 1e-9, 0.8, 2.4),
        ],
    )
    def test_gifts_before_leaving_agree_with_the_integral(self, shape, ahead, a, b):
        with mp.workdps(30):
            exact = gifts_ahead(shape, ahead, a, b)

        found = beta_average.gifts_before_leaving(
            np.array([shape]), np.array([ahead]), a, np.array([b])
        )

        assert found[0] == pytest.approx(float(exact), rel=1e-8)

    @given(st.tuples(*[laws.positive] * 4), laws.daily_past(), st.floats(0, 20_000))
    @settings(max_examples=60, deadline=None)
    def test_is_a_probability_and_a_count_whatever_the_parameters(self, parameters, past, days):
        model = bg_nbd.BgNbd(*parameters)

        p_alive, gifts = model.p_alive(past)[0], model.expected_gifts(past, days=days)[0]

        assert 0 <= p_alive <= 1
        assert 0 <= gifts < np.inf

    @given(st.tuples(*[laws.positive] * 4), laws.daily_past(), st.integers(1, 3000))
    @settings(max_examples=60, deadline=None)
    def test_silence_lowers_the_chance_of_being_there(self, parameters, past, days):
        model = bg_nbd.BgNbd(*parameters)
        later = histories.Daily(
            past.repeat_gifts, past.last_gift_days, past.observed_days + days, past.donors
        )

        assert model.p_alive(later)[0] <= model.p_alive(past)[0] + 1e-12

    @given(laws.daily_past(), st.floats(1, 5000), st.floats(1.01, 3))
    @settings(max_examples=60, deadline=None)
    def test_more_days_ahead_hold_more_gifts(self, past, days, longer):
        fewer = PUBLISHED.expected_gifts(past, days=days)[0]

        assert PUBLISHED.expected_gifts(past, days=days * longer)[0] >= fewer * (1 - 1e-9)
