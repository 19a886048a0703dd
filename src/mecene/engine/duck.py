"""DuckDB: what a query says over the facts, as they were known on a day.

The rule of what is known on a day lies in ``seen.sql`` and nowhere else.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
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
        store,
        as_of=as_of,
        bucket=bucket,
        tables=named(sql),
        parameters=parameters,
        limits=limits,
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
    tables: Collection[str] = facts.TABLES,
    parameters: Mapping[str, Parameter] | None = None,
    limits: Limits | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose views are the facts known on ``as_of``; closed afterwards.

    ``bucket`` may be several. ``donors`` keeps only the facts of those numbers: the files are
    sorted by donor, so that the rest is hardly read. ``tables`` are those that will be asked
    (``named``); each takes a millisecond to be made ready.
    """
    with connections.opened(store.path.parent, limits=limits) as connection:
        define(connection, {"as_of": as_of} | dict(parameters or {}))
        connection.execute("create schema raw")
        for name, view in _seen().items():
            if name not in tables:
                continue
            table = facts.TABLES[name]
            stored = _stored(store, table, bucket)
            if donors is not None and "donor_id" in table.schema:
                stored += f" where donor_id >= {donors.start} and donor_id < {donors.stop}"
            connection.execute(f"create view raw.{name} as {stored}")
            connection.execute(view)
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
        for view in _seen().values():
            connection.execute(view)
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


def named(sql: str) -> frozenset[str]:
    """Return the tables of facts whose name stands in some SQL."""
    return frozenset(name for name in facts.TABLES if re.search(rf"\b{name}\b", sql))


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


@cache
def _seen() -> dict[str, str]:
    """Return table → the view of what is known of it on a day: ``seen.sql``."""
    text = resources.files("mecene.engine").joinpath("seen.sql").read_text(encoding="utf-8")
    starts = [found.start() for found in re.finditer(r"^create view ", text, re.MULTILINE)]
    views = (text[start:end] for start, end in pairwise([*starts, len(text)]))
    return {view.split(maxsplit=3)[2]: view for view in views}


def _stored(store: FactStore, table: facts.Table, bucket: str | tuple[str, ...] | None) -> str:
    files = store.files(table.name, bucket=bucket)
    if not files:
        return f"select * from ({connections.no_rows(table)}) as nothing"
    names = ", ".join(f'"{name}"' for name in table.schema)
    return f"select {names} from {connections.parquet(files)}"
