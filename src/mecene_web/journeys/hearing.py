"""Hearing: what happened to some donors that journeys were not told yet; told once.

The same SQL as a rehearsal reads the past with (``mecene.journeys.rehearsal.past``) over the rows
of a few donors, and the references it gives: what was heard is kept under them, with the moment it
was learnt.
"""

import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from django.conf import settings
from django.utils import timezone

from mecene.engine import duck
from mecene.engine.connection import Limits
from mecene.journeys.rehearsal import past
from mecene.journeys.traveller import Event
from mecene.period import Period
from mecene_web.journeys.models import Heard
from mecene_web.organisation import many, numbered
from mecene_web.scores import snapshot

# What is older starts nothing, and was told to whoever waited for it when it came.
DAYS = 60
# What was heard is forgotten once it cannot be heard again.
KEPT = timedelta(days=2 * DAYS)
_TABLES = ("gifts", "recurring_gifts", "recurring_changes", "interactions")
_LIMITS = Limits(memory_mb=200, threads=1)
_TIMES = 200
_DATES = ("event_on",)


@dataclass
class _Open:
    as_of: date
    connection: duckdb.DuckDBPyConnection
    closing: ExitStack
    times: int = 0


_one_at_a_time = threading.Lock()
_held: list[_Open] = []


def happened(donor_ids: Sequence[int], *, now: datetime) -> dict[int, list[Event]]:
    """Return donor → what happened to them lately, learnt now as far as we know yet."""
    rows = snapshot.of(donor_ids, wanted=_TABLES)
    as_of = timezone.localdate(now) + timedelta(days=1)
    over = Period(as_of - timedelta(days=DAYS), as_of)
    with _one_at_a_time:
        held = _ready(as_of)
        duck.hold(held.connection, rows)
        found = past.events_of(held.connection, over=over, clock=settings.TIME_ZONE)
    return {donor: [_learnt(event, now) for event in events] for donor, events in found.items()}


def fresh(events: dict[int, list[Event]]) -> dict[int, list[Event]]:
    """Return those of some events that were not heard before."""
    known = set(
        Heard.objects.filter(numbered.among("donor_id", events)).values_list("donor_id", "ref")
    )
    new = {
        donor: [event for event in held if (donor, event.ref) not in known]
        for donor, held in events.items()
    }
    return {donor: held for donor, held in new.items() if held}


def keep(events: Iterable[tuple[int, Event]]) -> None:
    """Write down that events were heard, in the transaction under way."""
    names = ("donor_id", "ref", "kind", "at", "learnt_at", "values")
    many.insert(Heard, names, (
        (donor, event.ref, event.kind, event.at, event.learnt_at, plain(event.values))
        for donor, event in events
    ), once=True)  # fmt: skip


def since(donor_ids: Iterable[int], moment: datetime) -> dict[int, list[Event]]:
    """Return donor → what was learnt of them since a moment, the soonest first."""
    rows = Heard.objects.filter(numbered.among("donor_id", donor_ids), learnt_at__gte=moment)
    found: dict[int, list[Event]] = {}
    for row in rows.order_by("learnt_at", "ref"):
        told = Event(row.kind, row.ref, row.at, row.learnt_at, cells(row.values))
        found.setdefault(row.donor_id, []).append(told)
    return found


def forget(*, now: datetime) -> int:
    """Forget what was heard long ago; return how much."""
    return Heard.objects.filter(learnt_at__lt=now - KEPT, at__lt=now - KEPT).delete()[0]


def plain(values: object) -> dict[str, object]:
    """Return the values of an event as JSON says them; what is unknown is left out."""
    assert hasattr(values, "items")
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items() if value is not None
    }  # fmt: skip


def cells(values: dict[str, object]) -> dict[str, object]:
    """Return what ``plain`` said."""
    return {
        name: date.fromisoformat(str(value)) if name in _DATES else value
        for name, value in values.items()
    }


def close() -> None:
    """Let go of the connection, if there is one."""
    while _held:
        _held.pop().closing.close()


def _learnt(event: Event, now: datetime) -> Event:
    # A clock ahead of ours does not make us learn before it happened.
    at = event.at.astimezone(UTC)
    return Event(event.kind, event.ref, at, max(now.astimezone(UTC), at), event.values)


def _ready(as_of: date) -> _Open:
    if not _held or _held[0].as_of != as_of or _held[0].times >= _TIMES:
        close()
        closing = ExitStack()
        opened = duck.waiting(as_of=as_of, beside=Path(settings.HOME), limits=_LIMITS)
        _held.append(_Open(as_of, closing.enter_context(opened), closing))
    _held[0].times += 1
    return _held[0]
