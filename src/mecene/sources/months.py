"""Months: which month each cell of a column says.

``2023-01``, ``01/2023``, ``janvier 2023``, or any day of it.
"""

import polars as pl

from mecene.sources import dates


def read(cells: pl.Series, convention: dates.Convention) -> pl.DataFrame:
    """Return ``day`` (the first of the month) and ``problem``, as ``dates.read`` does."""
    found = dates.read(spelt(cells), convention)
    return found.select(pl.col("day").dt.truncate("1mo"), "problem")


def spelt(cells: pl.Series) -> pl.Series:
    """Return the cells with a first day where they name a month only."""
    text = pl.col("text").str.strip_chars()
    return cells.to_frame("text").select(
        text.str.replace(r"^(\d{4})[-/. ]?(0[1-9]|1[0-2]|[1-9])$", "$1-$2-01")
        .str.replace(r"^(\d{1,2})[-/. ](\d{4})$", "$2-$1-01")
        .str.replace(r"^([^\W\d]+\.?[ -]+\d{4})$", "1 $1")
    )["text"]


def of_card(cells: pl.Series) -> pl.Series:
    """Return the month until which a bank card is valid as ``YYYY-MM``, null where none is said.

    As cards write it (``03/27``, ``0327``, ``03-2027``), or a month or a day as files write them.
    """
    short = cells.to_frame("text").select(
        pl.col("text").str.strip_chars()
        .str.replace(r"^(0?[1-9]|1[0-2])[-/. ](\d\d)$", "20$2-$1-01")
        .str.replace(r"^(0[1-9]|1[0-2])(\d\d)$", "20$2-$1-01")
    )["text"]  # fmt: skip
    found = read(short, dates.decide(short))
    return found.select(pl.col("day").dt.strftime("%Y-%m"))["day"]
