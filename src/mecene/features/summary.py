"""The summary: what is known of each donor on a day, one row a donor.

The one place where the size of the log matters: each family of columns is one ``.sql`` file beside
this module, run over one bucket of donors at a time. Everything after it is small.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib import resources

import duckdb
import polars as pl

from mecene.engine import duck
from mecene.engine.connection import Limits, Parameter
from mecene.engine.store import BUCKETS, FactStore
from mecene.features import dictionary, givens
from mecene.features.dictionary import FeatureColumn

# In the order they refer to one another.
INTERMEDIATE = ("own_amounts", "counted_gifts")
# The whole order of giving.sql, and no other window.
_IN_TIME = re.compile(
    r"window in_time as \(\s+partition by donor_id\s+order by given_on asc, given_at asc[^()]*\)"
)
_SQL_TYPES = {
    pl.Int64(): "bigint",
    pl.Float64(): "double",
    pl.Date(): "date",
    pl.String(): "varchar",
    pl.Boolean(): "boolean",
}
_BLIND = (
    "build_side_probe_side, statistics_propagation, compressed_materialization, empty_result_pullup"
)
# Measured: a second thread costs two fifths more CPU time for the same answer.
LIMITS = Limits(threads=1)
# Of one batch; with every column, about half a gigabyte.
DONORS_AT_A_TIME = 200_000


def of(
    store: FactStore,
    *,
    as_of: date,
    bucket: str | tuple[str, ...] | None = None,
    year_starts_in_month: int = givens.DEFAULT_YEAR_START,
    families: tuple[str, ...] | None = None,
    columns: Collection[str] | None = None,
    limits: Limits | None = None,
) -> pl.DataFrame:
    """Return one row a donor, prospects included, sorted by ``donor_id``.

    An empty cell is unknown or without object (a prospect has no last gift); 0 is a count of
    nothing. The columns are those of ``dictionary.columns()``.

    Args:
        store: The facts.
        as_of: The day; facts dated on or after it are not seen.
        bucket: One sixteenth of the donors (``"00"`` to ``"15"``), several, or None for all.
        year_starts_in_month: First month of the accounting year, 1 to 12.
        families: Only these families of columns; all by default.
        columns: Of these families, only these columns beside ``donor_id``; all by default. What
            nobody asks for is not worked out.
        limits: Memory and threads of the engine.
    """
    limits = limits or LIMITS
    names = _with_a_column(families or dictionary.families(), columns)
    year = givens.of_day(as_of, year_starts_in_month=year_starts_in_month)
    if bucket is None:
        # What holds the whole store answers for it too: one connection is opened, not two.
        asked = tables(names) | givens.TABLES
        with duck.connected(
            store, as_of=as_of, tables=asked, parameters=year, limits=limits
        ) as connection:
            known, _ = givens.learn(connection)
            _prepare(connection, known)
            lying = _as_they_lie(store, None, known, limits)
            return _in_order(_one(connection, names, lying, columns))
    known, _ = _known(store, as_of, limits)
    with _ready(store, as_of, bucket, None, known | year, limits) as connection:
        lying = _as_they_lie(store, bucket, known, limits)
        return _in_order(_one(connection, names, lying, columns))


def prepare(
    connection: duckdb.DuckDBPyConnection,
    *,
    known: Mapping[str, Parameter],
    columns: Mapping[str, tuple[str, ...]],
) -> None:
    """Have a connection (``duck.waiting``) ready to answer ``of_rows`` again and again.

    Understanding the SQL of a family takes longer than running it over a few donors.

    Args:
        connection: With ``known`` among its constants.
        known: ``known_of(store)`` of all the donors.
        columns: Family → those of its columns that are wanted, beside ``donor_id``.
    """
    _prepare(connection, known)
    # What a table holds now is not what it will hold: no plan may lean on it
    # (https://github.com/duckdb/duckdb/issues/23704).
    connection.execute(f"set disabled_optimizers = '{_BLIND}'")
    for name, wanted in columns.items():
        listed = ", ".join(f'"{column}"' for column in ("donor_id", *wanted))
        connection.execute(f"prepare {name}_of_rows as select {listed} from ({family(name)}) as f")


def of_rows(connection: duckdb.DuckDBPyConnection, families: tuple[str, ...]) -> pl.DataFrame:
    """Return one row a donor of those whose facts a connection holds (``duck.hold``), sorted.

    Args:
        connection: Made ready by ``prepare``.
        families: Of those it was made ready for.
    """
    parts = [
        connection.execute(f"execute {name}_of_rows").pl().sort("donor_id") for name in families
    ]
    return pl.concat([parts[0], *(part.drop("donor_id") for part in parts[1:])], how="horizontal")


def known_of(
    store: FactStore,
    *,
    as_of: date,
    year_starts_in_month: int = givens.DEFAULT_YEAR_START,
    limits: Limits | None = None,
) -> dict[str, Parameter]:
    """Return the constants of the families' SQL, which the whole store knows and no part of it."""
    year = givens.of_day(as_of, year_starts_in_month=year_starts_in_month)
    return _known(store, as_of, limits or LIMITS)[0] | year


def tables(families: tuple[str, ...]) -> frozenset[str]:
    """Return the tables of facts that some families read; ``donors`` is always one."""
    return duck.named(" ".join(("donors", *map(text, (*families, *INTERMEDIATE)))))


