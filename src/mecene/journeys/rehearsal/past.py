"""Past: the cast of a rehearsal, and what happened to them, read from a store of facts.

What is dated by a day alone is taken as learnt that morning at nine: when it was really typed in is
not in the facts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from mecene.engine import duck
from mecene.engine.store import FactStore
from mecene.features import dictionary, summary
from mecene.journeys import batch, triggers, vocabulary
from mecene.journeys.publishing import Published
from mecene.journeys.rehearsal.cast import Day, Events, KnownOn, Person
from mecene.journeys.starting import (
    OnSegment,
)
from mecene.journeys.traveller import Event
from mecene.law.consent import Statement
from mecene.period import Period
from mecene.pressure import zones
from mecene.pressure.verdict import Happened, Sent
from mecene.segments import lifecycle
from mecene.segments import summary as segment_summary

LEARNT_AT = time(9)
# What a contact was, by its purpose: a receipt thanks; of no purpose, it is news.
_KINDS = {"appeal": "ask", "legacy": "ask", "commercial": "ask", "transactional": "thanks"}
_HAPPENS = {"gift_received": "gift", "debit_failed": "failed_debit", "complaint": "complaint"}
Segments = Callable[[pl.DataFrame], dict[int, frozenset[str]]]


class NotInTheFacts(LookupError):
    """A journey reads what a store of facts does not tell: a score, or what is asked of the log."""


def events(store: FactStore, *, over: Period, clock: str) -> dict[int, tuple[Event, ...]]:
    """Return donor → what happened over some days, by when it was learnt.

    Args:
        store: The facts.
        over: The days.
        clock: IANA name of the association's own clock.
    """
    return _by_donor(duck.run(_sql(), store=store, as_of=over.end), over, clock)


def events_of(
    connection: duckdb.DuckDBPyConnection, *, over: Period, clock: str
) -> dict[int, tuple[Event, ...]]:
    """Return the same of the facts that a connection holds (``duck.waiting``, ``duck.hold``).

    Args:
        connection: Whose views are the facts known on the day after the last of ``over``.
        over: The days.
        clock: IANA name of the association's own clock.
    """
    return _by_donor(connection.execute(_sql()).pl(), over, clock)


def people(store: FactStore, *, over: Period, clock: str) -> tuple[Person, ...]:
    """Return the donors, with what was said to them and by them.

    Args:
        store: The facts.
        over: The days of the rehearsal.
        clock: IANA name of the association's own clock.
    """
    zone = ZoneInfo(clock)
    donors = duck.run("select * from donors", store=store, as_of=over.end)
    told, said = _told(store, over, zone), _said(store, over)
    before = Period(date.min, over.start)
    happened = _happened(events(store, over=before, clock=clock))
    return tuple(
        Person(
            row["donor_id"], row["household_id"],
            zones.of(country=row["country"], postcode=row["postcode"]), _channels(row),
            row["country"], row["deceased_on"], tuple(said[row["donor_id"]]),
            tuple(told[row["donor_id"]]), tuple(happened.get(row["donor_id"], ())),
        )
        for row in donors.sort("donor_id").iter_rows(named=True)
    )  # fmt: skip


def known_on(
    store: FactStore,
    *,
    journeys: Sequence[Published],
    segments: Segments | None = None,
) -> KnownOn:
    """Return what answers « what is known on this day? », read from the facts as asked.

    What came that day is seen: the summary is as of the next. Only the families of columns that the
    journeys read are worked out; with none and no segment, nothing is.

    Args:
        store: The facts.
        journeys: Whose conditions and triggers it answers.
        segments: Summary → donor → codes; by default the stage of the life cycle.

    Raises:
        NotInTheFacts: a journey reads a column that is neither the summary's nor the person's.
    """
    columns = {name for one in journeys for name in one.columns}
    columns |= triggers.columns(one.graph for one in journeys)
    followed = any(isinstance(each, OnSegment) for one in journeys for each in one.graph.triggers)
    person = columns & set(vocabulary.PERSON)
    known_names = {column.name for column in dictionary.columns()} | set(vocabulary.PERSON)
    if strange := sorted(columns - known_names):
        raise NotInTheFacts(
            f"journeys: a rehearsal over facts alone cannot answer {', '.join(strange)}; rehearse "
            "without the journeys that read them"
        )
    read = columns | (set(segment_summary.READ) if followed else set())
    families = tuple(
        family for family in dictionary.families()
        if any(column.name in read for column in dictionary.columns((family,)))
    )  # fmt: skip

    def known(day: date) -> Day:
        as_of = day + timedelta(days=1)
        if not families and not person:
            return Day(defaultdict(dict), {})
        frame = summary.of(
            store, as_of=as_of, families=tuple({"people": 1} | dict.fromkeys(families))
        )
        if person:
            frame = frame.join(_of_person(store, as_of), on="donor_id", how="left")
        held = (segments or _life_cycle)(frame) if followed else {}
        return Day(batch.values(frame, columns=columns & set(frame.columns)), held)

    return known


def _life_cycle(frame: pl.DataFrame) -> dict[int, frozenset[str]]:
    rows = lifecycle.classify(frame).select("donor_id", "segment")
    return {donor: frozenset({segment}) for donor, segment in rows.iter_rows()}


def _of_person(store: FactStore, as_of: date) -> pl.DataFrame:
    return duck.run("select donor_id, birth_date from donors", store=store, as_of=as_of)


def _by_donor(rows: pl.DataFrame, over: Period, clock: str) -> dict[int, tuple[Event, ...]]:
    zone = ZoneInfo(clock)
    inside = rows.filter(pl.col("day_on").is_between(over.start, over.end, closed="left"))
    found: dict[int, list[Event]] = defaultdict(list)
    for row in inside.sort("donor_id", "day_on", "at", "ref").iter_rows(named=True):
        found[row["donor_id"]].append(_event(row, zone))
    return {donor: tuple(sorted(each, key=_learnt)) for donor, each in found.items()}


def _event(row: dict[str, Any], zone: ZoneInfo) -> Event:
    at = row["at"] or datetime.combine(row["day_on"], time())
    learnt = row["at"] or datetime.combine(row["day_on"], LEARNT_AT)
    values = {
        "event_name": row["event_name"], "event_kind": row["event_kind"],
        "event_amount_minor": row["amount_minor"], "event_code": row["code"],
        "event_channel": row["channel"], "event_campaign_id": row["campaign_id"],
        "event_on": row["day_on"],
    }  # fmt: skip
    return Event(
        row["kind"], row["ref"], at.replace(tzinfo=zone), learnt.replace(tzinfo=zone), values
    )


def _told(store: FactStore, over: Period, zone: ZoneInfo) -> dict[int, list[Sent]]:
    rows = duck.run(
        'select donor_id, "at", channel, purpose from contacts order by donor_id, "at"',
        store=store, as_of=over.end,
    )  # fmt: skip
    found: dict[int, list[Sent]] = defaultdict(list)
    for donor, at, channel, purpose in rows.iter_rows():
        kind = _KINDS.get(purpose or "", "news")
        found[donor].append(Sent(donor, at.replace(tzinfo=zone), channel, kind))
    return found


def _said(store: FactStore, over: Period) -> dict[int, list[Statement]]:
    rows = duck.run(
        "select donor_id, purpose, channel, status, occurred_at from consents",
        store=store, as_of=over.end,
    )  # fmt: skip
    found: dict[int, list[Statement]] = defaultdict(list)
    for donor, *told in rows.iter_rows():
        found[donor].append(Statement(*told))
    return found


def _happened(before: Events) -> dict[int, list[Happened]]:
    return {
        donor: [
            Happened(_HAPPENS[each.kind], each.at, _to_be_thanked(each))
            for each in happened
            if each.kind in _HAPPENS
        ]
        for donor, happened in before.items()
    }


def _to_be_thanked(event: Event) -> bool:
    return event.kind == "gift_received" and event.values["event_kind"] != "instalment"


def _channels(row: dict[str, Any]) -> tuple[str, ...]:
    held: Iterable[tuple[str, bool]] = (
        ("email", bool(row["email"])),
        ("post", bool(row["address"]) and bool(row["city"] or row["postcode"])
                 and row["undeliverable_on"] is None),
        ("phone", bool(row["phone"])), ("sms", bool(row["phone"])),
    )  # fmt: skip
    return tuple(channel for channel, reaches in held if reaches)


def _learnt(event: Event) -> tuple[datetime, str]:
    return event.learnt_at, event.ref


def _sql() -> str:
    return resources.files(__package__).joinpath("past.sql").read_text(encoding="utf-8")
