"""Stored: how a traveller and the reasons behind them stand in a database, and come back the same.

Texts, numbers, truths, lists and tables only, as JSON has them; a day or a moment is a table of
one, ``{"day": "2026-03-20"}``, so that no text is ever taken for one.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mecene.journeys.reasons import Reason
from mecene.journeys.traveller import Event, Traveller


class UnreadableState(ValueError):
    """What was stored is no state of a traveller, or no reason."""


def traveller(of: Traveller) -> dict[str, Any]:
    """Return a traveller as JSON has it."""
    plain = {name: _plain(getattr(of, name)) for name in Traveller.__dataclass_fields__}
    plain["event"] = event(of.event)
    plain["visits"], plain["arms"] = dict(of.visits), dict(of.arms)
    return plain


def event(of: Event) -> dict[str, Any]:
    """Return an event as JSON has it."""
    values = {name: _plain(value) for name, value in sorted(of.values.items())}
    return {"kind": of.kind, "ref": of.ref, "at": _plain(of.at),
            "learnt_at": _plain(of.learnt_at), "values": values}  # fmt: skip


def reason(of: Reason) -> dict[str, Any]:
    """Return a reason as JSON has it."""
    found = {name: _plain(value) for name, value in of.found}
    return {"code": of.code, "at": _plain(of.at), "step": of.step, "found": found}


def read_traveller(plain: Mapping[str, Any]) -> Traveller:
    """Return the traveller that was stored.

    Raises:
        UnreadableState: it is none.
    """
    try:
        known = {name: _read(plain[name]) for name in Traveller.__dataclass_fields__
                 if name not in ("event", "visits", "arms")}  # fmt: skip
        return Traveller(
            **known, event=read_event(plain["event"]),
            visits=tuple(plain["visits"].items()), arms=tuple(plain["arms"].items()),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise UnreadableState(f"journeys: no traveller is stored here: {wrong!r}") from wrong


def read_event(plain: Mapping[str, Any]) -> Event:
    """Return the event that was stored.

    Raises:
        UnreadableState: it is none.
    """
    try:
        values = {name: _read(value) for name, value in plain["values"].items()}
        at, learnt_at = _read(plain["at"]), _read(plain["learnt_at"])
        return Event(plain["kind"], plain["ref"], at, learnt_at, values)
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise UnreadableState(f"journeys: no event is stored here: {wrong!r}") from wrong


def read_reason(plain: Mapping[str, Any]) -> Reason:
    """Return the reason that was stored.

    Raises:
        UnreadableState: it is none.
    """
    try:
        found = tuple((name, _read(value)) for name, value in plain["found"].items())
        return Reason(plain["code"], _read(plain["at"]), plain["step"], found)
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise UnreadableState(f"journeys: no reason is stored here: {wrong!r}") from wrong


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _read(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    ((what, text),) = value.items()
    return {"moment": datetime, "day": date}[what].fromisoformat(text)
