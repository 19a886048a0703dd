"""Drawing donors again says what theory says where theory is known."""

import numpy as np
import pytest
from scipy import stats

import resampled_gifts
from mecene.experiments import bootstrap, means, moments
from mecene.experiments.difference import NoVariation, TooFewDonors


def test_equal_seeds_give_equal_intervals():
    rng = np.random.default_rng(1)
    control, treated = rng.gamma(2, 10, 300), rng.gamma(2, 11, 300)

    told = [bootstrap.difference(control, treated, rng=np.random.default_rng(7)) for _ in range(2)]

    assert told[0] == told[1]
    assert told[0] != bootstrap.difference(control, treated, rng=np.random.default_rng(8))


def test_on_normals_it_is_the_interval_of_student():
    rng = np.random.default_rng(2)
    control, treated = (each - each.mean() + level for each, level in zip(
        rng.normal(0, 15, (2, 600)), (50, 51.5), strict=True))  # fmt: skip

    told = bootstrap.difference(control, treated, rng=rng, draws=9_999)

    student = means.difference(moments.of(control), moments.of(treated))
    assert told.low == pytest.approx(student.low, abs=0.1)
    assert told.high == pytest.approx(student.high, abs=0.1)
    assert told.p == pytest.approx(student.p, rel=0.15)


def test_of_scipy_draws_the_same_law():
    """SciPy draws people one by one, and knows no difference in its own standard errors: what can
    be compared is the spread of the differences drawn again."""
    rng = np.random.default_rng(3)
    control, treated = np.round(rng.gamma(1, 20, 400), -1), np.round(rng.gamma(1, 22, 300), -1)
    theirs = stats.bootstrap(
        (control, treated), lambda a, b, axis: b.mean(axis) - a.mean(axis), n_resamples=4_000,
        rng=np.random.default_rng(4), vectorized=True,
    )  # fmt: skip

    first, second = (bootstrap._again(each, rng, 4_000) for each in (control, treated))

    ours = (second.mean - first.mean).std()
    assert ours == pytest.approx(theirs.standard_error, rel=0.05)


def test_skewed_amounts_bend_the_interval_as_they_should():
    """A mean of skewed amounts is more often too low than too high: more room above."""
    rng = np.random.default_rng(5)
    control, treated = np.full(4_000, 20.0), rng.lognormal(3, 1.2, 60)
    control[::2] = 21

    told = bootstrap.difference(control, treated, rng=rng)

    assert told.high - told.estimate > 1.2 * (told.estimate - told.low)


@pytest.mark.slow
def test_holds_beside_a_small_hold_out():
    """1,600 held out of 16,000, of whom 80 give; 400 tests."""
    population, rng = resampled_gifts.gifts("invented"), np.random.default_rng(9)
    truth = 0.01 * resampled_gifts.capped_mean(population, 256)

    held = []
    for _ in range(400):
        arms = [np.zeros(1_600), np.zeros(14_400)]
        for arm, rate in zip(arms, (0.05, 0.06), strict=True):
            given = resampled_gifts.drawn(population, rng, people=arm.size, rate=rate)
            arm[: given.size] = np.round(np.minimum(given, 256))
        told = bootstrap.difference(*arms, rng=rng, draws=999)
        held.append(told.low <= truth <= told.high)

    assert np.mean(held) >= 0.94


def test_refusals():
    rng = np.random.default_rng(6)
    with pytest.raises(TooFewDonors):
        bootstrap.difference([1.0, 2.0], np.arange(50.0), rng=rng)
    with pytest.raises(NoVariation):
        bootstrap.difference(np.full(50, 3.0), np.full(50, 3.0), rng=rng)
    with pytest.raises(NoVariation, match="drawn again"):
        bootstrap.difference(np.zeros(100), np.append(np.zeros(99), 50.0), rng=rng)
