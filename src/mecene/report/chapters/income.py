"""Income: what came in, when, of what kind, and beside the same date last year."""

import polars as pl

from mecene import money, period
from mecene.report import outside
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import income as picture
from mecene.retention.income import Window
from mecene.retention.measure import Measures

_SERIES_SHOWN = 3
_YEARS_SHOWN = 10


def chapter(measures: Measures, pen: Pen, *, series: pl.DataFrame | None = None) -> Section:
    """Return the chapter on income, and on external series beside it (``outside.months``)."""
    return Section(
        anchor="income",
        title=pen.say("chapters.income"),
        lead=_lead(measures, pen),
        blocks=(
            Block(
                lead="",
                how=pen.how("income", "counting_gift"),
                picture=picture.picture(_months(measures), currency=pen.currency, lang=pen.lang),
            ),
            Block(
                lead="", how=pen.how("average_gift", "income_to_date"), table=_years(measures, pen)
            ),
            *(_beside(series, pen) if series is not None else ()),
        ),
    )


def _beside(series: pl.DataFrame, pen: Pen) -> tuple[Block, ...]:
    """Return one table a series: each year its mean, and the income of the same months."""
    heads = ("year", "series_mean", "change", "same_income", "change")
    header = tuple(pen.say(f"tables.{head}") for head in heads)
    blocks = []
    parts = outside.years(series).partition_by("name", maintain_order=True)
    for years in parts[:_SERIES_SHOWN]:
        rows = tuple(
            (
                str(row["year"]),
                pen.number(row["value"], decimals=1),
                pen.change(row["value_change"]),
                pen.amount(row["income_minor"]),
                pen.change(row["income_change"]),
            )
            for row in years.tail(_YEARS_SHOWN).to_dicts()
        )
        caption = pen.say("captions.series", name=years["name"][0])
        blocks.append(Block(lead="", how=pen.say("how.series"), table=Table(header, rows, caption)))
    return tuple(blocks)


def _lead(measures: Measures, pen: Pen) -> str:
    said = [_to_date(measures, pen)]
    for other in measures.other_currencies:
        amount = money.text(other.amount_minor, currency=other.currency, lang=pen.lang)
        said.append(pen.counted("leads.other_currency", other.gifts, amount=amount))
    return " ".join(said)


def _to_date(measures: Measures, pen: Pen) -> str:
    to_date = measures.income_to_date
    if to_date.then is None or to_date.growth is None:
        return pen.say("leads.income_alone", amount=pen.amount(to_date.now.amount_minor))
    return pen.say(
        "leads.income",
        now=pen.amount(to_date.now.amount_minor),
        then=pen.amount(to_date.then.amount_minor),
        since=period.written(to_date.now.start, lang=pen.lang),
        change=pen.change(to_date.growth),
    )


def _months(measures: Measures) -> pl.DataFrame:
    rows = [
        (row.month, "anonymous" if row.who == "anonymous" else row.kind, row.amount_minor)
        for row in measures.income_by_month
    ]
    months = pl.DataFrame(
        rows,
        schema={"month": pl.Date, "kind": pl.String, "amount_minor": pl.Int64},
        orient="row",
    )
    return months.group_by("month", "kind").agg(pl.col("amount_minor").sum()).sort("month", "kind")


def _years(measures: Measures, pen: Pen) -> Table:
    averages = {
        a.label: a
        for a in measures.average_gift
        if a.series == "fiscal" and a.form == "one_off" and a.who == "donors"
    }
    rows = []
    for window in measures.income_by_year[-10:]:
        label = str(window.start.year)
        average = averages.get(label)
        rows.append(
            (
                _label(window, measures, pen),
                pen.amount(window.amount_minor),
                pen.number(window.gifts),
                pen.amount(window.anonymous_minor) if window.anonymous_minor else "–",
                pen.exact(average.mean_minor if average else None),
                pen.exact(average.median_minor if average else None),
            )
        )
    heads = ("year", "income", "gifts", "anonymous", "mean_one_off", "median_one_off")
    return Table(
        header=tuple(pen.say(f"tables.{head}") for head in heads),
        rows=tuple(rows),
        caption=pen.say("captions.years"),
    )


def _label(window: Window, measures: Measures, pen: Pen) -> str:
    label = str(window.start.year)
    if measures.as_of < window.end:
        return pen.say("tables.so_far", year=label)
    return label
