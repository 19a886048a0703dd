"""Renew: what a file says of regular gifts and campaigns already known, over what was known.

A monthly export holds the same regular gifts again; one of them got an end, or another amount.
What a file leaves empty stays. What stood there before is kept, so that the import can be taken
back.
"""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.db import models

from mecene_web.giving.models import Campaign, Commitment, Revision
from mecene_web.imports import rows
from mecene_web.organisation import numbers, tables

COLUMNS: dict[str, tuple[str, ...]] = {
    "recurring_gifts": (
        "mandate_ref", "months_between", "amount_minor", "first_collected_on", "ended_on",
        "end_reason", "payment_method", "campaign_code",
    ),
    "campaigns": ("name", "channel", "started_on", "ended_on", "cost_minor", "purpose"),
}  # fmt: skip
_WHOSE = {"recurring_gifts": "commitment", "campaigns": "campaign"}
# A file without this column is read as saying this: then it says nothing new.
_UNSAID = {"months_between": 1}


def renew(staging: Path, *, import_id: int) -> dict[str, int]:
    """Write what is said anew of rows known before; return how many of each table changed.

    Part of the transaction that writes the import.
    """
    return {f"renewed_{table}": _renewed(staging, table, import_id) for table in rows.NAMED_ONCE}


def take_back(import_id: int) -> None:
    """Give regular gifts and campaigns back what stood there before an import.

    What a later import said, or a colleague, stays; it then comes after what was before.
    """
    for told in Revision.objects.filter(import_id=import_id).order_by("-pk"):
        model, whose = (Commitment, "commitment") if told.commitment_id else (Campaign, "campaign")
        number = getattr(told, f"{whose}_id")
        row = model._default_manager.filter(pk=number).values(*told.before).get()
        later = list(Revision.objects.filter(**{whose: number}, pk__gt=told.pk).order_by("pk"))
        back: dict[str, Any] = {}
        for name, value in told.before.items():
            after = next((one for one in later if name in one.before), None)
            if after is not None:
                after.before[name] = value
                after.save(update_fields=["before"])
            elif _plain(row[name]) == told.after[name]:
                back[name] = value
        if back:
            model._default_manager.filter(pk=number).update(**back)
        told.delete()


def _renewed(staging: Path, table: str, import_id: int) -> int:
    model = rows.MODELS[table]
    said_name, ref = rows.NAMED_ONCE[table]
    staged = rows.staged(staging, table).unique(said_name, keep="last", maintain_order=True)
    said = staged.rename(rows.RENAMED[table]).select(ref, *COLUMNS[table])
    # Those the same import brought are as it says.
    held = tables.read(
        model, ["id", ref, *COLUMNS[table]],
        where=f"import_id is null or import_id <> {int(import_id)}",
    )  # fmt: skip
    beside = held.join(said, on=ref, suffix="_said")
    told = [
        pl.col(f"{name}_said").is_not_null()
        & pl.col(f"{name}_said").ne_missing(pl.col(name))
        & (pl.col(f"{name}_said") != _UNSAID[name] if name in _UNSAID else True)
        for name in COLUMNS[table]
    ]
    changed = beside.filter(pl.any_horizontal(told)).sort("id").to_dicts()
    made = []
    for number, row in zip(numbers.block(Revision, size=len(changed)), changed, strict=True):
        after = {
            name: row[f"{name}_said"]
            for name in COLUMNS[table]
            if row[f"{name}_said"] not in (None, row[name], _UNSAID.get(name))
        }
        made.append(
            Revision(
                pk=number,
                import_id=import_id,
                **{f"{_WHOSE[table]}_id": row["id"]},
                before={name: _plain(row[name]) for name in after},
                after={name: _plain(value) for name, value in after.items()},
            )
        )
        _manager(model).filter(pk=row["id"]).update(**after)
    Revision.objects.bulk_create(made, batch_size=500)
    return len(made)


def _manager(model: type[models.Model]) -> Any:
    return model._default_manager


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
