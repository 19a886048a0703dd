"""Belongings: what in the whole installation is a donor's, found without knowing who made it.

Every table says it by its key to ``Donor``. What happened to a donor refuses to be deleted with
them (``PROTECT``, ``SET_NULL``): it follows them when they are found to be another. What was worked
out of that (``CASCADE``: scores, lists, segments, proposals) does not: it is worked out again.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

from mecene_web.donors.models import Donor, Merge, Record

# Said of the donors themselves, whoever they turn out to be.
_HISTORY = (Merge,)


@dataclass(frozen=True)
class Belonging:
    """One key to ``Donor``: whose column it is, and whether its rows name a record too."""

    model: type[models.Model]
    field: str
    by_record: bool

    @property
    def name(self) -> str:
        """Return ``giving.Gift.payer``."""
        return f"{self.model._meta.label}.{self.field}"

    @property
    def rows(self) -> Any:
        """Return all rows of the table, whatever its manager leaves out."""
        return self.model._base_manager


def followed() -> list[Belonging]:
    """Return the keys whose rows follow a donor, records first."""
    found = [
        Belonging(model, field.name, field.name == "donor" and _has_record(model))
        for model, field in every()
        if field.remote_field.on_delete is not models.CASCADE and model not in _HISTORY
    ]
    return sorted(found, key=lambda one: (one.model is not Record, one.name))


def left_behind(one: Belonging, kept: models.Model, absorbed: models.Model) -> list[int]:
    """Return the rows of the second that the first has already, where a key allows one alone.

    Two marks that say the same: one is enough, and the other stays where it was, to be found
    there when the two are taken apart.
    """
    left: set[int] = set()
    for fields, condition in _alone(one):
        others = [name for name in fields if name != one.field]
        rows = one.rows.filter(condition) if condition else one.rows
        held = set(rows.filter(**{one.field: kept}).values_list(*others, one.field))
        taken = {row[:-1] for row in held if None not in row}
        theirs = rows.filter(**{one.field: absorbed}).values_list("pk", *others)
        left |= {row[0] for row in theirs if row[1:] in taken}
    return sorted(left)


def _alone(one: Belonging) -> list[tuple[tuple[str, ...], models.Q | None]]:
    """Return the unique keys that a belonging's column is part of, and when they hold."""
    meta = one.model._meta
    found: list[tuple[tuple[str, ...], models.Q | None]] = [
        (told.fields, told.condition)
        for told in meta.constraints
        if isinstance(told, models.UniqueConstraint) and one.field in told.fields
    ]
    alone = [((one.field,), None)] if meta.get_field(one.field).unique else []  # type: ignore[union-attr]
    return found + alone


def every() -> list[tuple[type[models.Model], Any]]:
    """Return every key to ``Donor``: (model, field)."""
    return [
        (relation.related_model, relation.field)
        for relation in Donor._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.is_relation
        and not relation.many_to_many
    ]  # fmt: skip


def _has_record(model: type[models.Model]) -> bool:
    told = {field.name: field for field in model._meta.concrete_fields}
    return "record" in told and told["record"].related_model is Record
