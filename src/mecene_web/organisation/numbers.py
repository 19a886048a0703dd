"""Numbers: identifiers for rows written in bulk, from the same source as all the others.

The database hands out the numbers of single rows by itself; these are taken from where it keeps
count, so that no two rows, and no two moments, ever have the same.
"""

from collections.abc import Sequence

from django.db import connection, models, transaction


def block(model: type[models.Model], *, size: int) -> Sequence[int]:
    """Return numbers that no row of a model has had, ascending."""
    if size < 1:
        return range(0)
    table = model._meta.db_table
    if connection.vendor == "sqlite":
        return _counted_on(table, size)
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [f'"{table}"', size],
        )
        return [row[0] for row in cursor.fetchall()]


def _counted_on(table: str, size: int) -> range:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update sqlite_sequence set seq = seq + %s where name = %s", [size, table])
        if not cursor.rowcount:
            cursor.execute("insert into sqlite_sequence (name, seq) values (%s, %s)", [table, size])
        cursor.execute("select seq from sqlite_sequence where name = %s", [table])
        last = int(cursor.fetchone()[0])
    return range(last - size + 1, last + 1)
