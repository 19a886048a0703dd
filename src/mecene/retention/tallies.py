"""Tallies: what must be counted over the facts, once, for every figure to follow.

Small tables of counts, worked out by SQL on one bucket of donors at a time. Each donor is in one
bucket, so the tallies of the whole are the sums of the tallies of the buckets, and no more than
one bucket is ever held.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from importlib import resources

import duckdb
import polars as pl

from mecene import facts, period
from mecene.engine import duck
from mecene.engine.store import ANONYMOUS, BUCKETS, FactStore
from mecene.retention import years

HORIZONS_DAYS = (30, 90, 180, 365)
HORIZONS_MONTHS = (3, 6, 12, 24)
NO_SHOW_AFTER_DAYS = 90
# Below this many gifts the whole file is one bucket: opening sixteen would take longer.
ONE_PASS_GIFTS = 2_000_000

# Worked out once on each bucket, in this order; then one query a tally.
_TABLES = ("counted", "donor_years", "commitments")
_TALLIES = (
    "flows", "cohorts", "second_gift", "gift_amounts", "income", "concentration",
    "recurring", "recurring_active", "who_leaves",
)  # fmt: skip
_COUNTS = frozenset(
    {
        "donors", "gifts", "commitments", "left_donors", "amount_minor", "before_minor",
        "now_minor",
    }
)  # fmt: skip
# An amount is what is counted here, not a count of anything.
_AMOUNT_IS_KEY = frozenset({"gift_amounts", "concentration"})


@dataclass(frozen=True)
class Scope:
    """What the tallies are about: the day, the currency, the years."""

    as_of: date
    currency: str
    fiscal_year_start: int
    years: tuple[years.Year, ...]
    first_gift_on: date
    last_gift_on: date
    currencies: pl.DataFrame


@dataclass(frozen=True)
class Tallies:
    """Counts by name; two of them add up to the counts of both sets of donors."""

    tables: Mapping[str, pl.DataFrame]

    def __add__(self, other: "Tallies") -> "Tallies":
        return Tallies(
            {
                name: _summed(name, (table, other.tables[name]))
                for name, table in self.tables.items()
            }
        )

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]


def scope(store: FactStore, *, as_of: date, fiscal_year_start: int) -> Scope | None:
    """Return what the figures will be about; None when no gift counts.

    The main currency is the one of the most gifts, the first by name when two tie.

    Raises:
        years.NoSuchMonth: ``fiscal_year_start`` is not in 1..12.
    """
    found = duck.run(_sql("currencies"), store=store, as_of=as_of).sort(
        ["gifts", "currency"], descending=[True, False]
    )
    if found.is_empty():
        return None
    first: date = found.get_column("first_on").min()  # type: ignore[assignment]
    last: date = found.get_column("last_on").max()  # type: ignore[assignment]
    return Scope(
        as_of=as_of,
        currency=str(found["currency"][0]),
        fiscal_year_start=fiscal_year_start,
        years=years.covering(first, as_of=as_of, fiscal_year_start=fiscal_year_start),
        first_gift_on=first,
        last_gift_on=last,
        currencies=found,
    )


def collect(
    store: FactStore,
    about: Scope,
    *,
    one_pass_gifts: int = ONE_PASS_GIFTS,
    on_progress: Callable[[int, int], None] | None = None,
) -> Tallies:
    """Return the tallies of a whole store, bucket by bucket when there are many gifts.

    Args:
        store: The facts.
        about: From ``scope``.
        one_pass_gifts: Up to so many gifts, the store is read in one pass.
        on_progress: Called after each bucket with (buckets done, buckets in all).
    """
    few = int(about.currencies["gifts"].sum()) <= one_pass_gifts
    buckets: tuple[str | None, ...] = (None,) if few else (*BUCKETS, ANONYMOUS)
    parts = _each(store, about, buckets=buckets, on_progress=on_progress)
    return reduce(operator.add, parts)


def of_bucket(store: FactStore, about: Scope, *, bucket: str | None) -> Tallies:
    """Return the tallies of one bucket of donors, or of every donor when it is None."""
    asked = duck.named(" ".join(map(_sql, (*_TABLES, *_TALLIES))))
    with duck.connected(store, as_of=about.as_of, bucket=bucket, tables=asked) as connection:
        _prepare(connection, about)
        tables = {}
        for name in _TALLIES:
            tables[name] = _summed(name, (connection.execute(_sql(name)).pl(),))
    return Tallies(tables)


def _each(
    store: FactStore,
    about: Scope,
    *,
    buckets: tuple[str | None, ...],
    on_progress: Callable[[int, int], None] | None,
) -> Iterable[Tallies]:
    for done, bucket in enumerate(buckets, start=1):
        yield of_bucket(store, about, bucket=bucket)
        if on_progress is not None:
            on_progress(done, len(buckets))


def _prepare(connection: duckdb.DuckDBPyConnection, about: Scope) -> None:
    constants = {
        "main_currency": "'" + about.currency.replace("'", "''") + "'",
        "no_show_days": str(NO_SHOW_AFTER_DAYS),
        "latest_year_start": f"date '{period.add_months(about.as_of, -12)}'",
    }
    for name, value in constants.items():
        connection.execute(f"create macro {name}() as {value}")
    relations = {
        "days": years.of_days(about.years),
        "horizons": pl.DataFrame({"days": HORIZONS_DAYS}),
        "horizon_months": pl.DataFrame({"months": HORIZONS_MONTHS}),
    }
    for name, frame in relations.items():
        connection.register(name, frame.to_arrow())
    for name in _TABLES:
        connection.execute(f"create temp table {name} as {_sql(name)}")


def _summed(name: str, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    table = pl.concat(parts)
    counts = [
        column
        for column in table.columns
        if column in _COUNTS and not (column == "amount_minor" and name in _AMOUNT_IS_KEY)
    ]
    keys = [column for column in table.columns if column not in counts]
    return table.group_by(keys).agg(pl.col(counts).sum().cast(facts.INTEGER)).sort(keys)


@cache
def _sql(name: str) -> str:
    return resources.files("mecene.retention").joinpath("sql", f"{name}.sql").read_text("utf-8")
