"""Undo: an import taken back whole, as if it had never been loaded.

Its facts go, then the records nobody else told of, then the donors nothing is known of; what is
left of the others is drawn again from their own records. A donor somebody wrote to, or about, by
hand stays as they are.
"""

from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from mecene.identity import resolve
from mecene.sources import people
from mecene_web.consent import ledger
from mecene_web.donors import by_hand, refresh, searching, touch
from mecene_web.donors.models import Donor, Mention, Proposal, Record
from mecene_web.events.models import Visitor
from mecene_web.giving.models import CommitmentChange, Correction
from mecene_web.imports import alone, correct, homes, renew, resting, rows
from mecene_web.imports.load import Progress
from mecene_web.imports.models import Import
from mecene_web.imports.resting import StillNeeded
from mecene_web.imports.who import TOLD
from mecene_web.organisation import bulk, tables


class NotToUndo(ValueError):
    """The import is not loaded, so there is nothing to take back."""


def work(import_id: int, report: Progress) -> dict[str, Any]:
    """Take back an import that somebody wants gone; a second time does nothing."""
    with alone.alone():
        if Import.objects.get(pk=import_id).state != "undoing":
            return {}
        report("undoing", 0, 0)
        try:
            undo(import_id, now=timezone.now())
        except StillNeeded:
            Import.objects.filter(pk=import_id, state="undoing").update(
                state="loaded", problem="still_needed"
            )
    return {}


def undo(import_id: int, *, now: datetime) -> None:
    """Take an import back; all of it, or nothing where it cannot be.

    Raises:
        NotToUndo: it is not loaded.
        StillNeeded: something that came later rests on its facts.
    """
    resting.check(import_id)
    going = resting.going(import_id)
    left = _left(import_id, going)
    known = _known(import_id, left)
    with bulk.batch() as batch:
        batch.add(Donor, _redrawn(left), replacing=True)
        with transaction.atomic():
            waiting = Import.objects.filter(pk=import_id, state__in=("loaded", "undoing"))
            if not waiting.update(state="undone", undone_at=now, problem=""):
                raise NotToUndo(f"import {import_id} is not loaded")
            correct.take_back(import_id)
            renew.take_back(import_id)
            with ledger.opened("undo"):
                for model in (CommitmentChange, *reversed(rows.MODELS.values())):
                    model._default_manager.filter(import_id=import_id)._raw_delete(
                        model._default_manager.db
                    )
            Visitor.objects.filter(interactions=None, donor=None).delete()
            _forget(import_id, going)
            batch.write()
            homes.take_back(import_id)
            touch.touch(known, now=now)
            refresh.refresh(now=now)


def _left(import_id: int, going: resting.Going) -> pl.DataFrame:
    """Return the records that stay of the donors an import told of: (id, key, donor_id)."""
    told = Mention.objects.filter(import_id=import_id).values_list("record__donor_id", flat=True)
    held = tables.read(Record, ["id", "key", "donor_id"], among=told, by="donor_id")
    return held.filter(~pl.col("id").is_in(going.records.implode()))


def _known(import_id: int, left: pl.DataFrame) -> set[int]:
    """Return the donors who stay, of whom less is known once an import is taken back."""
    given_back = Correction.objects.filter(import_id=import_id, gift__donor__isnull=False)
    others = given_back.exclude(gift__import_id=import_id)
    return set(left["donor_id"].unique().to_list()) | set(
        others.values_list("gift__donor_id", flat=True)
    )


def _redrawn(left: pl.DataFrame) -> pl.DataFrame:
    """Return the portraits of donors as what is left of their records shows them."""
    if not left.height:
        return pl.DataFrame()
    told = tables.read(Record, ["key", *TOLD, "declared"], among=left["id"].to_list())
    records = told.rename({"key": "person_key"}).with_columns(records=pl.lit(1, pl.Int64))
    records = records.cast(dict(people.PERSON)).sort("person_key")
    mapping = left.select(pl.col("key").alias("person_key"), "donor_id").sort("person_key")
    drawn = by_hand.over(resolve.drawn(records, mapping))
    held = tables.read(Donor, ["id", "household_id"], among=mapping["donor_id"].to_list())
    return (
        drawn.drop("external_ids", "household_id")
        .with_columns(searching.folded().alias("sought"))
        .rename({"donor_id": "id"})
        .join(held, on="id", how="left")
    )


def _forget(import_id: int, going: resting.Going) -> None:
    """Remove the records nobody mentions any more, and the donors nothing is known of."""
    Mention.objects.filter(import_id=import_id)._raw_delete(Mention.objects.db)
    for part in resting.parts(going.donors):
        Proposal.objects.filter(one_id__in=part).delete()
        Proposal.objects.filter(other_id__in=part).delete()
    for part in resting.parts(going.records):
        Record.objects.filter(pk__in=part)._raw_delete(Record.objects.db)
    for part in resting.parts(going.donors):
        Donor.objects.filter(pk__in=part).delete()
