"""Groups that are added up say what their people would have said together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.experiments import moments

AMOUNTS = st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=30)


class TestAddition:
    @given(first=AMOUNTS, second=AMOUNTS)
    def test_two_groups_are_what_their_people_are_together(self, first, second):
        parts = moments.of(first, np.square(first)) + moments.of(second, np.square(second))

        whole = moments.of(first + second, np.square(first + second))

        assert parts.n == whole.n
        assert np.allclose(parts.means, whole.means, rtol=1e-9, atol=1e-6)
        scale = max(1.0, float(np.abs(whole.products).max(initial=0.0)))
        assert np.allclose(parts.products, whole.products, rtol=1e-9, atol=1e-9 * scale)

    def test_amounts_that_hardly_differ_keep_their_variance(self):
        """Sums of squares would say 0 (or less) here: 16 figures do not hold 10¹⁸ + 1."""
        amounts = 1e9 + np.array([4.0, 7.0, 13.0, 16.0])

        added = moments.of(amounts[:2]) + moments.of(amounts[2:])

        assert added.covariance[0, 0] == 30.0  # by hand: (36 + 9 + 9 + 36) / 3

    def test_nobody_adds_nothing(self):
        some = moments.of([1.0, 2.0])

        assert (some + moments.of([])).products == some.products
        assert (moments.of([]) + moments.of([])).n == 0

    def test_covariances_are_those_of_numpy(self):
        drawn = np.random.default_rng(3).lognormal(3, 1, (3, 500))

        assert np.allclose(moments.of(*drawn).covariance, np.cov(drawn), rtol=1e-12)


class TestRefusals:
    def test_groups_that_measure_other_things(self):
        with pytest.raises(moments.DifferentQuantities, match="1 and 2"):
            moments.of([1.0]) + moments.of([1.0], [2.0])

    def test_a_blank_is_not_a_zero(self):
        with pytest.raises(moments.NotNumbers, match="0 stands for nothing"):
            moments.of([1.0, np.nan])

    def test_measures_of_other_people(self):
        with pytest.raises(moments.DifferentQuantities, match="same people"):
            moments.of([1.0], [1.0, 2.0])

    def test_one_person_says_nothing_of_variation(self):
        assert np.isnan(moments.of([3.0]).covariance).all()
