"""Writing: how a journey stands in a file, as JSON or TOML, and what its fingerprint is.

A table says which of a family it is by one word: ``on`` for triggers, ``do`` for steps. What is at
its default is left out, so that a graph written today reads the same with tomorrow's steps.
"""

import dataclasses
import hashlib
import json
import math
import tomllib
import types
import typing
from datetime import date, time
from functools import cache
from typing import Any

from mecene import words
from mecene.journeys import starting, steps, toml_text
from mecene.journeys.graph import Graph
from mecene.words import Bilingual

TRIGGERS: dict[str, type] = {
    "event": starting.OnEvent,
    "segment": starting.OnSegment,
    "date": starting.OnDate,
    "anniversary": starting.OnAnniversary,
    "crossing": starting.OnCrossing,
    "failed_debit": starting.OnFailedDebit,
    "command": starting.OnCommand,
}
STEPS: dict[str, type] = {
    "wait": steps.Wait,
    "wait_until": steps.WaitUntil,
    "wait_for": steps.WaitFor,
    "branch": steps.Branch,
    "split": steps.Split,
    "message": steps.Message,
    "letter": steps.Letter,
    "call": steps.Call,
    "set_attribute": steps.SetAttribute,
    "add_tag": steps.AddTag,
    "webhook": steps.Webhook,
    "start_journey": steps.StartJourney,
}
_FAMILIES = {"on": TRIGGERS, "do": STEPS}
_NAMES = {kind: (word, name) for word, family in _FAMILIES.items() for name, kind in family.items()}
_EXPECTED = {
    "table": Bilingual("une table de champs", "a table of fields"),
    "list": Bilingual("une liste", "a list"),
    "int": Bilingual("un nombre entier", "a whole number"),
    "float": Bilingual("un nombre", "a number"),
    "str": Bilingual("un texte", "a text"),
    "bool": Bilingual("true ou false", "true or false"),
    "date": Bilingual("une date AAAA-MM-JJ", "a date YYYY-MM-DD"),
    "time": Bilingual("une heure HH:MM", "an hour HH:MM"),
}


class UnreadableGraph(ValueError):
    """A text is not a journey.

    Attributes:
        place: Where, as ``steps.3.weight``; empty for the whole text.
    """

    def __init__(self, place: str, said: Bilingual) -> None:
        self.place = place
        self.said = said
        super().__init__(self.message(lang="en"))

    def message(self, *, lang: str) -> str:
        """Return what is wrong and where, in one sentence."""
        where = f"{self.place}: " if lang == "en" else f"{self.place}\u00a0: "
        return (where if self.place else "") + self.said.text(lang=lang)


def to_json(graph: Graph) -> str:
    """Return the graph as JSON: equal graphs give equal texts."""
    return json.dumps(to_plain(graph), ensure_ascii=False, indent=2) + "\n"


def to_toml(graph: Graph) -> str:
    """Return the graph as TOML, as a person would write it: equal graphs give equal texts."""
    return toml_text.written(to_plain(graph))


def from_json(text: str) -> Graph:
    """Return the graph that a JSON text says.

    Raises:
        UnreadableGraph: it says none; where and why.
    """
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as wrong:
        place = f"{wrong.lineno}:{wrong.colno}"
        raise UnreadableGraph(place, Bilingual("ce n’est pas du JSON", "this is no JSON")) from None
    except ValueError:  # a number of thousands of digits
        raise UnreadableGraph("", _expected("int")) from None
    except RecursionError:
        said = Bilingual("trop de niveaux imbriqués", "too many nested levels")
        raise UnreadableGraph("", said) from None
    return from_plain(plain)


