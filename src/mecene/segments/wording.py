"""Wording: how amounts, durations and counts are written, a whole column at a time.

Same writing as ``mecene.money`` (tested to agree), as Polars expressions: a file of ten million
donors gets its sentences without a Python loop over rows.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from mecene import money
from mecene.segments.rules import DAYS_A_MONTH

LANGUAGES = ("fr", "en")

_NARROW_SPACE = "\u202f"


class UnknownLanguage(ValueError):
    """Sentences are written in French (``fr``) and English (``en``) only."""


@cache
def load(lang: str, file: str = "words.toml") -> Mapping[str, Any]:
    """Return the words of a language, as ``words.toml`` or another file beside it has them.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise UnknownLanguage(f"lang is {' or '.join(LANGUAGES)}; got {lang!r}")
    content = (resources.files(__package__) / file).read_text(encoding="utf-8")
    words: Mapping[str, Any] = tomllib.loads(content.replace("~", _NARROW_SPACE))[lang]
    return words


def filled(template: str, **pieces: pl.Expr) -> pl.Expr:
    """Return a template's text with each ``{piece}`` replaced by its column."""
    parts: list[pl.Expr] = []
    text = template
    while "{" in text:
        before, _, rest = text.partition("{")
        name, _, text = rest.partition("}")
        parts += [pl.lit(before), pieces[name]]
    return pl.concat_str([*parts, pl.lit(text)])


def by_group(
    table: pl.DataFrame, sentence: Callable[[str, str], pl.Expr], *, group: str, currency: str
) -> pl.Series:
    """Return a sentence a row, capital letter first, in the order of the rows.

    Rows are taken apart by currency and group, so that each pays for its own words only.

    Args:
        table: Rows with a column ``currency``.
        sentence: Makes the sentence of one currency and one value of ``group``.
        group: The column whose value decides which sentence is written.
        currency: ISO 4217 code where a row has none.
    """
    placed = table.with_columns(pl.col("currency").fill_null(currency)).with_row_index("_place")
    empty = pl.DataFrame(schema={"_place": pl.get_index_type(), "sentence": pl.String})
    parts = [
        rows.select("_place", sentence=sentence(str(code), str(value)))
        for (code, value), rows in placed.partition_by("currency", group, as_dict=True).items()
    ]
    written = pl.concat([empty, *parts]).sort("_place")["sentence"]
    return written.str.slice(0, 1).str.to_uppercase() + written.str.slice(1)


def amount(minor: pl.Expr, *, currency: str, lang: str) -> pl.Expr:
    """Return amounts >= 0 in words, as ``money.text`` writes them; null stays null."""
    places = money.exponent(currency)
    unit = 10**places
    whole = _grouped(minor // unit, separator=str(load(lang)["thousands"]))
    if places:
        cents = (minor % unit).cast(pl.String).str.zfill(places)
        decimal = pl.concat_str(pl.lit(load(lang)["decimal"]), cents)
        part = pl.when(minor % unit == 0).then(pl.lit("")).otherwise(decimal)
        whole = pl.concat_str(whole, part)
    # The symbol, and the side it stands on, are those of the scalar writer.
    before, _, after = money.text(0, currency=currency, lang=lang).partition("0")
    return pl.concat_str(pl.lit(before), whole, pl.lit(after))


def duration(days: pl.Expr, *, lang: str, months_below: int = 24) -> pl.Expr:
    """Return a number of days in words: days below two months, then months, then years.

    Years begin at ``months_below``, >= 2.

    Never « 0 jour »: less than a day is written as one.
    """
    words = load(lang)
    whole_days = days.round().cast(pl.Int64).clip(1)
    months = (days / DAYS_A_MONTH).round().cast(pl.Int64)
    years = (days / 365.25).round().cast(pl.Int64)
    return (
        pl.when(months < 2)
        .then(counted(whole_days, one=words["day"], many=words["days"]))
        .when(months < months_below)
        .then(counted(months, one=words["month"], many=words["months"]))
        .otherwise(counted(years, one=words["years"], many=words["years"]))
    )


def counted(count: pl.Expr, *, one: str, many: str, none: str | None = None) -> pl.Expr:
    """Return a count in words; ``{}`` stands for the number; null counts as none."""
    known = count.fill_null(0)
    number = known.cast(pl.String)
    written = pl.when(known <= 1).then(_with(one, number)).otherwise(_with(many, number))
    if none is None:
        return written
    return pl.when(known == 0).then(pl.lit(none)).otherwise(written)


def _with(template: str, number: pl.Expr) -> pl.Expr:
    before, hole, after = template.partition("{}")
    return pl.concat_str(pl.lit(before), number, pl.lit(after)) if hole else pl.lit(template)


def _grouped(whole: pl.Expr, *, separator: str) -> pl.Expr:
    """Return whole numbers with a separator every three digits, from the right."""
    backwards = whole.cast(pl.String).str.reverse()
    return (
        backwards.str.replace_all(r"(\d{3})", "${1}" + separator)
        .str.strip_chars_end(separator)
        .str.reverse()
    )
