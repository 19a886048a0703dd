"""Pareto/NBD: the published fit, the closed form at 60 digits, and the laws it obeys."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime_value import laws, shared_data
from mecene.lifetime_value import histories, pareto_nbd

# Fader & Hardie 2005, "A Note on Deriving the Pareto/NBD Model", on CDNOW, in weeks.
PUBLISHED = pareto_nbd.ParetoNbd(r=0.5533, alpha=10.578 * 7, s=0.606, beta=11.669 * 7)


def closed_form(model, x, last, end, days):
    """Log-likelihood, P(alive) and expected gifts by the two hypergeometric functions."""
    r, alpha, s, beta = (mp.mpf(v) for v in (model.r, model.alpha, model.s, model.beta))
    total = r + s + x

    def part(t):
        if alpha >= beta:
            z = (alpha - beta) / (alpha + t)
            return mp.hyp2f1(total, s + 1, total + 1, z) / (alpha + t) ** total
        z = (beta - alpha) / (beta + t)
        return mp.hyp2f1(total, r + x, total + 1, z) / (beta + t) ** total

    there = (alpha + end) ** -(r + x) * (beta + end) ** -s
    left = s / total * (part(last) - part(end))
    known = mp.rf(r, x) * alpha**r * beta**s
    p_alive = there / (there + left)
    stretch = 1 - ((beta + end) / (beta + end + days)) ** (s - 1)
    ahead = (r + x) * (beta + end) / ((alpha + end) * (s - 1)) * stretch
    return float(mp.log(known * (there + left))), float(p_alive), float(p_alive * ahead)


class TestFit:
    @pytest.mark.data
    def test_maximum_likelihood_gives_the_published_parameters(self):
        customers = shared_data.cdnow_sample()

        model = pareto_nbd.fit(customers, prior=None)

        found = [model.r, model.alpha / 7, model.s, model.beta / 7]
        np.testing.assert_allclose(found, [0.5533, 10.578, 0.606, 11.669], rtol=1e-3)
        in_weeks = np.log(7) * (customers.repeat_gifts @ customers.donors)
        assert model.log_likelihood(customers) + in_weeks == pytest.approx(-9594.98, abs=0.005)

    @given(st.lists(st.floats(-2, 2), min_size=4, max_size=4), laws.daily_past())
    @settings(max_examples=50, deadline=None)
    def test_gradient_is_that_of_differences(self, logs, past):
        logs = np.add(logs, [0, 4, 0, 4])
        assert laws.slopes_agree(pareto_nbd.objective(past), logs, tolerance=1e-5)

    def test_nobody_is_refused(self):
        nobody = np.array([], int)
        with pytest.raises(histories.TooFewDonors):
            pareto_nbd.fit(histories.daily(nobody, nobody, nobody))


class TestForecast:
    @pytest.mark.parametrize("past", [(2, 213, 272), (0, 0, 272), (26, 200, 201), (1, 5, 18_000)])
    @pytest.mark.parametrize(
        "parameters",
        [
            (0.5533, 74.05, 0.606, 81.68),
            (0.5533, 700.0, 0.9, 3.0),
            (3.0, 0.5, 2.5, 900.0),
            (0.02, 40.0, 0.02, 30.0),
            (20.0, 5_000.0, 30.0, 9_000.0),
        ],
    )
    def test_agrees_with_the_closed_form_at_60_digits(self, parameters, past):
        model, one = (
            pareto_nbd.ParetoNbd(*parameters),
            histories.daily(*([value] for value in past)),
        )
        with mp.workdps(60):
            value, p_alive, gifts = closed_form(model, *past, 273)

        assert model.log_likelihood(one) == pytest.approx(value, rel=1e-10, abs=1e-10)
        assert model.p_alive(one)[0] == pytest.approx(p_alive, rel=1e-8)
        assert model.expected_gifts(one, days=273)[0] == pytest.approx(gifts, rel=1e-8)

    def test_s_of_one_is_an_ordinary_point(self):
        one = histories.daily([3], [100], [200])
        before, at, after = (
            pareto_nbd.ParetoNbd(1.0, 50.0, s, 60.0).expected_gifts(one, days=365)[0]
            for s in (1 - 1e-6, 1.0, 1 + 1e-6)
        )

        assert at == pytest.approx((before + after) / 2, rel=1e-9)

    @given(st.tuples(*[laws.positive] * 4), laws.daily_past(), st.floats(0, 20_000))
    @settings(max_examples=60, deadline=None)
    def test_is_a_probability_and_a_count_whatever_the_parameters(self, parameters, past, days):
        model = pareto_nbd.ParetoNbd(*parameters)

        p_alive, gifts = model.p_alive(past)[0], model.expected_gifts(past, days=days)[0]

        assert 0 <= p_alive <= 1
        assert 0 <= gifts < np.inf

    @given(laws.daily_past(), st.integers(1, 3000))
    @settings(max_examples=60, deadline=None)
    def test_silence_lowers_the_chance_of_being_there(self, past, days):
        later = histories.Daily(
            past.repeat_gifts, past.last_gift_days, past.observed_days + days, past.donors
        )

        assert PUBLISHED.p_alive(later)[0] <= PUBLISHED.p_alive(past)[0] * (1 + 1e-9)
