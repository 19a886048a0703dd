"""Candidates: which two records are worth comparing.

Records that share a key are sorted by what else they hold, and each is compared with the few
that follow it. A key shared by two is compared once; one shared by a hundred thousand
(« Martin », an accountant's e-mail) costs a hundred thousand times a dozen comparisons, never
their square.
"""

from dataclasses import dataclass

import polars as pl

PAIRS = pl.Schema({"a": pl.Int64, "b": pl.Int64})
_SHIFT = 2**32


@dataclass(frozen=True)
class Block:
    """A key whose holders may be one person, and how far around each we look."""

    key: tuple[str, ...]
    near: tuple[str, ...]
    window: int = 8


_BY_NAME = ("last", "first", "postcode", "street", "number")
_BLOCKS = (
    Block(("ref",), _BY_NAME, 12),
    Block(("email",), _BY_NAME, 12),
    Block(("phone",), _BY_NAME, 12),
    Block(("siren",), ("last",)),
    Block(("last", "postcode"), ("first", "street", "number", "email"), 10),
    Block(("first", "postcode", "last_initial"), ("last", "street", "number")),
    Block(("first", "postcode"), ("last_back", "street", "number"), 3),
    Block(("postcode", "number", "street"), ("first", "last"), 10),
    Block(("birth_date", "first"), ("last",)),
    Block(("birth_date", "last"), ("first",)),
    Block(("local", "last"), ("first",)),
    Block(("local", "first"), ("last",)),
    Block(("last", "first", "city"), ("street", "number", "email")),
    Block(("name_set", "postcode"), ("street", "number")),
)


def pairs(traits: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of person keys worth comparing, a < b, each once, sorted."""
    in_order = traits["person_key"].is_sorted()
    table = _with_keys(traits if in_order else traits.sort("person_key"))
    found = pl.Series("pair", dtype=pl.UInt64)
    # One number a pair, each once from block to block: the many that come again are not kept.
    for block in _BLOCKS:
        found = pl.concat([found, _near(table, block)]).unique()
    found = found.sort()
    keys = table["person_key"]
    return pl.DataFrame({"a": keys[found // _SHIFT], "b": keys[found % _SHIFT]}, schema=PAIRS)


def _with_keys(traits: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("first").str.replace_all(" ", "")
    return traits.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt64).alias("place"),
        pl.col("last").str.slice(0, 1).alias("last_initial"),
        pl.col("last").str.reverse().alias("last_back"),
        pl.concat_str(
            pl.min_horizontal(first, "last"), pl.max_horizontal(first, "last"), separator=" "
        ).alias("name_set"),
    )


def _near(table: pl.DataFrame, block: Block) -> pl.Series:
    columns = dict.fromkeys((*block.key, *block.near))
    held = table.select(*columns, "place").drop_nulls(list(block.key))
    held = held.with_columns(pl.struct(block.key).hash().alias("block"))
    held = held.filter(pl.col("block").is_duplicated())
    if held.is_empty():
        return pl.Series("pair", dtype=pl.UInt64)
    held = held.sort("block", *block.near, "place").select("block", "place")
    return pl.concat([_step(held, step) for step in range(1, block.window + 1)])


def _step(held: pl.DataFrame, step: int) -> pl.Series:
    """Return each record with the one ``step`` places after it in the same block."""
    other = pl.col("place").shift(-step)
    together = pl.col("block") == pl.col("block").shift(-step)
    beside = held.select("place", other.alias("other"), together.alias("together"))
    low, high = pl.min_horizontal("place", "other"), pl.max_horizontal("place", "other")
    return beside.filter("together").select(pair=low * _SHIFT + high).to_series()
