"""Tables: the rows of the database of record as columns, without a model object each."""

from collections.abc import Iterable, Sequence

import polars as pl
from django.db import connection, models
from django.db.models import Min

_AT_ONCE = 20_000
_TYPES: dict[str, pl.DataType] = {
    "BigAutoField": pl.Int64(), "BigIntegerField": pl.Int64(), "ForeignKey": pl.Int64(),
    "OneToOneField": pl.Int64(), "PositiveSmallIntegerField": pl.Int64(),
    "FloatField": pl.Float64(), "BooleanField": pl.Boolean(), "DateField": pl.Date(),
    "DateTimeField": pl.Datetime("us", "UTC"),
}  # fmt: skip


def read(
    model: type[models.Model],
    columns: Sequence[str],
    *,
    among: Iterable[int] | None = None,
    by: str = "id",
    where: str = "",
) -> pl.DataFrame:
    """Return rows of a table, as seen by the transaction under way.

    Args:
        model: Whose table.
        columns: Names in the database (``donor_id``).
        among: Only rows whose ``by`` is one of these numbers.
        by: A column of numbers.
        where: Or, only rows that meet a condition in SQL, written by us.
    """
    sql = f"select {', '.join(map(_quoted, columns))} from {_quoted(model._meta.db_table)}"
    rows: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        if among is None:
            cursor.execute(f"{sql} where {where}" if where else sql, [])
            rows = cursor.fetchall()
        else:
            wanted = sorted(set(among))
            for first in range(0, len(wanted), _AT_ONCE):
                part = wanted[first : first + _AT_ONCE]
                # Numbers alone are written into the query.
                listed = ", ".join(str(int(number)) for number in part)
                cursor.execute(f"{sql} where {_quoted(by)} in ({listed})")
                rows += cursor.fetchall()
    return _typed(model, columns, rows)


def earliest(model: type[models.Model], dated: str, *, where: str) -> pl.DataFrame:
    """Return ``donor_id`` and, under its own name, the first of a column of days or of moments.

    Args:
        model: Whose table.
        dated: Name of the column in the database.
        where: Which rows, as SQL written by us.
    """
    rows = (
        model._default_manager.extra(where=[where])  # noqa: S610 -- written by us
        .order_by()
        .values_list("donor_id")
        .annotate(first=Min(dated))
    )
    return _typed(model, ["donor_id", dated], list(rows))


def _typed(
    model: type[models.Model], columns: Sequence[str], rows: list[tuple[object, ...]]
) -> pl.DataFrame:
    fields = {field.column: field for field in model._meta.concrete_fields}
    wanted = {name: _TYPES.get(type(fields[name]).__name__, pl.String()) for name in columns}
    return pl.DataFrame(rows, schema=wanted, orient="row")


def _quoted(name: str) -> str:
    return f'"{name}"'
