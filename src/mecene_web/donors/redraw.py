"""Redraw: what is known of a donor, worked out again from their records."""

from collections.abc import Iterable

import polars as pl

from mecene.identity import resolve
from mecene.sources import people
from mecene_web.donors import by_hand, searching
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation import tables

_TOLD = tuple(name for name in people.PERSON if name != "person_key")
# Of a donor without a record nothing is known.
_BLANK: dict[str, object] = dict.fromkeys(by_hand.COLUMNS) | {"kind": "person", "sought": ""}


def redraw(donors: Iterable[int]) -> None:
    """Write the portraits of donors as their records show them; homes stay as they are."""
    wanted = sorted(set(donors))
    drawn = portraits(wanted)
    for number in wanted:
        Donor.objects.filter(pk=number).update(**drawn.get(number, _BLANK))


def portraits(donors: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return donor → columns of ``Donor``, of those who have a record."""
    held = tables.read(
        Record, ["key", "donor_id", *_TOLD, "declared"], among=donors, by="donor_id"
    ).rename({"key": "person_key"})
    if not held.height:
        return {}
    held = held.sort("person_key")
    records = held.drop("donor_id").with_columns(records=pl.lit(1, pl.Int64))
    drawn = by_hand.over(
        resolve.drawn(records.cast(dict(people.PERSON)), held.select("person_key", "donor_id"))
    ).with_columns(searching.folded().fill_null("").alias("sought"))
    rows = drawn.drop("external_ids", "household_id").to_dicts()
    return {row.pop("donor_id"): row for row in rows}
