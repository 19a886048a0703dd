"""By hand: what a colleague decided of a donor, over what the files say.

The latest decision about a column wins, even one that empties it.
"""

from collections.abc import Iterable

import polars as pl
from django.db import models

from mecene_web.donors.models import Portrait, Record

COLUMNS = tuple(field.name for field in Portrait._meta.get_fields())


def over(donors: pl.DataFrame) -> pl.DataFrame:
    """Return portraits with what was decided by hand in its place.

    Args:
        donors: ``donor_id`` and columns of ``facts.DONORS``.
    """
    said = decided(donors["donor_id"].to_list()) if donors.height else {}
    if not said:
        return donors
    rows = [row | said.get(row["donor_id"], {}) for row in
            donors.filter(pl.col("donor_id").is_in(list(said))).to_dicts()]  # fmt: skip
    new = pl.DataFrame(rows, schema=donors.schema)
    return pl.concat([donors.filter(~pl.col("donor_id").is_in(list(said))), new]).sort("donor_id")


def decided(donors: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return donor → column → value, of the donors about whom a colleague decided something."""
    found: dict[int, dict[str, object]] = {}
    for record in _written(set(donors)).order_by("written_at", "pk"):
        mine = found.setdefault(record.donor_id, {})
        mine.update({name: getattr(record, name) for name in record.decided or ()})
    return found


def _written(donors: set[int]) -> models.QuerySet[Record]:
    # Few records are written by hand: all of them are read sooner than a long list is sent.
    written = Record.objects.filter(by_hand=True)
    return written.filter(donor_id__in=donors) if len(donors) <= 500 else written
