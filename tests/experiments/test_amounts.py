"""Intervals of giving hold on gifts as they are, and the parts add up to the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import resampled_gifts
from mecene.experiments import amounts, means, moments
from mecene.experiments.difference import TooFewDonors

SOURCES = [
    "invented",
    pytest.param("gdq", marks=[pytest.mark.data, resampled_gifts.needs_gdq]),
]
REPEATS = 1_000
# People of the control, of the treatment; share who give in each; how much larger gifts become.
# The control has 50 to 100 givers, few more than the least that is asked for.
CASES = {
    "two equal arms, no effect": (1_600, 1_600, 0.05, 0.05, 1.0),
    "a hold-out, no effect": (1_600, 14_400, 0.05, 0.05, 1.0),
    "a hold-out, more give": (1_600, 14_400, 0.05, 0.06, 1.0),
    "a hold-out, gifts larger": (1_600, 14_400, 0.05, 0.05, 1.3),
    "a hold-out, fewer and smaller": (1_600, 14_400, 0.05, 0.04, 0.8),
    "equal arms, more and larger": (1_600, 1_600, 0.05, 0.06, 1.2),
    "a small treatment, more and larger": (14_400, 1_600, 0.05, 0.06, 1.2),
    "givers alone, a hold-out": (100, 900, 0.9, 0.9, 1.0),
}


def truths(population, cap, r0, r1, scale):
    a0 = resampled_gifts.capped_mean(population, cap)
    a1 = resampled_gifts.capped_mean(population, cap, scale=scale)
    return {
        "mean": r1 * a1 - r0 * a0,
        "through_response": (r1 - r0) * (a0 + a1) / 2,
        "through_gift": (a1 - a0) * (r0 + r1) / 2,
        "response": r1 - r0,
        "gift": a1 - a0,
        "lift": r1 * a1 / (r0 * a0) - 1,
    }


def one(population, rng, case):
    """Return which of the intervals of one drawn test hold their truth; None when refused."""
    n0, n1, r0, r1, scale = case
    control = resampled_gifts.drawn(population, rng, people=n0, rate=r0)
    treated = resampled_gifts.drawn(population, rng, people=n1, rate=r1, scale=scale)
    cap = amounts.cap(control, treated)
    arms = [resampled_gifts.group(given, people=people, cap=cap)
            for given, people in ((control, n0), (treated, n1))]  # fmt: skip
    try:
        told = vars(amounts.giving(*arms, cap=cap)) | {"lift": amounts.lift(*arms)}
    except TooFewDonors:
        return None
    truth = truths(population, cap, r0, r1, scale)
    return [told[name].low <= value <= told[name].high for name, value in truth.items()]


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_intervals_hold_on_resampled_gifts(source, case):
    """Nominal 95 %, at least 94 % held; the error of 1,000 tests is 0.7 point."""
    population, rng = resampled_gifts.gifts(source), np.random.default_rng(20)

    held = [one(population, rng, case) for _ in range(REPEATS)]

    answered = np.array([each for each in held if each is not None])
    assert len(answered) > 0.98 * REPEATS
    assert answered.mean(axis=0).min() >= 0.94 - 0.007


@pytest.mark.slow
def test_intervals_hold_on_normals():
    rng = np.random.default_rng(21)
    drawn = rng.normal(50, 15, (4_000, 120))

    held = []
    for row in drawn:
        arms = [moments.of(each) for each in (row[:20], row[20:])]
        told, lift = means.difference(*arms), means.lift(*arms)
        held.append((told.low <= 0 <= told.high, lift.low <= 0 <= lift.high))

    assert np.mean(held, axis=0).min() >= 0.94


@pytest.mark.parametrize("source", SOURCES)
def test_welch_alone_would_not_hold_beside_a_small_hold_out(source):
    """Why the guard is there, and why whole amounts are refused even so: 4,000 held out of 40,000,
    fewer and smaller gifts."""
    population, rng = resampled_gifts.gifts(source), np.random.default_rng(22)
    truth = 0.04 * 0.8 * population.mean() - 0.05 * population.mean()

    held = []
    for _ in range(400):
        arms = [
            resampled_gifts.group(
                resampled_gifts.drawn(population, rng, people=n, rate=r, scale=scale),
                people=n, cap=1e9,
            )
            for n, r, scale in ((4_000, 0.05, 1.0), (36_000, 0.04, 0.8))
        ]  # fmt: skip
        told = [compare(*arms, quantity=amounts.WHOLE)
                for compare in (means.welch, means.difference)]  # fmt: skip
        held.append([each.low <= truth <= each.high for each in told])

    welch, guarded = np.mean(held, axis=0)
    assert welch < 0.9
    assert guarded > welch + 0.04


GIFTS = st.builds(
    lambda seed, n, rate: np.where(
        np.random.default_rng(seed).random(n) < rate,
        np.exp(np.random.default_rng(seed + 1).normal(3, 1.2, n)),
        0,
    ),
    st.integers(0, 10_000), st.integers(400, 3_000), st.floats(0.25, 0.9),
)  # fmt: skip


class TestParts:
    @given(control=GIFTS, treated=GIFTS)
    def test_add_up_to_the_whole(self, control, treated):
        cap = amounts.cap(control, treated)
        told = amounts.giving(amounts.of(control, cap=cap), amounts.of(treated, cap=cap), cap=cap)

        parts = told.through_response.estimate + told.through_gift.estimate
        assert parts == pytest.approx(told.mean.estimate, abs=1e-9)
        above = np.maximum(control - cap, 0).sum()
        assert told.above_control == pytest.approx(above, rel=1e-6, abs=1e-6)

    def test_more_givers_of_the_same_gifts_come_through_response_alone(self):
        gifts = resampled_gifts.gifts("invented")[::100]
        few = np.concatenate([gifts, np.zeros(19_000)])
        more = np.concatenate([gifts, gifts, np.zeros(18_000)])

        told = amounts.giving(amounts.of(few, cap=256), amounts.of(more, cap=256), cap=256)

        assert told.through_gift.estimate == pytest.approx(0, abs=1e-12)
        assert told.through_response.estimate == pytest.approx(told.mean.estimate, rel=1e-12)


class TestWholeAmounts:
    def test_skewness_is_that_of_the_givers(self):
        given = resampled_gifts.gifts("invented")[::10]

        told = amounts.skewness(amounts.of(np.concatenate([given, np.zeros(50_000)]), cap=256))

        assert told == pytest.approx(stats.skew(given), rel=1e-6)

    def test_are_refused_where_a_few_gifts_decide(self):
        rng = np.random.default_rng(23)
        arms = [amounts.of(rng.permutation(resampled_gifts.gifts("invented"))[:20_000], cap=256)
                for _ in range(2)]  # fmt: skip

        with pytest.raises(amounts.HeavyTail, match="compare capped amounts"):
            amounts.uncapped(*arms)

    def test_are_compared_where_none_does(self):
        rng = np.random.default_rng(24)
        arms = [amounts.of(rng.gamma(4, 10, 2_000), cap=1_000) for _ in range(2)]

        assert amounts.uncapped(*arms).estimate == amounts.mean(*arms).estimate


class TestRefusals:
    def test_too_few_givers(self):
        few = amounts.of(np.concatenate([np.full(49, 20.0), np.zeros(5_000)]), cap=50)

        with pytest.raises(TooFewDonors, match="49 gave in the control"):
            amounts.mean(few, few)

    def test_nobody_gave(self):
        with pytest.raises(TooFewDonors, match="nobody gave"):
            amounts.cap(np.zeros(10), np.zeros(10))
