"""Movements: where did this year's income come from, and where did last year's go.

The gains and losses of the Fundraising Effectiveness Project. Every donor of either year is in
exactly one of them, so gains minus losses is the income of this year's donors minus last year's,
to the cent.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial

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
    sums: dict[str, int] = rows.select(**_SUMS).row(0, named=True)
    before = sums.pop("before_minor")
    gains = sum(value for name, value in sums.items() if name.startswith("gained"))
    losses = sum(value for name, value in sums.items() if name.startswith("lost"))
    compared = sums["upgraded"] + sums["same"] + sums["downgraded"]
    rate = partial(yearly.share_once_over, year=year)
    return Movement(
        series=year.series, who=who, label=year.label, start=year.start, end=year.end,
        complete=year.complete, **sums,
        gains_minor=gains, losses_minor=losses, net_minor=gains - losses,
        net_growth=rate(gains - losses, before),
        gain_loss_ratio=rate(gains, losses),
        upgraded_share=rate(sums["upgraded"], compared),
        same_share=rate(sums["same"], compared),
        downgraded_share=rate(sums["downgraded"], compared),
    )  # fmt: skip


def _sums() -> dict[str, pl.Expr]:
    standing, was, moved = pl.col("standing"), pl.col("was"), pl.col("movement")
    comparable = pl.col("comparable").fill_null(value=False)
    back = standing.is_in(["reactivated", "reacquired"])
    lost_new = (standing == "lapsed") & (was == "new")
    lost_repeat = (standing == "lapsed") & (was == "repeat")
    donors, change = pl.col("donors"), pl.col("now_minor") - pl.col("before_minor")
    return {
        "before_minor": pl.col("before_minor").sum(),
        "gained_new_minor": change.filter(standing == "new").sum(),
        "gained_recaptured_minor": change.filter(back).sum(),
        "gained_upgrade_minor": change.filter(moved == "up").sum(),
        "lost_downgrade_minor": -change.filter(moved == "down").sum(),
        "lost_lapsed_new_minor": -change.filter(lost_new).sum(),
        "lost_lapsed_repeat_minor": -change.filter(lost_repeat).sum(),
        "new": donors.filter(standing == "new").sum(),
        "recaptured": donors.filter(back).sum(),
        "upgraded": donors.filter(comparable & (moved == "up")).sum(),
        "same": donors.filter(comparable & (moved == "same")).sum(),
        "downgraded": donors.filter(comparable & (moved == "down")).sum(),
        "not_comparable": donors.filter((standing == "retained") & ~comparable).sum(),
        "lapsed_new": donors.filter(lost_new).sum(),
        "lapsed_repeat": donors.filter(lost_repeat).sum(),
    }


_SUMS = _sums()
