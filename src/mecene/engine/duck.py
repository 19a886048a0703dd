"""DuckDB: what a query says over the facts, as they were known on a day.

The only module that opens a DuckDB connection on a fact store. Each call has its own, in memory,
without network or extensions, spilling beside the store when the memory allowed is used up.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import resources
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

from mecene import facts
from mecene.engine.store import FactStore

Parameter = str | int | float | bool | date

_SQL_TYPES = {
    pl.Int64(): "bigint",
    pl.String(): "varchar",
    pl.Date(): "date",
    pl.Datetime("us"): "timestamp",
    pl.Float64(): "double",
    pl.List(pl.String()): "varchar[]",
}


@dataclass(frozen=True)
class Limits:
    """What one query may use: memory in megabytes before it spills to disk, and threads."""

    memory_mb: int = 1_500
    threads: int = 2


def run(
    sql: str,
    *,
    store: FactStore,
    as_of: date,
    bucket: str | None = None,
    relations: Mapping[str, pl.DataFrame] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    views: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> pl.DataFrame:
    """Return the rows of a query over the facts known on a day.

    Args:
        sql: One ``select`` over the tables of ``mecene.facts``; ``as_of()`` is the day.
        store: Where the facts lie.
        as_of: Facts dated on or after it are not seen (``seen.sql``).
        bucket: ``"00"`` to ``"15"``, ``"anonymous"``, or None for every row.
        relations: Further tables, by name.
        parameters: Further constants, by name; ``name()`` in SQL.
        views: Intermediate tables, name → ``select``, worked out once and in order.
        limits: Memory and threads.

    Raises:
        duckdb.Error: the query is wrong.
    """
    with connected(
        store, as_of=as_of, bucket=bucket, parameters=parameters, limits=limits
    ) as connection:
        for name, frame in (relations or {}).items():
            connection.register(name, frame.to_arrow())
        for name, select in (views or {}).items():
            connection.execute(f"create temp table {name} as {select}")
        return connection.execute(sql).pl()


@contextmanager
def connected(
    store: FactStore,
    *,
    as_of: date,
    bucket: str | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    limits: Limits | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose views are the facts known on ``as_of``; closed afterwards."""
    with opened(store, limits=limits) as connection:
        for name, value in ({"as_of": as_of} | dict(parameters or {})).items():
            connection.execute(f"create macro {name}() as {_literal(value)}")
        connection.execute("create schema raw")
        for table in facts.TABLES.values():
            connection.execute(_stored(store, table, bucket))
        connection.execute(resources.files("mecene.engine").joinpath("seen.sql").read_text())
        yield connection


@contextmanager
def opened(
    store: FactStore, *, limits: Limits | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a bare connection within its limits; its spilled pages lie beside the store."""
    limits = limits or Limits()
    store.path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".spill-", dir=store.path.parent) as spill:
        connection = duckdb.connect(
            config={
                "memory_limit": f"{limits.memory_mb}MB",
                "threads": limits.threads,
                "temp_directory": spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            }
        )
        try:
            yield connection
        finally:
            connection.close()


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


def _stored(store: FactStore, table: facts.Table, bucket: str | None) -> str:
    files = store.files(table.name, bucket=bucket)
    if not files:
        columns = ", ".join(
            f'cast(null as {_SQL_TYPES[column.type]}) as "{column.name}"'
            for column in table.columns
        )
        return f"create view raw.{table.name} as select {columns} where false"
    listed = ", ".join(_literal(str(file)) for file in files)
    names = ", ".join(f'"{name}"' for name in table.schema)
    return (
        f"create view raw.{table.name} as select {names} "
        f"from read_parquet([{listed}], hive_partitioning = false)"
    )


def _literal(value: Parameter) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("'", "''")
    return f"date '{text}'" if isinstance(value, date) else f"'{text}'"
