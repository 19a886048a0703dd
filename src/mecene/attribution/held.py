"""Held: among those a hold-out was drawn with, what do the rules credit, and what was caused?

Both over the same donors and the same days: the acts of those who were sent something, from the
draw to the last day that was counted, and the touches that led to these acts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from mecene.attribution import credit, paths, tallies, touches
from mecene.attribution.credit import Caused, Gap
from mecene.attribution.touches import Met
from mecene.engine.store import BUCKETS, FactStore


@dataclass(frozen=True)
class HeldOut:
    """What was sent by one channel to people of whom some were held out.

    Attributes:
        title: What it is called.
        channel: By which it was sent.
        donors: Who was sent it.
        since: The moment of the draw, UTC.
        days: Counted after it.
        caused: Acts caused among those it was sent to, over these days.
    """

    title: str
    channel: str
    donors: Sequence[int]
    since: datetime
    days: int
    caused: Caused

    @property
    def until(self) -> date:
        """Return the day before which acts count."""
        return self.since.date() + timedelta(days=self.days)


@dataclass(frozen=True)
class Beside:
    """What the rules credit a channel with, beside what it caused; no gap: it is on no path."""

    of: HeldOut
    gaps: tuple[Gap, ...]


def beside(
    store: FactStore, each: Iterable[HeldOut], *, act: str, currency: str, seed: int
) -> tuple[Beside, ...]:
    """Return how far the rules are from each hold-out.

    Args:
        store: Where the facts lie.
        each: What was held out.
        act: What is counted: ``gift``, ``subscription`` or ``opt_in``.
        currency: ISO 4217 code of what acts are worth.
        seed: Of chance, for the uncertainty.
    """
    wanted = list(each)
    known: list[list[pl.DataFrame]] = [[] for _ in wanted]
    last = max((one.until for one in wanted), default=None)
    for bucket in BUCKETS if last else ():
        met = touches.of_store(store, as_of=last, currency=currency, bucket=bucket)  # type: ignore[arg-type]
        for place, one in enumerate(wanted):
            known[place].append(paths.to(_of(met, one), act=act, as_of=one.until))
    return tuple(
        Beside(one, _gaps(paths.added(*rows), one, seed=seed))
        for one, rows in zip(wanted, known, strict=True)
    )


def _of(met: Met, one: HeldOut) -> Met:
    """Return what those it was sent to met within a path of the days counted, and did in them."""
    those = pl.col("donor_id").is_in(list(one.donors))
    day, end = datetime.combine(one.since.date(), time()), datetime.combine(one.until, time())
    first = day - timedelta(days=paths.WITHIN_DAYS)
    return Met(
        met.touches.filter(those, pl.col("at") >= first, pl.col("at") < end),
        met.acts.filter(those, pl.col("at") >= day, pl.col("at") < end),
    )


def _gaps(known: pl.DataFrame, one: HeldOut, *, seed: int) -> tuple[Gap, ...]:
    if not known.filter(pl.col("path").list.len() > 0)["conversions"].sum():
        return ()
    rules = credit.side_by_side(tallies.of(known, order=1), rng=np.random.default_rng(seed))
    try:
        return credit.against(rules, caused={one.channel: one.caused})
    except credit.UnknownChannel:
        return ()
