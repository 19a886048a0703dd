"""Pasts: the columns that tell when and how often a donor gave, rewritten so that they agree.

A past moved in time, made at another frequency, or begun on another day: every window, count and
year follows, as it would in a summary of such gifts.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import polars as pl

Changes = Mapping[str, pl.Expr]

_YEAR = 365.25
_ENDS = {"gifts_12m": 365.25, "gifts_24m": 730.5, "gifts_36m": 1095.75}


def moved(*, days: pl.Expr) -> Changes:
    """Return the whole past moved until the last gift is ``days`` old, nothing else changed.

    Gifts of a window are read off the donor's own counts, as if even between two of them.
    """
    last, first = pl.col("last_gift_age_days"), pl.col("first_gift_age_days")
    by = days.round().clip(lower_bound=1) - last
    counts = {name: _made_within(end - by) for name, end in _ENDS.items()}
    # A gift as old as the window is in it: the last one says whether there is any.
    counts = {
        name: pl.when(last + by >= _ENDS[name]).then(0).otherwise(count.clip(lower_bound=1))
        for name, count in counts.items()
    }
    ages = ("second_gift_age_days", "last_one_off_age_days", "last_instalment_age_days")
    return {
        **{name: (pl.col(name) + by).clip(lower_bound=1) for name in ages},
        **years(first=first + by, last=last + by, repeat=pl.col("repeat_years")),
        **_windows(counts),
    }


def as_often(*, gifts: float) -> Changes:
    """Return the past of donors who gave several times, made at another number of gifts.

    Who gave once stays who gave once, where that is the number, or is given a second gift.
    """
    had, days = pl.col("gifts"), pl.col("gift_days")
    last = pl.col("last_gift_age_days")
    # Someone with a single gift has no past to thin or fill: their number is what is usual of them.
    factor = pl.when(days >= 2).then(gifts / had).otherwise(1.0)
    total = (had * factor).round().clip(lower_bound=1)
    gift_days = pl.when(days >= 2).then((days * factor).round().clip(2, total)).otherwise(days)
    between = pl.col("first_to_last_gift_days") / (gift_days - 1)
    gap = pl.when(gift_days >= 2).then(between)
    counts = {
        name: pl.when(last >= end).then(0).otherwise((pl.col(name) * factor).round().clip(1, total))
        for name, end in _ENDS.items()
    }
    gaps = (
        "mean_gap_days", "median_gap_days", "longest_gap_days", "gap_before_last_days",
        "days_first_to_second_gift",
    )  # fmt: skip
    free = (pl.col("one_off_gifts") * factor).round().clip(0, total)
    return {
        "gifts": total,
        "one_off_gifts": free,
        "instalments": pl.min_horizontal("instalments", total - free),
        "amount_minor": pl.col("amount_minor") * total / had,
        "one_off_amount_minor": pl.col("one_off_amount_minor") * total / had,
        "gift_days": gift_days,
        "repeat_gift_days": gift_days - 1,
        **{name: pl.when(days >= 2).then(gap).otherwise(pl.col(name)) for name in gaps},
        "second_gift_age_days": pl.when(days >= 2).then(
            (pl.col("first_gift_age_days") - gap).clip(lower_bound=last)
        ),
        **_repeated(
            pl.col("yearly_opportunities"), last, pl.col("repeat_years") * factor, gift_days
        ),
        **_windows(counts),
    }


def begun(*, days: pl.Expr) -> Changes:
    """Return the past of donors who gave on several days, begun ``days`` ago.

    The last gift stays where it is; earlier ones are spread over the time there is.
    """
    last, first = pl.col("last_gift_age_days"), pl.col("first_gift_age_days")
    least = last + pl.col("gift_days") - 1
    # A gift of the last years was made after the first one.
    made = pl.col("gifts_36m") + pl.col("gift_days") - pl.col("gifts")
    known = [pl.when(made > 1).then(pl.min_horizontal(first, _ENDS["gifts_36m"])).otherwise(least)]
    begins = pl.max_horizontal(days.fill_null(first), least, *known)
    factor = (begins - last) / (first - last)
    gaps = (
        "mean_gap_days", "median_gap_days", "longest_gap_days", "gap_before_last_days",
        "days_first_to_second_gift",
    )  # fmt: skip
    repeated = pl.col("repeat_years") * (begins / first)
    return {
        **{name: pl.col(name) * factor for name in gaps},
        "second_gift_age_days": last + (pl.col("second_gift_age_days") - last) * factor,
        **years(first=begins, last=last, repeat=repeated.round()),
    }


def years(*, first: pl.Expr, last: pl.Expr, repeat: pl.Expr) -> Changes:
    """Return the ages of the first and last gifts, and the years that follow from them.

    Args:
        first: Days since the first gift.
        last: Days since the last one, <= first.
        repeat: Years with a gift after the first, as far as the ages allow.
    """
    since = (first / _YEAR).floor()
    moved_by = pl.col("last_gift_age_days") - last
    return {
        "first_gift_age_days": first,
        "last_gift_age_days": last,
        "first_to_last_gift_days": first - last,
        "last_gift_on": pl.col("last_gift_on") + pl.duration(days=moved_by.cast(pl.Int64)),
        "yearly_opportunities": since,
        **_repeated(since, last, repeat, pl.col("gift_days")),
    }


def _repeated(since: pl.Expr, last: pl.Expr, repeat: pl.Expr, gift_days: pl.Expr) -> Changes:
    rank = (since - (last / _YEAR).floor()).clip(lower_bound=0)
    most = pl.min_horizontal(rank, gift_days - 1)
    made = pl.when(most > 0).then(repeat.round().clip(1, most)).otherwise(0)
    return {
        "repeat_years": made,
        "last_repeat_year": pl.when(made > 0).then(rank).otherwise(0),
        "active_years": made + 1,
    }


def _made_within(age: pl.Expr) -> pl.Expr:
    """Return how many gifts are at most as old, between the donor's known counts."""
    last, first = pl.col("last_gift_age_days"), pl.col("first_gift_age_days")
    counted: list[tuple[pl.Expr, pl.Expr]] = [(last, pl.lit(1.0))]
    counted += [
        (pl.max_horizontal(last, pl.min_horizontal(first, end)), pl.col(name).clip(lower_bound=1))
        for name, end in _ENDS.items()
    ]
    counted.append((first, pl.col("gifts")))
    found: Any = pl.when(age < last).then(0.0)
    for (age_from, had), (age_to, has) in pairwise(counted):
        share = ((age - age_from) / (age_to - age_from)).fill_nan(1.0).clip(0, 1)
        found = found.when(age < age_to).then(had + share * (has - had))
    made: pl.Expr = found.otherwise(pl.col("gifts")).round()
    return made


