"""Spreadsheet: how a table of donors is written for a person to open.

Amounts in euros rather than cents, codes and yes/no in words, columns named in the reader's
language. The Parquet table keeps the code names and the cents.
"""

from typing import Any

import polars as pl

from mecene import money
from mecene.report import lexicon

# A workbook is written cell by cell: past this, it would take longer than everything else
# together, and the CSV opens in the same spreadsheet.
LARGEST_WORKBOOK = 50_000
# What a double click opens in columns, in a French and in an English spreadsheet.
FORMAT: dict[str, dict[str, Any]] = {
    "fr": {"delimiter": ";", "decimal": ",", "bom": True},
    "en": {"delimiter": ",", "decimal": ".", "bom": True},
}
# Column → section of the report's words that says its codes.
CODES = {
    "segment": "segments",
    "kind": "donor_kinds",
    "recurring_state": "regular_states",
    "value_confidence": "confidence",
    "score_confidence": "confidence",
    "most_answered_channel": "traits",
    "return_class": "return_classes",
    "best_channel": "traits",
    "channel_learnt_from": "learnt_from",
    "best_weekday": "weekdays",
    "best_hour": "hours",
    "best_read_device": "devices",
    "best_acted_device": "devices",
    "level": "alarm_levels",
}


def worded(table: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return a table as a person reads it; rows and columns keep their order, amounts are decimals.

    Args:
        table: Any columns; amounts end in ``_minor`` and are in the row's ``currency``.
        lang: ``fr`` or ``en``.
    """
    shown = table.with_columns(
        *_amounts(table), *_answers(table, lang=lang), *_codes(table, lang=lang), *_lists(table)
    )
    names = lexicon.labels("columns", lang=lang)
    return shown.rename({name: names.get(name, name) for name in shown.columns})


def code(column: str, value: object, *, lang: str) -> str:
    """Return one code in words; a code that has none is its own word."""
    section = CODES.get(column)
    said = str(value)
    return lexicon.labels(section, lang=lang).get(said, said) if section else said


def _amounts(table: pl.DataFrame) -> list[pl.Expr]:
    amounts = [name for name in table.columns if name.endswith("_minor")]
    rounded = [
        pl.col(name).round(3)
        for name, kind in table.schema.items()
        if kind == pl.Float64 and name not in amounts
    ]
    if not amounts:
        return rounded
    places = {name: money.exponent(name) for name in table["currency"].unique() if name}
    units = {name: 10.0**-exponent for name, exponent in places.items()}
    unit = pl.col("currency").replace_strict(units, default=0.01, return_dtype=pl.Float64)
    # A decimal keeps its last zeros: 3795,00 and not 3795,0.
    most = max(places.values(), default=2)
    shown = ((pl.col(name) * unit).round(most).cast(pl.Decimal(38, most)) for name in amounts)
    return [*rounded, *shown]


def _answers(table: pl.DataFrame, *, lang: str) -> list[pl.Expr]:
    yes, no = (pl.lit(lexicon.say(f"words.{word}", lang=lang)) for word in ("yes", "no"))
    return [
        pl.when(pl.col(name)).then(yes).when(~pl.col(name)).then(no).alias(name)
        for name, kind in table.schema.items()
        if kind == pl.Boolean
    ]


def _codes(table: pl.DataFrame, *, lang: str) -> list[pl.Expr]:
    return [
        pl.col(name)
        .cast(pl.String)
        .replace_strict(
            lexicon.labels(section, lang=lang),
            default=pl.col(name).cast(pl.String),
            return_dtype=pl.String,
        )
        for name, section in CODES.items()
        if name in table.columns
    ]


def _lists(table: pl.DataFrame) -> list[pl.Expr]:
    lists = [name for name, kind in table.schema.items() if kind == pl.List]
    joined = {name: pl.col(name).list.join(" ") for name in lists}
    # A list of nothing is an empty cell, not a cell of two quotes.
    return [pl.when(text != "").then(text).alias(name) for name, text in joined.items()]
