"""Enrolled: who was drawn, as the core reads it: whoever was found to be another is that other."""

import polars as pl

from mecene.experiments import taken
from mecene_web.donors.models import Merge
from mecene_web.experiments.models import Enrolment, Experiment


def of(held: Experiment) -> pl.DataFrame:
    """Return ``taken.DRAWN`` of an experiment."""
    rows = Enrolment.objects.filter(experiment=held).order_by("pk")
    told = list(rows.values_list("donor_id", "unit", "arm__name", "at"))
    schema = {"donor_id": pl.Int64, "unit": pl.String, "arm": pl.String,
              "at": pl.Datetime("us", "UTC")}  # fmt: skip
    drawn = pl.DataFrame(told, schema=schema, orient="row").with_columns(
        pl.col("at").dt.replace_time_zone(None)
    )
    merged = dict(Merge.objects.filter(undone_at=None).values_list("absorbed_id", "kept_id"))
    now_is = {donor: _last(donor, merged) for donor in merged}
    if now_is:
        drawn = drawn.with_columns(pl.col("donor_id").replace(now_is))
    return drawn.select(list(taken.DRAWN))


def _last(donor: int, merged: dict[int, int]) -> int:
    seen = {donor}
    while donor in merged and merged[donor] not in seen:
        donor = merged[donor]
        seen.add(donor)
    return donor
