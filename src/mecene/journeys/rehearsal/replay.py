"""Replay: a stretch of the past lived again, day by day, with some journeys that were not there.

Pure. Each day is known as the platform knows it: what came that day is seen that day. Nothing the
donors did is changed by what the journeys would have said: it is not how they would have answered.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mecene.journeys import assignment, triggers, validate
from mecene.journeys.assignment import HoldOut
from mecene.journeys.publishing import Published
from mecene.journeys.rehearsal import passing
from mecene.journeys.rehearsal.cast import (
    Day,
    Events,
    HoursOn,
    KnownOn,
    Outcome,
    Person,
    no_hours,
)
from mecene.journeys.rehearsal.home import Home
from mecene.journeys.traveller import Event
from mecene.period import Period
from mecene.pressure.rules import Rules

# The platform looks at the day's segments, dates and crossings once, early.
LOOK_AT = time(6)
CLOCK = "Europe/Paris"


class JourneysInARing(ValueError):
    """Journeys start one another for ever."""


def replay(
    journeys: Sequence[Published],
    *,
    people: Sequence[Person],
    events: Events,
    known_on: KnownOn,
    over: Period,
    rules: Rules,
    hold_out: HoldOut | None = None,
    hours_on: HoursOn = no_hours,
    clock: str = CLOCK,
) -> Outcome:
    """Return who would have entered and what would have been sent.

    Args:
        journeys: Versions of different journeys.
        people: The donors, with what they were told and what happened to them before.
        events: Donor → what happened, in any order; what was learnt outside ``over`` is left out.
        known_on: What is known on a day; asked at most once a day, in order, the day before the
            first included where a journey looks at days.
        over: The days.
        rules: Contact pressure.
        hold_out: The households that no journey solicits.
        hours_on: At which hour each acts, as a day's morning knew it; asked only of days on which
            something is decided that may wait for it.
        clock: IANA name of the association's own.

    Raises:
        JourneysInARing: they start one another for ever.
    """
    if wrong := validate.together([one.graph for one in journeys]):
        raise JourneysInARing(wrong[0].text(lang="en"))
    zone = ZoneInfo(clock)
    homes = _homes(journeys, people, rules, hold_out, lambda at: hours_on(_day(at, zone)))
    at_home = {donor: home for home in homes for donor in home.people}
    coming = _by_day(events, at_home, over, zone)
    looks = any(triggers.looks(one.graph) for one in journeys)
    before = known_on(over.start - timedelta(days=1)) if looks else None
    day = over.start
    while day < over.end:
        until = _moment(day + timedelta(days=1), time(), zone)
        happening = coming.pop(day, {})
        known: Day | None = None
        if before is not None:
            known = known_on(day)
            _look(journeys, homes, before, known, day, _moment(day, LOOK_AT, zone), happening)
            before = known
        for home in homes:
            came = happening.get(id(home), [])
            if came or (home.next_at is not None and home.next_at < until):
                # What is known of a day on which nothing happens is not worked out.
                known = known_on(day) if known is None else known
                home.live(came, known=known, until=until)
        day += timedelta(days=1)
    return _gathered(homes, _moment(over.end, time(), zone))


def _homes(
    journeys: Sequence[Published],
    people: Sequence[Person],
    rules: Rules,
    hold_out: HoldOut | None,
    hours_at: Callable[[datetime], Mapping[int, int]],
) -> list[Home]:
    together: dict[str, dict[int, Person]] = defaultdict(dict)
    for person in sorted(people, key=lambda one: one.donor_id):
        unit = assignment.unit(donor_id=person.donor_id, household_id=person.household_id)
        together[unit][person.donor_id] = person
    return [Home(members, journeys, rules, hold_out, hours_at) for members in together.values()]


def _by_day(
    events: Events, at_home: dict[int, Home], over: Period, zone: ZoneInfo
) -> dict[date, dict[int, list[tuple[int, Event]]]]:
    coming: dict[date, dict[int, list[tuple[int, Event]]]] = defaultdict(lambda: defaultdict(list))
    for donor_id, happened in sorted(events.items()):
        home = at_home.get(donor_id)
        for event in happened if home is not None else ():
            day = event.learnt_at.astimezone(zone).date()
            if day in over:
                coming[day][id(home)].append((donor_id, event))
    return coming


def _look(
    journeys: Sequence[Published],
    homes: list[Home],
    before: Day,
    known: Day,
    day: date,
    at: datetime,
    happening: dict[int, list[tuple[int, Event]]],
) -> None:
    looking = [one.graph for one in journeys if triggers.looks(one.graph)]
    for home in homes:
        for donor_id in home.people:
            if donor_id not in known.values:
                continue
            made = {
                event.ref: event
                for graph in looking
                for event in triggers.of_day(
                    graph, before=before.values.get(donor_id), today=known.values[donor_id],
                    segments_before=before.segments.get(donor_id),
                    segments_today=known.segments.get(donor_id, frozenset()), on=day, at=at,
                )
            }  # fmt: skip
            if made:
                came = happening.setdefault(id(home), [])
                came += [(donor_id, event) for event in made.values()]


def _gathered(homes: list[Home], end: datetime) -> Outcome:
    refusals: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str, str]] = Counter()
    for home in homes:
        refusals.update(home.refusals)
        passed.update(home.passed)
        passed.update(passing.standing(home.travellers.values()))
    entries = [one for home in homes for one in home.entries()]
    told = [one for home in homes for one in (*home.told, *home.still_waiting(end))]
    return Outcome(
        entries=tuple(
            sorted(entries, key=lambda e: (e.entered_at, e.journey, e.donor_id, e.entry))
        ),
        tellings=tuple(sorted(told, key=lambda one: (one.decided_at, one.key))),
        refusals=dict(sorted(refusals.items())),
        keys=tuple(sorted(key for home in homes for key in home.keys)),
        passed=dict(sorted(passed.items())),
    )


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone)
