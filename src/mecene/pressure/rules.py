"""Rules: which caps, silences and hours hold on a day, and whence each comes?"""

import tomllib
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib import resources
from typing import Any

from mecene.law.consent import CHANNELS
from mecene.law.parameters import STATES

KINDS = ("ask", "thanks", "news", "service")
EVENTS = ("gift", "complaint", "failed_debit", "refused_call")


class InvalidRules(ValueError):
    """A table of rules cannot be meant; the message says which, and what to write."""


@dataclass(frozen=True)
class Cap:
    """At most so many messages of some kinds in so many days, of a person or a household."""

    name: str
    kinds: frozenset[str]
    channel: str | None
    most: int
    days: int
    per: str


@dataclass(frozen=True)
class Silence:
    """No message of some kinds within so many days of something that happened."""

    name: str
    event: str
    kinds: frozenset[str]
    channel: str | None
    days: int


@dataclass(frozen=True)
class Hours:
    """When a channel may reach somebody, on their own clock: slots are [start, end)."""

    channel: str
    weekdays: frozenset[int]
    slots: tuple[tuple[time, time], ...]
    holidays: bool
    spares: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """All that holds on a day.

    Attributes:
        thank_first_days: A gift not thanked for holds back asks for so long; 0: never.
    """

    caps: tuple[Cap, ...]
    silences: tuple[Silence, ...]
    hours: tuple[Hours, ...]
    thank_first_days: int


def usual(*, on: date) -> Rules:
    """Return French practice, as ``pressure.toml`` has it on a day."""
    return _usual(on)


def read(text: str, *, on: date) -> Rules:
    """Return the rules that a TOML text of the form of ``pressure.toml`` sets on a day.

    Raises:
        InvalidRules: a table cannot be meant, or the text is no TOML.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise InvalidRules(f"pressure: not TOML: {wrong}") from wrong
    for name, rows in tables.items():
        for number, row in enumerate(rows, start=1):
            _check(f"{name}.{number}", row)
    first = _held(tables.get("thank_first", []), on, lambda _: "thank_first")
    return Rules(
        caps=tuple(
            Cap(row["name"], frozenset(row["kinds"]), row.get("channel"), row["most"],
                row["days"], row["per"])
            for row in _held(tables.get("caps", []), on, lambda row: row["name"])
        ),
        silences=tuple(
            Silence(row["name"], row["event"], frozenset(row["kinds"]), row.get("channel"),
                    row["days"])
            for row in _held(tables.get("silences", []), on, lambda row: row["name"])
        ),
        hours=tuple(
            Hours(row["channel"], frozenset(row["weekdays"]),
                  tuple(_slot(slot) for slot in row["slots"]), row["holidays"],
                  frozenset(row.get("spares", ())))
            for row in _held(tables.get("hours", []), on, lambda row: row["channel"])
        ),
        thank_first_days=first[0]["days"] if first else 0,
    )  # fmt: skip


def shipped() -> str:
    """Return the text of ``pressure.toml``, to be edited."""
    return resources.files("mecene.pressure").joinpath("pressure.toml").read_text(encoding="utf-8")


@cache
def _usual(on: date) -> Rules:
    return read(shipped(), on=on)


def _held(rows: list[dict[str, Any]], on: date, named: Any) -> list[dict[str, Any]]:
    """Return, of the rows of each name, the latest that holds on a day."""
    latest: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["from"]):
        if row["from"] <= on:
            latest[named(row)] = row
    return list(latest.values())


def _slot(text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _check(place: str, row: dict[str, Any]) -> None:
    if row.get("state") not in STATES or not row.get("source") or "from" not in row:
        raise InvalidRules(
            f"pressure: {place}: give `from`, `state` ({', '.join(STATES)}), `source`"
        )
    for kind in (*row.get("kinds", ()), *row.get("spares", ())):
        _among(place, kind, KINDS)
    if "channel" in row:
        _among(place, row["channel"], CHANNELS)
    if "event" in row:
        _among(place, row["event"], EVENTS)
    if "per" in row:
        _among(place, row["per"], ("person", "household"))
    for name in ("days", "most"):
        if name in row and not (isinstance(row[name], int) and row[name] >= 0):
            raise InvalidRules(f"pressure: {place}: {name} = {row[name]!r}; whole numbers from 0")
    if "most" in row and (row["most"] < 1 or row["days"] < 1):
        raise InvalidRules(f"pressure: {place}: a cap lets at least 1 through in at least 1 day")
    if "slots" in row:
        _check_hours(place, row)


def _check_hours(place: str, row: dict[str, Any]) -> None:
    if not row["weekdays"] or any(day not in range(1, 8) for day in row["weekdays"]):
        raise InvalidRules(f"pressure: {place}: weekdays are 1 (Monday) to 7, at least one")
    try:
        slots = [_slot(slot) for slot in row["slots"]]
    except ValueError:
        slots = []
    if not slots or any(end <= start for start, end in slots):
        raise InvalidRules(f"pressure: {place}: slots are written HH:MM-HH:MM, the end later")


def _among(place: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise InvalidRules(
            f"pressure: {place}: there is no `{found}`; choose among {', '.join(known)}"
        )
