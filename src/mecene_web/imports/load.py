"""Load: a checked import becomes facts, all of them or none.

Everything is worked out first, outside the database; then one transaction writes it and says
that it is written. A process killed at any moment leaves an import that is loaded, or one that
can be loaded again.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
from django.db import transaction

from mecene.identity import resolve
from mecene_web.donors import searching
from mecene_web.donors.models import Donor, Household, Mention, Proposal, Record
from mecene_web.events.models import Visitor
from mecene_web.giving.models import CommitmentChange
from mecene_web.imports import correct, rows, who
from mecene_web.imports.models import Import
from mecene_web.imports.who import Who
from mecene_web.organisation import bulk, numbers, tables
from mecene_web.organisation.bulk import Batch

Progress = Callable[[str, int, int], None]


class NotToLoad(ValueError):
    """The import is not one that waits to be loaded."""


def load(import_id: int, staging: Path, *, now: datetime, on_progress: Progress) -> dict[str, int]:
    """Write the facts staged for an import; return how many rows of each table.

    Args:
        import_id: An import that is ``checked``, or that a killed worker left ``loading``.
        staging: What ``mecene.sources.staging`` wrote of its files.
        now: The moment.
        on_progress: Called with (stage, done, in all).

    Raises:
        NotToLoad: the import is in another state, or was loaded meanwhile.
    """
    begun = Import.objects.filter(pk=import_id, state__in=("checked", "loading", "failed"))
    if not begun.update(state="loading", problem=""):
        raise NotToLoad(f"import {import_id} is not waiting to be loaded")
    settled = who.settle(
        staging / "persons",
        on_progress=lambda stage, share: on_progress("identity", round(100 * share), 100),
    )
    with bulk.batch() as batch:
        people = write_people(batch, settled, import_id)
        counts = {}
        for table in rows.MODELS:
            staged = rows.staged(staging, table)
            if table == "interactions":
                staged = _visited(batch, staged)
            found = rows.of(staged, table, people=people, import_id=import_id, now=now)
            batch.add(rows.MODELS[table], found)
            counts[table] = found.height
            if table == "recurring_gifts":
                changed = rows.changes(staging, found, import_id=import_id)
                batch.add(CommitmentChange, changed)
                counts["recurring_changes"] = changed.height
            on_progress("facts", sum(counts.values()), 0)
        with transaction.atomic():
            if not Import.objects.filter(pk=import_id, state="loading").update(
                state="loaded", loaded_at=now
            ):
                raise NotToLoad(f"import {import_id} was loaded, or given up, meanwhile")
            batch.write()
            refunds = correct.correct(staging, people=people, import_id=import_id)
    return counts | {"donors": len(settled.new_donors), "refunds": refunds}


def write_people(batch: Batch, settled: Who, import_id: int) -> pl.DataFrame:
    """Make donors, records and mentions ready; return (person_key, donor_id, record_id)."""
    fresh = settled.records.join(settled.known, on="person_key", how="anti")
    ids = pl.Series("id", list(numbers.block(Record, size=fresh.height)), dtype=pl.Int64)
    fresh = fresh.with_columns(ids)
    _donors(batch, settled, fresh)
    owned = fresh.join(settled.mapping, on="person_key")
    batch.add(Record, _records(owned, settled.joined))
    numbered = pl.concat(
        [settled.known.select("person_key", "id"), owned.select("person_key", "id")]
    )
    said = settled.records.filter(pl.col("records") > 0)["person_key"]
    people = settled.mapping.join(numbered.rename({"id": "record_id"}), on="person_key")
    mentioned = people.filter(pl.col("person_key").is_in(said.implode()))
    batch.add(Mention, _numbered(Mention, mentioned.select("record_id").unique().sort("record_id"))
              .with_columns(import_id=pl.lit(import_id, pl.Int64)))  # fmt: skip
    batch.add(Proposal, _proposals(settled))
    return people


def _visited(batch: Batch, interactions: pl.DataFrame) -> pl.DataFrame:
    """Make ready the visitors nobody had seen; return the interactions with their numbers."""
    known = tables.read(Visitor, ["id", "token"])
    seen = (
        interactions.select(pl.col("visitor_id").alias("token")).drop_nulls().unique().sort("token")
    )
    fresh = _numbered(Visitor, seen.join(known, on="token", how="anti"))
    batch.add(Visitor, fresh)
    numbered = pl.concat([known, fresh.select("id", "token")])
    return (
        interactions.rename({"visitor_id": "token"})
        .join(numbered.rename({"id": "visitor_id"}), on="token", how="left", maintain_order="left")
        .drop("token")
    )


def _donors(batch: Batch, settled: Who, fresh: pl.DataFrame) -> None:
    """Make ready the portraits of donors who are new, or of whom something new is known."""
    drawn = resolve.drawn(settled.records, settled.mapping)
    touched = settled.mapping.filter(pl.col("person_key").is_in(fresh["person_key"].implode()))[
        "donor_id"
    ]
    told = drawn.filter(pl.col("donor_id").is_in(touched.implode()))
    homes = _households(drawn)
    batch.add(Household, homes.filter("new").select(id="household").unique().sort("id"))
    table = (
        told.drop("external_ids", "household_id")
        .join(homes.select("donor_id", household_id="household"), on="donor_id", how="left")
        .with_columns(searching.folded().alias("sought"))
        .rename({"donor_id": "id"})
    )
    batch.add(Donor, table, replacing=True)


def _households(drawn: pl.DataFrame) -> pl.DataFrame:
    """Return (donor_id, household, new): the household known already of one who lives there."""
    told = drawn.drop_nulls("household_id").select("donor_id", home="household_id")
    known = tables.read(Donor, ["id", "household_id"], among=told["donor_id"].to_list())
    held = told.join(known.rename({"id": "donor_id", "household_id": "known"}), on="donor_id",
                     how="left")  # fmt: skip
    homes = held.group_by("home").agg(pl.col("known").min()).sort("home")
    fresh = homes.filter(pl.col("known").is_null()).select("home")
    fresh = fresh.with_columns(
        pl.Series("made", list(numbers.block(Household, size=fresh.height)), dtype=pl.Int64)
    )
    found = (
        held.select("donor_id", "home").join(homes, on="home").join(fresh, on="home", how="left")
    )
    return found.select(
        "donor_id",
        household=pl.coalesce("known", "made"),
        new=pl.col("known").is_null(),
    )


def _records(owned: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    why = joined.filter(pl.col("rule").is_not_null())
    told = why.select(
        "person_key",
        joined=pl.Series([json.dumps(row) for row in why.drop("person_key").to_dicts()],
                         dtype=pl.String),
    )  # fmt: skip
    return (
        owned.join(told, on="person_key", how="left", maintain_order="left")
        .rename({"person_key": "key"})
        .with_columns(by_hand=pl.lit(value=False))
        .select("id", "key", "donor_id", *who.TOLD, "declared", "by_hand", "joined")
    )


def _proposals(settled: Who) -> pl.DataFrame:
    asked = set(Proposal.objects.values_list("one_id", "other_id"))
    rows_ = [row for row in settled.proposals.to_dicts() if (row["one"], row["other"]) not in asked]
    table = pl.DataFrame(
        [
            (row["one"], row["other"], row["score"],
             json.dumps({"fr": row["evidence_fr"], "en": row["evidence_en"]}))
            for row in rows_
        ],
        schema={"one_id": pl.Int64, "other_id": pl.Int64, "score": pl.Float64,
                "evidence": pl.String},
        orient="row",
    )  # fmt: skip
    return _numbered(Proposal, table)


def _numbered(model: type, frame: pl.DataFrame) -> pl.DataFrame:
    ids = pl.Series("id", list(numbers.block(model, size=frame.height)), dtype=pl.Int64)
    return frame.insert_column(0, ids)
