"""Income: what came in, month by month and by kind, and are we ahead of last year.

In the main currency. Anonymous gifts are income; legacies and gifts in kind are listed and never
added to the total.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene import period
from mecene.retention import yearly
from mecene.retention.years import Series, Year

APART = ("in_kind", "legacy")


@dataclass(frozen=True)
class MonthIncome:
    """What one kind of gift brought in one month, from whom."""

    month: date
    kind: str
    who: str
    gifts: int
    amount_minor: int


@dataclass(frozen=True)
class Window:
    """What came in over [start, end): in all, of which anonymous; by kind; legacies etc. apart."""

    start: date
    end: date
    gifts: int
    amount_minor: int
    anonymous_gifts: int
    anonymous_minor: int
    by_kind_minor: dict[str, int]
    apart_minor: dict[str, int]


@dataclass(frozen=True)
class ToDate:
    """The fiscal year so far, beside last year up to the same date.

    ``growth`` is (now - then) / then; None when the file does not reach back to the start of
    last year's window, or nothing came in then.
    """

    now: Window
    then: Window | None
    growth: float | None


@dataclass(frozen=True)
class AverageGift:
    """Mean and median of the gifts of one form in one year; None when there are none."""

    series: Series
    label: str
    start: date
    end: date
    complete: bool
    form: str
    who: str
    gifts: int
    mean_minor: float | None
    median_minor: float | None


def by_month(tally: pl.DataFrame) -> tuple[MonthIncome, ...]:
    """Return income by month, kind and who gave; months without income have no row."""
    rows = (
        tally.group_by(pl.col("day").dt.truncate("1mo").alias("month"), "kind", "who")
        .agg(pl.col("gifts", "amount_minor").sum())
        .sort("month", "kind", "who")
    )
    return tuple(MonthIncome(*row) for row in rows.iter_rows())


def window(tally: pl.DataFrame, *, start: date, end: date) -> Window:
    """Return what came in over [start, end)."""
    within = tally.filter(pl.col("day").is_between(start, end, closed="left"))
    counted = within.filter(~pl.col("kind").is_in(APART))
    anonymous = counted.filter(pl.col("who") == "anonymous")
    return Window(
        start=start,
        end=end,
        gifts=int(counted["gifts"].sum()),
        amount_minor=int(counted["amount_minor"].sum()),
        anonymous_gifts=int(anonymous["gifts"].sum()),
        anonymous_minor=int(anonymous["amount_minor"].sum()),
        by_kind_minor=_by_kind(counted),
        apart_minor=_by_kind(within.filter(pl.col("kind").is_in(APART))),
    )


def to_date(tally: pl.DataFrame, *, this_year: Year, as_of: date, first_gift_on: date) -> ToDate:
    """Return this fiscal year up to ``as_of``, beside last year up to the same date.

    Args:
        tally: The tally ``income``.
        this_year: The fiscal year that holds the last day known.
        as_of: The first day not known.
        first_gift_on: The first day of the file.
    """
    now = window(tally, start=this_year.start, end=as_of)
    start = period.add_months(this_year.start, -12)
    if first_gift_on >= this_year.start:
        return ToDate(now, None, None)
    then = window(tally, start=start, end=same_date_last_year(as_of))
    whole = first_gift_on.replace(day=1) <= start
    growth = yearly.share(now.amount_minor - then.amount_minor, then.amount_minor)
    return ToDate(now, then, growth if whole else None)


def same_date_last_year(day: date) -> date:
    """Return the first day not seen a year ago, when ``day`` is the first one not seen now.

    The same date; 29 February, after 28 days of February seen, stands beside 1 March.
    """
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)


def averages(
    tally: pl.DataFrame, years: tuple[Year, ...], *, who: str = "donors"
) -> tuple[AverageGift, ...]:
    """Return the mean and the median gift of each form and year, oldest first.

    Args:
        tally: The tally ``gift_amounts``.
        years: The years it was counted in.
        who: ``donors``, ``organisations`` or ``anonymous``.
    """
    result = []
    for year in years:
        rows = tally.filter(
            (pl.col("series") == year.series)
            & (pl.col("year") == year.number)
            & (pl.col("who") == who)
        )
        for form in ("one_off", "instalment"):
            result.append(_average(rows.filter(pl.col("form") == form), year, form, who))
    return tuple(result)


def median(amounts: pl.DataFrame) -> float | None:
    """Return the median of ``amount_minor``, each counted ``gifts`` times; None without gifts."""
    total = int(amounts["gifts"].sum())
    if total == 0:
        return None
    reached = amounts.sort("amount_minor").with_columns(reached=pl.col("gifts").cum_sum())
    low, high = (
        reached.filter(pl.col("reached") >= place)["amount_minor"][0]
        for place in ((total + 1) // 2, total // 2 + 1)
    )
    return (int(low) + int(high)) / 2


def _average(rows: pl.DataFrame, year: Year, form: str, who: str) -> AverageGift:
    gifts = int(rows["gifts"].sum())
    amount = int(rows.select((pl.col("amount_minor") * pl.col("gifts")).sum()).item())
    return AverageGift(
        series=year.series, label=year.label, start=year.start, end=year.end,
        complete=year.complete, form=form, who=who, gifts=gifts,
        mean_minor=amount / gifts if gifts else None, median_minor=median(rows),
    )  # fmt: skip


def _by_kind(rows: pl.DataFrame) -> dict[str, int]:
    summed = rows.group_by("kind").agg(pl.col("amount_minor").sum()).sort("kind")
    return {str(kind): int(amount) for kind, amount in summed.iter_rows()}
