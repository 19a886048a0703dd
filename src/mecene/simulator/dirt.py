"""Dirt: the rows of a gift file that are not simply gifts, and what each truly is.

A refund is a row of its own with a minus sign; a failed debit stays in the file; someone
tried the form; a promise was typed among the gifts; a day does not exist. Each row says in
the truth what it is: ``gift refund failed pledge test bad_date no_amount``.
"""

import numpy as np
import polars as pl

from mecene.simulator.records import Dirt


def rows(gifts: pl.DataFrame, *, dirt: Dirt, rng: np.random.Generator) -> pl.DataFrame:
    """Return the rows of a file of gifts, in order of day.

    Args:
        gifts: The gifts' fact table.
        dirt: How dirty.
        rng: What draws the rows that are not gifts.

    Returns:
        The gifts' columns, ``row_kind``, ``refers_to`` (the reference of the gift a refund
        returns), ``day_text`` (a day that does not exist) and ``paid`` (the status as the
        file says it, in the words of ``labels.toml``).
    """
    plain = gifts.with_columns(
        row_kind=pl.when(pl.col("status") == "failed").then(pl.lit("failed")).otherwise(
            pl.lit("gift")
        ),
        refers_to=pl.lit(None, dtype=pl.String),
        day_text=pl.lit(None, dtype=pl.String),
        paid=pl.col("status").replace("refunded", "received"),
    )  # fmt: skip
    parts = [plain.with_columns(status_on=pl.when(pl.col("status") == "failed").then("status_on")),
             _refunds(plain)]  # fmt: skip
    single = plain.filter(pl.col("kind") == "one_off", pl.col("donor_id").is_not_null())
    if single.height:
        parts += [
            _pledges(_some(single, dirt.pledges, rng)),
            _tests(_some(single, dirt.tests, rng)),
            _bad_dates(_some(single, dirt.bad_dates, rng)),
            _no_amounts(_some(single, dirt.no_amounts, rng)),
        ]
    return pl.concat(parts).sort("given_on", "gift_id", "row_kind")


def _refunds(plain: pl.DataFrame) -> pl.DataFrame:
    return plain.filter(pl.col("status") == "refunded").with_columns(
        row_kind=pl.lit("refund"),
        refers_to=pl.col("source_ref"),
        source_ref=pl.format("R{}", pl.col("source_ref").str.slice(1)),
        given_on=pl.col("status_on"),
        status_on=pl.lit(None, dtype=pl.Date),
        amount_minor=-pl.col("amount_minor"),
        paid=pl.lit("refunded"),
    )


def _some(single: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Return copies of a few rows, to be made into something else; they refer to nothing."""
    chosen = np.flatnonzero(rng.random(single.height) < share)
    return single[chosen].with_columns(status_on=pl.lit(None, dtype=pl.Date))


def _pledges(few: pl.DataFrame) -> pl.DataFrame:
    return _renumbered(few, "PR").with_columns(row_kind=pl.lit("pledge"), paid=pl.lit("pledge"))


def _tests(few: pl.DataFrame) -> pl.DataFrame:
    return _renumbered(few, "T").with_columns(
        row_kind=pl.lit("test"), paid=pl.lit("test"), amount_minor=pl.lit(100, dtype=pl.Int64)
    )


def _bad_dates(few: pl.DataFrame) -> pl.DataFrame:
    impossible = pl.format("31/02/{}", pl.col("given_on").dt.year())
    return _renumbered(few, "X").with_columns(row_kind=pl.lit("bad_date"), day_text=impossible)


def _no_amounts(few: pl.DataFrame) -> pl.DataFrame:
    return _renumbered(few, "Y").with_columns(
        row_kind=pl.lit("no_amount"), amount_minor=pl.lit(None, dtype=pl.Int64)
    )


def _renumbered(few: pl.DataFrame, letter: str) -> pl.DataFrame:
    return few.with_columns(
        source_ref=pl.format(letter + "{}", pl.col("source_ref").str.slice(1)),
        paid=pl.lit("received"),
    )
