"""Hours: at this moment, on the donor's own clock, may this channel reach them; if not, when?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mecene.pressure.rules import Hours, Rules
from mecene.pressure.zones import Zone

# Long enough for any week of holidays; a rule that never opens is refused by ``rules``.
_DAYS_AHEAD = 60


class NeverOpen(ValueError):
    """No hour of the next sixty days is open."""


def of(rules: Rules, *, channel: str, kind: str) -> Hours | None:
    """Return the hours that a channel keeps for a kind of message; None: at any hour."""
    for hours in rules.hours:
        if hours.channel == channel and kind not in hours.spares:
            return hours
    return None


def closed(hours: Hours, moment: datetime, *, zone: Zone) -> str | None:
    """Return why a moment is closed: ``holiday``, ``weekday`` or ``hour``; None: it is open."""
    local = moment.astimezone(ZoneInfo(zone.name))
    why = _closed_day(hours, local.date(), zone)
    if why is not None:
        return why
    clock = local.time()
    return None if any(start <= clock < end for start, end in hours.slots) else "hour"


def next_open(hours: Hours, moment: datetime, *, zone: Zone) -> datetime:
    """Return the first open moment, at or after another, in UTC.

    Raises:
        NeverOpen: there is none in sixty days.
    """
    start = moment.astimezone(UTC)
    if closed(hours, start, zone=zone) is None:
        return start
    clock = ZoneInfo(zone.name)
    day = start.astimezone(clock).date()
    for ahead in range(_DAYS_AHEAD):
        opening = day + timedelta(days=ahead)
        if _closed_day(hours, opening, zone) is not None:
            continue
        for begins, _ in sorted(hours.slots):
            reached = datetime.combine(opening, begins, clock).astimezone(UTC)
            if reached >= start:
                return reached
    raise NeverOpen(f"pressure: {hours.channel}: no open hour in {_DAYS_AHEAD} days from {moment}")


def _closed_day(hours: Hours, day: date, zone: Zone) -> str | None:
    if not hours.holidays and zone.holiday(day) is not None:
        return "holiday"
    return None if day.isoweekday() in hours.weekdays else "weekday"
