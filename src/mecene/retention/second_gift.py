"""Second gift: how many first-time donors give again, and how long do they take.

Of donors whose first gift was a one-off: a second gift is any counting gift on a later day, or
a standing commitment signed on a later day. Those who began by a commitment are not asked.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from mecene.retention import kaplan_meier, yearly

CURVE_DAYS = 730


@dataclass(frozen=True)
class Conversion:
    """Within so many days of the first gift: how many gave again, among those followed so long."""

    days: int
    old_enough: int
    converted: int
    share: float | None


@dataclass(frozen=True)
class CurvePoint:
    """The share that has given again by a day, with its 95 % band where it is defined."""

    days: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SecondGift:
    """The conversion of a group of first-time donors.

    ``cohort`` is the number of the fiscal year of the first gift; None: every donor.
    ``median_days`` is None while fewer than half have given again.
    """

    who: str
    cohort: int | None
    donors: int
    conversions: tuple[Conversion, ...]
    curve: tuple[CurvePoint, ...]
    median_days: int | None


def figures(
    tally: pl.DataFrame, *, who: str, horizons_days: tuple[int, ...], cohort: int | None = None
) -> SecondGift:
    """Return the second-gift conversion of every donor, or of one acquisition year.

    Args:
        tally: The tally ``second_gift``.
        who: ``donors`` or ``organisations``.
        horizons_days: The days asked about.
        cohort: A fiscal year's number, or None for all.
    """
    rows = tally.filter(pl.col("who") == who)
    if cohort is not None:
        rows = rows.filter(pl.col("cohort") == cohort)
    waited = (
        rows.filter(pl.col("part") == "curve")
        .group_by("days")
        .agg(
            events=pl.col("donors").filter(pl.col("converted")).sum(),
            censored=pl.col("donors").filter(~pl.col("converted")).sum(),
        )
        .sort("days")
    )
    waiting = kaplan_meier.curve(
        waited["days"].to_numpy(),
        events=waited["events"].to_numpy().astype(np.int64),
        censored=waited["censored"].to_numpy().astype(np.int64),
    )
    return SecondGift(
        who=who,
        cohort=cohort,
        donors=waiting.followed,
        conversions=tuple(_conversion(rows, days) for days in horizons_days),
        curve=given_again(waiting, until_days=CURVE_DAYS),
        median_days=waiting.median_days,
    )


def by_cohort(
    tally: pl.DataFrame, *, who: str, horizons_days: tuple[int, ...]
) -> tuple[SecondGift, ...]:
    """Return the conversion of each acquisition year, oldest first."""
    of_group = tally.filter(pl.col("who") == who)
    return tuple(
        figures(tally, who=who, horizons_days=horizons_days, cohort=cohort)
        for cohort in of_group["cohort"].unique().sort().to_list()
    )


def given_again(waiting: kaplan_meier.Curve, *, until_days: int) -> tuple[CurvePoint, ...]:
    """Return one minus a survival curve, step by step, up to a day."""
    return tuple(
        CurvePoint(
            days=point.days,
            share=1 - point.surviving,
            low=None if point.high is None else 1 - point.high,
            high=None if point.low is None else 1 - point.low,
        )
        for point in waiting.points
        if point.days <= until_days
    )


def _conversion(rows: pl.DataFrame, days: int) -> Conversion:
    followed = rows.filter((pl.col("part") == "horizon") & (pl.col("days") == days))
    old_enough = int(followed["donors"].sum())
    converted = int(followed.filter("converted")["donors"].sum())
    return Conversion(days, old_enough, converted, yearly.share(converted, old_enough))
