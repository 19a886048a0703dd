"""Cautions: what a reader must know before believing a value.

Each has a sentence in French and in English, in ``cautions.toml``.
"""

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources


class Caution(StrEnum):
    """A reason to doubt the values, raised by the data they were learnt from."""

    FEW_DONORS = "few_donors"
    LESS_THAN_A_YEAR = "less_than_a_year"
    NOBODY_GAVE_AGAIN = "nobody_gave_again"
    EQUAL_AMOUNTS = "equal_amounts"
    ENDLESS_MEAN = "endless_mean"
    NO_AMOUNTS = "no_amounts"
    SEVERAL_CURRENCIES = "several_currencies"
    PUBLISHED_ATTRITION = "published_attrition"


class UnknownLanguage(LookupError):
    """There are sentences in French and in English only."""


def sentence(caution: Caution, *, lang: str) -> str:
    """Return the caution as a sentence.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    if lang not in ("fr", "en"):
        raise UnknownLanguage(f"lang is {lang!r}; sentences exist in fr and en")
    return _sentences()[caution.value][lang]


@cache
def _sentences() -> dict[str, dict[str, str]]:
    text = resources.files("mecene.lifetime_value").joinpath("cautions.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))
