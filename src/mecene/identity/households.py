"""Households: which donors live together.

Donors of one surname share a household when they share a street address, an e-mail or a
phone. They stay two donors: each gives, and each receives, in their own name.
"""

from collections import defaultdict

import polars as pl

# More donors of one surname than this behind one key are an institution, not a household.
_LARGEST = 8

_SHARED = (("postcode", "street", "number"), ("email",), ("phone",))


def of(traits: pl.DataFrame, donors: pl.DataFrame) -> pl.DataFrame:
    """Return (donor_id, household_id) of the donors who live with another; ids from 1.

    Args:
        traits: What ``traits.of`` returned, shared e-mails included.
        donors: person_key → donor_id.
    """
    people = traits.filter(pl.col("kind") != "organisation").join(donors, on="person_key")
    named = _surnames(people)
    together = [_together(named, keys) for keys in _SHARED]
    homes = _joined([group for groups in together for group in groups])
    numbers = {root: place for place, root in enumerate(sorted(set(homes.values())), start=1)}
    rows = sorted((donor, numbers[root]) for donor, root in homes.items())
    return pl.DataFrame(rows, schema={"donor_id": pl.Int64, "household_id": pl.Int64}, orient="row")


def _surnames(people: pl.DataFrame) -> pl.DataFrame:
    """Return one row a donor and surname: « Dupont Martin » lives with Dupont and with Martin."""
    whole = people.drop_nulls("last")
    parts = whole.explode("last_parts").with_columns(last=pl.col("last_parts"))
    parts = parts.filter(pl.col("last").str.len_chars() >= 3)
    return pl.concat([whole.drop("last_parts"), parts.drop("last_parts")])


def _together(named: pl.DataFrame, keys: tuple[str, ...]) -> list[list[int]]:
    columns = ["last", *keys]
    held = named.drop_nulls(columns).group_by(columns).agg(pl.col("donor_id").unique().sort())
    size = pl.col("donor_id").list.len()
    return held.filter((size > 1) & (size <= _LARGEST))["donor_id"].to_list()


def _joined(groups: list[list[int]]) -> dict[int, int]:
    """Return donor → smallest donor it is linked to, directly or through others."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    for group in groups:
        for donor in group[1:]:
            neighbours[group[0]].add(donor)
            neighbours[donor].add(group[0])
    home: dict[int, int] = {}
    for start in sorted(neighbours):
        if start in home:
            continue
        waiting = [start]
        while waiting:
            donor = waiting.pop()
            if donor not in home:
                home[donor] = start
                waiting.extend(other for other in neighbours[donor] if other not in home)
    return home
