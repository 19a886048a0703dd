"""Motive tags: which motive a content speaks to, where a column of the file says so.

Features read it off the version of a contact, the name of a campaign (``B motive:emotional``) and
the properties of an act (``{"motive": "emotional"}``): a column of its own is written there.
"""

import polars as pl

from mecene.sources import rows, vocabulary
from mecene.sources.recognition import Recognition


def said(said: pl.DataFrame, known: Recognition) -> pl.Series:
    """Return the motive of each row: ``emotional``, ``rational``, ``committed``, or null."""
    own = dict(known.told.words.get("motive", {}))
    return vocabulary.meaning(rows.column(said, "motive"), "motive", own=own)


def beside(cells: pl.Series, motives: pl.Series) -> pl.Series:
    """Return texts with their motive as a tag after them; the tag alone where there is no text."""
    tag = pl.when(pl.col("motive").is_not_null()).then(
        pl.concat_str(pl.lit("motive:"), pl.col("motive"))
    )
    both = pl.DataFrame({"text": cells, "motive": motives})
    text = pl.concat_str(pl.col("text"), tag, separator=" ", ignore_nulls=True)
    return both.select(text=pl.when(text != "").then(text))["text"]


def within(cells: pl.Series, motives: pl.Series) -> pl.Series:
    """Return properties (a JSON object a cell) that hold their motive.

    What is no object is left out; a motive already in it stays.
    """
    both = pl.DataFrame({"text": cells, "motive": motives}).with_columns(
        text=pl.when(pl.col("text").str.contains(r"^\{.*\}$")).then("text"),
        tag=pl.concat_str(pl.lit('"motive": "'), "motive", pl.lit('"')),
    )
    inside = pl.col("text").str.slice(1).str.strip_chars_start()
    tagged = pl.col("text").str.contains('"moti(?:ve|f)"').fill_null(value=False)
    alone = pl.col("text").is_null() | (inside == "}")
    told = (
        pl.when(pl.col("tag").is_null() | tagged)
        .then("text")
        .when(alone)
        .then(pl.concat_str(pl.lit("{"), "tag", pl.lit("}")))
        .otherwise(pl.concat_str(pl.lit("{"), "tag", pl.lit(", "), inside))
    )
    return both.select(text=told)["text"]
