"""Each law gives an honest chance: uniform when nothing has changed, and one-sided."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from mecene.signals import laws

NO_OWN = (np.array([0.0]), np.array([np.nan]), np.array([np.nan]))


def law(between=0.5, variance=0.4, freedom=6.0, centre=5.0):
    return laws.GapLaw(centre, between, laws.Spread(variance, freedom))


def test_a_donor_without_a_gap_has_the_groups_rhythm():
    mean, sd = law().next_gap(*NO_OWN)

    assert mean == pytest.approx([5.0])
    # own variance, heavier by 6 / (6 - 2), plus the spread of donors' means
    assert sd**2 == pytest.approx([0.4 * 6 / 4 + 0.5])


def test_a_steady_donor_of_many_gaps_has_their_own():
    # twenty gaps of 30 days, steady to 5 %: hardly anything of the group's 148 days is left
    mean, sd = law().next_gap(np.array([20.0]), np.array([np.log(30.0)]), np.array([0.0]))

    assert np.exp(mean) == pytest.approx([30.0], rel=0.06)
    assert sd[0] < 0.45


def test_the_moderated_variance_is_that_of_smyth():
    # (d0 s0² + d s²) / (d0 + d) with d0 = 6, s0² = 0.4, d = 4, s² = 0.1: 2.8 / 10
    own, freedom = laws.Spread(0.4, 6.0).own(np.array([5.0]), np.array([0.1]))

    assert own == pytest.approx([0.28])
    assert freedom == pytest.approx([10.0])


@pytest.mark.parametrize(("sd", "bound"), [(0.1, 1.02), (0.5, 1.05), (1.2, 1.05)])
def test_a_day_looked_at_at_random_alarms_no_more_often_than_the_chance_says(sd, bound):
    """Gaps of one donor, looked at on any day: P(chance <= α) <= α, in theory exactly; 2 s.e."""
    rng = np.random.default_rng(3)
    gaps = rng.lognormal(5.0, sd, 400_000)
    looked = rng.choice(gaps, 200_000, p=gaps / gaps.sum()) * rng.random(200_000)

    chance = law().chance(looked, np.full(1, 5.0), np.full(1, sd))

    for rate in (0.01, 0.05, 0.2):
        seen = (chance <= rate).mean()
        assert seen <= rate * bound + 2.5 * np.sqrt(rate / 200_000)


@given(st.floats(0.5, 4000), st.floats(0.5, 4000), st.floats(2, 8), st.floats(0.05, 2))
@settings(deadline=None)
def test_a_longer_silence_is_never_likelier(one, other, mean, sd):
    short, long = sorted((one, other))
    chances = law().chance(np.array([short, long]), np.full(2, mean), np.full(2, sd))

    assert chances[1] <= chances[0] + 1e-12
    assert np.all((chances > 0) & (chances <= 1))


def test_the_limit_is_the_silence_that_few_gaps_exceed():
    limit = law().limit_days(np.array([5.0]), np.array([0.5]), beyond=0.05)

    assert stats.lognorm.sf(limit, 0.5, scale=np.exp(5.0)) == pytest.approx([0.05])


def test_the_chance_of_few_acts_is_that_of_the_negative_binomial():
    counts = laws.CountLaw(a=2.0, b=10.0, lately=1.0)
    recent, due, earlier, before = (np.array([x]) for x in (1.0, 6.0, 8.0, 20.0))

    expected = stats.nbinom.cdf(1, 2 + 8, (10 + 20) / (10 + 20 + 6))

    assert counts.chance(recent, due, earlier, before) == pytest.approx([expected])


def test_a_tracker_switched_off_is_nobodys_drift():
    # nobody clicked lately, so to have not clicked is no surprise
    counts = laws.CountLaw(a=2.0, b=10.0, lately=0.0)

    chance = counts.chance(np.array([0.0]), np.array([9.0]), np.array([30.0]), np.array([40.0]))

    assert chance == pytest.approx([1.0])


@given(st.integers(0, 8), st.integers(0, 40), st.integers(1, 12))
@settings(deadline=None)
def test_fewer_acts_and_a_stronger_habit_are_never_likelier(recent, earlier, due):
    counts = laws.CountLaw(a=1.5, b=12.0, lately=0.9)
    fewer, stronger = max(recent - 1, 0), earlier + 1

    def chance(acts, habit):
        return counts.chance(*(np.array([float(x)]) for x in (acts, due, habit, 24)))[0]

    assert chance(fewer, earlier) <= chance(recent, earlier) + 1e-12
    assert chance(recent, stronger) <= chance(recent, earlier) + 1e-12


def test_the_spread_of_variances_is_recovered():
    """Smyth's estimates on 20,000 donors with three to nine figures each, 5 %."""
    rng = np.random.default_rng(11)
    own = 0.3 * 8 / rng.chisquare(8, 20_000)  # scaled inverse chi-square: s0² = 0.3, d0 = 8
    figures = rng.integers(3, 10, 20_000).astype(float)
    seen = own * rng.chisquare(figures - 1) / (figures - 1)
    e, trigamma = laws.log_variance_terms(figures, np.maximum(seen, 0.01))

    found = laws.fitted_spread(len(e), e.sum(), (e**2).sum(), trigamma.sum())

    assert found.variance == pytest.approx(0.3, rel=0.05)
    assert found.freedom == pytest.approx(8, rel=0.15)


def test_the_inverse_of_trigamma_is_one():
    for x in (0.3, 1.0, 4.0, 60.0):
        assert laws._inverse_trigamma(special.polygamma(1, x)) == pytest.approx(x, rel=1e-6)


def test_a_last_amount_is_held_against_the_donors_own():
    # nine gifts around 50 €, sd of a log 0.2: 25 € is ln 2 / (0.2 √(1 + 1/9)) = 3.29 sd below
    chance = laws.chance_of_amount(
        np.log([2_500.0, 5_000.0]), np.array([9.0, 9.0]), np.log([5_000.0] * 2), np.array([0.2] * 2)
    )

    assert chance == pytest.approx([stats.norm.sf(3.288), 0.5], rel=0.01)
