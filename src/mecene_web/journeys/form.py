"""Form: which fields a step, a trigger or a rule has, what stands in them, and what was typed.

Written as tables: another field is another line. Nothing that is typed is refused here: what does
not fit is left out, and the drawing's problems say so (``publish.problems``).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Choices = Mapping[str, Sequence[tuple[str, str]]]
Says = Callable[[str], str]
_LONGEST = 2_000
_KEY = re.compile(r"[^a-z0-9_]+")
_TOLD = (("template", "select:templates"), ("kind", "select:kinds"))
_WHEN = (("purpose", "select:purposes"), ("expires_days", "number"))
_ON = (("next", "step"),)
# Kind of step → its fields: (name, how it is typed).
STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    "wait": (("duration", "duration"), *_ON),
    "wait_until": (("at", "time"), ("weekdays", "many:weekdays"), ("on", "date"), *_ON),
    "wait_for": (("event", "select:events"), ("where", "condition"), ("timeout", "duration"),
                 *_ON, ("otherwise", "step")),
    "branch": (("paths", "paths"), ("otherwise", "step")),
    "split": (("arms", "arms"), ("judged", "judged")),
    "message": (*_TOLD, ("channel", "select:channels"), *_WHEN, *_ON),
    "letter": (*_TOLD, ("batch", "text"), *_WHEN, *_ON),
    "call": (*_TOLD, *_WHEN, *_ON),
    "set_attribute": (("name", "text"), ("value", "text"), *_ON),
    "add_tag": (("tag", "text"), *_ON),
    "webhook": (("endpoint", "select:endpoints"), *_ON),
    "start_journey": (("journey", "select:journeys"), *_ON),
}  # fmt: skip
TRIGGERS: dict[str, tuple[tuple[str, str], ...]] = {
    "event": (("event", "select:events"), ("where", "condition"), ("within_days", "number")),
    "segment": (("segment", "select:segments"), ("change", "select:changes")),
    "date": (("day", "number"), ("month", "number"), ("year", "number")),
    "anniversary": (("of", "select:dates"), ("days_after", "number")),
    "crossing": (("column", "select:numbers"), ("threshold", "decimal"),
                 ("direction", "select:directions")),
    "failed_debit": (("classes", "many:classes"), ("codes", "list")),
    "command": (("by", "select:ways"),),
}  # fmt: skip
RULE: tuple[tuple[str, str], ...] = (
    ("key", "key"), ("event", "select:events"), ("when", "condition"),
)  # fmt: skip
# What is told in both languages: the field's table has ``fr`` and ``en``.
_PARTS = ("days", "hours", "minutes")


@dataclass(frozen=True)
class Field:
    """A field as the page shows it: ``name`` of the input, and of its words; what stands in it."""

    name: str
    word: str
    widget: str
    value: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    # Where its condition stands in the drawing (``conditions``), and that condition in words.
    place: str = ""
    said: str = ""


def fields(
    spec: Sequence[tuple[str, str]], held: Mapping[str, Any], *, at: str, choices: Choices,
    place: str = "", says: Says = str,
) -> list[Field]:  # fmt: skip
    """Return the fields of something drawn, with what stands in them.

    Args:
        spec: Of ``STEPS``, ``TRIGGERS`` or ``RULE``.
        held: What is drawn.
        at: What the inputs' names begin with: unique on the page.
        choices: Name → (value, words) of what may be chosen.
        place: What the places of its conditions begin with: ``step|KEY``, ``trigger|0``.
        says: What puts a condition in words.
    """
    found = []
    for name, typed in spec:
        widget, _, chosen = typed.partition(":")
        value = held.get(name, "")
        if widget == "duration":
            value = [(part, (value or {}).get(part, 0)) for part in _PARTS]
        elif widget in ("paths", "arms"):
            value = [row | {"said": says(row["when"])} for row in _rows(value or ())]
        elif widget == "list":
            value = ", ".join(value or ())
        elif widget == "many":
            value = [str(each) for each in value or ()]
        offered = (
            choices["steps"] if widget in ("step", "paths", "arms") else choices.get(chosen, ())
        )
        said = says(value) if widget == "condition" and value else ""
        found.append(Field(f"{at}{name}", name, widget, value, offered, f"{place}|{name}", said))
    return found


def read(spec: Sequence[tuple[str, str]], posted: Mapping[str, Any], *, at: str) -> dict[str, Any]:
    """Return what was typed; what is empty is left out."""
    told: dict[str, Any] = {}
    for name, typed in spec:
        value = _typed(typed.partition(":")[0], posted, f"{at}{name}")
        if value not in (None, "", [], {}):
            told[name] = value
    return told


def key(text: str) -> str:
    """Return a key like what was typed: small letters, digits and ``_``."""
    bare = _KEY.sub("_", text.strip().lower()).strip("_")[:60]
    return bare if bare[:1].isalpha() else f"s_{bare}" if bare else ""


def _rows(held: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a choice."""
    empty = {"when": "", "name": "", "weight": "", "next": ""}
    return [
        empty | dict(row) | {"number": number, "digits": str(number)}
        for number, row in enumerate(held, start=1)
    ]


def _typed(widget: str, posted: Mapping[str, Any], name: str) -> Any:
    if widget == "duration":
        told = {part: _number(posted.get(f"{name}.{part}", "")) for part in _PARTS}
        return {part: value for part, value in told.items() if value} or {"days": 0}
    if widget == "judged":
        return None  # taken by ``judging``, which knows what is usual
    if widget in ("paths", "arms"):
        return _choices(widget, posted, name)
    if widget == "many":
        chosen = [str(each) for each in posted.getlist(name)]  # type: ignore[attr-defined]
        return [int(each) if each.isdecimal() else each for each in chosen][:50]
    text = str(posted.get(name, "")).replace("\0", "").strip()[:_LONGEST]
    match widget:
        case "number":
            return _number(text)
        case "decimal":
            return _decimal(text)
        case "list":
            return [each for each in re.split(r"[\s,;]+", text.upper()) if each]
        case "time":
            return text[:5]
        case "key":
            return key(text)
    return text


def _choices(widget: str, posted: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = []
    for number in range(1, 22):
        at = f"{name}.{number}."
        said = str(posted.get(f"{at}{'when' if widget == 'paths' else 'name'}", "")).strip()
        if not said:
            continue  # a row that says nothing is none
        row: dict[str, Any] = {"when": said[:_LONGEST]}
        if widget == "arms":
            row = {"name": said[:60], "weight": _number(str(posted.get(f"{at}weight", ""))) or 1}
        if led := str(posted.get(f"{at}next", "")):
            row["next"] = led
        rows.append(row)
    return rows


def _number(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if re.fullmatch(r"-?\d{1,9}", bare) else None


def _decimal(text: str) -> float | None:
    bare = text.strip().replace(",", ".")
    return float(bare) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", bare) else None
