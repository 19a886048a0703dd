"""Plan text: how a plan stands in a file, and the fingerprint that is frozen before the first send.

JSON or TOML in, one canonical JSON out: equal plans give equal bytes, and so equal fingerprints,
whatever the order or the spacing they were written in.
"""

import dataclasses
import hashlib
import json
import math
import tomllib
import types
import typing
from datetime import datetime
from typing import Any

from mecene import words
from mecene.experiments import plan as plans
from mecene.experiments.measures import InvalidMeasure
from mecene.experiments.plan import InvalidPlan, Plan
from mecene.words import Bilingual

_RULES: dict[str, type] = {"fixed": plans.FixedHorizon, "sequential": plans.Sequential}
# Came after plans had been frozen: not said where empty, so that those keep their fingerprint.
_LATER = frozenset({"secondary"})
_NAMES = {kind: name for name, kind in _RULES.items()}


class PlanChanged(ValueError):
    """A plan is no longer the one that was frozen."""


class FrozenTooLate(ValueError):
    """Somebody was sent something before the plan was frozen."""


@dataclasses.dataclass(frozen=True)
class Frozen:
    """A plan as it was declared: its canonical text, its fingerprint, and when."""

    text: str
    fingerprint: str
    at: datetime


def freeze(plan: Plan, *, at: datetime, first_sent_at: datetime | None = None) -> Frozen:
    """Return a plan as it stands at a moment, never to change.

    Args:
        plan: What is declared.
        at: Now, with a zone.
        first_sent_at: The first send, if there was one already.

    Raises:
        FrozenTooLate: there was one, before ``at``.
    """
    if first_sent_at is not None and first_sent_at < at:
        raise FrozenTooLate(
            f"{plan.name}: the first send was at {first_sent_at.isoformat()}, before the plan was "
            f"frozen ({at.isoformat()}): what is found is exploratory"
        )
    text = to_json(plan)
    return Frozen(text, _digest(text), at)


def thawed(frozen: Frozen) -> Plan:
    """Return the plan that was frozen.

    Raises:
        PlanChanged: its text is not the one whose fingerprint was kept.
    """
    if _digest(frozen.text) != frozen.fingerprint:
        raise PlanChanged(
            f"the plan frozen at {frozen.at.isoformat()} has another fingerprint than it had then: "
            f"its text was changed"
        )
    return from_json(frozen.text)


def fingerprint(plan: Plan) -> str:
    """Return 64 hexadecimal digits that are those of this plan only."""
    return _digest(to_json(plan))


def to_json(plan: Plan) -> str:
    """Return the canonical text of a plan; fields at their default are said (but ``_LATER``)."""
    return json.dumps(_plain(plan), ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def from_json(text: str) -> Plan:
    """Return the plan that a JSON text says.

    Raises:
        InvalidPlan: it says none; where and why.
    """
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidPlan("", "no_json") from None
    return from_plain(plain)


def from_toml(text: str) -> Plan:
    """Return the plan that a TOML text says.

    Raises:
        InvalidPlan: it says none; where and why.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        where = Bilingual(**words.place_in_toml(wrong))
        raise InvalidPlan("", "no_toml", where=where) from None
    except ValueError:  # a number of thousands of digits
        raise InvalidPlan("", "no_number") from None
    return from_plain(plain)


def from_plain(plain: object) -> Plan:
    """Return the plan that tables, lists and values say.

    Raises:
        InvalidPlan: they say none; where and why.
    """
    plan: Plan = _table(plain, Plan, "")
    return plan


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if not dataclasses.is_dataclass(value):
        return value
    said: dict[str, Any] = {"rule": _NAMES[type(value)]} if type(value) in _NAMES else {}
    hints = typing.get_type_hints(type(value))
    for each in dataclasses.fields(value):
        held = _plain(getattr(value, each.name))
        if each.name in _LATER and not held:
            continue
        # 50 and 50.0 are equal, and equal plans have one text.
        said[each.name] = float(held) if hints[each.name] is float else held
    return said


def _table(plain: object, kind: Any, place: str) -> Any:
    if not isinstance(plain, dict):
        raise InvalidPlan(place, "table")
    hints = typing.get_type_hints(kind)
    for name in plain:
        if name not in hints:
            raise InvalidPlan(_within(place, name), "no_such_field", known=", ".join(hints))
    for each in dataclasses.fields(kind):
        if each.default is each.default_factory is dataclasses.MISSING and each.name not in plain:
            raise InvalidPlan(_within(place, each.name), "field_missing")
    values = {
        name: _read(value, hints[name], _within(place, name)) for name, value in plain.items()
    }
    try:
        return kind(**values)
    except InvalidMeasure as wrong:
        raise InvalidPlan(place, "measure", why=str(wrong)) from None


def _read(plain: object, wanted: Any, place: str) -> Any:
    options = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    if plain is None and type(None) in options:
        return None
    kinds = [kind for kind in options if kind is not type(None)]
    if len(kinds) > 1:
        return _stopping(plain, place)
    if typing.get_origin(kinds[0]) is tuple:
        if not isinstance(plain, list):
            raise InvalidPlan(place, "list")
        inner = typing.get_args(kinds[0])[0]
        return tuple(_read(row, inner, f"{place}.{n}") for n, row in enumerate(plain, start=1))
    if dataclasses.is_dataclass(kinds[0]):
        return _table(plain, kinds[0], place)
    return _value(plain, kinds[0], place)


def _stopping(plain: object, place: str) -> Any:
    if not isinstance(plain, dict):
        raise InvalidPlan(place, "table")
    rule = plain.get("rule")
    if rule not in _RULES:
        raise InvalidPlan(_within(place, "rule"), "one_of", found=rule, known=", ".join(_RULES))
    rest = {name: value for name, value in plain.items() if name != "rule"}
    return _table(rest, _RULES[rule], place)


def _value(plain: object, kind: type, place: str) -> Any:
    whole = isinstance(plain, int) and not isinstance(plain, bool)
    if kind is float and whole:
        plain = float(typing.cast(int, plain))
    if kind is int and not whole:
        raise InvalidPlan(place, "int")
    if not isinstance(plain, kind) or (
        kind is float and not math.isfinite(typing.cast(float, plain))
    ):
        raise InvalidPlan(place, kind.__name__)
    return plain


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
