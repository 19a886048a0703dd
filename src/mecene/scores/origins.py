"""Origins: the days of the past from which a score is learnt, and how far ahead it looks.

Origins lie whole periods before ``as_of``, so each period ahead of them holds the same months
of the year as the one to be foretold: December is always inside, once.
"""

from dataclasses import dataclass
from datetime import date

from mecene import period

PERIODS = (12, 6, 3, 1)  # months; the longest the file's past allows
MOST_ORIGINS = 5
HORIZON_MONTHS = 24
# Before the first origin there is at least that share of a period to know donors by.
_LEAST_PAST = 0.9


@dataclass(frozen=True)
class Origins:
    """``days`` are the origins, oldest first; each is followed by a finished period.

    ``days`` is empty for a file too short to learn from. ``as_of`` is the day to foretell from.
    """

    as_of: date
    period_months: int
    days: tuple[date, ...]

    @property
    def periods_ahead(self) -> int:
        """Return how many periods there are in the 24 months ahead."""
        return HORIZON_MONTHS // self.period_months

    def before(self, day: date) -> "Origins":
        """Return the origins that could be learnt from on an earlier day."""
        earlier = tuple(
            origin for origin in self.days if period.add_months(origin, self.period_months) <= day
        )
        return Origins(day, self.period_months, earlier)


def of(*, first_gift_on: date | None, as_of: date, most: int = MOST_ORIGINS) -> Origins:
    """Return the origins a file allows.

    The period is the longest of 12, 6, 3 and 1 months that leaves one origin with about as much
    past behind it: a year is preferred even if there is only one to learn from.

    Args:
        first_gift_on: Day of the file's first gift; None when there is none.
        as_of: The day to foretell from.
        most: How many origins at most: older years teach less than they cost.
    """
    if first_gift_on is None:
        return Origins(as_of, PERIODS[0], ())
    for months in PERIODS:
        days = _days(first_gift_on, as_of, months, most)
        if days:
            return Origins(as_of, months, days)
    return Origins(as_of, PERIODS[0], ())


def _days(first: date, as_of: date, months: int, most: int) -> tuple[date, ...]:
    days = []
    for back in range(1, most + 1):
        origin = period.add_months(as_of, -months * back)
        if (origin - first).days < _LEAST_PAST * months * 30.4375:
            break
        days.append(origin)
    return tuple(reversed(days))
