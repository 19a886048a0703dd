"""Summary: which columns of the one-row-a-donor table segments read.

Columns a file's sources cannot fill are null, or left out: both mean "not known".
"""

import polars as pl

_WHOLE = (
    "first_gift_age_days", "last_gift_age_days", "gifts", "gifts_12m", "gifts_24m", "gifts_36m",
    "gifts_previous_12m", "amount_12m_minor", "amount_24m_minor", "amount_36m_minor",
    "amount_previous_12m_minor", "one_off_gifts", "one_off_gifts_12m", "one_off_gifts_24m",
    "one_off_amount_12m_minor", "campaign_gifts_12m", "largest_gift_minor",
    "largest_one_off_minor", "last_gift_minor", "last_one_off_minor", "last_one_off_age_days",
    "days_first_to_second_gift", "gap_before_last_days", "active_years", "amount_this_year_minor",
    "amount_last_year_minor", "amount_before_last_year_minor", "amount_earlier_years_minor",
    "usual_month", "gift_days", "last_membership_age_days",
    "recurring_gifts", "recurring_started_age_days", "recurring_ended_age_days",
    "recurring_monthly_minor", "failed_in_a_row", "contacts_12m", "clicks_90d", "replies_12m",
    "events_12m", "petitions_12m", "interactions_12m", "interactions_previous_12m",
)  # fmt: skip
_REAL = ("median_gap_days", "usual_month_share")
_TEXT = ("currency", "recurring_state", "last_return_code")
_YES_NO = ("deceased", "objects_appeal", "objects_profiling", "reachable")

READ: dict[str, pl.DataType] = {
    "donor_id": pl.Int64(),
    **dict.fromkeys(_WHOLE, pl.Int64()),
    **dict.fromkeys(_REAL, pl.Float64()),
    **dict.fromkeys(_TEXT, pl.String()),
    **dict.fromkeys(_YES_NO, pl.Boolean()),
}

RECURRING_STATES = ("active", "paused", "failing", "stopped")


class InvalidSummary(ValueError):
    """The summary breaks a promise segments rely on; the message says which and for whom."""


def complete(summary: pl.DataFrame) -> pl.DataFrame:
    """Return the summary with every column of ``READ``, typed, and all others as they were.

    Raises:
        InvalidSummary: no ``donor_id``, a column of another type, a donor who gave and whose last
            gift has no age, a negative age, or an unknown recurring state.
    """
    if "donor_id" not in summary.columns:
        raise InvalidSummary("summary: no column donor_id; make it with mecene.features")
    typed = [
        (pl.col(name) if name in summary.columns else pl.lit(None)).cast(type_).alias(name)
        for name, type_ in READ.items()
    ]
    try:
        table = summary.with_columns(typed)
    except pl.exceptions.InvalidOperationError as wrong:
        raise InvalidSummary(f"summary: a column has the wrong type: {wrong}") from wrong
    gave = pl.col("gifts") > 0
    ages = ("first_gift_age_days", "last_gift_age_days")
    for name in ages:
        _refuse(table, gave & pl.col(name).is_null(), f"gifts > 0 and {name} is empty")
        _refuse(table, pl.col(name) < 0, f"{name} is below 0")
    state = pl.col("recurring_state")
    unknown = f"recurring_state is not one of {', '.join(RECURRING_STATES)}"
    _refuse(table, state.is_not_null() & ~state.is_in(RECURRING_STATES), unknown)
    return table


def or_zero(name: str) -> pl.Expr:
    """Return a column where "not known" counts as none."""
    return pl.col(name).fill_null(0)


def _refuse(table: pl.DataFrame, wrong: pl.Expr, reason: str) -> None:
    found = table.filter(wrong)
    if found.height:
        raise InvalidSummary(
            f"summary: {reason} for donor {found['donor_id'][0]} ({found.height} such donors)"
        )
