"""DuckDB: what a query says over the facts, as they were known on a day.

The rule of what is known on a day lies in ``seen.sql`` and nowhere else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib import resources
from pathlib import Path

import duckdb
import polars as pl

from mecene import facts
from mecene.engine import connection as connections
from mecene.engine.connection import Limits, Parameter
from mecene.engine.store import FactStore


def run(
    sql: str,
    *,
    store: FactStore,
    as_of: date,
    bucket: str | tuple[str, ...] | None = None,
    relations: Mapping[str, pl.DataFrame] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    limits: Limits | None = None,
) -> pl.DataFrame:
    """Return the rows of a query over the facts known on a day.

    Args:
        sql: One ``select`` over the tables of ``mecene.facts``; ``as_of()`` is the day.
        store: Where the facts lie.
        as_of: Facts dated on or after it are not seen (``seen.sql``).
        bucket: ``"00"`` to ``"15"``, ``"anonymous"``, several of them, or None for every row.
        relations: Further tables, by name.
        parameters: Further constants, by name; ``name()`` in SQL.
        limits: Memory and threads.

    Raises:
        duckdb.Error: the query is wrong.
    """
    with connected(
        store, as_of=as_of, bucket=bucket, parameters=parameters, limits=limits
    ) as connection:
        for name, frame in (relations or {}).items():
            connection.register(name, frame.to_arrow())
        return connection.execute(sql).pl()


@contextmanager
def connected(
    store: FactStore,
    *,
    as_of: date,
    bucket: str | tuple[str, ...] | None = None,
    donors: range | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    limits: Limits | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose views are the facts known on ``as_of``; closed afterwards.

    ``bucket`` may be several. ``donors`` keeps only the facts of those numbers: the files are
    sorted by donor, so that the rest is hardly read.
    """
    with connections.opened(store.path.parent, limits=limits) as connection:
        define(connection, {"as_of": as_of} | dict(parameters or {}))
        connection.execute("create schema raw")
        for table in facts.TABLES.values():
            stored = _stored(store, table, bucket)
            if donors is not None and "donor_id" in table.schema:
                stored += f" where donor_id >= {donors.start} and donor_id < {donors.stop}"
            connection.execute(f"create view raw.{table.name} as {stored}")
        connection.execute(resources.files("mecene.engine").joinpath("seen.sql").read_text())
        yield connection


@contextmanager
def waiting(
    *,
    as_of: date,
    beside: Path,
    parameters: Mapping[str, Parameter] | None = None,
    limits: Limits | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose views are the facts of a few donors at a time (``hold``).

    Args:
        as_of: Facts dated on or after it are not seen.
        beside: Where it may spill.
        parameters: Further constants, by name.
        limits: Memory and threads.
    """
    with connections.opened(beside, limits=limits) as connection:
        define(connection, {"as_of": as_of} | dict(parameters or {}))
        connection.execute("create schema raw")
        for table in facts.TABLES.values():
            empty = connections.no_rows(table)
            connection.execute(f"create table raw.{table.name} as {empty}")
        connection.execute(resources.files("mecene.engine").joinpath("seen.sql").read_text())
        yield connection


def hold(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, pl.DataFrame]) -> None:
    """Have a waiting connection hold these rows in place of those it held.

    Nothing of its catalogue changes: what was prepared stays so. What is taken out leaves a little
    behind, so that a connection should be closed after some hundreds of times.

    Args:
        connection: Of ``waiting``.
        rows: Table of ``mecene.facts`` → its rows, of that contract; absent tables are empty.
    """
    for table in facts.TABLES.values():
        connection.execute(f"delete from raw.{table.name}")
        held = rows.get(table.name)
        if held is not None and held.height:
            passing = held.select(list(table.schema)).to_arrow()  # noqa: F841 -- read by name
            connection.execute(f"insert into raw.{table.name} from passing")


def define(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Parameter]) -> None:
    """Make constants known to the SQL of a connection: ``name()`` each."""
    for name, value in parameters.items():
        connection.execute(f"create macro {name}() as {connections.literal(value)}")


def next_day(store: FactStore) -> date | None:
    """Return the day after the latest received gift: the usual ``as_of``; None without gifts."""
    latest = run(
        "select cast(max(given_on) + interval 1 day as date) as day "
        "from gifts where status = 'received'",
        store=store,
        as_of=date.max,
    )
    day: date | None = latest["day"][0]
    return day


def _stored(store: FactStore, table: facts.Table, bucket: str | tuple[str, ...] | None) -> str:
    files = store.files(table.name, bucket=bucket)
    if not files:
        return f"select * from ({connections.no_rows(table)}) as nothing"
    names = ", ".join(f'"{name}"' for name in table.schema)
    return f"select {names} from {connections.parquet(files)}"
