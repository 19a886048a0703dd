"""Vocabulary: what the words of a cell mean.

``vocabulary.toml`` has one section a field (status, kind, payment_method …) and one list of French
and English words a meaning. Cells are compared folded; a mapping's own words come first.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from mecene.sources import folding

EVERY_OTHER = "*"


@cache
def words(field: str) -> dict[str, str]:
    """Return the folded words of a field, each with its meaning; none for an unknown field."""
    with Path(__file__).with_name("vocabulary.toml").open("rb") as file:
        tables: dict[str, dict[str, list[str]]] = tomllib.load(file)
    lists = tables.get(field, {})
    return {folding.fold(word): meaning for meaning, found in lists.items() for word in found}


def meaning(cells: pl.Series, field: str, *, own: Mapping[str, str] | None = None) -> pl.Series:
    """Return the meaning of each cell, null where the cell is empty or its word is unknown.

    Args:
        cells: Shape (n,), String.
        field: A section of ``vocabulary.toml``.
        own: Folded words with their meaning, that come before the common ones; the word ``*``
            stands for every word that is not found.
    """
    own = dict(own or {})
    every_other = own.pop(EVERY_OTHER, None)
    known = words(field) | own
    distinct = cells.drop_nulls().unique()
    folded = [folding.fold(cell) for cell in distinct]
    found = [known.get(word, every_other if word else None) for word in folded]
    return cells.replace_strict(distinct, pl.Series(found, dtype=pl.String), default=None).cast(
        pl.String
    )


def yes(cells: pl.Series) -> pl.Series:
    """Return whether each cell says yes; null where it is empty or says neither yes nor no."""
    said = meaning(cells, "yes")
    return pl.select(pl.when(said.is_not_null()).then(said == "yes")).to_series()
