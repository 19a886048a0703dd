"""Overlapping: which gifts of a file an earlier import holds already.

The same reference; or, where either has none of its own, the same donor, day and amount.
"""

from typing import Any

import polars as pl

from mecene_web.donors.models import Record
from mecene_web.giving.models import Gift
from mecene_web.organisation import tables

_AT_ONCE = 500
ROW = ("source_file", "source_row")
# A reference of ours is a file's hash and a line: it says nothing of another file.
OURS = r"^[0-9a-f]{12}:\d+(:.*)?$"
_ALIKE = ("donor_id", "given_on", "amount_minor", "currency")
_EXAMPLES = 5


def found(gifts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (``source_file``, ``source_row``) of staged gifts that are known already.

    As many as are known: of three equal gifts of a file where two are known, two are returned.

    Args:
        gifts: What ``rows.staged`` returned.
    """
    own = pl.col("source_ref").str.contains(OURS)
    named = gifts.filter(~own)
    by_name = named["source_ref"].is_in(_known_references(named).implode())
    same, others = named.filter(by_name), named.filter(~by_name)
    people, held = _held(gifts)
    alike = _alike(gifts.filter(own), people, held)
    # Two references of their own are two gifts, however alike.
    unnamed = _alike(others, people, held.filter(own))
    return pl.concat([each.select(ROW) for each in (same, alike, unnamed)]).unique().sort(ROW)


def examples(gifts: pl.DataFrame, known: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a few of the rows that are known already, as pages show them."""
    shown = gifts.join(known.head(_EXAMPLES), on=ROW, how="semi", maintain_order="left")
    return [
        row | {"given_on": row["given_on"].isoformat()}
        for row in shown.select(*ROW, "given_on", "amount_minor", "currency").to_dicts()
    ]


def _known_references(named: pl.DataFrame) -> pl.Series:
    asked = named["source_ref"].unique().to_list()
    known: list[str] = []
    for first in range(0, len(asked), _AT_ONCE):
        part = asked[first : first + _AT_ONCE]
        known += Gift.objects.filter(source_ref__in=part).values_list("source_ref", flat=True)
    return pl.Series(known, dtype=pl.String)


def _held(gifts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the donors whose words these are, and their gifts."""
    wanted = gifts.select("person_key").drop_nulls().unique()
    people = tables.read(Record, ["key", "donor_id"]).join(
        wanted, left_on="key", right_on="person_key", how="semi"
    )
    donors = people["donor_id"].unique().to_list()
    held = tables.read(Gift, [*_ALIKE, "source_ref"], among=donors, by="donor_id")
    return people.rename({"key": "person_key"}), held


def _alike(gifts: pl.DataFrame, people: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    order = pl.int_range(pl.len()).over(list(_ALIKE)).alias("place")
    told = gifts.drop("donor_id", strict=False).join(people, on="person_key")
    one = held.select(_ALIKE).with_columns(order)
    return told.sort(ROW).with_columns(order).join(one, on=[*_ALIKE, "place"], how="semi")
