"""Write: rows that a source tells, all of them or none, each of them once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Min

from mecene_web.api import resuming
from mecene_web.api.models import Told
from mecene_web.donors import touch
from mecene_web.donors.models import Record
from mecene_web.organisation import numbers

_TRIES = 3
Row = dict[str, Any]


class RefusedRows(ValueError):
    """Rows that cannot be: index in the batch → why. Nothing was written."""

    def __init__(self, reasons: dict[int, str]) -> None:
        super().__init__(f"{len(reasons)} rows refused")
        self.reasons = reasons


@dataclass(frozen=True)
class Written:
    """The number of a row; whether it was told before."""

    id: int
    repeated: bool


def write(
    model: type[models.Model], rows: Sequence[Row], *, source: str, now: datetime
) -> list[Written]:
    """Write rows of a table; one whose ``source_ref`` this source told before adds nothing.

    Args:
        model: Whose rows.
        rows: By field; ``donor_id`` and ``payer_id`` name donors.
        source: Who tells.
        now: The moment.

    Raises:
        RefusedRows: they name a donor there is not, a name that must be alone is taken, or they
            lead to a page that is none of the association's.
    """
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                return _written(model, rows, source, now)
        except IntegrityError:
            # Somebody told the same a moment ago: seen, the second time.
            if not left:
                raise
    raise AssertionError


def strangers(rows: Sequence[Row]) -> tuple[dict[int, int], dict[int, str]]:
    """Return donor → the record facts told by others belong to, and index → why it is refused."""
    named = {row[name] for row in rows for name in ("donor_id", "payer_id") if row.get(name)}
    records = dict(
        Record.objects.filter(donor_id__in=named).values_list("donor_id").annotate(Min("id"))
    )
    wrong = {
        index: f"there is no donor {row[name]}"
        for index, row in enumerate(rows)
        for name in ("donor_id", "payer_id")
        if row.get(name) and row[name] not in records
    }
    return records, wrong


def repeated(table: str, refs: Iterable[str], *, source: str) -> dict[str, int]:
    """Return reference → row of what a source told before."""
    told = Told.objects.filter(source=source, table=table, ref__in=set(refs))
    return dict(told.values_list("ref", "row_id"))


def insert(model: type[models.Model], rows: Sequence[Row], *, source: str, now: datetime) -> None:
    """Write rows, numbered already, and that their source told them; in the transaction's way."""
    if not rows:
        return
    columns = [column for column in _columns(model) if column in rows[0]]
    cells = [tuple(_cell(row[column]) for column in columns) for row in rows]
    _many(model._meta.db_table, columns, cells)
    table = model._meta.model_name
    told = [(source, table, row["source_ref"], row["id"]) for row in rows]
    _many(Told._meta.db_table, ["source", "table", "ref", "row_id"], told)


def _written(
    model: type[models.Model], rows: Sequence[Row], source: str, now: datetime
) -> list[Written]:
    table = str(model._meta.model_name)
    before = repeated(table, (row["source_ref"] for row in rows), source=source)
    # Told twice in one batch: the first counts.
    first = {row["source_ref"]: row for row in reversed(rows) if row["source_ref"] not in before}
    records, wrong = strangers(rows)
    wrong |= _taken(model, rows, first) | resuming.astray(rows)
    if wrong:
        raise RefusedRows(wrong)
    new = list(reversed(first.values()))
    ids = dict(zip((row["source_ref"] for row in new), numbers.block(model, size=len(new)),
                   strict=True))  # fmt: skip
    has_record = any(field.column == "record_id" for field in model._meta.concrete_fields)
    made = [
        row | {"id": ids[row["source_ref"]]}
        | ({"record_id": records.get(row.get("donor_id"))} if has_record else {})
        | ({"written_at": now} if table == "consent" else {})
        for row in new
    ]  # fmt: skip
    insert(model, made, source=source, now=now)
    touch.touch((row["donor_id"] for row in made if row.get("donor_id")), now=now)
    said: set[str] = set()
    answer = []
    for row in rows:
        ref = row["source_ref"]
        again = ref in before or ref in said
        said.add(ref)
        answer.append(Written(before.get(ref) or ids[ref], again))
    return answer


def _taken(model: type[models.Model], rows: Sequence[Row], fresh: dict[str, Row]) -> dict[int, str]:
    """Return the rows whose own name (a campaign's code) another row has."""
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            said = [row[field.name] for row in fresh.values()]
            used = set(
                model._default_manager.filter(**{f"{field.name}__in": said}).values_list(
                    field.name, flat=True
                )
            )
            used |= {name for name in said if said.count(name) > 1}
            return {
                index: f"{field.name} {row[field.name]} is taken"
                for index, row in enumerate(rows)
                if row["source_ref"] in fresh and row[field.name] in used
            }
    return {}


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return json.dumps(value) if isinstance(value, dict) else value


def _many(table: str, columns: Sequence[str], cells: Sequence[tuple[Any, ...]]) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    blanks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f'insert into "{table}" ({named}) values ({blanks})', cells)
