"""Outside: external monthly series (a national index) beside the association's own months."""

from datetime import date

import polars as pl

from mecene.engine import duck
from mecene.report.question import Question
from mecene.retention.measure import Measures

SCHEMA = pl.Schema(
    {"name": pl.String, "month": pl.Date, "value": pl.Float64, "income_minor": pl.Int64}
)
YEARS = pl.Schema(
    {"name": pl.String, "year": pl.Int64, "months": pl.Int64, "value": pl.Float64,
     "income_minor": pl.Int64, "value_change": pl.Float64, "income_change": pl.Float64}
)  # fmt: skip


def months(question: Question, measures: Measures | None) -> pl.DataFrame:
    """Return each month of each series with the income of that month.

    Returns:
        ``SCHEMA``, sorted by name and month; ``income_minor`` is 0 in a month without gifts
        between the first and the last one known, empty outside them. No row without a series.
    """
    known = duck.run(
        "select name, month, value from series order by name, month",
        store=question.store,
        as_of=question.as_of,
    )
    income = _income(measures)
    spans = pl.lit(value=False)
    if measures:
        first = measures.first_gift_on.replace(day=1)
        spans = pl.col("month").is_between(first, _month_of(measures.last_gift_on))
    filled = pl.when(spans).then(pl.col("income_minor").fill_null(0))
    joined = known.with_columns(pl.col("month").cast(pl.Date)).join(income, on="month", how="left")
    return joined.with_columns(filled.alias("income_minor")).select(*SCHEMA).cast(SCHEMA)


def years(beside: pl.DataFrame) -> pl.DataFrame:
    """Return each year of each series: its mean, and the income of the same months.

    Returns:
        ``YEARS``; the changes on the year before are empty unless both have their twelve months.
    """
    both = beside.drop_nulls("income_minor")
    found = (
        both.group_by("name", pl.col("month").dt.year().cast(pl.Int64).alias("year"))
        .agg(
            months=pl.len().cast(pl.Int64),
            value=pl.col("value").mean(),
            income_minor=pl.col("income_minor").sum(),
        )
        .sort("name", "year")
    )
    whole = (pl.col("months") == 12) & (pl.col("months").shift(1).over("name") == 12)
    follows = pl.col("year") == pl.col("year").shift(1).over("name") + 1

    def change(name: str) -> pl.Expr:
        before = pl.col(name).shift(1).over("name")
        return pl.when(whole & follows & (before > 0)).then(pl.col(name) / before - 1)

    return found.with_columns(
        value_change=change("value"), income_change=change("income_minor")
    ).cast(YEARS)


def _income(measures: Measures | None) -> pl.DataFrame:
    rows = [(row.month, row.amount_minor) for row in measures.income_by_month] if measures else []
    schema = {"month": pl.Date, "income_minor": pl.Int64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.group_by("month").agg(pl.col("income_minor").sum())


def _month_of(day: date) -> date:
    return day.replace(day=1)
