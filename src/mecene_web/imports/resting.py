"""Resting: what an undo takes with it, what stays as made by hand, and what forbids it.

Whatever points at a donor and did not come with the import is somebody's work, or another file's:
that donor stays. Figures that are worked out each night are nobody's work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import models
from django.db.models import Q

from mecene_web.donors.models import Donor, Mention, Proposal, Record
from mecene_web.giving.models import CommitmentChange, Correction, Revision
from mecene_web.imports import rows

_AT_ONCE = 500
# What says nothing of a donor that would be lost with them.
_OF_NO_WEIGHT: tuple[type[models.Model], ...] = (Record, Proposal, Mention)
_WORKED_OUT = ("scores", "segments", "imports")


class StillNeeded(ValueError):
    """Something that came later rests on the import: what, and of which import if any."""

    def __init__(self, what: str, count: int) -> None:
        self.what, self.count = what, count
        super().__init__(f"{count} {what} rest on this import; take them back first")


@dataclass(frozen=True)
class Going:
    """What an undo removes beside facts.

    Attributes:
        records: Numbers of the records nobody else told of.
        donors: Numbers of the donors of whom nothing else is known.
        staying: Numbers of the donors kept because of what was made by hand.
    """

    records: pl.Series
    donors: pl.Series
    staying: pl.Series


def going(import_id: int) -> Going:
    """Return what goes with an import, and which donors stay although only it told of them."""
    mentioned = Mention.objects.filter(import_id=import_id, record__by_hand=False)
    elsewhere = Mention.objects.exclude(import_id=import_id).values("record_id")
    alone = mentioned.exclude(record_id__in=elsewhere)
    orphans = pl.DataFrame(
        list(alone.values_list("record_id", "record__donor_id")),
        schema={"record": pl.Int64, "donor": pl.Int64}, orient="row",
    )  # fmt: skip
    bare = _without_others(orphans)
    held = _held(Donor, bare, import_id)
    # A record that another fact points at stays, with its donor.
    kept = _held(Record, orphans["record"], import_id)
    leaving = orphans.filter(
        ~pl.col("donor").is_in(held.implode()) & ~pl.col("record").is_in(kept.implode())
    )
    also = orphans.filter(pl.col("record").is_in(kept.implode()))["donor"]
    staying = pl.concat([held, also.filter(also.is_in(bare.implode()))]).unique().sort()
    donors = bare.filter(~bare.is_in(staying.implode()))
    return Going(leaving["record"].sort(), donors.sort(), staying)


def check(import_id: int) -> None:
    """Pass where the facts of an import can go.

    Raises:
        StillNeeded: something that did not come with them points at them.
    """
    for model in rows.MODELS.values():
        for relation in model._meta.related_objects:
            other = relation.related_model
            if other is Correction or relation.on_delete is models.CASCADE:
                continue
            pointing = other._default_manager.filter(
                **{f"{relation.field.name}__import_id": import_id}
            )
            count = _not_of(pointing, other, import_id).count()
            if count:
                raise StillNeeded(other._meta.model_name or "", count)


def facts(import_id: int) -> dict[str, int]:
    """Return how many facts of each table an import holds; ``refunds``: gifts it gave back."""
    counts = {
        table: model._default_manager.filter(import_id=import_id).count()
        for table, model in rows.MODELS.items()
    }
    counts["recurring_changes"] = CommitmentChange.objects.filter(import_id=import_id).count()
    given_back = Correction.objects.filter(import_id=import_id).exclude(gift__import_id=import_id)
    counts["refunds"] = given_back.count()
    counts["revisions"] = Revision.objects.filter(import_id=import_id).count()
    return {table: count for table, count in counts.items() if count}


def parts(numbers: pl.Series) -> Iterator[list[int]]:
    """Yield numbers a few hundred at a time, as many as a query takes."""
    listed = numbers.to_list()
    for first in range(0, len(listed), _AT_ONCE):
        yield listed[first : first + _AT_ONCE]


def _without_others(orphans: pl.DataFrame) -> pl.Series:
    """Return the donors all of whose records go."""
    whose = orphans["donor"].unique().sort()
    counted: list[tuple[int, int]] = []
    for part in parts(whose):
        had = Record.objects.filter(donor_id__in=part).values_list("donor_id")
        counted += had.annotate(models.Count("pk")).order_by()
    had_all = pl.DataFrame(counted, schema={"donor": pl.Int64, "had": pl.Int64}, orient="row")
    lost = orphans.group_by("donor").agg(lost=pl.len().cast(pl.Int64))
    return had_all.join(lost, on="donor").filter(pl.col("had") == pl.col("lost"))["donor"].sort()


def _held(model: type[models.Model], numbers: pl.Series, import_id: int) -> pl.Series:
    """Return those of some rows that something points at which did not come with the import."""
    found: set[int] = set()
    for relation in model._meta.related_objects:
        other = relation.related_model
        if other in _OF_NO_WEIGHT or other._meta.app_label in _WORKED_OUT:
            continue
        name = relation.field.name
        for part in parts(numbers):
            pointing = other._default_manager.filter(**{f"{name}__in": part})
            found |= set(_not_of(pointing, other, import_id).values_list(name, flat=True))
    return pl.Series(sorted(found), dtype=pl.Int64)


def _not_of(
    pointing: models.QuerySet[Any], model: type[models.Model], import_id: int
) -> models.QuerySet[Any]:
    names = {field.attname for field in model._meta.concrete_fields}
    if "import_id" not in names:
        return pointing
    return pointing.filter(~Q(import_id=import_id) | Q(import_id=None))
