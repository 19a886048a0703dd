"""Income: how much came in, month by month, and of what kind."""

from datetime import date
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money, period
from mecene.report import lexicon, look

_YEARS_ON_A_PHONE = 3
# Less of a year than this is too narrow for its name.
_DAYS_TO_NAME = 120


def picture(months: pl.DataFrame, *, currency: str, lang: str) -> look.Picture:
    """Draw income by month and kind.

    Args:
        months: ``month`` (first day), ``kind`` (a gift kind or ``anonymous``), ``amount_minor``.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels("kinds", lang=lang)
    totals = months.group_by("month").agg(pl.col("amount_minor").sum()).sort("month")
    unit = look.unit_for(look.largest(totals["amount_minor"]), currency=currency, lang=lang)
    drawn = months.with_columns(
        amount=pl.col("amount_minor") / unit.divisor,
        label=pl.col("kind").replace_strict(names, default=pl.col("kind")),
    )
    held = set(months["kind"])
    colours = {names[k]: colour for k, colour in look.KIND_COLOURS.items() if k in held}
    return look.picture(
        "income",
        partial(_chart, drawn, colours=colours, unit=unit.label),
        alternative=_in_words(totals, currency=currency, lang=lang),
        header=("month", "income"),
        rows=(
            (period.month_written(month, lang=lang), _amount(amount, currency, lang))
            for month, amount in totals.iter_rows()
        ),
        lang=lang,
    )


def _chart(drawn: pl.DataFrame, width: int, *, colours: dict[str, str], unit: str) -> Any:
    large = width == look.WIDE
    shown = drawn if large else _last_years(drawn)
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    bars = (
        alt.Chart(shown)
        .mark_bar(binSpacing=0.5)
        .encode(
            x=alt.X("yearmonth(month):T", title=None, axis=_time_axis(shown), scale=_scale(shown)),
            y=alt.Y("sum(amount):Q", title=unit, axis=alt.Axis(tickCount=5)),
            color=alt.Color("label:N", scale=scale, legend=alt.Legend(columns=4 if large else 2)),
            order=alt.Order("rank:Q"),
        )
        .transform_calculate(rank=f"indexof({list(colours)}, datum.label)")
    )
    starts = pl.DataFrame({"month": _year_starts(shown)}, schema={"month": pl.Date})
    rules = alt.Chart(starts).mark_rule(color=look.RULE).encode(x="yearmonth(month):T")
    return alt.layer(rules, bars).properties(width=width, height=240)


def _last_years(drawn: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("month").max().dt.offset_by(f"-{_YEARS_ON_A_PHONE}y")
    return drawn.filter(pl.col("month") > first)


def _time_axis(shown: pl.DataFrame) -> alt.Axis:
    first, last = _span(shown)
    if (last - first).days <= 2 * 366:
        return alt.Axis(format="%b %y", tickCount=6, grid=False, labelOverlap=True)
    # A year is named under its middle, or December would stand beside the name of the next.
    middles = [
        start + (period.add_months(end, 1) - start) / 2
        for year in range(first.year, last.year + 1)
        for start, end in [(max(first, date(year, 1, 1)), min(last, date(year, 12, 1)))]
        if (end - start).days > _DAYS_TO_NAME
    ]
    return alt.Axis(
        values=[alt.DateTime(year=d.year, month=d.month, date=d.day) for d in middles],
        format="%Y",
        ticks=False,
        grid=False,
        labelOverlap=True,
    )


def _scale(shown: pl.DataFrame) -> Any:
    """Return at least a year of room, so that a single month is a bar and not a wall."""
    first, last = _span(shown)
    start, end = min(first, period.add_months(last, -11)), period.add_months(last, 1)
    if start == first:
        return alt.Undefined
    return alt.Scale(
        domain=[alt.DateTime(year=day.year, month=day.month, date=1) for day in (start, end)]
    )


def _year_starts(shown: pl.DataFrame) -> list[date]:
    first, last = _span(shown)
    return [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]


def _span(shown: pl.DataFrame) -> tuple[date, date]:
    first, last = shown.select(first=pl.col("month").min(), last=pl.col("month").max()).row(0)
    return first, last


def _in_words(totals: pl.DataFrame, *, currency: str, lang: str) -> str:
    if totals.is_empty():
        return lexicon.say("alternatives.nothing", lang=lang)
    best = totals.sort("amount_minor", descending=True).row(0, named=True)
    return lexicon.say(
        "alternatives.income",
        lang=lang,
        first=period.month_written(totals["month"][0], lang=lang),
        last=period.month_written(totals["month"][-1], lang=lang),
        total=_amount(float(totals["amount_minor"].sum()), currency, lang),
        best=period.month_written(best["month"], lang=lang),
        best_amount=_amount(best["amount_minor"], currency, lang),
    )


def _amount(amount_minor: float, currency: str, lang: str) -> str:
    return money.text(amount_minor, currency=currency, lang=lang, decimals=0)
