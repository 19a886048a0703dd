"""Correct: refunds read in a file, put on the gifts they undo, wherever those came from."""

from pathlib import Path

import polars as pl

from mecene.engine import corrections
from mecene_web.giving.models import Correction, Gift
from mecene_web.organisation import tables

_READ = ("id", "donor_id", "given_on", "amount_minor", "currency", "source_ref", "status",
         "status_on")  # fmt: skip
_DATABASE = "database"
_AT_ONCE = 500


def correct(staging: Path, *, people: pl.DataFrame, import_id: int) -> dict[str, int]:
    """Put staged refunds on the gifts they undo; return how many did, and how many undo nothing.

    What each gift was before is kept, so that the import can be taken back.
    """
    files = sorted((staging / "corrections").glob("*.parquet"))
    if not files:
        return {"refunds": 0, "refunds_of_nothing": 0}
    asked = pl.concat([pl.read_parquet(file) for file in files], how="diagonal_relaxed").join(
        people.select("person_key", "donor_id"), on="person_key", how="left"
    )
    gifts = _candidates(asked).with_columns(source_file=pl.lit(_DATABASE), source_row=pl.col("id"))
    undone, _ = corrections.match(asked, gifts.filter(pl.col("status") == "received"))
    before = gifts.select("id", "status", on="status_on")
    for row in undone.join(before, left_on="source_row", right_on="id").iter_rows(named=True):
        Correction.objects.create(
            gift_id=row["source_row"],
            import_id=import_id,
            status_before=row["status"],
            status_on_before=row["on"],
        )
        Gift.objects.filter(pk=row["source_row"]).update(
            status="refunded", status_on=row["status_on"]
        )
    return {"refunds": undone.height, "refunds_of_nothing": asked.height - undone.height}


def take_back(import_id: int) -> None:
    """Give the gifts that an import refunded what they were before.

    Refunds that later imports put on its own gifts go with these gifts.
    """
    Correction.objects.filter(gift__import_id=import_id).delete()
    for correction in Correction.objects.filter(import_id=import_id).order_by("-pk"):
        Gift.objects.filter(pk=correction.gift_id).update(
            status=correction.status_before, status_on=correction.status_on_before
        )
        correction.delete()


def _candidates(asked: pl.DataFrame) -> pl.DataFrame:
    """Return the gifts that refunds may undo: those they name, and those of their donors."""
    donors = asked.filter(pl.col("refunded_ref").is_null())["donor_id"].drop_nulls()
    found = [tables.read(Gift, _READ, among=donors.to_list(), by="donor_id")]
    named = asked["refunded_ref"].drop_nulls().unique().to_list()
    for first in range(0, len(named), _AT_ONCE):
        part = named[first : first + _AT_ONCE]
        ids = list(Gift.objects.filter(source_ref__in=part).values_list("pk", flat=True))
        found.append(tables.read(Gift, _READ, among=ids))
    return pl.concat(found).unique("id").sort("id")
