"""Intervals at equal past, within groups and of households hold on gifts too."""

import numpy as np
import pytest

import resampled_gifts
from mecene.experiments import cuped, means, moments, ratios, strata

RATE = 0.1
SHARE_GAVE_BEFORE = 0.3


def drawn(population, rng, people, *, effect):
    """Return what people gave before and since: three in ten had given, and give more often."""
    own = population[rng.integers(0, population.size, people)]
    before = np.where(rng.random(people) < SHARE_GAVE_BEFORE, own, 0)
    other = population[rng.integers(0, population.size, people)]
    chance = effect * np.where(before > 0, 3 * RATE, RATE / 7)
    again = np.where(rng.random(people) < 0.7, own, other)
    return before, np.where(rng.random(people) < chance, again, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    ["invented", pytest.param("gdq", marks=[pytest.mark.data, resampled_gifts.needs_gdq])],
)
@pytest.mark.parametrize("people", [(1_500, 1_500), (1_000, 9_000)])
def test_hold_and_are_narrower(source, people):
    population = np.minimum(resampled_gifts.gifts(source), 256)
    rng, effect = np.random.default_rng(60), 1.2
    level = SHARE_GAVE_BEFORE * 3 * RATE + (1 - SHARE_GAVE_BEFORE) * RATE / 7
    truth = (effect - 1) * level * population.mean()

    told = []
    for _ in range(600):
        (b0, s0), (b1, s1) = (drawn(population, rng, n, effect=each)
                              for n, each in zip(people, (1, effect), strict=True))  # fmt: skip
        arms = moments.of(s0, b0), moments.of(s1, b1)
        of0, of1 = (np.digitize(each, [1, 30]) for each in (b0, b1))
        groups = [(moments.of(s0[of0 == group]), moments.of(s1[of1 == group]))
                  for group in range(3)]  # fmt: skip
        sizes = [rng.integers(1, 4, each) for each in people]
        homes = moments.of(s0 * sizes[0], sizes[0]), moments.of(s1 * sizes[1], sizes[1])
        told.append((means.difference(*arms), means.difference(*cuped.adjusted(arms)),
                     strata.difference(groups), ratios.difference(*homes)))  # fmt: skip

    held = np.array([[each.low <= truth <= each.high for each in row] for row in told])
    width = np.array([[each.std_error for each in row] for row in told]).mean(axis=0)
    # The error of 600 tests is 0.9 point.
    assert held.mean(axis=0).min() >= 0.94 - 0.009
    assert width[1] < width[2] < width[0]
