"""Contact: what does writing to one donor cost, where nobody said?

A letter all told, known but unconfirmed (``contact.toml``): an association knows better.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from mecene import money


def minor(cost: float | None, *, currency: str) -> int:
    """Return a cost said in units of a currency in its minor units; the default where None."""
    return default_minor(currency) if cost is None else round(cost * 10 ** money.exponent(currency))


def default_minor(currency: str) -> int:
    """Return what a letter costs, in minor units of a currency: the same number in most."""
    cents = float(_letter()["minor"])
    if money.small_unit(currency):
        return money.alike(cents, currency)
    found: int = round(cents / 100 * 10 ** money.exponent(currency))
    return found


@cache
def _letter() -> dict[str, Any]:
    text = resources.files("mecene.scores").joinpath("contact.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["letter"]
    return found