def _windows(counts: Mapping[str, pl.Expr]) -> Changes:
    """Return the windows of counts, and of amounts and one-off gifts at the donor's own means."""
    year, two = counts["gifts_12m"], counts["gifts_24m"]
    free = pl.col("one_off_gifts") / pl.col("gifts")
    mean = pl.col("mean_gift_minor")
    before = {**counts, "gifts_previous_12m": two - year}
    amounts = {
        f"amount_{name[6:]}_minor": pl.when(count.cast(pl.Int64) == pl.col(name))
        .then(pl.col(f"amount_{name[6:]}_minor"))
        .otherwise(count * mean)
        for name, count in before.items()
    }
    once = {
        "12m": _kept("one_off_gifts_12m", year, "gifts_12m", free),
        "24m": _kept("one_off_gifts_24m", two, "gifts_24m", free),
    }
    debits = pl.min_horizontal("instalments_12m", (year - once["12m"]).clip(lower_bound=0))
    return {
        **before,
        **amounts,
        "one_off_gifts_12m": once["12m"],
        "one_off_gifts_24m": once["24m"],
        "one_off_amount_12m_minor": pl.when(once["12m"] == pl.col("one_off_gifts_12m"))
        .then(pl.col("one_off_amount_12m_minor"))
        .otherwise(once["12m"] * pl.col("mean_one_off_minor")),
        "campaign_gifts_12m": pl.min_horizontal("campaign_gifts_12m", once["12m"]),
        "instalments_12m": debits,
        "instalment_amount_12m_minor": (
            pl.col("instalment_amount_12m_minor") * (debits / pl.col("instalments_12m"))
        ).fill_nan(0),
    }


def _kept(name: str, count: pl.Expr, counted: str, free: pl.Expr) -> pl.Expr:
    """Return the one-off gifts of a window, those of the file where its gifts did not change."""
    same = count.cast(pl.Int64) == pl.col(counted)
    return pl.when(same).then(pl.col(name)).otherwise((count * free).round())