def batches(
    store: FactStore,
    *,
    as_of: date,
    year_starts_in_month: int = givens.DEFAULT_YEAR_START,
    families: tuple[str, ...] | None = None,
    limits: Limits | None = None,
) -> Iterator[pl.DataFrame]:
    """Yield the summary bucket by bucket; what is empty is left out.

    Small buckets come together, a large one comes in parts; rows are in no order. Memory does not
    grow with the number of donors, if each batch is let go before the next.
    """
    limits = limits or LIMITS
    known, highest = _known(store, as_of, limits)
    known |= givens.of_day(as_of, year_starts_in_month=year_starts_in_month)
    lying = _as_they_lie(store, None, known, limits)
    for buckets, donors in _shares(store, highest):
        with _ready(store, as_of, buckets, donors, known, limits) as connection:
            batch = _one(connection, families or dictionary.families(), lying)
        if batch.height:
            yield batch
        del batch  # before the next one is made


def text(name: str) -> str:
    """Return the SQL of a family of columns or of an intermediate table."""
    return resources.files("mecene.features").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def family(name: str, *, as_they_lie: bool = False, columns: Collection[str] | None = None) -> str:
    """Return the SQL of a family of columns, each of its own type, one row a donor.

    ``as_they_lie`` leaves the order in time to the files: only for those that have it.
    ``columns`` are those wanted beside ``donor_id``; all by default.
    """
    wanted = _wanted((name,), columns)
    typed = ", ".join(f'cast("{c.name}" as {_SQL_TYPES[c.type]}) as "{c.name}"' for c in wanted)
    said = _IN_TIME.sub("window in_time as ()", text(name)) if as_they_lie else text(name)
    return f"select {typed} from ({said}) as family"


def intermediate(*, has_several_currencies: bool) -> dict[str, str]:
    """Return name → SQL of the tables that families share, in the order they refer to one another.

    A file with one currency is not asked which is each donor's: the join would unsettle the order
    of the rows, too.
    """
    said = {name: text(name) for name in INTERMEDIATE}
    return said if has_several_currencies else said | {"own_amounts": "select * from gifts"}


@contextmanager
def _ready(
    store: FactStore,
    as_of: date,
    bucket: str | tuple[str, ...] | None,
    donors: range | None,
    known: Mapping[str, Parameter],
    limits: Limits,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to what the SQL of every family refers to."""
    with duck.connected(
        store, as_of=as_of, bucket=bucket, donors=donors, parameters=known, limits=limits
    ) as connection:
        _prepare(connection, known)
        yield connection


def _prepare(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Parameter]) -> None:
    # Sizes are guessed on unseen files: left to itself it hashes the gifts, not the donors.
    connection.execute("set disabled_optimizers = 'build_side_probe_side'")
    connection.execute("set preserve_insertion_order = true")
    several = bool(known["has_several_currencies"])
    for name, sql in intermediate(has_several_currencies=several).items():
        connection.execute(f"create temp view {name} as {sql}")


def _shares(store: FactStore, highest: int) -> Iterator[tuple[tuple[str, ...], range | None]]:
    """Yield which buckets to take at a time, and which donors of them (None: all).

    Donors are numbered from 1, a bucket holding every sixteenth.
    """
    held = [bucket for bucket in BUCKETS if store.files("donors", bucket=bucket)]
    numbers = highest + 1
    together = max(1, DONORS_AT_A_TIME * len(BUCKETS) // numbers)
    parts = -(-numbers // (DONORS_AT_A_TIME * len(BUCKETS)))
    width = -(-numbers // parts)
    ranges = [range(low, low + width) for low in range(0, numbers, width)] if parts > 1 else [None]
    for first in range(0, len(held), together):
        for donors in ranges:
            yield tuple(held[first : first + together]), donors


def _as_they_lie(
    store: FactStore,
    bucket: str | tuple[str, ...] | None,
    known: Mapping[str, Parameter],
    limits: Limits,
) -> bool:
    """Return whether gifts come out of the files in time, so that nobody need sort them.

    One thread reads one file after the other, from its first row to its last. Where several
    currencies are known, the amounts put in order are not those of the files.
    """
    return (
        limits.threads == 1
        and not known["has_several_currencies"]
        and store.is_in_order("gifts", bucket=bucket)
    )


def _wanted(
    families: tuple[str, ...], columns: Collection[str] | None
) -> tuple[FeatureColumn, ...]:
    known = dictionary.columns(families)
    return tuple(c for c in known if columns is None or c.name in columns or c.name == "donor_id")


def _with_a_column(families: tuple[str, ...], columns: Collection[str] | None) -> tuple[str, ...]:
    return tuple(name for name in families if len(_wanted((name,), columns)) > 1) or families[:1]


def _one(
    connection: duckdb.DuckDBPyConnection,
    families: tuple[str, ...],
    as_they_lie: bool,
    columns: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return the columns of several families, one row a donor."""
    parts = [
        connection.execute(family(name, as_they_lie=as_they_lie, columns=columns)).pl()
        for name in families
    ]
    # On one thread families mostly come in the order the donors lie in, all of them.
    if any(not part["donor_id"].equals(parts[0]["donor_id"]) for part in parts[1:]):
        parts = [part.sort("donor_id") for part in parts]
    rest = [part.drop("donor_id") for part in parts[1:]]
    names = [column.name for column in _wanted(families, columns)]
    return pl.concat([parts[0], *rest], how="horizontal").select(names)


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    return frame if frame["donor_id"].is_sorted() else frame.sort("donor_id")


def _known(store: FactStore, as_of: date, limits: Limits) -> tuple[dict[str, Parameter], int]:
    """Return the constants of the families' SQL, and the highest number of a donor."""
    with duck.connected(store, as_of=as_of, tables=givens.TABLES, limits=limits) as connection:
        return givens.learn(connection)
