"""Array: the amounts suggested to a donor, from what they gave themselves, lowest first.

None is ever chosen beforehand: an array has no default, and a free amount stands beside it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mecene import money
from mecene.ask import rounding
from mecene.words import Lexicon

_LEXICON = Lexicon("mecene.ask")


@dataclass(frozen=True)
class Giving:
    """What a donor gave, as the summary's columns of the same names tell it; None: never."""

    last_one_off_minor: int | None
    last_one_off_age_days: int | None
    largest_one_off_minor: int | None
    one_off_amount_12m_minor: int | None
    currency: str | None


@dataclass(frozen=True)
class Array:
    """Suggested amounts.

    Attributes:
        amounts_minor: Rising, none twice, in minor units.
        basis: Key of ``words.toml``'s ``basis``: what they stand around.
        own_minor: The donor's own amount they stand around; None where none is known.
    """

    amounts_minor: tuple[int, ...]
    currency: str
    basis: str
    own_minor: int | None

    def reason(self, *, lang: str) -> str:
        """Return why these amounts, in one sentence."""
        own = ""
        if self.own_minor is not None:
            own = money.text(self.own_minor, currency=self.currency, lang=lang)
        return _LEXICON.say(f"basis.{self.basis}", lang=lang, own=own)


def of_row(row: Mapping[str, Any]) -> Giving:
    """Return what a row of the summary tells of a donor's giving."""
    return Giving(**{name: row[name] for name in Giving.__dataclass_fields__})


def one_off(giving: Giving, *, currency: str = "EUR", ladder: str | None = None) -> Array:
    """Return the amounts of a one-off gift to suggest.

    Args:
        giving: What the donor gave.
        currency: In which they are asked; what they gave in another tells nothing.
        ladder: A TOML text of the form of ``ladder.toml``; the shipped one by default.
    """
    rules = _ladder(ladder)["one_off"]
    own, basis = _own(giving, rules["own"], currency)
    if own is None:
        return Array(_in(rules["unknown"]["amounts_minor"], currency), currency, basis, None)
    largest = max(giving.largest_one_off_minor or own, own)
    highest = rules["own"]["most_of_largest"] * largest
    first = _whole(own, currency)
    amounts = [first]
    for multiple in rules["multiples"][1:]:
        said = rounding.nice(own * multiple, currency=currency)
        if said <= amounts[-1]:
            said = rounding.next_nice(amounts[-1], currency=currency)
        if said <= highest or len(amounts) < 2:
            amounts.append(said)
    return Array(tuple(amounts), currency, basis, own)


def monthly(giving: Giving, *, currency: str = "EUR", ladder: str | None = None) -> Array:
    """Return the amounts of a monthly gift to suggest, from a year of one-off gifts.

    The first costs the donor about what they give in a year already.
    """
    rules = _ladder(ladder)["monthly"]
    given = giving.one_off_amount_12m_minor if giving.currency == currency else None
    if not given:
        return Array(_in(rules["unknown_minor"], currency), currency, "monthly_unknown", None)
    least = _in([rules["least_minor"]], currency)[0]
    amounts: list[int] = []
    for multiple in rules["multiples"]:
        said = max(rounding.nice(given * multiple / 12, currency=currency), least)
        if amounts and said <= amounts[-1]:
            said = rounding.next_nice(amounts[-1], currency=currency)
        amounts.append(said)
    return Array(tuple(amounts), currency, "monthly", given)


def _own(giving: Giving, rules: Mapping[str, Any], currency: str) -> tuple[int | None, str]:
    last, largest = giving.last_one_off_minor, giving.largest_one_off_minor
    if last is None or giving.currency != currency:
        return None, "unknown"
    recent = (giving.last_one_off_age_days or 0) <= rules["last_speaks_days"]
    if recent or largest is None or largest <= last:
        return last, "last"
    return (last + largest) // 2, "last_and_largest"


def _whole(amount_minor: int, currency: str) -> int:
    """Return an amount in whole major units, upwards: what they gave, without its cents."""
    unit: int = 10 ** money.exponent(currency)
    return -(-amount_minor // unit) * unit


def _in(amounts_minor: list[int], currency: str) -> tuple[int, ...]:
    """Return amounts written in cents of the euro, in a currency's own minor units."""
    unit = 10 ** money.exponent(currency)
    return tuple(amount * unit // 100 for amount in amounts_minor)


def _ladder(text: str | None) -> dict[str, Any]:
    return tomllib.loads(text) if text is not None else _shipped()


@cache
def _shipped() -> dict[str, Any]:
    text = resources.files("mecene.ask").joinpath("ladder.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
