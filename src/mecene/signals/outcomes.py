"""Outcomes: what became of the donors who were watched on an earlier day.

A ``free`` donor lapses on the day their silence passes their own limit (``limit_days``), if no
gift follows within ``confirm_days`` of it. A ``regular`` donor lapses on the day their commitment
ends, unless they had died or signed another. ``left`` is whether a donor lapses: within
``horizon_days`` for the regular, whenever their limit falls for the free.
"""

from datetime import date, timedelta
from importlib import resources

import polars as pl

from mecene.engine import duck
from mecene.engine.store import FactStore
from mecene.features import summary

HORIZON_DAYS = 60
CONFIRM_DAYS = 365


def settled_on(
    day: date, *, horizon_days: int = HORIZON_DAYS, confirm_days: int = CONFIRM_DAYS
) -> date:
    """Return the day from which what became of those watched on ``day`` is known."""
    return day + timedelta(days=horizon_days + confirm_days)


def of(
    watched: pl.DataFrame,
    *,
    store: FactStore,
    since: date,
    horizon_days: int = HORIZON_DAYS,
    confirm_days: int = CONFIRM_DAYS,
    bucket: str | None = None,
) -> pl.DataFrame:
    """Return what became of donors between ``since`` and ``settled_on(since)``.

    Args:
        watched: Rows of ``surprises.of`` as of ``since``.
        store: The facts; none dated on ``settled_on(since)`` or after is used.
        since: The day they were watched.
        horizon_days: How far ahead a lapse counts as foreseen.
        confirm_days: How long after their limit a donor must stay silent.
        bucket: The bucket the donors are of, or None for all.

    Returns:
        One row a watched donor, in order: ``donor_id``, ``left``, ``lapsed_on`` (null where they
        stayed), ``within`` (they lapse within the horizon). All null where it cannot be told:
        they died, or had lapsed before.
    """
    until = settled_on(since, horizon_days=horizon_days, confirm_days=confirm_days)
    sql = resources.files("mecene.signals").joinpath("next_gifts.sql").read_text(encoding="utf-8")
    gifts = duck.run(
        sql, store=store, as_of=until, bucket=bucket, parameters={"since": since}
    )  # fmt: skip
    later = summary.of(store, as_of=until, bucket=bucket, families=("recurring", "reach")).select(
        "donor_id", "recurring_state", "recurring_ended_on", "recurring_end_reason",
        died="deceased",
    )  # fmt: skip
    known = watched.select("donor_id", "group", "silence_days", "limit_days").join(
        gifts, on="donor_id", how="left", maintain_order="left"
    ).join(later, on="donor_id", how="left", maintain_order="left")  # fmt: skip
    return judged(
        known, since=since, until=until, horizon_days=horizon_days, confirm_days=confirm_days
    )


def judged(
    known: pl.DataFrame,
    *,
    since: date,
    until: date,
    horizon_days: int = HORIZON_DAYS,
    confirm_days: int = CONFIRM_DAYS,
) -> pl.DataFrame:
    """Return the outcome of rows that hold the next gift and the later state of commitments."""
    ahead = since + timedelta(days=horizon_days)
    regular = pl.col("group") == "regular"
    stopped = (pl.col("recurring_state") == "stopped").fill_null(value=False)
    ended = stopped & (pl.col("recurring_ended_on") < ahead)
    days_left = (pl.col("limit_days").ceil() + 1 - pl.col("silence_days")).cast(pl.Int64)
    limit_on = pl.lit(since) + pl.duration(days=days_left)
    confirmed_on = pl.min_horizontal(limit_on + timedelta(days=confirm_days), pl.lit(until))
    silent = pl.col("next_gift_on").is_null() | (pl.col("next_gift_on") >= confirmed_on)
    untold = pl.col("died").fill_null(value=False) | (~regular & (days_left <= 0))
    left = pl.when(untold).then(None).when(regular).then(ended).otherwise(silent)
    lapse = pl.when(regular).then("recurring_ended_on").otherwise(limit_on.cast(pl.Date))
    told = known.select("donor_id", left=left, lapsed_on=pl.when(left).then(lapse))
    soon = (pl.col("lapsed_on") < ahead).fill_null(value=False)
    return told.with_columns(within=pl.col("left") & soon)
