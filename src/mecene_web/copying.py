"""Copying: every table of a PostgreSQL database as files, and back, with no program but our own.

One reading of the whole, at one moment; back into an empty database, brought first to the very
migrations that the copy was made at.
"""

import json
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

_MANIFEST = "manifest.json"
_MIGRATIONS = "django_migrations"
_TABLES = """
select c.table_name, array_agg(c.column_name::text order by c.ordinal_position)
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
  and c.is_generated = 'NEVER'
group by c.table_name order by c.table_name
"""
_SEQUENCES = """
select sequencename, last_value from pg_sequences
where schemaname = current_schema() and last_value is not null
"""


def write(into: Path) -> None:
    """Write every table into a new folder, all as of one moment."""
    into.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(_TABLES)
        tables = dict(cursor.fetchall())
        cursor.execute(_SEQUENCES)
        sequences = dict(cursor.fetchall())
        cursor.execute(f"select app, name from {_MIGRATIONS} order by id")
        migrations = cursor.fetchall()
        for table, columns in tables.items():
            with (
                (into / table).open("wb") as file,
                cursor.copy(f"copy {_named(table, columns)} to stdout") as rows,
            ):
                for part in rows:
                    file.write(part)
    told = {"tables": tables, "sequences": sequences, "migrations": migrations}
    (into / _MANIFEST).write_text(json.dumps(told), encoding="utf-8")


def is_copy(folder: Path) -> bool:
    """Return whether a folder is such a copy."""
    return (folder / _MANIFEST).exists()


def is_empty() -> bool:
    """Return whether nothing is in the database yet."""
    return not connection.introspection.table_names()


def read(folder: Path) -> None:
    """Put a copy back into an empty database, whole or not at all."""
    told = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    _migrated([tuple(each) for each in told["migrations"]])
    tables: dict[str, list[str]] = {
        name: columns for name, columns in told["tables"].items() if name != _MIGRATIONS
    }
    known = set(connection.introspection.table_names())
    with transaction.atomic(), connection.cursor() as cursor:
        _emptied(cursor, sorted(known & set(tables)))
        for table, columns in tables.items():
            if table not in known:  # what is kept between requests is no migration's
                continue
            with cursor.copy(f"copy {_named(table, columns)} from stdin") as rows:
                rows.write((folder / table).read_bytes())
        for sequence, last in told["sequences"].items():
            cursor.execute("select to_regclass(%s)", [f'"{sequence}"'])
            if cursor.fetchone()[0]:
                cursor.execute("select setval(%s, %s)", [f'"{sequence}"', last])


def _migrated(applied: list[tuple[str, str]]) -> None:
    """Bring the database to the migrations of the copy, no further."""
    executor = MigrationExecutor(connection)
    executor.migrate([each for each in applied if each in executor.loader.graph.nodes])


def _emptied(cursor: Any, tables: list[str]) -> None:
    """Remove what migrations put there: the copy has it too."""
    # Ledgers refuse to be emptied, and are put back whole below.
    for table in tables:
        cursor.execute(f"alter table {_quoted(table)} disable trigger user")
    cursor.execute(f"truncate {', '.join(map(_quoted, tables))}")
    for table in tables:
        cursor.execute(f"alter table {_quoted(table)} enable trigger user")


def _named(table: str, columns: list[str]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, columns))})"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
