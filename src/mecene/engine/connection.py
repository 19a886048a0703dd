"""Connections: how a query is run in little memory, without a network.

Each connection is its own, in memory, loads no extension, and spills beside the facts when the
memory it was allowed is used up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from mecene import facts

Parameter = str | int | float | bool | date

_SQL_TYPES = {
    facts.INTEGER: "bigint",
    facts.TEXT: "varchar",
    facts.DATE: "date",
    facts.MOMENT: "timestamp",
}


@dataclass(frozen=True)
class Limits:
    """What one query may use: memory in megabytes before it spills to disk, and threads."""

    memory_mb: int = 900
    threads: int = 2


@contextmanager
def opened(beside: Path, *, limits: Limits | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a bare connection within its limits; what it spills lies in ``beside``, for a time."""
    limits = limits or Limits()
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".spill-", dir=beside) as spill:
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
            connection.execute("set enable_progress_bar = false")
            # A connection asks the same files again and again: their footers are read once.
            connection.execute("set parquet_metadata_cache = true")
            yield connection
        finally:
            connection.close()


def literal(value: Parameter) -> str:
    """Return a value as SQL writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("'", "''")
    return f"date '{text}'" if isinstance(value, date) else f"'{text}'"


def parquet(files: tuple[Path, ...], *, options: str = "") -> str:
    """Return the SQL that reads Parquet files as one table, columns matched by name."""
    listed = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false{options})"


def no_rows(table: facts.Table) -> str:
    """Return a ``select`` with the columns of a table and no row."""
    columns = ", ".join(
        f'cast(null as {sql_type(column)}) as "{column.name}"' for column in table.columns
    )
    return f"select {columns} where false"


def sql_type(column: facts.Column) -> str:
    """Return the SQL type of a column of facts."""
    if column.type in _SQL_TYPES:
        return _SQL_TYPES[column.type]
    return "double" if column.type.is_float() else "varchar[]"
