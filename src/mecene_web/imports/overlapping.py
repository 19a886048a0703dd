"""Overlapping: which gifts of a file an earlier import holds already.

The same reference; or, where the file has none of its own, the same person, day and amount.
"""

import polars as pl

from mecene_web.donors.models import Record
from mecene_web.giving.models import Gift
from mecene_web.organisation import tables

_AT_ONCE = 500
ROW = ("source_file", "source_row")


def found(gifts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (``source_file``, ``source_row``) of staged gifts that are known already.

    As many as are known: of three equal gifts of a file where two are known, two are returned.

    Args:
        gifts: What ``rows.staged`` returned.
    """
    # A reference of ours is a file's hash and a line: it says nothing of another file.
    own = pl.col("source_ref").str.contains(r"^[0-9a-f]{12}:\d+(:.*)?$")
    named = gifts.filter(~own)
    same = named.filter(pl.col("source_ref").is_in(_known_references(named).implode()))
    alike = _alike(gifts.filter(own))
    return pl.concat([same.select(ROW), alike.select(ROW)]).unique().sort(ROW)


def _known_references(named: pl.DataFrame) -> pl.Series:
    asked = named["source_ref"].unique().to_list()
    known: list[str] = []
    for first in range(0, len(asked), _AT_ONCE):
        part = asked[first : first + _AT_ONCE]
        known += Gift.objects.filter(source_ref__in=part).values_list("source_ref", flat=True)
    return pl.Series(known, dtype=pl.String)


def _alike(gifts: pl.DataFrame) -> pl.DataFrame:
    wanted = gifts.select("person_key").drop_nulls().unique()
    records = tables.read(Record, ["id", "key"]).join(
        wanted, left_on="key", right_on="person_key", how="semi"
    )
    held = tables.read(
        Gift,
        ["record_id", "given_on", "amount_minor", "currency"],
        among=records["id"].to_list(),
        by="record_id",
    ).join(records, left_on="record_id", right_on="id")
    by = ["person_key", "given_on", "amount_minor", "currency"]
    order = pl.int_range(pl.len()).over(by).alias("place")
    one = held.rename({"key": "person_key"}).select(by).with_columns(order)
    return gifts.sort(ROW).with_columns(order).join(one, on=[*by, "place"], how="semi")
