"""Conditions: where a drawing holds one, what it says, and another put in its place.

A place is written ``audience``, ``step|KEY|where``, ``step|KEY|paths.2``, ``trigger|0|where``,
``goals|0|when`` or ``exits|0|when``.
"""

from collections.abc import Mapping
from typing import Any

from mecene_web.design import words
from mecene_web.journeys import choices, edit
from mecene_web.journeys.edit import Drawn, NoSuchStep

AUDIENCE = "audience"
_RULES = ("goals", "exits")


def held(drawn: Mapping[str, Any], at: str) -> str:
    """Return the condition that stands at a place; nothing where none does.

    Raises:
        NoSuchStep: the drawing has no such place.
    """
    table, name = _place(drawn, at)
    return str(table.get(name) or "")


def put(drawn: Mapping[str, Any], at: str, text: str) -> Drawn:
    """Return a drawing with a condition at a place; with none where the text says nothing.

    Raises:
        NoSuchStep: the drawing has no such place.
    """
    made = edit.copied(drawn)
    table, name = _place(made, at)
    if text.strip():
        table[name] = text.strip()
    else:
        table.pop(name, None)
    return made


def needed(at: str) -> bool:
    """Return whether a place cannot be left without a condition: it is a way of a choice."""
    return "|paths." in at


def step(at: str) -> str:
    """Return the key of the step a place is of; empty for the journey's own."""
    family, _, rest = at.partition("|")
    return rest.partition("|")[0] if family == "step" else ""


def title(drawn: Mapping[str, Any], at: str) -> str:
    """Return what a place is called."""
    family, _, rest = at.partition("|")
    if family == "step":
        key, _, name = rest.partition("|")
        told = choices.title(edit.step(drawn, key))
        number = name.partition(".")[2]
        if number:
            return words.say("journeys", "conditions.path", number=number, name=told)
        return words.say("journeys", "conditions.step", name=told)
    if family == "trigger":
        row = drawn["triggers"][int(rest.partition("|")[0])]
        return words.say("journeys", "conditions.trigger", name=choices.trigger(row))
    return words.say("journeys", f"conditions.{family}")


def _place(drawn: Mapping[str, Any], at: str) -> tuple[dict[str, Any], str]:
    if at == AUDIENCE:
        return drawn, AUDIENCE  # type: ignore[return-value]
    family, key, name = (*at.split("|"), "", "", "")[:3]
    if family == "step":
        one = edit.step(drawn, key)
        rows, _, number = name.partition(".")
        if rows == "paths" and one["do"] == "branch":
            return _row(one["paths"], number, first=1), "when"
        if name == "where" and one["do"] == "wait_for":
            return one, name
    elif family == "trigger" and name == "where":
        return _row(drawn.get("triggers", ()), key, first=0), name
    elif family in _RULES and name == "when":
        return _row(drawn.get(family, ()), key, first=0), name
    raise NoSuchStep(at)


def _row(rows: Any, number: str, *, first: int) -> dict[str, Any]:
    place = int(number) - first if number.isdecimal() and len(number) < 4 else -1
    if not 0 <= place < len(rows):
        raise NoSuchStep(number)
    return rows[place]  # type: ignore[no-any-return]
