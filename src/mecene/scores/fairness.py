"""Fairness: does the score do as well by donors of every age, gender and place?

Age, gender and place are never read by a score; what it does to them is measured on the last
origin, unseen. A good or a bad year is everybody's: a group is treated unequally where its gap is
five points away from the whole file's, beyond what chance alone does among so many groups.
"""

from itertools import pairwise
from typing import Any

import polars as pl

from mecene.retention import regions
from mecene.scores import gaps
from mecene.scores.unseen import Unseen

DIMENSIONS = ("age", "gender", "region", "department")
OTHERS = "other"
_AGES = (18, 35, 45, 55, 65, 75)


def of(unseen: Unseen) -> pl.DataFrame:
    """Return one row a group of each dimension: age band, gender, region, department.

    Columns: ``dimension`` (one of ``DIMENSIONS``), those of ``gaps.by``, and ``unequal`` (see
    ``gaps.set_apart``). Departments of fewer than 50 donors are put together as ``other``;
    regions are those of France, by department; donors of unknown age, gender or place are in
    ``unknown``. A dimension of which nothing is known is left out.
    """
    labels = unseen.summary.select(
        age=_age_band(),
        gender=pl.col("gender").fill_null("unknown"),
        region=_region(),
        department=_department(),
    )
    parts = [pl.DataFrame(schema={"dimension": pl.String, **gaps.SCHEMA})]
    for dimension in DIMENSIONS:
        if labels[dimension].n_unique() < 2:
            continue
        table = gaps.by(labels[dimension], unseen.chance, unseen.gave, alarmed=unseen.alarmed)
        parts.append(table.select(pl.lit(dimension).alias("dimension"), pl.all()))
    return gaps.set_apart(pl.concat(parts), unseen.chance, unseen.gave)


def widest(table: pl.DataFrame) -> pl.DataFrame:
    """Return, for each dimension, how far apart its groups' gaps are.

    Columns: ``dimension``, ``groups`` that are large enough, ``spread`` (largest gap less
    smallest, 0 to 2), ``auc_spread``.
    """
    return (
        table.filter(~pl.col("too_few"))
        .group_by("dimension", maintain_order=True)
        .agg(
            groups=pl.len(),
            spread=pl.col("gap").max() - pl.col("gap").min(),
            auc_spread=pl.col("auc").fill_nan(None).max() - pl.col("auc").fill_nan(None).min(),
        )
    )


def _age_band() -> pl.Expr:
    age = pl.col("age_years")
    band: Any = pl.when(age < _AGES[0]).then(pl.lit(f"0-{_AGES[0] - 1}"))
    for low, high in pairwise(_AGES):
        band = band.when(age < high).then(pl.lit(f"{low}-{high - 1}"))
    named: pl.Expr = band.when(age >= _AGES[-1]).then(pl.lit(f"{_AGES[-1]}+"))
    return named.fill_null("unknown")


def _region() -> pl.Expr:
    known = regions.by_department()
    return pl.col("department").replace_strict(
        list(known), list(known.values()), default="unknown", return_dtype=pl.String
    )


def _department() -> pl.Expr:
    place = pl.col("department").fill_null("unknown")
    small = pl.len().over(place) < gaps.LEAST_DONORS
    return pl.when(small & (place != "unknown")).then(pl.lit(OTHERS)).otherwise(place)
