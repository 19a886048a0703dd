"""Candidates: which two records are worth comparing.

Records that share a key are sorted by what else they hold, and each is compared with the few
that follow it. A key shared by two is compared once; one shared by a hundred thousand
(« Martin », an accountant's e-mail) costs a hundred thousand times a dozen comparisons, never
their square.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from mecene.identity import codes

PAIRS = pl.Schema({"a": pl.Int64, "b": pl.Int64})
_SHIFT = 2**32


@dataclass(frozen=True)
class Block:
    """A key whose holders may be one person, and how far around each we look."""

    key: tuple[str, ...]
    near: tuple[str, ...]
    window: int = 8


_TOLD = (
    "ref", "email", "phone", "siren", "birth_date", "local", "last", "first", "postcode", "street",
    "number", "city",
)  # fmt: skip
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
    if not traits["person_key"].is_sorted():
        traits = traits.sort("person_key")
    table, keys = _with_keys(traits), traits["person_key"]
    # One number a pair; one in four comes again from another block.
    found = np.concatenate([_near(table, block).to_numpy() for block in _BLOCKS])
    found.sort()
    new = np.ones(len(found), dtype=np.bool_)
    new[1:] = found[1:] != found[:-1]
    once = found[new]
    del found, new
    sides = {"a": keys[once // _SHIFT], "b": keys[once % _SHIFT]}
    return pl.DataFrame(sides, schema=PAIRS)


def _with_keys(traits: pl.DataFrame) -> pl.DataFrame:
    """Return what records are held together and sorted by, in numbers."""
    first = pl.col("first").str.replace_all(" ", "")
    last = pl.col("last")
    made = {
        "last_initial": last.str.slice(0, 1),
        "last_back": last.str.reverse(),
        "name_set": pl.concat_str(
            pl.min_horizontal(first, last), pl.max_horizontal(first, last), separator=" "
        ),
    }
    table = codes.of(traits, _TOLD)
    for name, text in made.items():
        table.insert_column(-1, codes.of(traits.select(text.alias(name)), [name])[name])
    return table.with_columns(pl.int_range(pl.len(), dtype=pl.UInt64).alias("place"))


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
