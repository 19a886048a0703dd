"""Codes: traits as small whole numbers, in the order of their texts.

Two numbers are told apart, and sorted, much faster than two texts, and weigh four bytes.
"""

from collections.abc import Iterable

import polars as pl


def of(traits: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """Return the named columns, each value as its rank among the distinct ones, from 1."""
    return pl.DataFrame([_coded(traits[name]) for name in names])


def _coded(values: pl.Series) -> pl.Series:
    """Rank the distinct values, then look each up: ranking them all sorts them all."""
    distinct = values.drop_nulls().unique().sort().to_frame("value")
    ranked = distinct.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("code"))
    found = values.to_frame("value").join(ranked, on="value", how="left", maintain_order="left")
    return found["code"].alias(values.name)
