"""Histories: equal pasts are one row, parts add up to the whole, impossible pasts are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.lifetime_value import histories


@st.composite
def pasts(draw):
    rows = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
    n = np.array([max(pair) for pair in rows], dtype=np.int64)
    last = np.array([min(pair) for pair in rows], dtype=np.int64)
    return np.minimum(last, 3), last, n


def same(left, right):
    columns = vars(left)
    return all(np.array_equal(columns[name], vars(right)[name]) for name in columns)


@given(pasts(), st.integers(0, 40))
@settings(deadline=None)
@pytest.mark.parametrize("group", [histories.yearly, histories.daily])
def test_the_histories_of_two_parts_added_are_those_of_the_whole(group, columns, cut):
    first, second = ([column[part] for column in columns] for part in (np.s_[:cut], np.s_[cut:]))

    assert same(group(*first) + group(*second), group(*columns))


@given(pasts(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_donors_does_not_matter(columns, shuffle):
    order = list(range(len(columns[0])))
    shuffle.shuffle(order)

    shuffled = [column[np.array(order, dtype=np.intp)] for column in columns]

    assert same(histories.yearly(*shuffled), histories.yearly(*columns))


def test_sorting_and_counting_agree():
    rng = np.random.default_rng(1)
    end = rng.integers(1, 9000, 3000)
    last = rng.integers(0, end + 1)
    x = np.minimum(last, 4)

    sorted_out = histories.daily(x, last, end)  # too many possible pasts to count them all
    by_hand = {}
    for past in zip(x.tolist(), last.tolist(), end.tolist(), strict=True):
        by_hand[past] = by_hand.get(past, 0) + 1

    found = zip(*(column.tolist() for column in vars(sorted_out).values()), strict=True)
    assert {row[:3]: row[3] for row in found} == by_hand
    halves = [
        histories.daily(x[part], last[part], end[part]) for part in (np.s_[:999], np.s_[999:])
    ]
    assert same(halves[0] + halves[1], sorted_out)


@pytest.mark.parametrize(
    "past", [([2], [1], [5]), ([0], [1], [5]), ([1], [0], [5]), ([1], [6], [5]), ([-1], [1], [5])]
)
def test_a_past_that_cannot_be_is_refused_with_its_row(past):
    with pytest.raises(histories.ImpossibleHistory, match="row 1"):
        histories.yearly(*past)


def test_decimals_are_refused():
    with pytest.raises(histories.ImpossibleHistory, match="whole"):
        histories.yearly([1.0], [1.0], [2.0])


def test_a_sample_has_about_the_donors_asked():
    end = np.arange(1, 20_001)
    donors = histories.daily(np.zeros_like(end), np.zeros_like(end), end)

    assert donors.sample(1_000).total == 1_000
