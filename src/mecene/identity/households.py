"""Households: which donors live together.

Donors of one surname share a household when they share a street address, an e-mail or a
phone. They stay two donors: each gives, and each receives, in their own name.
"""

import numpy as np
import polars as pl

from mecene.identity import groups

# More donors of one surname than this behind one key are an institution, not a household.
_LARGEST = 8

_HOMES = {"donor_id": pl.Int64, "home": pl.Int64}
_SHARED = (("postcode", "street", "number"), ("email",), ("phone",))


def of(traits: pl.DataFrame, donors: pl.DataFrame) -> pl.DataFrame:
    """Return (donor_id, household_id) of the donors who live with another; ids from 1.

    Args:
        traits: What ``traits.of`` returned, shared e-mails included.
        donors: person_key → donor_id, sorted by key, nobody left out.
    """
    numbers = donors["donor_id"][donors["person_key"].search_sorted(traits["person_key"])]
    return _joined(pl.concat([_together(traits, numbers, keys) for keys in _SHARED]))


def _together(traits: pl.DataFrame, numbers: pl.Series, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return pairs (a, b) of donors: the smallest of those of one surname and key, and each other.

    Few records share an e-mail with another donor; what is known of the others is not copied.
    """
    told = (pl.col("kind") != "organisation") & pl.all_horizontal(pl.col(keys).is_not_null())
    block = traits.select(
        pl.when(told).then(pl.struct(keys).hash()).alias("block"), numbers.alias("donor_id")
    )
    several = (
        block.drop_nulls()
        .group_by("block")
        .agg((pl.col("donor_id").min() != pl.col("donor_id").max()).alias("several"))
    )
    shared = block["block"].is_in(several.filter("several")["block"].implode())
    few = traits.select("last", "last_parts", *keys).with_columns(numbers.alias("donor_id"))
    return _of_one_surname(_surnames(few.filter(shared)), keys)


def _surnames(people: pl.DataFrame) -> pl.DataFrame:
    """Return one row a donor and surname: « Dupont Martin » lives with Dupont and with Martin."""
    whole = people.drop_nulls("last")
    parts = whole.explode("last_parts").with_columns(last=pl.col("last_parts"))
    parts = parts.filter(pl.col("last").str.len_chars() >= 3)
    return pl.concat([whole.drop("last_parts"), parts.drop("last_parts")])


def _of_one_surname(named: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    held = named.group_by("last", *keys).agg(pl.col("donor_id").unique().sort().alias("b"))
    size = pl.col("b").list.len()
    held = held.filter((size > 1) & (size <= _LARGEST))
    held = held.select(pl.col("b").list.first().alias("a"), pl.col("b").list.slice(1))
    return held.explode("b").select("a", "b").cast(groups.PAIRS)


def _joined(pairs: pl.DataFrame) -> pl.DataFrame:
    """Give one number to donors linked directly or through others, by their smallest."""
    donors = np.unique(np.concatenate([pairs["a"].to_numpy(), pairs["b"].to_numpy()]))
    left, right = (np.searchsorted(donors, pairs[side].to_numpy()) for side in ("a", "b"))
    home = groups.linked(left, right, size=len(donors))
    numbered = pl.DataFrame({"donor_id": donors, "home": home}, schema=_HOMES)
    smallest = pl.col("donor_id").min().over("home")
    return numbered.select("donor_id", smallest.rank("dense").cast(pl.Int64).alias("household_id"))
