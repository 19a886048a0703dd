"""Waits: when does a wait end, on the donor's own clock, across summer and winter time?

A day is one of the donor's calendar: « 3 days » from a Friday at 18:00 is Monday at 18:00, also
where the clocks change between. Hours and minutes run on any clock. A local hour that does not
exist (02:30 when the clocks go forward) is the moment the clocks had shown it; one that comes twice
is the first. All moments in and out are in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from mecene.journeys.steps import Duration, WaitUntil


@lru_cache(maxsize=1_024)  # whoever is looked at together came to the step at the same moment
def after(moment: datetime, duration: Duration, *, zone: str) -> datetime:
    """Return the moment a duration after another, in UTC; never before it.

    Args:
        moment: With a zone.
        duration: Days of the donor's calendar, then hours and minutes.
        zone: IANA name, ``Europe/Paris``.
    """
    reached = moment.astimezone(UTC)
    if duration.days:
        local = moment.astimezone(_zone(zone))
        day = local.date() + timedelta(days=duration.days)
        reached = _at(day, local.time(), zone)
    return reached + timedelta(hours=duration.hours, minutes=duration.minutes)


def until(moment: datetime, wait: WaitUntil, *, zone: str) -> datetime:
    """Return the first moment, at or after another, that a wait waits for, in UTC.

    A day that is over when somebody comes to it keeps nobody: they go on at once.
    """
    start = moment.astimezone(UTC)
    if wait.on is not None:
        return max(start, _at(wait.on, wait.at, zone))
    day = moment.astimezone(_zone(zone)).date()
    # Eight days: today may be of the right weekday, and its hour over.
    for ahead in range(9):
        candidate = day + timedelta(days=ahead)
        if wait.weekdays and candidate.isoweekday() not in wait.weekdays:
            continue
        reached = _at(candidate, wait.at, zone)
        if reached >= start:
            return reached
    raise ValueError(f"journeys: {wait.key}: no weekday among {wait.weekdays}; 1 is Monday")


def day_of(moment: datetime, *, zone: str) -> date:
    """Return the day that a moment falls on, on the donor's calendar."""
    return moment.astimezone(_zone(zone)).date()


def _at(day: date, hour: time, zone: str) -> datetime:
    return datetime.combine(day, hour.replace(fold=0), _zone(zone)).astimezone(UTC)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
