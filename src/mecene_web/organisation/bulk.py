"""Bulk: many rows written at once, without a model object each.

Rows are made ready outside any transaction (``Batch.add``), then written in one that is as short
as can be (``Batch.write``): on SQLite whoever writes keeps all others waiting.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection, models

_SCRATCH = "scratch"
_COPIED_AT_ONCE = 1 << 20
_CACHE_KB = 768 * 1024
# So few rows are written one by one before a file of their own is made.
_FEW = 5_000


@dataclass(frozen=True)
class _Rows:
    table: str
    columns: tuple[str, ...]
    place: Path
    replacing: bool
    few: tuple[tuple[Any, ...], ...] = ()


class Batch:
    """Rows of several tables, ready to be written together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._added: list[_Rows] = []
        self._usual_cache = 0

    def add(
        self, model: type[models.Model], frame: pl.DataFrame, *, replacing: bool = False
    ) -> None:
        """Make rows ready; columns are the database's (``donor_id``), those left out are null.

        Tables are written in the order they are added: what is pointed at goes first. With
        ``replacing``, a row whose ``id`` is there already takes the new values.
        """
        if not frame.height:
            return
        table, columns = model._meta.db_table, tuple(frame.columns)
        few: tuple[tuple[Any, ...], ...] = ()
        place = Path(f"b{len(self._added)}")
        if connection.vendor != "sqlite":
            place = self._folder / f"b{len(self._added)}.csv"
            frame.write_csv(place, null_value="\\N", quote_style="necessary")
        elif frame.height <= _FEW:
            few = tuple(_plain(frame).iter_rows())
        else:
            self._attach()
            _ingest(self._folder / f"{_SCRATCH}.sqlite3", place.name, _plain(frame))
        self._added.append(_Rows(table, columns, place, replacing, few))

    def write(self) -> None:
        """Write every row; in the transaction under way, all of them or none."""
        for rows in self._added:
            if rows.few:
                _one_by_one(rows)
            elif connection.vendor == "sqlite":
                _insert(rows, f"{_SCRATCH}.{_named(rows.place.name)}")
            else:
                _copied(rows)

    def _attach(self) -> None:
        """Open the file that rows wait in, unless it is; a transaction cannot."""
        if self._usual_cache:
            return
        with connection.cursor() as cursor:
            file = f"{self._folder}/{_SCRATCH}.sqlite3"
            cursor.execute(f"attach database %s as {_SCRATCH}", [file])
            cursor.execute("pragma main.cache_size")
            self._usual_cache = int(cursor.fetchone()[0])
            # Indexes are written all over: those that do not fit are read and written again.
            cursor.execute(f"pragma main.cache_size = -{_CACHE_KB}")

    def close(self) -> None:
        """Let go of what was made ready."""
        if self._usual_cache:
            with connection.cursor() as cursor:
                cursor.execute(f"pragma main.cache_size = {self._usual_cache}")
                cursor.execute(f"detach database {_SCRATCH}")


@contextmanager
def batch() -> Iterator[Batch]:
    """Yield an empty batch; what it made ready is gone afterwards, written or not.

    On SQLite it must be opened outside a transaction: a database cannot be attached inside one.
    """
    with TemporaryDirectory(prefix=".batch-", dir=settings.HOME) as folder:
        made = Batch(Path(folder))
        try:
            yield made
        finally:
            made.close()


def _ingest(file: Path, table: str, frame: pl.DataFrame) -> None:
    import adbc_driver_sqlite.dbapi

    connect = adbc_driver_sqlite.dbapi.connect
    with connect(str(file), autocommit=True) as opened, opened.cursor() as cursor:
        # Lost on a crash, like the rows it holds: it need not wait for the disk.
        cursor.execute("pragma synchronous = off")
        cursor.adbc_ingest(table, frame.to_arrow(), mode="create")


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the cells as Django writes them in SQLite."""
    written: list[pl.Expr] = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if kind == pl.Date:
            column = column.dt.strftime("%Y-%m-%d")
        elif isinstance(kind, pl.Datetime):
            column = column.dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
        elif kind == pl.Boolean:
            column = column.cast(pl.Int64)
        written.append(column.alias(name))
    return frame.select(written)


def _insert(rows: _Rows, origin: str) -> None:
    columns = ", ".join(map(_named, rows.columns))
    # "where true": SQLite would read "on conflict" as the condition of a join.
    with connection.cursor() as cursor:
        cursor.execute(f"{_into(rows)} select {columns} from {origin} where true{_over(rows)}")


def _one_by_one(rows: _Rows) -> None:
    blanks = ", ".join(["%s"] * len(rows.columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"{_into(rows)} values ({blanks}){_over(rows)}", rows.few)


def _into(rows: _Rows) -> str:
    return f"insert into {_named(rows.table)} ({', '.join(map(_named, rows.columns))})"


def _over(rows: _Rows) -> str:
    if not rows.replacing:
        return ""
    new = ", ".join(f"{_named(c)} = excluded.{_named(c)}" for c in rows.columns if c != "id")
    return f" on conflict (id) do update set {new}"


def _copied(rows: _Rows) -> None:
    """Copy rows; those that may replace others, by way of a table gone with the transaction."""
    columns = ", ".join(map(_named, rows.columns))
    into = _named(rows.place.stem) if rows.replacing else _named(rows.table)
    with (
        connection.cursor() as cursor,
        rows.place.open("rb") as lines,
        connection.wrap_database_errors,
    ):
        if rows.replacing:
            cursor.execute(
                f"create temporary table {into} on commit drop as "
                f"select {columns} from {_named(rows.table)} with no data"
            )
        raw: Any = cursor.cursor
        copying = f"copy {into} ({columns}) from stdin (format csv, header, null '\\N')"
        with raw.copy(copying) as copy:
            while part := lines.read(_COPIED_AT_ONCE):
                copy.write(part)
    if rows.replacing:
        _insert(rows, into)
    if rows.place.stat().st_size > _COPIED_AT_ONCE:
        _counted(rows.table)


def _counted(table: str) -> None:
    """Have PostgreSQL look at a table that grew, at once.

    Its own round comes within minutes; until then it believes the table small or its words common,
    and reads a million donors to find one.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {_named(table)}")


def _named(name: str) -> str:
    return f'"{name}"'
