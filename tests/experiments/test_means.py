"""Differences of means, ratios, groups and adjusted means are what others compute."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mecene.experiments import cuped, means, moments, ratios, strata
from mecene.experiments.difference import NoVariation, TooFewDonors

STATSMODELS = tomllib.loads(
    (Path(__file__).parent / "oracle" / "numbers.toml").read_text(encoding="utf-8")
)
# Student (1908), "The probable error of a mean", Biometrika 6, 1-25: additional hours of sleep by
# two drugs; by Welch's test, R 4 prints t = -1.8608, df = 17.776, p = 0.07939 and the interval
# -3.3654832 0.2054832 for it (help page of t.test).
FIRST_DRUG = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND_DRUG = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

# Skewed or not, of any size and spread.
SAMPLES = st.builds(
    lambda seed, n, spread: np.random.default_rng(seed).standard_t(2, n) * spread,
    st.integers(0, 10_000),
    st.integers(20, 200),
    st.floats(0.01, 1_000),
)


def sequence(n, seed):
    """The generator of oracle/statsmodels_numbers.py."""
    state, told = seed, []
    for _ in range(n):
        state = state * 16807 % 2147483647
        told.append(state / 2147483647)
    return np.array(told)


class TestWelch:
    def test_of_the_sleep_of_student(self):
        told = means.welch(moments.of(SECOND_DRUG), moments.of(FIRST_DRUG))

        assert (told.low, told.high) == pytest.approx((-3.3654832, 0.2054832), abs=1e-7)
        assert told.p == pytest.approx(0.07939, abs=5e-6)

    def test_in_statsmodels(self):
        first, second = 20 * sequence(60, 1) ** -0.5, 24 * sequence(45, 2) ** -0.5

        told = means.welch(moments.of(first), moments.of(second))

        assert told.low == pytest.approx(STATSMODELS["welch"]["low"], rel=1e-9)
        assert told.high == pytest.approx(STATSMODELS["welch"]["high"], rel=1e-9)
        assert told.p == pytest.approx(STATSMODELS["welch"]["p"], rel=1e-9)

    @given(first=SAMPLES, second=SAMPLES)
    def test_in_scipy(self, first, second):
        expected = stats.ttest_ind(second, first, equal_var=False)

        told = means.welch(moments.of(first), moments.of(second))

        assert told.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
        low, high = expected.confidence_interval(0.95)
        assert (told.low, told.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


class TestGuard:
    @given(first=SAMPLES, second=SAMPLES)
    def test_is_never_narrower_and_is_welch_itself_for_equal_arms(self, first, second):
        arms = moments.of(first), moments.of(second)

        told, welch = means.difference(*arms), means.welch(*arms)

        assert told.high - told.low >= (welch.high - welch.low) * (1 - 1e-12)
        if len(first) == len(second):
            assert told.std_error == pytest.approx(welch.std_error, rel=1e-9)

    @given(first=SAMPLES, second=SAMPLES)
    def test_a_lift_is_announced_when_its_difference_is(self, first, second):
        control, treated = moments.of(np.abs(first) + 1), moments.of(np.abs(second) + 1)
        try:
            told, lift = means.difference(control, treated), means.lift(control, treated)
        except (NoVariation, TooFewDonors):
            return

        assert lift.low <= lift.estimate <= lift.high
        if abs(told.p - 0.05) > 1e-6:
            assert lift.excludes_zero == told.excludes_zero


class TestRatios:
    def test_of_a_denominator_of_ones_is_a_mean(self):
        rng = np.random.default_rng(1)
        first, second = rng.gamma(2, 3, 400), rng.gamma(2, 4, 300)

        told = ratios.difference(moments.of(first, np.ones(400)), moments.of(second, np.ones(300)))

        plain = means.difference(moments.of(first), moments.of(second))
        assert (told.low, told.high) == pytest.approx((plain.low, plain.high), rel=1e-12)

    def test_households_are_surer_of_nothing_that_their_members_share(self):
        """Where members of a household are alike, four of them say no more than one."""
        rng = np.random.default_rng(2)
        homes = rng.gamma(2, 3, 400)
        drawn = [moments.of(4 * each, np.full(200, 4.0)) for each in (homes[:200], homes[200:])]
        people = [moments.of(np.repeat(each, 4)) for each in (homes[:200], homes[200:])]

        of_homes, of_people = ratios.difference(*drawn), means.difference(*people)

        assert of_homes.estimate == pytest.approx(of_people.estimate, rel=1e-12)
        assert of_homes.std_error / of_people.std_error == pytest.approx(2, rel=0.01)

    def test_nothing_below_the_line(self):
        nothing = moments.of(np.zeros(100), np.zeros(100))

        with pytest.raises(TooFewDonors, match="below the line"):
            ratios.difference(nothing, nothing)


class TestPastGiving:
    def test_takes_out_what_it_explains(self):
        rng = np.random.default_rng(3)
        past = rng.gamma(2, 10, (2, 4_000))
        since = past * 0.8 + rng.normal(0, 8, (2, 4_000)) + np.array([[0.0], [1.0]])
        arms = [moments.of(since[place], past[place]) for place in range(2)]

        plain, adjusted = means.difference(*arms), means.difference(*cuped.adjusted(arms))

        share = cuped.explained(arms)
        assert share == pytest.approx(np.corrcoef(past.ravel(), since.ravel())[0, 1] ** 2, abs=0.01)
        assert adjusted.std_error == pytest.approx(plain.std_error * np.sqrt(1 - share), rel=0.01)
        assert adjusted.low < 1.0 < adjusted.high

    def test_is_the_regression_on_it(self):
        """The same slope and residuals as least squares with a mean of its own for each arm."""
        rng = np.random.default_rng(4)
        past, more = rng.gamma(2, 10, 900), rng.poisson(3, 900).astype(float)
        treated = rng.random(900) < 0.3
        since = 0.5 * past + 2 * more + treated + rng.normal(0, 5, 900)
        design = np.stack([~treated, treated, past, more], axis=1).astype(float)
        slopes = np.linalg.lstsq(design, since, rcond=None)[0]
        arms = [moments.of(*(each[here] for each in (since, past, more)))
                for here in (~treated, treated)]  # fmt: skip

        told = means.difference(*cuped.adjusted(arms, covariates=(1, 2)))

        assert told.estimate == pytest.approx(slopes[1] - slopes[0], rel=1e-9)

    def test_a_covariate_that_nobody_differs_by_changes_nothing(self):
        rng = np.random.default_rng(5)
        since = rng.gamma(2, 3, (2, 100))
        arms = [moments.of(each, np.ones(100)) for each in since]

        adjusted = cuped.adjusted(arms)

        assert means.difference(*adjusted).estimate == means.difference(*arms).estimate


class TestStrata:
    def test_take_out_what_groups_differ_by(self):
        rng = np.random.default_rng(6)
        groups = []
        for level, control, treated in ((10, 300, 700), (100, 600, 400)):
            groups.append((moments.of(rng.normal(level, 5, control)),
                           moments.of(rng.normal(level + 2, 5, treated))))  # fmt: skip

        told = strata.difference(groups)

        # By hand: groups of 1,000 weigh a half each; variances of means add up.
        variance = sum(0.25 * 25 * (1 / c + 1 / t) for c, t in ((300, 700), (600, 400)))
        assert told.std_error == pytest.approx(np.sqrt(variance), rel=0.05)
        assert told.low < 2 < told.high

    def test_of_one_group_are_the_plain_difference(self):
        rng = np.random.default_rng(7)
        pair = moments.of(rng.gamma(2, 3, 500)), moments.of(rng.gamma(2, 3, 50))

        told = strata.difference([pair])

        assert told.std_error == means.difference(*pair).std_error

    def test_a_group_too_small_is_refused(self):
        small = moments.of(np.arange(9.0)), moments.of(np.arange(50.0))

        with pytest.raises(TooFewDonors, match="join it to another"):
            strata.difference([small])


class TestRefusals:
    def test_too_few(self):
        with pytest.raises(TooFewDonors, match="3 and 30"):
            means.difference(moments.of([1, 2, 3]), moments.of(np.arange(30.0)))

    def test_everybody_alike(self):
        alike = moments.of(np.full(50, 20.0))

        with pytest.raises(NoVariation):
            means.difference(alike, alike)

    def test_a_share_of_a_level_that_may_be_nothing(self):
        rng = np.random.default_rng(8)
        control, treated = (moments.of(rng.normal(0.1, 5, 100)) for _ in range(2))

        with pytest.raises(TooFewDonors, match="too near 0"):
            means.lift(control, treated)

    def test_a_share_cannot_be_multiplied_by_people(self):
        rng = np.random.default_rng(9)
        arms = [moments.of(rng.gamma(9, 3, 100)) for _ in range(2)]

        with pytest.raises(ValueError, match="cannot be multiplied"):
            means.lift(*arms).times(100)

    def test_euros_caused_are_the_difference_times_the_treated(self):
        told = means.difference(moments.of(np.arange(50.0)), moments.of(np.arange(100.0)))

        caused = told.times(told.n_treated)

        assert (caused.estimate, caused.low) == (told.estimate * 100, told.low * 100)
