"""Written: journeys and their travellers as files, for whoever takes everything elsewhere."""

from collections.abc import Iterator

import polars as pl

from mecene.journeys import writing
from mecene_web.journeys.models import Traveller, Version

_SCHEMA = {
    "donor_id": pl.Int64(), "journey": pl.String(), "version": pl.Int64(), "entry": pl.Int64(),
    "event_ref": pl.String(), "entered_at": pl.Datetime("us", "UTC"), "step": pl.String(),
    "outcome": pl.String(),
}  # fmt: skip


def graphs() -> Iterator[tuple[str, str]]:
    """Yield (``code.version``, the journey as TOML) of every published version."""
    rows = Version.objects.select_related("journey").order_by("journey__code", "number")
    for version in rows:
        yield (
            f"{version.journey.code}.{version.number}",
            (writing.to_toml(writing.from_json(version.text))),
        )


def travellers() -> pl.DataFrame:
    """Return one row a coming of a donor to a journey, sorted by donor."""
    rows = Traveller.objects.order_by("donor_id", "pk").values_list(
        "donor_id", "journey__code", "version__number", "entry", "event_ref", "entered_at", "step",
        "outcome",
    )  # fmt: skip
    return pl.DataFrame(list(rows.iterator(chunk_size=10_000)), schema=_SCHEMA, orient="row")
