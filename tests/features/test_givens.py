"""In which year before a day a gift lies: every day of nine years, asked on awkward days."""

from datetime import date, timedelta

import polars as pl
import pytest

from mecene import period
from mecene.engine import duck, store
from mecene.features import givens, summary

FIRST_DAY = date(2016, 1, 1)
AWKWARD = [
    date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 31), date(2025, 1, 1),
    date(2025, 2, 28), date(2025, 3, 1), date(2025, 7, 14),
]  # fmt: skip


@pytest.fixture(scope="module")
def a_gift_a_day(tmp_path_factory: pytest.TempPathFactory) -> store.FactStore:
    days = (max(AWKWARD) - FIRST_DAY).days
    gifts = pl.DataFrame({"given_on": [FIRST_DAY + timedelta(days=n) for n in range(days)]})
    said = {"donor_id": 1, "amount_minor": 1, "currency": "EUR", "kind": "one_off",
            "status": "received", "source_ref": "g"}  # fmt: skip
    gifts = gifts.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("gift_id"),
        *(pl.lit(value).alias(name) for name, value in said.items()),
    ).cast({"donor_id": pl.Int64, "amount_minor": pl.Int64})
    donors = pl.DataFrame({"donor_id": [1], "kind": ["person"]})
    place = tmp_path_factory.mktemp("a-gift-a-day") / "facts"
    return store.write_facts({"gifts": gifts, "donors": donors}, place)


@pytest.mark.parametrize("as_of", AWKWARD)
@pytest.mark.parametrize("first_month", [1, 3, 12])
def test_years_are_counted_back_from_the_day(a_gift_a_day, as_of: date, first_month: int) -> None:
    constants = givens.of_day(as_of, year_starts_in_month=first_month)
    with duck.connected(a_gift_a_day, as_of=as_of, parameters=constants) as connection:
        connection.execute("create temp view own_amounts as select * from gifts")
        counted = connection.execute(summary.text("counted_gifts")).pl().sort("given_on")

    # The definition, read aloud: twelve months that end the day before, the twelve before, …
    back = [period.add_months(as_of, -12 * years) for years in range(1, 11)]
    assert counted["given_on"].to_list() == [
        FIRST_DAY + timedelta(days=n) for n in range((as_of - FIRST_DAY).days)
    ]
    assert counted["year_back"].to_list() == [
        sum(day < start for start in back) for day in counted["given_on"]
    ]
    newest = book_year(as_of - timedelta(days=1), first_month)
    assert counted["book_year_back"].to_list() == [
        newest - book_year(day, first_month) for day in counted["given_on"]
    ]


def book_year(day: date, first_month: int) -> int:
    """Return the calendar year in which the accounting year of a day begins."""
    return day.year if day.month >= first_month else day.year - 1
