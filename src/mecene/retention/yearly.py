"""Yearly: of last year's donors, how many gave again this year, and who else gave.

A donor *gave* in a year with at least one counting gift in it. New: their first year. Retained:
gave the year before too. Reactivated: gave two years before, not the year before. Reacquired:
gave earlier still, and not in those two years. Lapsed: gave the year before, not this one.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from mecene.retention.years import Series, Year


@dataclass(frozen=True)
class YearFigures:
    """One year beside the one before. Shares are in [0, 1], None where nobody could be in them.

    While a year is not ``complete`` its counts are so far, and its shares are None: those who
    have not given yet may still do so.

    ``amount_retention`` (last year's donors, their money this year over last) can exceed 1.
    ``recapture`` is over ``lapsed_pool``: those who gave once, and not in the year before.
    """

    series: Series
    who: str
    label: str
    start: date
    end: date
    complete: bool
    donors: int
    donors_before: int
    new: int
    retained: int
    reactivated: int
    reacquired: int
    lapsed: int
    new_before: int
    retained_new: int
    lapsed_pool: int
    amount_minor: int
    amount_before_minor: int
    amount_retained_minor: int
    retention: float | None
    new_retention: float | None
    repeat_retention: float | None
    attrition: float | None
    amount_retention: float | None
    recapture: float | None


def figures(flows: pl.DataFrame, years: tuple[Year, ...], *, who: str) -> tuple[YearFigures, ...]:
    """Return the figures of each year of each series, oldest first.

    Args:
        flows: The tally of that name.
        years: The years it was counted in.
        who: ``donors`` (persons and households) or ``organisations``.
    """
    rows = flows.filter(pl.col("who") == who)
    result = []
    # How many gave at least once before each year: those who can come back.
    ever: dict[str, int] = {}
    for year in years:
        of_year = rows.filter(
            (pl.col("series") == year.series) & (pl.col("year") == year.number)
        ).to_dicts()
        figure = _figures(of_year, year, who, ever=ever.get(year.series, 0))
        ever[year.series] = ever.get(year.series, 0) + figure.new
        result.append(figure)
    return tuple(result)


def share(part: int, whole: int) -> float | None:
    """Return part over whole, or None when there is no whole to take a part of."""
    return part / whole if whole > 0 else None


def share_once_over(part: int, whole: int, *, year: Year) -> float | None:
    """Return part over whole, or None while the year is not over or there is no whole."""
    return share(part, whole) if year.complete else None


def _figures(rows: list[dict[str, Any]], year: Year, who: str, *, ever: int) -> YearFigures:
    new, retained, lapsed, reactivated, reacquired = (
        _total(rows, standing=standing)
        for standing in ("new", "retained", "lapsed", "reactivated", "reacquired")
    )
    before = retained + lapsed
    new_before = _total(rows, was="new")
    retained_new = _total(rows, was="new", standing="retained")
    pool = ever - before
    amount_before = _total(rows, of="before_minor")
    amount_retained = _total(rows, of="now_minor", standing="retained")
    rate = partial(share_once_over, year=year)
    return YearFigures(
        series=year.series, who=who, label=year.label, start=year.start, end=year.end,
        complete=year.complete,
        donors=new + retained + reactivated + reacquired, donors_before=before,
        new=new, retained=retained, reactivated=reactivated, reacquired=reacquired, lapsed=lapsed,
        new_before=new_before, retained_new=retained_new, lapsed_pool=pool,
        amount_minor=_total(rows, of="now_minor"), amount_before_minor=amount_before,
        amount_retained_minor=amount_retained,
        retention=rate(retained, before),
        new_retention=rate(retained_new, new_before),
        repeat_retention=rate(retained - retained_new, before - new_before),
        attrition=rate(lapsed, before),
        amount_retention=rate(amount_retained, amount_before),
        recapture=rate(reactivated + reacquired, pool),
    )  # fmt: skip


def _total(rows: list[dict[str, Any]], *, of: str = "donors", **where: str) -> int:
    matching = (row for row in rows if all(row[key] == word for key, word in where.items()))
    return sum(int(row[of]) for row in matching)
