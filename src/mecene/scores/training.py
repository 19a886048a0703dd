"""Training rows: donors as they were known on days of the past, and what they did next.

Each row is a donor on an origin: the summary as of that day, which sees nothing later, and
the outcome of the period that followed. Large files are sampled by bucket of donors, the same on
every origin; memory and time stop growing there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene import period
from mecene.engine import duck
from mecene.engine.store import BUCKETS, FactStore
from mecene.features import summary
from mecene.scores import origins, outcomes
from mecene.scores.origins import Origins

# A boosted score learns nothing visible beyond (docs/methods/scores.md); a bucket is never cut.
ROWS_PER_ORIGIN = 60_000
# What scores and their targets read; the others would only be carried along.
FAMILIES = ("people", "giving", "calendar", "recurring", "engagement", "channels", "reach")
OUTCOMES = ("first_month", "period_gifts", "period_amounts", "period_minor", "next_period_gifts")


@dataclass(frozen=True)
class Rows:
    """Donors on one origin, with their outcomes, sorted by donor.

    ``frame`` has the columns of the summary and those of ``OUTCOMES``; ``first_month`` is empty
    for who gave nothing in two periods. ``next_is_over``: the period after the next is known.
    ``share`` of the file's donors these are, in (0, 1].
    """

    origin: date
    frame: pl.DataFrame
    next_is_over: bool
    share: float


def days(store: FactStore, *, as_of: date, most: int = origins.MOST_ORIGINS) -> Origins:
    """Return the origins a store of facts allows."""
    sql = "select min(given_on) as day from gifts where status = 'received'"
    return origins.of(
        first_gift_on=duck.run(sql, store=store, as_of=as_of)["day"][0], as_of=as_of, most=most
    )


def currency(store: FactStore, *, as_of: date) -> str:
    """Return the currency of most gifts; EUR without a gift."""
    found = duck.run(
        "select currency from gifts where status = 'received' group by currency "
        "order by count(*) desc, currency asc limit 1",
        store=store,
        as_of=as_of,
    )
    return str(found["currency"][0]) if found.height else "EUR"


def rows(
    store: FactStore,
    looked_from: Origins,
    *,
    in_currency: str,
    most: int = ROWS_PER_ORIGIN,
) -> Iterator[Rows]:
    """Yield the rows of each origin, oldest first; those without a donor are left out."""
    taken = _buckets(store, looked_from.as_of, most)
    for origin in looked_from.days:
        # At once: the SQL takes longer to understand than to run over one bucket more.
        frame = _part(store, looked_from, origin, in_currency, taken)
        if frame.height:
            two_on = period.add_months(origin, 2 * looked_from.period_months)
            share = len(taken) / len(BUCKETS) if taken else 1.0
            yield Rows(origin, frame.sort("donor_id"), two_on <= looked_from.as_of, share)


def present(store: FactStore, *, as_of: date, most: int = ROWS_PER_ORIGIN) -> pl.DataFrame:
    """Return the summary as of the day itself, of the donors ``rows`` samples."""
    taken = _buckets(store, as_of, most)
    return seen(summary.of(store, as_of=as_of, bucket=taken, families=FAMILIES))


def seen(table: pl.DataFrame) -> pl.DataFrame:
    """Return the donors who may be profiled: not dead, and not opposed to it."""
    return table.filter(~pl.col("deceased") & ~pl.col("objects_profiling"))


def _part(
    store: FactStore,
    looked_from: Origins,
    origin: date,
    in_currency: str,
    taken: tuple[str, ...] | None,
) -> pl.DataFrame:
    known = seen(summary.of(store, as_of=origin, bucket=taken, families=FAMILIES))
    gave = outcomes.of(
        store,
        origin=origin,
        as_of=looked_from.as_of,
        period_months=looked_from.period_months,
        currency=in_currency,
        bucket=taken,
    )
    counts = [name for name in OUTCOMES if name != "first_month"]
    return known.join(gave, on="donor_id", how="left").with_columns(pl.col(counts).fill_null(0))


def _buckets(store: FactStore, as_of: date, most: int) -> tuple[str, ...] | None:
    """Return which buckets to learn from; None is the whole of a small file."""
    counted = duck.run("select count(*) as n from donors", store=store, as_of=as_of)["n"][0]
    if counted <= most:
        return None
    few = max(1, round(len(BUCKETS) * most / counted))
    return tuple(BUCKETS[:few])
