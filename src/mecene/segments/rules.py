"""Rules: from how many months, euros or gifts a donor changes segment.

The defaults stand in ``rules.toml``, each with its source; a file of one's own holds only the
keys that differ. Nothing else in ``mecene.segments`` holds a threshold.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from mecene import money
from mecene.words import Lexicon, place_in_toml

DAYS_A_MONTH = 365.25 / 12


_WORDS = Lexicon("mecene.segments", "refusals.toml")


class InvalidRules(ValueError):
    """A rule is unknown, of the wrong type, or contradicts another; the message names its key."""

    def __init__(self, code: str, *, where: str, **values: object) -> None:
        self.code = code
        self.where = where
        self.values = values
        super().__init__(self.written("en"))

    def written(self, lang: str) -> str:
        """Return the whole message in ``fr`` or ``en``: file, key, what is wrong, what to do."""
        # A value that is words itself has them in both languages.
        spoken = {
            name: value[lang] if isinstance(value, Mapping) else value
            for name, value in self.values.items()
        }
        return _WORDS.say(f"rules.{self.code}", lang=lang, where=self.where, **spoken)


@dataclass(frozen=True)
class Lifecycle:
    """Thresholds of the life cycle; each is explained in ``docs/reference/rules.md``."""

    new_days: int
    at_risk_months: float
    lapsed_months: float
    deep_lapsed_months: float
    reactivated_gap_months: float
    reactivated_days: int
    rhythm_gifts: int
    rhythm_factor: float
    rhythm_floor_days: int
    rhythm_slack_months: float
    seasonal_share: float
    seasonal_years: int
    falling_share: float
    falling_gift_share: float
    falling_fewer_gifts: int
    disengaged_interactions: int
    disengaged_share: float
    disengaged_silence_days: int
    ambassador_one_off_gifts: int
    ambassador_on_campaigns: bool
    potential_gift_minor: int
    potential_second_gift_days: int
    potential_interactions: int


@dataclass(frozen=True)
class Tags:
    """Thresholds of the overlapping tags."""

    mid_value_minor: int
    major_minor: int
    mid_value_share: float
    major_share: float
    sybunt_includes_lybunt: bool
    member_days: int
    most_engaged_signs: int
    most_engaged_signs_by_gifts: int
    engaged_clicks: int
    engaged_years: int


@dataclass(frozen=True)
class Rfm:
    """Where each fixed band begins, the first one (from 0, or one gift) left out."""

    recency_months: tuple[int, ...]
    frequency_gifts: tuple[int, ...]
    amount_minor: tuple[int, ...]


@dataclass(frozen=True)
class Lists:
    """Who enters each action list."""

    thank_days: int
    second_gift_from_days: int
    reactivate_until_months: float
    propose_recurring_gifts: int
    propose_recurring_silence_days: int
    propose_recurring_after_stop_days: int
    recurring_steps_minor: tuple[int, ...]


@dataclass(frozen=True)
class Rules:
    """Every threshold, the user's own conditions as (name, condition) pairs, and whence.

    ``own`` names the keys of the user's own file, ``tags.major_minor`` say.
    """

    lifecycle: Lifecycle
    tags: Tags
    rfm: Rfm
    lists: Lists
    custom: tuple[tuple[str, str], ...] = ()
    where: str = "rules"
    own: frozenset[str] = frozenset()


_PARTS: dict[str, type[Any]] = {
    "lifecycle": Lifecycle, "tags": Tags, "rfm": Rfm, "lists": Lists,
}  # fmt: skip
_LIFE_SHARES = ("seasonal_share", "falling_share", "falling_gift_share", "disengaged_share")
_TAG_SHARES = ("mid_value_share", "major_share")


@cache
def load(path: Path | None = None) -> Rules:
    """Return the default rules, overridden by those of a TOML file.

    Raises:
        InvalidRules: the file is not TOML, or a key is unknown, mistyped or contradictory.
        FileNotFoundError: there is no such file.
    """
    given = {} if path is None else _parsed(path.read_bytes(), where=str(path))
    return of(given, where="rules" if path is None else str(path))


def of(given: Mapping[str, Any], *, where: str = "rules") -> Rules:
    """Return the default rules, overridden by nested keys (``{"lifecycle": {"new_days": 400}}``).

    Raises:
        InvalidRules: a key is unknown, mistyped or contradictory.
    """
    defaults = _parsed(
        (resources.files(__package__) / "rules.toml").read_bytes(), where="rules.toml"
    )
    unknown = sorted(set(given) - set(_PARTS) - {"custom"})
    if unknown:
        known = f"{_known(_PARTS)}, custom"
        raise InvalidRules("unknown_table", where=where, table=unknown[0], known=known)
    parts = {
        name: _part(kind, defaults[name], given.get(name, {}), where=where, part=name)
        for name, kind in _PARTS.items()
    }
    own = frozenset(f"{part}.{key}" for part in parts for key in given.get(part, {}))
    custom = _custom(given.get("custom", {}), where=where)
    rules = Rules(**parts, custom=custom, where=where, own=own)
    _refuse_contradictions(rules, where=where)
    return rules


def in_currency(rules: Rules, currency: str) -> Rules:
    """Return the rules with their default amounts in the order of magnitude of a currency.

    500 € and 250,000 F CFA are alike (``money.alike``). Amounts of the user's own file are in
    that currency already.

    Raises:
        InvalidRules: an own amount contradicts a default one in this currency.
    """
    if money.small_unit(currency) is None:
        return rules
    parts = {}
    for name in _PARTS:
        part = getattr(rules, name)
        amounts = {
            field.name: _alike(getattr(part, field.name), currency)
            for field in fields(part)
            if field.name.endswith("_minor") and f"{name}.{field.name}" not in rules.own
        }
        parts[name] = replace(part, **amounts)
    scaled = replace(rules, **parts)
    _refuse_contradictions(scaled, where=rules.where)
    return scaled


def _alike(cents: int | tuple[int, ...], currency: str) -> int | tuple[int, ...]:
    if isinstance(cents, tuple):
        return tuple(money.alike(each, currency) for each in cents)
    return money.alike(cents, currency)


def _parsed(content: bytes, *, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise InvalidRules("not_toml", where=where, place=place_in_toml(wrong)) from wrong


def _part(
    kind: type[Any], defaults: Mapping[str, Any], given: Any, *, where: str, part: str
) -> Any:
    if not isinstance(given, Mapping):
        raise InvalidRules("not_a_table", where=where, key=part)
    known = {field.name: field.type for field in fields(kind)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        key = f"{part}.{unknown[0]}"
        raise InvalidRules("unknown_key", where=where, key=key, known=_known(known))
    merged = {**defaults, **given}
    return kind(
        **{
            name: _typed(merged[name], type_, where=where, key=f"{part}.{name}")
            for name, type_ in known.items()
        }
    )


def _typed(value: Any, type_: Any, *, where: str, key: str) -> Any:
    if type_ is bool:
        if isinstance(value, bool):
            return value
        raise InvalidRules("not_a_truth", where=where, key=key, value=repr(value))
    if type_ in (int, float):
        return _number(value, type_, where=where, key=key)
    if not isinstance(value, list) or not value:
        raise InvalidRules("not_a_list", where=where, key=key, value=repr(value))
    steps = tuple(_number(step, int, where=where, key=key) for step in value)
    if list(steps) != sorted(set(steps)):
        raise InvalidRules("not_rising", where=where, key=key, value=repr(value))
    return steps


def _number(value: Any, type_: type[int] | type[float], *, where: str, key: str) -> int | float:
    allowed = int if type_ is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        code = "not_a_whole_number" if type_ is int else "not_a_number"
        raise InvalidRules(code, where=where, key=key, value=repr(value))
    if not 0 <= value < float("inf"):
        raise InvalidRules("negative", where=where, key=key, value=repr(value))
    return type_(value)


def _custom(given: Any, *, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, Mapping):
        raise InvalidRules("custom_not_a_table", where=where)
    for name, body in given.items():
        if not isinstance(body, Mapping) or set(body) != {"condition"}:
            raise InvalidRules("custom_without_condition", where=where, name=name)
        if not isinstance(body["condition"], str):
            raise InvalidRules("custom_not_text", where=where, name=name)
        if not name.isidentifier():
            raise InvalidRules("custom_name", where=where, name=name)
    return tuple((name, body["condition"]) for name, body in sorted(given.items()))


def _refuse_contradictions(rules: Rules, *, where: str) -> None:
    life, tags = rules.lifecycle, rules.tags
    rising = [
        ("lifecycle.at_risk_months", life.at_risk_months),
        ("lifecycle.lapsed_months", life.lapsed_months),
        ("lifecycle.deep_lapsed_months", life.deep_lapsed_months),
    ]
    rising_amounts = [
        ("tags.mid_value_minor", tags.mid_value_minor), ("tags.major_minor", tags.major_minor)
    ]  # fmt: skip
    for (low, below), (high, above) in [*pairwise(rising), *pairwise(rising_amounts)]:
        if below >= above:
            raise InvalidRules(
                "not_above", where=where, key=high, value=above, low=low, below=below
            )
    if life.new_days > life.at_risk_months * DAYS_A_MONTH:
        raise InvalidRules("new_too_long", where=where, value=life.new_days)
    for part, names in (("lifecycle", _LIFE_SHARES), ("tags", _TAG_SHARES)):
        for name in names:
            if getattr(getattr(rules, part), name) > 1:
                raise InvalidRules("not_a_share", where=where, key=f"{part}.{name}")


def _known(names: Mapping[str, Any]) -> str:
    return ", ".join(names)
