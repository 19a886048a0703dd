"""Evidence: what a summary of donors teaches the value models, in a few thousand rows.

Donors with equal pasts are counted together, so the evidence of a file is the sum of the
evidence of its parts: ``evidence.of(first) + evidence.of(second)``.
"""

from dataclasses import dataclass, fields
from typing import Self

import polars as pl

COLUMNS = (
    "donor_id", "yearly_opportunities", "repeat_years", "last_repeat_year", "gifts",
    "amount_minor", "active_years", "one_off_gifts", "mean_one_off_minor", "recurring_active",
    "recurring_monthly_minor", "recurring_age_months",
)  # fmt: skip


class IncompleteSummary(ValueError):
    """The summary lacks a column the value models read."""


@dataclass(frozen=True)
class Evidence:
    """Counts of donors by what they did; each table ends with the column ``donors``."""

    years: pl.DataFrame  # repeat_years, last_repeat_year, opportunities
    rhythms: pl.DataFrame  # active_years, gifts: of donors who never gave regularly
    amounts: pl.DataFrame  # gifts, total_minor: of the gifts outside commitments
    commitments: pl.DataFrame  # age_months, active

    def __add__(self, other: Self) -> Self:
        return type(self)(
            *(
                _counted(pl.concat([getattr(self, field.name), getattr(other, field.name)]))
                for field in fields(self)
            )
        )

    @property
    def opportunities(self) -> int:
        """Return how many donors have had at least one yearly opportunity to give again."""
        return int(self.years.filter(pl.col("opportunities") > 0)["donors"].sum())


def of(summary: pl.DataFrame) -> Evidence:
    """Return what the summary teaches.

    Raises:
        IncompleteSummary: a column of ``COLUMNS`` is missing.
    """
    donors = described(summary).with_columns(donors=pl.lit(1, pl.Int64))
    gave = donors.filter(pl.col("free_gifts") > 0)
    years = gave.filter(pl.col("opportunities").is_not_null() & ~pl.col("regular"))
    return Evidence(
        years=_counted(years.select("repeat_years", "last_repeat_year", "opportunities", "donors")),
        rhythms=_counted(
            gave.filter(~pl.col("ever_regular") & (pl.col("free_gifts") >= pl.col("active_years")))
            .select("active_years", gifts="free_gifts", donors="donors")
        ),
        amounts=_counted(
            gave.filter(pl.col("free_mean_minor") > 0).select(
                gifts="free_gifts",
                total_minor=(pl.col("free_mean_minor") * pl.col("free_gifts")).round(2),
                donors="donors",
            )
        ),
        commitments=_counted(
            donors.filter(pl.col("ever_regular") & pl.col("age_months").is_not_null())
            .select("age_months", active="regular", donors="donors")
        ),
    )  # fmt: skip


def described(summary: pl.DataFrame) -> pl.DataFrame:
    """Return one row a donor, in the terms of the models.

    ``free`` gifts are those outside a recurring commitment: one-off gifts, or whatever a donor
    without commitment nor one-off gift gave (membership fees). ``regular``: a commitment runs.

    Raises:
        IncompleteSummary: a column of ``COLUMNS`` is missing.
    """
    missing = [name for name in COLUMNS if name not in summary.columns]
    if missing:
        raise IncompleteSummary(f"summary: column `{missing[0]}` is missing; take it from features")
    recent = (
        "one_off_gifts_12m" in summary.columns and "one_off_amount_12m_minor" in summary.columns
    )
    ever = pl.col("recurring_age_months").is_not_null() | pl.col("recurring_active").fill_null(
        False
    )
    others = ~ever & (pl.col("one_off_gifts").fill_null(0) == 0) & (pl.col("gifts") > 0)
    mean = pl.col("amount_minor") / pl.col("gifts")
    nothing = pl.lit(0)
    return summary.select(
        "donor_id",
        repeat_years=pl.col("repeat_years").cast(pl.Int64),
        last_repeat_year=pl.col("last_repeat_year").cast(pl.Int64),
        opportunities=pl.col("yearly_opportunities").cast(pl.Int64),
        active_years=pl.col("active_years").cast(pl.Int64),
        free_gifts=pl.when(others)
        .then("gifts")
        .otherwise("one_off_gifts")
        .fill_null(0)
        .cast(pl.Int64),
        free_mean_minor=pl.when(others).then(mean).otherwise("mean_one_off_minor").cast(pl.Float64),
        recent_gifts=(pl.col("one_off_gifts_12m").fill_null(0) if recent else nothing).cast(
            pl.Float64
        ),
        recent_minor=(pl.col("one_off_amount_12m_minor").fill_null(0) if recent else nothing).cast(
            pl.Float64
        ),
        regular=pl.col("recurring_active").fill_null(False),
        ever_regular=ever,
        monthly_minor=pl.col("recurring_monthly_minor").fill_null(0).cast(pl.Float64),
        age_months=pl.col("recurring_age_months").cast(pl.Int64),
    )


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in rows.columns if name != "donors"]
    return rows.group_by(keys).agg(pl.col("donors").sum()).sort(keys)