def from_toml(text: str) -> Graph:
    """Return the graph that a TOML text says.

    Raises:
        UnreadableGraph: it says none; where and why.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        where = words.place_in_toml(wrong)
        said = Bilingual(f"TOML illisible {where['fr']}", f"unreadable TOML {where['en']}")
        raise UnreadableGraph("", said) from None
    except ValueError:  # a number of thousands of digits
        raise UnreadableGraph("", _expected("int")) from None
    return from_plain(plain)


def from_plain(plain: object) -> Graph:
    """Return the graph that tables, lists and values say.

    Raises:
        UnreadableGraph: they say none; where and why.
    """
    graph: Graph = _read(plain, Graph, "")
    return graph


def to_plain(graph: Graph) -> dict[str, Any]:
    """Return the graph as tables, lists, texts, numbers and truths; defaults left out."""
    plain: dict[str, Any] = _plain(graph)
    return plain


def fingerprint(graph: Graph) -> str:
    """Return 64 hexadecimal digits that are those of this graph only; the order of steps aside."""
    ordered = dataclasses.replace(graph, steps=tuple(sorted(graph.steps, key=lambda s: s.key)))
    text = json.dumps(to_plain(ordered), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if not dataclasses.is_dataclass(value):
        return value
    said = dict([_NAMES[type(value)]]) if type(value) in _NAMES else {}
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        if field.default is dataclasses.MISSING or held != field.default:
            said[field.name] = _plain(held)
    return said


def _read(plain: object, wanted: Any, place: str) -> Any:
    options = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    kinds = [kind for kind in options if kind is not type(None)]
    if plain is None and len(kinds) < len(options):
        return None
    if typing.get_origin(wanted) is tuple:
        inner = typing.get_args(wanted)[0]
        rows = _typed(plain, list, "list", place)
        return tuple(_read(row, inner, f"{place}.{n}") for n, row in enumerate(rows, start=1))
    if len(kinds) > 1:
        return _one_of(plain, kinds, place)
    return _table(plain, kinds[0], place) if dataclasses.is_dataclass(kinds[0]) else _value(
        plain, kinds[0], place
    )  # fmt: skip


def _one_of(plain: object, kinds: list[Any], place: str) -> Any:
    table = _typed(plain, dict, "table", place)
    word, _ = _NAMES[kinds[0]]
    family = {name: kind for name, kind in _FAMILIES[word].items() if kind in kinds}
    if table.get(word) not in family:
        known, found = ", ".join(family), table.get(word)
        raise UnreadableGraph(f"{place}.{word}", Bilingual(
            f"«\u00a0{found}\u00a0» n’existe pas\u202f; choisissez parmi {known}",
            f"there is no “{found}”; choose among {known}",
        ))  # fmt: skip
    rest = {name: value for name, value in table.items() if name != word}
    return _table(rest, family[table[word]], place)


def _table(plain: object, kind: Any, place: str) -> Any:
    table = _typed(plain, dict, "table", place)
    hints, fields = _hints(kind), dataclasses.fields(kind)
    for name in table:
        if name not in hints:
            known = ", ".join(hints)
            raise UnreadableGraph(_within(place, name), Bilingual(
                f"champ inconnu\u202f; les champs sont {known}", f"unknown field; fields: {known}"
            ))  # fmt: skip
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in table:
            raise UnreadableGraph(
                _within(place, field.name), Bilingual("ce champ manque", "this field is missing")
            )
    return kind(**{
        name: _read(value, hints[name], _within(place, name)) for name, value in table.items()
    })  # fmt: skip


def _value(plain: object, kind: type, place: str) -> Any:
    if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    if kind in (date, time) and isinstance(plain, str):
        try:
            plain = kind.fromisoformat(plain)
        except ValueError:
            raise UnreadableGraph(place, _expected(kind.__name__)) from None
    found = _typed(plain, kind, kind.__name__, place)
    if kind is time and (found.second or found.microsecond or found.tzinfo):
        raise UnreadableGraph(place, _expected("time"))
    # True is a whole number to Python, and NaN a number to JSON.
    if (kind is int and isinstance(plain, bool)) or (kind is float and not math.isfinite(found)):
        raise UnreadableGraph(place, _expected(kind.__name__))
    return found


def _typed(plain: object, kind: type, name: str, place: str) -> Any:
    if not isinstance(plain, kind):
        raise UnreadableGraph(place, _expected(name))
    return plain


def _expected(name: str) -> Bilingual:
    wanted = _EXPECTED[name]
    return Bilingual(f"il faut {wanted.fr}", f"this must be {wanted.en}")


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
