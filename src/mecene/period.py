"""Periods: which days a question is about.

A period is half-open, ``[start, end)``: its end is the first day that is not in it, so
consecutive periods share no day and leave none out.
"""

from dataclasses import dataclass
from datetime import date

_MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class EmptyPeriod(ValueError):
    """The end of a period does not come after its start."""


@dataclass(frozen=True, order=True)
class Period:
    """The days from ``start`` (included) to ``end`` (not included)."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise EmptyPeriod(f"a period ends after it starts: got [{self.start}, {self.end})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """Return the number of days in the period, >= 1."""
        return (self.end - self.start).days


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day when it is shorter."""
    years, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month0 + 1
    return date(years, month, min(day.day, _days_in_month(years, month)))


def year_before(as_of: date, *, back: int = 0) -> Period:
    """Return the twelve months that end at ``as_of``, or those ``back`` years earlier."""
    return Period(add_months(as_of, -12 * (back + 1)), add_months(as_of, -12 * back))


def written(day: date, *, lang: str) -> str:
    """Return a date in words: ``1er mars 2026`` in French, ``1 March 2026`` in English."""
    if lang == "fr":
        number = "1er" if day.day == 1 else str(day.day)
        return f"{number} {_MONTHS_FR[day.month - 1]} {day.year}"
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def month_written(day: date, *, lang: str) -> str:
    """Return a month in words: ``mars 2026`` or ``March 2026``."""
    names = _MONTHS_FR if lang == "fr" else _MONTHS_EN
    return f"{names[day.month - 1]} {day.year}"


def _days_in_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days
