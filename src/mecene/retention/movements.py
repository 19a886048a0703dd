"""Movements: where did this year's income come from, and where did last year's go.

The gains and losses of the Fundraising Effectiveness Project. Every donor of either year is in
exactly one of them, so gains minus losses is the income of this year's donors minus last year's,
to the cent.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene.retention import yearly
from mecene.retention.years import Series, Year


@dataclass(frozen=True)
class Movement:
    """The money, and the donors, gained and lost from one year to the next.

    Amounts are minor units >= 0, save ``net_minor``. ``recaptured`` gathers reactivated and
    reacquired donors. ``not_comparable`` donors gave in another currency too: their totals do
    not say whether they gave more. Shares are of comparable retained donors, and None while the
    year is not ``complete``.
    """

    series: Series
    who: str
    label: str
    start: date
    end: date
    complete: bool
    gained_new_minor: int
    gained_recaptured_minor: int
    gained_upgrade_minor: int
    lost_downgrade_minor: int
    lost_lapsed_new_minor: int
    lost_lapsed_repeat_minor: int
    gains_minor: int
    losses_minor: int
    net_minor: int
    net_growth: float | None
    gain_loss_ratio: float | None
    new: int
    recaptured: int
    upgraded: int
    same: int
    downgraded: int
    not_comparable: int
    lapsed_new: int
    lapsed_repeat: int
    upgraded_share: float | None
    same_share: float | None
    downgraded_share: float | None


def figures(flows: pl.DataFrame, years: tuple[Year, ...], *, who: str) -> tuple[Movement, ...]:
    """Return the movements into each year of each series, oldest first.

    Args:
        flows: The tally of that name.
        years: The years it was counted in.
        who: ``donors`` (persons and households) or ``organisations``.
    """
    rows = flows.filter(pl.col("who") == who)
    return tuple(
        _movement(
            rows.filter((pl.col("series") == year.series) & (pl.col("year") == year.number)),
            year,
            who,
        )
        for year in years
    )


def _movement(rows: pl.DataFrame, year: Year, who: str) -> Movement:
    standing, was, moved = pl.col("standing"), pl.col("was"), pl.col("movement")
    comparable = pl.col("comparable").fill_null(value=False)
    back = standing.is_in(["reactivated", "reacquired"])
    change = pl.col("now_minor") - pl.col("before_minor")
    lost_new, lost_repeat = ((standing == "lapsed") & (was == word) for word in ("new", "repeat"))
    amounts = {
        "gained_new_minor": _sum(rows, standing == "new", change),
        "gained_recaptured_minor": _sum(rows, back, change),
        "gained_upgrade_minor": _sum(rows, moved == "up", change),
        "lost_downgrade_minor": _sum(rows, moved == "down", -change),
        "lost_lapsed_new_minor": _sum(rows, lost_new, -change),
        "lost_lapsed_repeat_minor": _sum(rows, lost_repeat, -change),
    }
    counts = {
        "new": _sum(rows, standing == "new"),
        "recaptured": _sum(rows, back),
        "upgraded": _sum(rows, comparable & (moved == "up")),
        "same": _sum(rows, comparable & (moved == "same")),
        "downgraded": _sum(rows, comparable & (moved == "down")),
        "not_comparable": _sum(rows, (standing == "retained") & ~comparable),
        "lapsed_new": _sum(rows, lost_new),
        "lapsed_repeat": _sum(rows, lost_repeat),
    }
    gains = sum(value for name, value in amounts.items() if name.startswith("gained"))
    losses = sum(value for name, value in amounts.items() if name.startswith("lost"))
    compared = counts["upgraded"] + counts["same"] + counts["downgraded"]
    before = int(rows.get_column("before_minor").sum())

    def rate(part: int, whole: int) -> float | None:
        return yearly.share(part, whole) if year.complete else None

    return Movement(
        series=year.series, who=who, label=year.label, start=year.start, end=year.end,
        complete=year.complete, **amounts, **counts,
        gains_minor=gains, losses_minor=losses, net_minor=gains - losses,
        net_growth=rate(gains - losses, before),
        gain_loss_ratio=rate(gains, losses),
        upgraded_share=rate(counts["upgraded"], compared),
        same_share=rate(counts["same"], compared),
        downgraded_share=rate(counts["downgraded"], compared),
    )  # fmt: skip


def _sum(rows: pl.DataFrame, where: pl.Expr, of: pl.Expr | None = None) -> int:
    counted = pl.col("donors") if of is None else of
    return int(rows.filter(where).select(counted.sum()).item() or 0)
