"""Dates as people and programs write them, and which day each must be."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.sources import dates

EVE = date(2023, 12, 24)


def days(*cells: str | None, **told: object) -> list[date | None]:
    column = pl.Series("Date", cells, dtype=pl.String)
    return dates.read(column, dates.decide(column, **told))["day"].to_list()


def moments(*cells: str | None, **told: object) -> list[datetime | None]:
    column = pl.Series("Date", cells, dtype=pl.String)
    return dates.read(column, dates.decide(column, **told))["at"].to_list()


@pytest.mark.parametrize(
    "written",
    [
        "24/12/2023", "24/12/23", "24-12-2023", "24.12.2023", " 24 / 12 / 2023 ", "24 12 2023",
        "2023-12-24", "2023/12/24", "2023.12.24", "20231224", "24122023", "45284", "45284.5",
        "24 déc. 2023", "24-Dec-2023", "24 décembre 2023", "dimanche 24 décembre 2023",
        "Dec 24, 2023", "December 24th, 2023", "Sun, 24 Dec 2023", "24 DÉC 23",
        "2023-12-24T10:11:12", "2023-12-24T10:11:12.123456Z", "2023-12-24 10:11:12+01:00",
        "24/12/2023 10:11", "24/12/2023 à 10h11", "24/12/2023 10:11:12", "20231224T101112Z",
        "1703412672", "1703412672000", "12/24/2023", "12/24/23 10:11 AM",
        "2023-12-24T10:11:12+0100", "24 décembre 2023 à 10h11",
    ],
)  # fmt: skip
def test_christmas_eve_however_it_is_written(written: str) -> None:
    assert days(written) == [EVE]


def test_the_first_of_a_month_is_written_1er() -> None:
    assert days("1er janvier 2024", "1 févr. 2024", "1 août 2024") == [
        date(2024, 1, 1),
        date(2024, 2, 1),
        date(2024, 8, 1),
    ]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("31/02/2023", "date_impossible"),
        ("2023-02-30", "date_impossible"),
        ("2023-13-01", "date_impossible"),
        ("45/12/2023", "date_impossible"),
        ("24/12/0023", "date_implausible"),
        ("1899-12-31", "date_implausible"),
        ("01/01/2101", "date_implausible"),
        ("hier", "date_unreadable"),
        ("2023", "date_unreadable"),
        ("24/12", "date_unreadable"),
        ("24/12/2023 25:00", "date_impossible"),
        ("0000-00-00", "date_impossible"),
        ("24/12/2023 / 25/12/2023", "date_unreadable"),
    ],
)
def test_what_is_no_day_says_why(written: str, problem: str) -> None:
    column = pl.Series([written])
    read = dates.read(column, dates.decide(column, stated="dd/mm/yyyy"))

    assert read.row(0) == (None, None, problem)


def test_the_month_comes_first_only_when_the_column_proves_it() -> None:
    assert days("03/04/2023") == [date(2023, 4, 3)]
    assert days("03/04/2023", "12/24/2023") == [date(2023, 3, 4), EVE]
    assert days("03/04/2023", "24/12/2023") == [date(2023, 4, 3), EVE]


def test_how_the_order_was_decided_is_said() -> None:
    reasons = {
        ("03/04/2023",): "undecided",
        ("24/12/2023",): "seen",
        ("24/12/2023", "12/24/2023"): "mixed",
        ("2023-12-24",): "seen",
    }

    for cells, reason in reasons.items():
        assert dates.decide(pl.Series(cells)).reason == reason
    assert dates.decide(pl.Series(["03/04/2023"]), stated="mm/dd/yyyy").order == "mdy"


def test_a_day_that_contradicts_its_column_is_not_turned_round() -> None:
    assert days("24/12/2023", "25/12/2023", "12/24/2023") == [EVE, date(2023, 12, 25), None]


def test_two_digit_years_turn_at_the_pivot() -> None:
    assert days("01/02/49", "01/02/50") == [date(2049, 2, 1), date(1950, 2, 1)]
    assert days("01/02/49", pivot=dates.BIRTH_PIVOT) == [date(1949, 2, 1)]


def test_seconds_are_kept_where_they_are_written() -> None:
    assert moments("2009-12-31 23:09:39", "2010-01-02 00:00:00", "2010-01-02") == [
        datetime.fromisoformat("2009-12-31 23:09:39"),
        datetime.fromisoformat("2010-01-02 00:00:00"),
        None,
    ]


def test_a_column_of_midnights_says_days_only() -> None:
    assert moments("2024-01-31T00:00:00", "2024-02-01T00:00:00") == [None, None]


def test_the_night_of_new_year_is_told_in_local_time() -> None:
    # A card payment at 23:30 UTC on 31 December is a gift of the next fiscal year in Paris.
    cells = ("2023-12-31 23:30:00",)

    assert days(*cells, source_zone="UTC") == [date(2024, 1, 1)]
    assert days(*cells) == [date(2023, 12, 31)]
    assert days("2023-12-31T23:30:00Z", zone="Europe/London") == [date(2023, 12, 31)]
    assert moments("2023-07-01T12:00:00-05:00") == [datetime.fromisoformat("2023-07-01 19:00:00")]


def test_a_day_without_a_clock_does_not_move() -> None:
    assert days("2023-12-31", source_zone="UTC") == [date(2023, 12, 31)]


def test_old_macintosh_serials_are_four_years_later() -> None:
    assert days("45284", stated="excel1904") == [date(2027, 12, 25)]


def test_an_unknown_stated_format_is_refused_with_those_known() -> None:
    with pytest.raises(dates.UnknownDateFormat, match="dd/mm/yyyy"):
        dates.decide(pl.Series(["x"]), stated="tomorrow")


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from("/-. "))
def test_a_day_written_in_french_comes_back(day: date, mark: str) -> None:
    written = f"{day.day:02}{mark}{day.month:02}{mark}{day.year}"

    assert days(written, stated="dd/mm/yyyy") == [day]


@given(st.lists(st.text(max_size=20), max_size=20))
def test_no_text_whatever_stops_the_reading(cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)

    assert dates.read(column, dates.decide(column)).height == len(cells)
