"""Pictures say what the figures say."""

import bisect
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.report import value_bands
from mecene.report.pictures import bands, curves


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_names_beside_a_drawing_stand_apart_and_in_order(places: list[float]) -> None:
    least = 1 / 20
    moved = bands.apart(sorted(places), least)

    assert all(b - a >= least - 1e-9 for a, b in pairwise(moved))
    assert moved[-1] <= 1
    assert moved[0] >= 1 - least * 20


@given(st.lists(st.integers(0, 10_000_00), min_size=1, max_size=40), st.integers(0, 40))
def test_bands_of_parts_add_up_to_those_of_the_whole(worth: list[int], cut: int) -> None:
    whole = value_bands.counted(pl.Series(worth, dtype=pl.Float64), currency="EUR")
    parts = [
        value_bands.counted(pl.Series(part, dtype=pl.Float64), currency="EUR")
        for part in (worth[:cut], worth[cut:])
    ]

    added = pl.concat(parts).group_by("band").agg(pl.all().sum()).sort("band")
    assert added.select("band", "donors").rows() == whole.select("band", "donors").rows()
    assert added["value_minor"].to_list() == pytest.approx(whole["value_minor"].to_list())
    assert whole["donors"].sum() == len(worth)


def test_a_band_is_summed_donor_after_donor_so_that_two_runs_agree_to_the_last_digit() -> None:
    worth = [((n * 7_919) % 100_003) / 7 for n in range(200_000)]

    found = value_bands.counted(pl.Series(worth), currency="EUR")

    by_hand = [0.0] * found.height
    for minor in worth:
        by_hand[bisect.bisect_right(value_bands.EDGES, minor / 100) - 1] += minor
    assert found["value_minor"].to_list() == by_hand


def test_a_band_starts_at_its_edge() -> None:
    found = value_bands.counted(pl.Series([4_99.0, 5_00.0, 14_99.0, 15_00.0]), currency="EUR")

    assert found.select("band", "donors").rows() == [(0, 1), (1, 2), (2, 1)]


def test_bands_of_a_currency_without_cents_are_of_its_own_size() -> None:
    found = value_bands.counted(pl.Series([2_499.0, 2_500.0, 7_500.0]), currency="XOF")

    assert found["band"].to_list() == [0, 1, 2]


def test_a_curve_is_read_at_its_last_step_and_starts_at_nothing() -> None:
    curve = pl.DataFrame(
        {"days": [60, 200], "share": [0.2, 0.5], "low": [0.1, 0.3], "high": [0.3, 0.7]}
    )

    picture = curves.second_gift(curve, lang="en")

    assert picture.rows == (("30", "0%"), ("90", "20%"), ("180", "20%"))


def test_what_the_most_generous_bring_is_read_between_two_points() -> None:
    lorenz = pl.DataFrame({"donors_share": [0.0, 0.2, 1.0], "income_share": [0.0, 0.6, 1.0]})

    picture = curves.concentration(lorenz, donors=10, lang="en")

    assert picture.rows == (("10%", "30.0%"), ("20%", "60.0%"), ("50%", "75.0%"))
