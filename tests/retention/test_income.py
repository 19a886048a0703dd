"""Income by month, to date, and what a gift is on average."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.retention import income


def test_anonymous_gifts_are_income_and_legacies_stand_apart(measured) -> None:
    legacy = {"donor_id": 1, "given_on": date(2024, 4, 1), "kind": "legacy", "euros": 5_000}
    gifts = [(1, "2024-03-01", 10), (None, "2024-03-09", 7), legacy]

    found = measured(gifts, as_of="2025-01-01")

    year = found.income_last_12m
    assert (year.amount_minor, year.anonymous_minor, year.gifts) == (1_700, 700, 2)
    assert year.apart_minor == {"legacy": 500_000}
    march = [(m.who, m.amount_minor) for m in found.income_by_month if m.month.month == 3]
    assert march == [("anonymous", 700), ("donors", 1_000)]


def test_to_date_stops_at_the_same_date_last_year(measured) -> None:
    gifts = [
        (1, "2022-12-01", 1), (1, "2023-02-14", 100), (1, "2023-02-15", 999), (1, "2024-02-14", 150)
    ]  # fmt: skip

    found = measured(gifts, as_of="2024-02-15").income_to_date

    assert (found.now.amount_minor, found.then.amount_minor) == (15_000, 10_000)
    assert found.growth == 0.5


def test_to_date_on_new_years_day_is_the_whole_year_before(measured) -> None:
    gifts = [(1, "2022-12-01", 1), (1, "2023-12-31", 10), (1, "2024-12-31", 20)]

    found = measured(gifts, as_of="2025-01-01").income_to_date

    assert (found.now.start, found.now.end) == (date(2024, 1, 1), date(2025, 1, 1))
    assert found.growth == 1.0


def test_to_date_has_no_growth_when_the_file_starts_too_late(measured) -> None:
    started_late = measured([(1, "2023-06-01", 10), (1, "2024-06-01", 10)], as_of="2024-07-01")
    only_this_year = measured([(1, "2024-06-01", 10)], as_of="2024-07-01")

    assert started_late.income_to_date.growth is None
    assert only_this_year.income_to_date.then is None


@pytest.mark.parametrize(
    ("as_of", "then"),
    [
        ("2024-02-28", "2023-02-28"),
        # 28 days of February seen, and 28 a year before.
        ("2024-02-29", "2023-03-01"),
        ("2024-03-01", "2023-03-01"),
        ("2025-03-01", "2024-03-01"),
        ("2025-01-01", "2024-01-01"),
    ],
)
def test_the_same_date_last_year_is_safe_in_leap_years(as_of: str, then: str) -> None:
    found = income.same_date_last_year(date.fromisoformat(as_of))

    assert found == date.fromisoformat(then)


def average(measures, form: str, label: str = "2024"):
    return next(
        a for a in measures.average_gift if (a.label, a.form, a.who) == (label, form, "donors")
    )


def test_average_and_median_of_one_off_gifts_leave_instalments_out(measured) -> None:
    instalment = {"donor_id": 1, "given_on": date(2024, 4, 1), "kind": "instalment", "euros": 8}
    gifts = [(1, "2024-03-01", 10), (2, "2024-03-01", 20), (3, "2024-03-01", 30)]
    gifts += [(4, "2024-03-01", 100), instalment]

    found = measured(gifts, as_of="2025-01-01")

    assert (average(found, "one_off").mean_minor, average(found, "one_off").median_minor) == (
        4_000, 2_500,
    )  # fmt: skip
    assert average(found, "instalment").median_minor == 800


def test_no_gift_has_no_average(measured) -> None:
    found = measured([(1, "2024-03-01", 10)], as_of="2025-01-01")

    assert average(found, "instalment").mean_minor is None
    assert average(found, "instalment").median_minor is None


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_the_median_of_counts_is_the_median_of_the_gifts(amounts: list[int]) -> None:
    counted = pl.Series("amount_minor", amounts).value_counts(name="gifts")

    assert income.median(counted) == pl.Series(amounts).median()
