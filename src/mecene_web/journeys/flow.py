"""Flow: a drawing laid out as people read it: from the first step down, ways side by side.

A step that several ways lead to stands once, where it is first come to; the others lead there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mecene_web.journeys import edit


@dataclass(frozen=True)
class Card:
    """A step where it stands.

    Attributes:
        key: The step's.
        step: What it says, as tables and values.
        ways: The ways out that lead aside; empty where it simply goes on.
    """

    key: str
    step: Mapping[str, Any]
    ways: tuple["Way", ...] = ()


@dataclass(frozen=True)
class Way:
    """A way out of a step: its name (``paths.1``), and what is on it."""

    name: str
    line: "Line"


@dataclass(frozen=True)
class Line:
    """Cards one below the other, and what comes after the last: another step, or the end.

    ``open`` is the (step, way) at its end, where a step may be added; ``to`` a step that stands
    elsewhere, empty where the line ends.
    """

    cards: tuple[Card, ...]
    open: tuple[str, str]
    to: str = ""
    ends: bool = True


@dataclass
class _Seen:
    drawn: Mapping[str, Any]
    keys: set[str] = field(default_factory=set)


def lay(drawn: Mapping[str, Any]) -> tuple[Line, tuple[Card, ...]]:
    """Return the line from the first step, and the cards that nothing leads to."""
    seen = _Seen(drawn)
    line = _line(seen, drawn.get(edit.START) or None, (edit.START, "next"))
    lost = [one for one in drawn["steps"] if one["key"] not in seen.keys]
    return line, tuple(Card(one["key"], one) for one in lost)


def places(drawn: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every (step, way) a step may be put on."""
    yield edit.START, "next"
    for one in drawn["steps"]:
        for way, _ in edit.ways(one):
            yield one["key"], way


def _line(seen: _Seen, key: str | None, at: tuple[str, str]) -> Line:
    cards: list[Card] = []
    by_key = {one["key"]: one for one in seen.drawn["steps"]}
    while key:
        if key in seen.keys or key not in by_key:
            return Line(tuple(cards), at, to=key, ends=False)
        seen.keys.add(key)
        one = by_key[key]
        ways: Sequence[tuple[str, str | None]] = list(edit.ways(one))
        if len(ways) > 1:
            aside = tuple(Way(way, _line(seen, to, (key, way))) for way, to in ways)
            cards.append(Card(key, one, aside))
            return Line(tuple(cards), at, ends=False)
        cards.append(Card(key, one))
        at = (key, ways[0][0] if ways else "next")
        key = ways[0][1] if ways else None
    return Line(tuple(cards), at)
