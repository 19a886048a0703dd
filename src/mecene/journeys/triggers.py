"""Triggers: which events the passing of a day makes: a segment entered, an anniversary, a crossing?

Pure: what was known of a donor at the last look, and what is known today, in; events out. Looked at
twice on one day, they are the same events with the same references.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from mecene import period
from mecene.conditions.holding import Cell
from mecene.journeys import entering
from mecene.journeys.graph import Graph
from mecene.journeys.starting import (
    OnAnniversary,
    OnCrossing,
    OnDate,
    OnSegment,
    Trigger,
)
from mecene.journeys.traveller import Event

Row = Mapping[str, Cell]


def of_day(
    graph: Graph,
    *,
    before: Row | None,
    today: Row,
    segments_before: frozenset[str] | None,
    segments_today: frozenset[str],
    on: date,
    at: datetime,
) -> tuple[Event, ...]:
    """Return what a day makes happen to a donor, of what starts a journey.

    Args:
        graph: The journey.
        before: Column → value at the last look; None: there was none, and nothing is crossed.
        today: The same today.
        segments_before: Codes of the segments the donor was in; None: there was no look.
        segments_today: Of those they are in.
        on: Today, on the donor's calendar.
        at: The moment of the look.
    """
    found = [
        event
        for trigger in graph.triggers
        for event in _of_trigger(trigger, before, today, segments_before, segments_today, on, at)
    ]
    return tuple({event.ref: event for event in found}.values())


def columns(graphs: Iterable[Graph]) -> frozenset[str]:
    """Return the columns that the triggers of some graphs look at, day by day."""
    triggers = [trigger for graph in graphs for trigger in graph.triggers]
    crossed = {each.column for each in triggers if isinstance(each, OnCrossing)}
    return frozenset(crossed | {each.of for each in triggers if isinstance(each, OnAnniversary)})


def looks(graph: Graph) -> bool:
    """Return whether a journey may be started by the passing of a day."""
    return any(
        isinstance(each, OnSegment | OnDate | OnAnniversary | OnCrossing) for each in graph.triggers
    )


def command(by: str, *, journey: str, ref: str, at: datetime) -> Event:
    """Return somebody's choice of a donor (``manual``), or a program's (``api``)."""
    return Event(by, f"{by}:{ref}", at, at, {"event_name": journey})


def _of_trigger(
    trigger: Trigger,
    before: Row | None,
    today: Row,
    segments_before: frozenset[str] | None,
    segments_today: frozenset[str],
    on: date,
    at: datetime,
) -> Iterator[Event]:
    match trigger:
        case OnSegment(segment=segment, change=change) if segments_before is not None:
            was, is_now = segment in segments_before, segment in segments_today
            if (not was and is_now) if change == "entered" else (was and not is_now):
                yield _event(f"segment_{change}", segment, on, at)
        case OnDate(month=month, day=day, year=year):
            if on == _in_year(on.year, month, day) and year in (None, on.year):
                yield _event("date", entering.date_name(month, day, year), on, at)
        case OnAnniversary(of=column, days_after=days):
            start = today.get(column)
            if isinstance(start, date) and _returns(start, on - timedelta(days=days)):
                yield _event("anniversary", f"{column}{days:+d}", on, at)
        case OnCrossing(column=column, threshold=threshold, direction=direction):
            if before is not None and _crossed(
                before.get(column), today.get(column), threshold, direction
            ):
                yield _event("crossing", f"{column} {direction} {threshold:g}", on, at)


def _returns(start: date, day: date) -> bool:
    """Return whether a day is a yearly return of another; of 29 February, also the 28th."""
    return day.year > start.year and day == _in_year(day.year, start.month, start.day)


def _in_year(year: int, month: int, day: int) -> date:
    return period.add_months(date(2024, month, day), (year - 2024) * 12)


def _crossed(was: Cell, is_now: Cell, threshold: float, direction: str) -> bool:
    """Return whether a figure came to a side it was not on; a figure that was unknown was not."""
    if not isinstance(is_now, int | float):
        return False
    stood = isinstance(was, int | float) and _beyond(was, threshold, direction)
    return not stood and _beyond(is_now, threshold, direction)


def _beyond(value: float, threshold: float, direction: str) -> bool:
    return value >= threshold if direction == "above" else value < threshold


def _event(kind: str, name: str, on: date, at: datetime) -> Event:
    return Event(kind, f"{kind}:{name}:{on}", at, at, {"event_name": name, "event_on": on})
