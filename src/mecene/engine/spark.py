"""Spark: what a query says over the facts known on a day, beyond what one machine holds.

The same SQL as DuckDB's (``duck``), translated (``translation``); the same rule of what is known
on a day (``seen.sql``); the same answer, row for row (tests/engine/test_spark.py). Needs the extra
``mecene[spark]`` and Java 17 or later; nothing of either is touched before a session is opened.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from mecene import facts
from mecene.engine import translation
from mecene.engine.connection import Limits, Parameter
from mecene.engine.store import FactStore

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

OnBatch = Callable[[pl.DataFrame], pl.DataFrame]

# The answer depends on these: an overflow is an error, as in DuckDB, and a moment has no zone.
_ANSWER = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.caseSensitive": "false",
}
_TYPES: dict[pl.DataType, str] = {
    pl.Int64(): "bigint",
    pl.Float64(): "double",
    pl.Boolean(): "boolean",
    pl.String(): "string",
    pl.Date(): "date",
    pl.Datetime("us"): "timestamp_ntz",
    pl.List(pl.String()): "array<string>",
}


class SparkUnavailable(RuntimeError):
    """Spark cannot run here; the message says what to install."""


class UnknownType(TypeError):
    """A column has a type that has no place in a Spark table."""


@dataclass(frozen=True)
class Connection:
    """The facts known on a day as one session sees them, and the constants of its queries."""

    session: "SparkSession"
    parameters: dict[str, Parameter]

    def execute(self, sql: str) -> "DataFrame":
        """Return the answer to a DuckDB ``select``, to be worked out when it is read.

        Raises:
            translation.Untranslatable: Spark has no word for it.
        """
        return self.session.sql(translation.to_spark(sql, parameters=self.parameters))


def missing() -> str | None:
    """Return what keeps Spark from running here, and its remedy; None where it can run."""
    if importlib.util.find_spec("pyspark") is None:
        return "PySpark is not installed: pip install 'mecene[spark]'"
    if importlib.util.find_spec("sqlglot") is None:
        return "sqlglot is not installed: pip install 'mecene[spark]'"
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "Java is not installed: apt-get install openjdk-17-jre-headless (or set JAVA_HOME)"
    return None


@contextmanager
def opened(
    beside: Path, *, limits: Limits | None = None, settings: Mapping[str, str] | None = None
) -> Iterator["SparkSession"]:
    """Yield a session: the one already under way (a cluster's), or one on this machine.

    One on this machine is stopped afterwards; what it spills lies in ``beside``, for a time. It
    listens on the loopback interface only, and shows no page.

    Raises:
        SparkUnavailable: PySpark or Java is missing.
    """
    if lacking := missing():
        raise SparkUnavailable(lacking)
    from pyspark.sql import SparkSession

    if under_way := SparkSession.getActiveSession():
        yield under_way
        return
    limits = limits or Limits()
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".spill-", dir=beside) as spill:
        # Read by the virtual machine when it starts, before any setting of the session.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.appName("mecene").master(f"local[{limits.threads}]")
        for name, value in (_here(limits, spill) | dict(settings or {}) | _ANSWER).items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        try:
            yield session
        finally:
            session.stop()


def connected(
    session: "SparkSession",
    store: FactStore,
    *,
    as_of: date,
    bucket: str | None = None,
    parameters: Mapping[str, Parameter] | None = None,
) -> Connection:
    """Return a connection whose views are the facts known on ``as_of``.

    Its views and settings are its own; those of ``session`` are left as they were. On a cluster,
    the path of ``store`` is one that every machine sees.
    """
    own = session.newSession()
    for name, value in _ANSWER.items():
        own.conf.set(name, value)
    connection = Connection(own, {"as_of": as_of} | dict(parameters or {}))
    for table in facts.TABLES.values():
        _stored(own, store, table, bucket).createOrReplaceTempView(translation.stored(table.name))
    seen = resources.files("mecene.engine").joinpath("seen.sql").read_text(encoding="utf-8")
    for name, query in translation.views(seen, parameters=connection.parameters).items():
        own.sql(query).createOrReplaceTempView(name)
    return connection


def run(
    sql: str,
    *,
    session: "SparkSession",
    store: FactStore,
    as_of: date,
    bucket: str | None = None,
    relations: Mapping[str, pl.DataFrame] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
) -> pl.DataFrame:
    """Return the rows of a query over the facts known on a day, as ``duck.run`` does.

    Args:
        sql: One ``select`` in DuckDB's words over the tables of ``mecene.facts``; ``as_of()`` is
            the day.
        session: See ``opened``.
        store: Where the facts lie.
        as_of: Facts dated on or after it are not seen (``seen.sql``).
        bucket: ``"00"`` to ``"15"``, ``"anonymous"``, or None for every row.
        relations: Further tables, by name.
        parameters: Further constants, by name; ``name()`` in SQL.

    Raises:
        translation.Untranslatable: Spark has no word for the query.
    """
    connection = connected(session, store, as_of=as_of, bucket=bucket, parameters=parameters)
    for name, frame in (relations or {}).items():
        rows = connection.session.createDataFrame(_plain(frame), _ddl(frame.schema))
        rows.createOrReplaceTempView(name)
    return rows_of(connection.execute(sql))


def rows_of(answer: "DataFrame") -> pl.DataFrame:
    """Return an answer's rows, brought to this machine, in whatever order they come."""
    return pl.DataFrame(answer.toArrow())


def in_batches(summary: "DataFrame", function: OnBatch, *, schema: pl.Schema) -> "DataFrame":
    """Return what a pure function says of a summary, a batch of donors at a time.

    Args:
        summary: One row a donor (``mecene.features.on_spark``).
        function: Rows in, rows out; what it says of a donor depends on their own row alone, since
            nobody knows which donors share a batch. It is sent to the workers, where ``mecene``
            is installed too; a fitted model goes with it (``functools.partial``).
        schema: The columns it returns, and their types.

    Raises:
        UnknownType: a column has no type in Spark.
    """
    return summary.mapInArrow(partial(_mapped, function=function, schema=schema), _ddl(schema))


def _mapped(
    batches: Iterator[pa.RecordBatch], *, function: OnBatch, schema: pl.Schema
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        said = function(pl.DataFrame(batch)).select(list(schema)).cast(schema)
        yield from _plain(said).to_batches()


def _plain(frame: pl.DataFrame) -> pa.Table:
    """Return a frame as an Arrow table with the narrow strings that Spark reads."""
    table = frame.to_arrow()
    narrow = pa.schema([field.with_type(_narrow(field.type)) for field in table.schema])
    return table.cast(narrow)


def _narrow(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.list_(_narrow(kind.value_type)) if pa.types.is_large_list(kind) else kind


def _stored(
    session: "SparkSession", store: FactStore, table: facts.Table, bucket: str | None
) -> "DataFrame":
    schema = _ddl(table.schema)
    files = [str(file) for file in store.files(table.name, bucket=bucket)]
    if not files:
        return session.createDataFrame([], schema)
    return session.read.schema(schema).parquet(*files)


def _ddl(schema: pl.Schema) -> str:
    """Return the columns of a table as Spark declares them."""
    return ", ".join(f"`{name}` {_type(name, kind)}" for name, kind in schema.items())


def _type(name: str, kind: pl.DataType) -> str:
    if kind not in _TYPES:
        raise UnknownType(f"{name} is of type {kind}; Spark takes {', '.join(map(str, _TYPES))}")
    return _TYPES[kind]


def _here(limits: Limits, spill: str) -> dict[str, str]:
    """Return the settings of a session on this machine."""
    return {
        "spark.driver.memory": f"{limits.memory_mb}m",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": spill,
        "spark.sql.warehouse.dir": f"{spill}/warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(2 * limits.threads),
    }
