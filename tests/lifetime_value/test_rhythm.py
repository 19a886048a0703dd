"""Rhythm: gifts in a giving year, learnt from counts and drawn to the file's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime_value import laws
from mecene.lifetime_value import histories, rhythm


@pytest.mark.slow
def test_recovers_the_law_it_was_drawn_from():
    rng = np.random.default_rng(11)
    years = rng.integers(1, 8, 40_000)
    gifts = years + rng.poisson(rng.gamma(0.6, 1 / 1.5, 40_000) * years)

    found = rhythm.fit(years, gifts, donors=np.ones(40_000))

    assert found.a == pytest.approx(0.6, rel=0.05)
    assert found.b == pytest.approx(1.5, rel=0.07)


@given(
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 300)), min_size=1, max_size=5),
)
@settings(deadline=None)
def test_gradient_is_that_of_differences(logs, rows):
    years, further = np.array(rows, dtype=float).T
    objective = rhythm.objective(years, further, np.ones(len(years)))

    assert laws.slopes_agree(objective, np.array(logs), tolerance=1e-5)


@given(st.integers(1, 30), st.integers(0, 300))
@settings(deadline=None)
def test_a_donor_lies_between_their_own_rhythm_and_the_files(years, further):
    file = rhythm.Rhythm(a=0.5, b=2.0)

    expected = file.gifts_per_year(years, years + further)

    low, high = sorted([1 + further / years, 1.25])
    assert low - 1e-12 <= expected <= high + 1e-12


def test_one_gift_a_year_is_expected_where_nobody_gives_more():
    assert rhythm.fit([1, 2], [1, 2], donors=[500, 500]).gifts_per_year(1, 1) < 1.01


def test_fewer_gifts_than_years_are_refused():
    with pytest.raises(rhythm.ImpossibleRhythm, match="row 1"):
        rhythm.fit([3], [2], donors=[1])


def test_nobody_is_refused():
    with pytest.raises(histories.TooFewDonors):
        rhythm.fit([], [], donors=[])
