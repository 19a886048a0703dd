"""Evidence: what a summary of donors teaches the value models, in a few thousand rows.

Donors with equal pasts are counted together, so the evidence of a file is the sum of the
evidence of its parts: ``evidence.of(first) + evidence.of(second)``.
"""

from dataclasses import dataclass, fields
from typing import Self

import polars as pl

COLUMNS = (
    "donor_id", "yearly_opportunities", "repeat_years", "last_repeat_year", "gifts",
    "amount_minor", "active_years", "one_off_gifts", "mean_one_off_minor", "recurring_state",
    "recurring_monthly_minor", "recurring_age_months",
)  # fmt: skip


class IncompleteSummary(ValueError):
    """The summary lacks a column the value models read."""


@dataclass(frozen=True)
class Evidence:
    """Counts of donors by what they did; each table ends with the column ``donors``."""

    years: pl.DataFrame  # repeat_years, last_repeat_year, opportunities
    rhythms: pl.DataFrame  # active_years, gifts: of donors who never gave regularly
    amounts: pl.DataFrame  # currency, gifts, total_minor: of the gifts outside commitments
    commitments: pl.DataFrame  # age_months, active
    failures: pl.DataFrame  # recovered: of commitments with a failed debit in the last six months

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
                "currency",
                gifts="free_gifts",
                total_minor=(pl.col("free_mean_minor") * pl.col("free_gifts")).round(2),
                donors="donors",
            )
        ),
        commitments=_counted(
            donors.filter(pl.col("ever_regular") & pl.col("age_months").is_not_null())
            .select("age_months", active="regular", donors="donors")
        ),
        failures=_counted(
            donors.filter(pl.col("failed_lately") > 0, pl.col("state").is_in(["active", "stopped"]))
            .select(recovered=pl.col("state") == "active", donors="donors")
        ),
    )  # fmt: skip


def described(summary: pl.DataFrame) -> pl.DataFrame:
    """Return one row a donor, in the terms of the models.

    ``free`` gifts are those outside a recurring commitment: one-off gifts, or whatever a donor
    without commitment nor one-off gift gave (membership fees). ``regular``: a commitment runs,
    be it paused or failing; ``state`` says which. ``recurring_active`` (Boolean) stands for
    ``recurring_state``. A summary without ``currency`` is of one currency, the empty text; one
    without ``failed_debits_6m`` shows no recovery.

    Raises:
        IncompleteSummary: a column of ``COLUMNS`` is missing.
    """
    if "recurring_active" in summary.columns:
        regular = pl.col("recurring_active").fill_null(value=False)
        state = pl.when(regular).then(pl.lit("active")).otherwise(pl.lit("stopped"))
        state = pl.when(pl.col("recurring_active").is_not_null()).then(state)
        needed = [name for name in COLUMNS if name != "recurring_state"]
    else:
        state = pl.col("recurring_state")
        regular = (state != "stopped").fill_null(value=False)
        needed = list(COLUMNS)
    missing = [name for name in needed if name not in summary.columns]
    if missing:
        raise IncompleteSummary(f"summary: column `{missing[0]}` is missing; take it from features")
    ever_regular = regular | pl.col("recurring_age_months").is_not_null()
    other_kinds = ~ever_regular & (_count("one_off_gifts") == 0) & (_count("gifts") > 0)
    mean_of_all = pl.col("amount_minor") / pl.col("gifts")
    free_mean = pl.when(other_kinds).then(mean_of_all).otherwise("mean_one_off_minor")
    recent = {"one_off_gifts_12m", "one_off_amount_12m_minor"} <= set(summary.columns)
    return summary.select(
        "donor_id",
        currency=pl.col("currency").fill_null("") if "currency" in summary.columns else pl.lit(""),
        repeat_years=pl.col("repeat_years").cast(pl.Int64),
        last_repeat_year=pl.col("last_repeat_year").cast(pl.Int64),
        opportunities=pl.col("yearly_opportunities").cast(pl.Int64),
        active_years=pl.col("active_years").cast(pl.Int64),
        free_gifts=pl.when(other_kinds).then(_count("gifts")).otherwise(_count("one_off_gifts")),
        free_mean_minor=free_mean.cast(pl.Float64),
        recent_gifts=_count("one_off_gifts_12m") if recent else pl.lit(0, pl.Int64),
        recent_minor=_count("one_off_amount_12m_minor") if recent else pl.lit(0, pl.Int64),
        regular=regular,
        state=state.fill_null(""),
        failed_lately=_count("failed_debits_6m")
        if "failed_debits_6m" in summary.columns
        else pl.lit(0, pl.Int64),
        ever_regular=ever_regular,
        monthly_minor=_count("recurring_monthly_minor"),
        age_months=pl.col("recurring_age_months").cast(pl.Int64),
    )


def _count(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64).fill_null(0)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in rows.columns if name != "donors"]
    return rows.group_by(keys).agg(pl.col("donors").sum()).sort(keys)
