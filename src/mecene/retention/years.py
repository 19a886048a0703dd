"""Years: which twelve-month periods are the figures about.

Two series, each cutting time without gap or overlap: ``fiscal`` years, which start on the first
day of a chosen month and are numbered by the calendar year they start in, and ``rolling`` years,
which end at ``as_of`` (number 0) and count back (-1, -2 …).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from mecene import period

Series = Literal["fiscal", "rolling"]


class NoSuchMonth(ValueError):
    """A fiscal year starts in a month from 1 to 12."""


@dataclass(frozen=True)
class Year:
    """One twelve-month period of a series; ``complete`` when all its days are known."""

    series: Series
    number: int
    start: date
    end: date
    complete: bool

    @property
    def label(self) -> str:
        """Return ``2024`` for a calendar year, else its first and last months, as ISO."""
        last = self.end - timedelta(days=1)
        if self.series == "fiscal" and self.start.month == 1:
            return str(self.start.year)
        return f"{self.start:%Y-%m}/{last:%Y-%m}"


def covering(first: date, *, as_of: date, fiscal_year_start: int) -> tuple[Year, ...]:
    """Return every year of both series from the one that holds ``first``, oldest first.

    The last fiscal year holds the day before ``as_of``; it is complete when it ends there.

    Raises:
        NoSuchMonth: ``fiscal_year_start`` is not in 1..12.
    """
    if not 1 <= fiscal_year_start <= 12:
        raise NoSuchMonth(f"a fiscal year starts in a month from 1 to 12: got {fiscal_year_start}")
    last = as_of - timedelta(days=1)
    first = min(first, last)
    numbers = range(
        fiscal_number(first, fiscal_year_start), fiscal_number(last, fiscal_year_start) + 1
    )
    fiscal = [_fiscal(number, fiscal_year_start, as_of) for number in numbers]
    rolling: list[Year] = []
    back = 0
    while not rolling or rolling[-1].start > first:
        span = period.year_before(as_of, back=back)
        rolling.append(Year("rolling", -back, span.start, span.end, complete=True))
        back += 1
    return (*fiscal, *reversed(rolling))


def fiscal_number(day: date, fiscal_year_start: int) -> int:
    """Return the calendar year in which the fiscal year of a day started."""
    return day.year if day.month >= fiscal_year_start else day.year - 1


def of_days(years: tuple[Year, ...]) -> pl.DataFrame:
    """Return the year of each day: columns ``series``, ``year``, ``day``."""
    frames = [
        pl.DataFrame(
            {"day": pl.date_range(year.start, year.end, closed="left", eager=True)}
        ).select(series=pl.lit(year.series), year=pl.lit(year.number, pl.Int64), day="day")
        for year in years
    ]
    return pl.concat(frames)


def of_series(years: tuple[Year, ...], series: Series) -> tuple[Year, ...]:
    """Return the years of one series, oldest first."""
    return tuple(year for year in years if year.series == series)


def _fiscal(number: int, month: int, as_of: date) -> Year:
    end = date(number + 1, month, 1)
    return Year("fiscal", number, date(number, month, 1), end, complete=end <= as_of)
