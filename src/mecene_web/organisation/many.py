"""Many: rows written together, with no object a row.

On SQLite by one prepared statement run many times; on PostgreSQL by one statement that reads them
all from a JSON text. Django's own way makes an object of each row and a text of as many cases as
there are values, and takes several times as long.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models

Told = Callable[[Any], Any]
_AT_ONCE = 2_000


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *,
    once: bool = False,
) -> int:  # fmt: skip
    """Write new rows; return how many are new. The database numbers them.

    Args:
        model: Into which table.
        names: The columns that are told, foreign keys as ``donor_id``; what is not told is what the
            model says where nothing is.
        rows: Their values, in that order.
        once: A row that is there already is left as it is.
    """
    meta = model._meta
    usual = [field for field in meta.concrete_fields
             if not field.primary_key and field.attname not in names]  # fmt: skip
    raw = tuple(field.get_default() for field in usual)
    constants = raw if connection.vendor == "postgresql" else tuple(
        _teller(field)(value) for field, value in zip(usual, raw, strict=True)
    )  # fmt: skip
    columns = [*(_column(model, name) for name in names), *(field.column for field in usual)]
    quoted = ", ".join(f'"{column}"' for column in columns)
    blanks = ", ".join(["%s"] * len(columns))
    spare = " on conflict do nothing" if once else ""
    into = f'insert into "{meta.db_table}" ({quoted})'
    added = 0
    with connection.cursor() as cursor:
        for some in _some(rows):
            if connection.vendor == "postgresql":
                there = _recordset(model, [*names, *(field.attname for field in usual)])
                said = _as_json(row + constants for row in map(tuple, some))
                cursor.execute(f"{into} select {quoted} from {there}{spare}", [said])
            else:
                told = _told(model, names, some, constants)
                cursor.executemany(f"{into} values ({blanks}){spare}", told)
            added += int(cursor.rowcount)
    return added


def update(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:  # fmt: skip
    """Write some columns of rows that are there.

    Args:
        model: Of which table.
        names: The columns.
        rows: Their values, in that order; last, the number of the row.
    """
    table, columns = model._meta.db_table, [_column(model, name) for name in names]
    with connection.cursor() as cursor:
        for some in _some(rows):
            if connection.vendor == "postgresql":
                said = ", ".join(f'"{column}" = told."{column}"' for column in columns)
                there = _recordset(model, [*names, "id"])
                cursor.execute(f'update "{table}" set {said} from {there} '
                               f'where "{table}".id = told.id', [_as_json(some)])  # fmt: skip
            else:
                said = ", ".join(f'"{column}" = %s' for column in columns)
                cursor.executemany(f'update "{table}" set {said} where id = %s',
                                   _told(model, (*names, "id"), some, ()))  # fmt: skip


def _some(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Yield rows some at a time: a million of them are never held at once."""
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _recordset(model: type[models.Model], names: Sequence[str]) -> str:
    """Return what PostgreSQL reads rows from: one JSON text, a list a row, in one statement."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(
        f'{_read(fields[name], place)} as "{fields[name].column}"'
        for place, name in enumerate(names)
    )
    return f"(select {columns} from jsonb_array_elements(%s::jsonb) as each) as told"


def _read(field: Any, place: int) -> str:
    type_ = {"smallserial": "smallint", "serial": "integer", "bigserial": "bigint"}.get(
        (told := str(field.rel_db_type(connection) if field.primary_key
                     else field.db_type(connection))), told
    )  # fmt: skip
    return f"each->{place}" if type_ == "jsonb" else f"(each->>{place})::{type_}"


def _as_json(rows: Iterable[Sequence[Any]]) -> str:
    return json.dumps([list(row) for row in rows], default=_moment, ensure_ascii=False)


def _moment(value: Any) -> str:
    return str(value.isoformat())


def _told(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]],
    constants: tuple[Any, ...],
) -> list[list[Any]]:  # fmt: skip
    """Return the rows as the database takes them: moments and JSON in its own way."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    tellers = [(place, teller) for place, name in enumerate(names)
               if (teller := _teller(fields[name])) is not _as_it_is]  # fmt: skip
    told = []
    for row in rows:
        values = [*row, *constants]
        for place, teller in tellers:
            values[place] = teller(values[place])
        told.append(values)
    return told


def _column(model: type[models.Model], name: str) -> str:
    return next(one.column for one in model._meta.concrete_fields if one.attname == name)


def _teller(field: Any) -> Told:
    match field.get_internal_type():
        case "DateTimeField":
            return _moments()
        case "DateField":
            return connection.ops.adapt_datefield_value
        case "JSONField":
            return _json
    return _as_it_is


def _moments() -> Told:
    """Return what tells a moment; most rows of a batch say the same few."""
    known: dict[datetime | None, Any] = {}

    def told(at: datetime | None) -> Any:
        if at not in known:
            known[at] = connection.ops.adapt_datetimefield_value(at) if at else None
        return known[at]

    return told


def _json(value: Any) -> str | None:
    if not value:
        return None if value is None else "{}" if value == {} else json.dumps(value)
    return json.dumps(value)


def _as_it_is(value: Any) -> Any:
    return value
