"""Recurring: how long do standing commitments last, and why do they end.

Counted from the first debit that succeeded. A commitment never debited is a no-show once it has
ended or was signed more than 90 days ago, and is kept out of attrition.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from mecene import facts
from mecene.retention import kaplan_meier, yearly
from mecene.retention.tallies import HORIZONS_MONTHS

CURVE_DAYS = 1_461
REASONS = (*facts.END_REASONS, "unknown")


@dataclass(frozen=True)
class AttritionAt:
    """So many months after the first debit: how many had ended, among those old enough, and why.

    ``by_reason`` has the count of each reason that occurs.
    """

    months: int
    old_enough: int
    ended: int
    attrition: float | None
    by_reason: dict[str, int]


@dataclass(frozen=True)
class LastingPoint:
    """The share of commitments still alive just after a day, with its 95 % band."""

    days: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Lasting:
    """How the commitments of one channel (None: of all) last."""

    channel: str | None
    collected: int
    no_shows: int
    awaiting: int
    no_show_share: float | None
    attrition: tuple[AttritionAt, ...]
    curve: tuple[LastingPoint, ...]
    median_days: int | None


@dataclass(frozen=True)
class MonthlyChurn:
    """One calendar month: those in force on its first day, and those that ended in it.

    A commitment that started and ended in the month counts in ``started`` and ``ended`` only.
    ``voluntary`` and ``involuntary`` are parts of ``ended``.
    """

    month: date
    active_at_start: int
    started: int
    ended: int
    voluntary: int
    involuntary: int
    churn: float | None


@dataclass(frozen=True)
class InForce:
    """Commitments in force on the day, and what one brings a month on average (paused ones apart).

    ``monthly_minor`` is the sum of each amount divided by its months between debits.
    """

    active: int
    paused: int
    valued: int
    monthly_minor: float | None
    average_monthly_minor: float | None


def figures(tally: pl.DataFrame, *, channel: str | None = None) -> Lasting | None:
    """Return how commitments last; None when no first debit is known (then nothing can be said).

    Args:
        tally: The tally ``recurring``.
        channel: One acquisition channel, or None for all.
    """
    rows = tally if channel is None else tally.filter(pl.col("channel") == channel)
    starts = _by_outcome(rows.filter(pl.col("part") == "start"))
    collected = starts.get("collected", 0)
    if collected == 0:
        return None
    no_shows = starts.get("no_show", 0)
    lasting = _lasting(rows.filter(pl.col("part") == "curve"))
    return Lasting(
        channel=channel,
        collected=collected,
        no_shows=no_shows,
        awaiting=starts.get("awaiting", 0),
        no_show_share=yearly.share(no_shows, collected + no_shows),
        attrition=tuple(_attrition(rows, months) for months in HORIZONS_MONTHS),
        curve=tuple(
            LastingPoint(point.days, point.surviving, point.low, point.high)
            for point in lasting.points
            if point.days <= CURVE_DAYS
        ),
        median_days=lasting.median_days,
    )


def by_channel(tally: pl.DataFrame) -> tuple[Lasting, ...]:
    """Return how commitments last for each acquisition channel, in alphabetical order."""
    each = (figures(tally, channel=name) for name in tally["channel"].unique().sort().to_list())
    return tuple(lasting for lasting in each if lasting is not None)


def monthly(tally: pl.DataFrame, *, as_of: date) -> tuple[MonthlyChurn, ...]:
    """Return the churn of every whole month before ``as_of``, oldest first."""
    rows = tally.filter(pl.col("part") == "calendar")
    if rows.is_empty():
        return ()
    result, active = [], 0
    first: int = rows["days"].min()  # type: ignore[assignment]
    for number in range(first, 12 * as_of.year + as_of.month - 1):
        counts = _by_outcome(rows.filter(pl.col("days") == number))
        started = counts.pop("started", 0)
        ended = sum(counts.values())
        # Those that start and end in one month were never in force on its first day, so the
        # churn of a month can count a few that its denominator does not hold.
        result.append(
            MonthlyChurn(
                month=date(number // 12, number % 12 + 1, 1),
                active_at_start=active,
                started=started,
                ended=ended,
                voluntary=counts.get("voluntary", 0),
                involuntary=counts.get("involuntary", 0) + counts.get("technical", 0),
                churn=yearly.share(ended, active),
            )
        )
        active += started - ended
    return tuple(result)


def in_force(tally: pl.DataFrame) -> InForce | None:
    """Return what commitments bring a month, from the tally ``recurring_active``; None: no one."""
    if tally.is_empty():
        return None
    active = tally.filter(pl.col("state") == "active")
    valued = active.filter(pl.col("in_main_currency") & pl.col("each_minor").is_not_null())
    number = int(valued["commitments"].sum())
    monthly_minor = float(
        valued.select(
            (pl.col("each_minor") * pl.col("commitments") / pl.col("months_between")).sum()
        ).item()
    )
    return InForce(
        active=int(active["commitments"].sum()),
        paused=int(tally["commitments"].sum()) - int(active["commitments"].sum()),
        valued=number,
        monthly_minor=monthly_minor if number else None,
        average_monthly_minor=monthly_minor / number if number else None,
    )


def _attrition(rows: pl.DataFrame, months: int) -> AttritionAt:
    counts = _by_outcome(rows.filter((pl.col("part") == "month") & (pl.col("days") == months)))
    old_enough = sum(counts.values())
    ended = old_enough - counts.pop("active", 0)
    return AttritionAt(months, old_enough, ended, yearly.share(ended, old_enough), counts)


def _lasting(rows: pl.DataFrame) -> kaplan_meier.Curve:
    still = pl.col("outcome") == "open"
    lasted = (
        rows.group_by("days")
        .agg(
            events=pl.col("commitments").filter(~still).sum(),
            censored=pl.col("commitments").filter(still).sum(),
        )
        .sort("days")
    )
    return kaplan_meier.curve(
        lasted["days"].to_numpy(),
        events=lasted["events"].to_numpy().astype(np.int64),
        censored=lasted["censored"].to_numpy().astype(np.int64),
    )


def _by_outcome(rows: pl.DataFrame) -> dict[str, int]:
    summed = rows.group_by("outcome").agg(pl.col("commitments").sum()).sort("outcome")
    return {str(name): int(number) for name, number in summed.iter_rows()}
