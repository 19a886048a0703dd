"""Many: rows written together, with no object a row.

On SQLite by one prepared statement run many times; on PostgreSQL by one statement that reads them
all from a JSON text, what all of them say alike being said once. Django's own way makes an object
of each row and a text of as many cases as there are values, and takes several times as long.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice, repeat
from typing import Any

from django.db import connection, models, transaction

Told = Callable[[Any], Any]
_AT_ONCE = 2_000
_ONCE = " on conflict do nothing"


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
    usual = [field for field in model._meta.concrete_fields
             if not field.primary_key and field.attname not in names]  # fmt: skip
    columns = [*names, *(field.attname for field in usual)]
    constants = tuple(field.get_default() for field in usual)
    quoted = ", ".join(f'"{_column(model, name)}"' for name in columns)
    into, spare = f'insert into "{model._meta.db_table}" ({quoted})', _ONCE if once else ""
    blanks = ", ".join(["%s"] * len(columns))
    added = 0
    # Outside any transaction SQLite would wait for its disk at each row.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for some in _some(rows):
            if _postgresql():
                told, said = _recordset(model, columns, (row + constants for row in some))
                cursor.execute(f"{into} select {quoted} from {told}{spare}", said)
            else:
                rest = tuple(_teller(field)(value)
                             for field, value in zip(usual, constants, strict=True))  # fmt: skip
                cursor.executemany(f"{into} values ({blanks}){spare}",
                                   _told(model, names, some, rest))  # fmt: skip
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
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for some in _some(rows):
            if _postgresql():
                said = ", ".join(f'"{column}" = told."{column}"' for column in columns)
                there, values = _recordset(model, [*names, "id"], some)
                cursor.execute(f'update "{table}" set {said} from {there} '
                               f'where "{table}".id = told.id', values)  # fmt: skip
            else:
                said = ", ".join(f'"{column}" = %s' for column in columns)
                cursor.executemany(f'update "{table}" set {said} where id = %s',
                                   _told(model, (*names, "id"), some, ()))  # fmt: skip


def _some(rows: Iterable[Sequence[Any]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows some at a time: a million of them are never held at once."""
    left = map(tuple, rows)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _recordset(
    model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> tuple[str, list[Any]]:  # fmt: skip
    """Return what PostgreSQL reads rows from, in one statement, and the values it takes.

    What every row says alike is said once; the rest is one JSON text, a list a row.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    asked, alike, own, count = [], [], [], 0
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        field, first, count = fields[name], values[0], len(values)
        type_, teller = _type(field), _teller(field)
        if values.count(first) == count:
            read = f"%s::{type_}"
            alike.append(teller(first))
        else:
            # JSON stands in JSON as it is; nothing at all is no JSON.
            read = (f"nullif(each->{len(own)}, 'null')" if type_ == "jsonb"
                    else f"(each->>{len(own)})::{type_}")  # fmt: skip
            own.append(values if teller in (_json, _as_it_is) else map(teller, values))
        asked.append(f'{read} as "{field.column}"')
    lists: list[Any] = list(zip(*own, strict=True)) if own else [()] * count
    said = json.dumps(lists, default=_iso, ensure_ascii=False)
    told = f"(select {', '.join(asked)} from jsonb_array_elements(%s::jsonb) as each) as told"
    return told, [*alike, said]


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


def _type(field: Any) -> str:
    told = str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
    return {"smallserial": "smallint", "serial": "integer", "bigserial": "bigint"}.get(told, told)


def _told(
    model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]],
    constants: tuple[Any, ...],
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """Yield the rows as SQLite takes them: moments and JSON in its own way."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns: list[Iterable[Any]] = []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        teller, first = _teller(fields[name]), values[0]
        if teller is not _as_it_is and values.count(first) == len(values):
            columns.append(repeat(teller(first), len(values)))
        else:
            columns.append(values if teller is _as_it_is else map(teller, values))
    return zip(*columns, *map(repeat, constants), strict=False)


def _column(model: type[models.Model], name: str) -> str:
    return next(one.column for one in model._meta.concrete_fields if one.attname == name)


def _teller(field: Any) -> Told:
    match field.get_internal_type():
        case "DateTimeField":
            return _moments()
        case "DateField":
            return _iso if _postgresql() else connection.ops.adapt_datefield_value
        case "JSONField":
            return _json
    return _as_it_is


def _moments() -> Told:
    """Return what tells a moment; most rows of a batch say the same few."""
    known: dict[datetime | None, Any] = {}
    write = _iso if _postgresql() else connection.ops.adapt_datetimefield_value

    def told(at: datetime | None) -> Any:
        if at not in known:
            known[at] = write(at) if at else None
        return known[at]

    return told


def _json(value: Any) -> str | None:
    if not value:
        return None if value is None else "{}" if value == {} else json.dumps(value)
    return json.dumps(value)


def _iso(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _as_it_is(value: Any) -> Any:
    return value
