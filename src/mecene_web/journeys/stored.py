"""Stored: how the core's values stand in rows, and come back."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from mecene.journeys.reasons import Reason
from mecene.journeys.traveller import Event
from mecene.journeys.traveller import Traveller as Value
from mecene_web.journeys import hearing
from mecene_web.journeys.models import Trace, Traveller

# What a row of a reason says, in order (``traces``).
TRACED = ("journey_id", "donor_id", "traveller_id", "at", "code", "step", "found")
# What changes in the row of a traveller as they go, in order (``gone``).
GONE = ("step", "arrived_at", "due_at", "outcome", "state", "worker", "leased_until", "stuck",
        "moves")  # fmt: skip


class Standing(NamedTuple):
    """A traveller as a worker reads them: the columns of ``models.Traveller``, and no object."""

    pk: int
    journey_id: int
    version_id: int
    donor_id: int
    entry: int
    unit: str
    event_ref: str
    entered_at: datetime
    step: str | None
    arrived_at: datetime
    due_at: datetime | None
    outcome: str
    state: dict[str, Any]
    moves: int


def standing(rows: QuerySet[Traveller]) -> list[Standing]:
    """Return travellers as a worker reads them; what several say alike is the same value."""
    # Django would read each moment in Python: as texts they are read at once, alike ones once.
    told = rows.values_list(*(
        Cast(name, TextField()) if name in _READ else name for name in Standing._fields
    ))  # fmt: skip
    columns = zip(*told, strict=True)
    read = [map(cache(_READ[name]), column) if name in _READ else column
            for name, column in zip(Standing._fields, columns, strict=False)]  # fmt: skip
    return [Standing._make(row) for row in zip(*read, strict=True)]


def traveller(row: Traveller | Standing, *, code: str, version: int) -> Value:
    """Return a traveller as the core knows them.

    Args:
        row: As stored.
        code: Their journey's.
        version: The number of the version they follow.
    """
    state = row.state
    return Value(
        journey=code, version=version, donor_id=row.donor_id, entry=row.entry, unit=row.unit,
        event=event(state["event"] | {"ref": row.event_ref}), entered_at=row.entered_at,
        step=row.step, arrived_at=row.arrived_at, due_at=row.due_at,
        visits=tuple((step, times) for step, times in state["visits"]),
        arms=tuple((name, arm) for name, arm in state["arms"]), outcome=row.outcome or None,
    )  # fmt: skip


def columns(value: Value) -> dict[str, Any]:
    """Return what changes in the row of a traveller as they go."""
    return {
        "step": value.step, "arrived_at": value.arrived_at, "due_at": value.due_at,
        "outcome": value.outcome or "",
        "state": {"event": {name: said for name, said in told(value.event).items()
                            if name != "ref"},
                  "visits": [list(pair) for pair in value.visits],
                  "arms": [list(pair) for pair in value.arms]},
    }  # fmt: skip


def row(value: Value, *, journey_id: int, version_id: int, alone: bool) -> Traveller:
    """Return the row of a traveller who has just come."""
    return Traveller(
        journey_id=journey_id, version_id=version_id, donor_id=value.donor_id, entry=value.entry,
        unit=value.unit, event_ref=value.event.ref, entered_at=value.entered_at, alone=alone,
        **columns(value),
    )  # fmt: skip


def told(value: Event) -> dict[str, Any]:
    """Return an event as JSON says it."""
    return {
        "kind": value.kind, "ref": value.ref, "at": _moment(value.at),
        "learnt_at": _moment(value.learnt_at), "values": hearing.plain(value.values),
    }  # fmt: skip


def event(said: Mapping[str, Any]) -> Event:
    """Return the event that ``told`` said."""
    return Event(
        said["kind"], said["ref"], datetime.fromisoformat(said["at"]),
        datetime.fromisoformat(said["learnt_at"]), hearing.cells(said["values"]),
    )  # fmt: skip


def gone(was: Standing, value: Value) -> tuple[Any, ...]:
    """Return what is written of a traveller who went on (``GONE``), and their number last."""
    state = {"event": was.state["event"], "visits": value.visits, "arms": value.arms}
    return (value.step, value.arrived_at, value.due_at, value.outcome or "", state, "", None, "",
            was.moves + 1, was.pk)  # fmt: skip


def traces(
    reasons: Iterable[Reason], *, journey_id: int, donor_id: int, of: int
) -> list[tuple[Any, ...]]:
    """Return the rows of some reasons (``TRACED``) of the traveller of a number."""
    return [
        (journey_id, donor_id, of, one.at, one.code, one.step or "",
         {name: _plain(value) for name, value in one.found})
        for one in reasons
    ]  # fmt: skip


def reason(row: Trace) -> Reason:
    """Return the reason that a row tells."""
    found = tuple((name, _cell(value)) for name, value in row.found.items())
    return Reason(row.code, row.at, row.step or None, found)


def _read(said: str | None) -> datetime | None:
    if said is None:
        return None
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # SQLite says UTC without saying so


_READ: Mapping[str, Callable[[Any], Any]] = {
    "entered_at": _read, "arrived_at": _read, "due_at": _read, "state": json.loads,
}  # fmt: skip


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": _moment(value)}
    return {"on": value.isoformat()} if isinstance(value, date) else value


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        if "at" in value:
            return datetime.fromisoformat(value["at"])
        return date.fromisoformat(value["on"])
    return value
