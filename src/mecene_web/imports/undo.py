"""Undo: an import taken back whole, as if it had never been loaded.

Its facts go, then the records nobody else told of, then the donors nothing is known of; what is
left of the others is drawn again from their own records.
"""

from datetime import datetime

import polars as pl
from django.db import transaction

from mecene.identity import resolve
from mecene.sources import people
from mecene_web.consent import ledger
from mecene_web.donors import searching
from mecene_web.donors.models import Donor, Household, Mention, Proposal, Record
from mecene_web.events.models import Visitor
from mecene_web.giving.models import CommitmentChange, Gift
from mecene_web.imports import correct, rows
from mecene_web.imports.models import Import
from mecene_web.imports.who import TOLD
from mecene_web.organisation import bulk, tables


class NotToUndo(ValueError):
    """The import is not loaded, so there is nothing to take back."""


class StillNeeded(ValueError):
    """Something made by hand rests on the import; the message says what to do first."""


def undo(import_id: int, *, now: datetime) -> None:
    """Take an import back; all of it, or nothing where it cannot be.

    Raises:
        NotToUndo: it is not loaded.
    """
    left = _left(import_id)
    with bulk.batch() as batch:
        batch.add(Donor, _redrawn(left), replacing=True)
        with transaction.atomic():
            if not Import.objects.filter(pk=import_id, state="loaded").update(
                state="undone", undone_at=now
            ):
                raise NotToUndo(f"import {import_id} is not loaded")
            correct.take_back(import_id)
            with ledger.opened("undo"):
                for model in (CommitmentChange, *reversed(rows.MODELS.values())):
                    model._default_manager.filter(import_id=import_id)._raw_delete(
                        model._default_manager.db
                    )
            Visitor.objects.filter(interactions=None, donor=None).delete()
            _forget(import_id)
            batch.write()


def _left(import_id: int) -> pl.DataFrame:
    """Return the records that stay of the donors an import told of: (id, key, donor_id)."""
    told = Mention.objects.filter(import_id=import_id).values_list("record__donor_id", flat=True)
    held = tables.read(Record, ["id", "key", "donor_id"], among=told, by="donor_id")
    going = _orphans(import_id)
    return held.filter(~pl.col("id").is_in(going.implode()))


def _orphans(import_id: int) -> pl.Series:
    """Return the records that only this import mentioned."""
    mentioned = Mention.objects.filter(import_id=import_id, record__by_hand=False)
    elsewhere = Mention.objects.exclude(import_id=import_id).values("record_id")
    ids = mentioned.exclude(record_id__in=elsewhere).values_list("record_id", flat=True)
    return pl.Series(list(ids), dtype=pl.Int64)


def _redrawn(left: pl.DataFrame) -> pl.DataFrame:
    """Return the portraits of donors as what is left of their records shows them."""
    if not left.height:
        return pl.DataFrame()
    told = tables.read(Record, ["key", *TOLD, "declared"], among=left["id"].to_list())
    records = told.rename({"key": "person_key"}).with_columns(records=pl.lit(1, pl.Int64))
    records = records.cast(dict(people.PERSON)).sort("person_key")
    mapping = left.select(pl.col("key").alias("person_key"), "donor_id").sort("person_key")
    drawn = resolve.drawn(records, mapping)
    held = tables.read(Donor, ["id", "household_id"], among=mapping["donor_id"].to_list())
    return (
        drawn.drop("external_ids", "household_id")
        .with_columns(searching.folded().alias("sought"))
        .rename({"donor_id": "id"})
        .join(held, on="id", how="left")
    )


def _forget(import_id: int) -> None:
    """Remove the records nobody mentions any more, and the donors nothing is known of."""
    going = _orphans(import_id).to_list()
    Mention.objects.filter(import_id=import_id).delete()
    donors = set(Record.objects.filter(pk__in=going).values_list("donor_id", flat=True))
    Record.objects.filter(pk__in=going).delete()
    bare = [
        number
        for number in donors
        if not Record.objects.filter(donor_id=number).exists()
        and not Gift.objects.filter(donor_id=number).exists()
    ]
    Proposal.objects.filter(one_id__in=bare).delete()
    Proposal.objects.filter(other_id__in=bare).delete()
    Donor.objects.filter(pk__in=bare).delete()
    Household.objects.filter(donors=None).delete()
