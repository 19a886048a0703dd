"""Load: a checked import becomes facts, all of them or none.

Everything is worked out first, outside the database; then one transaction writes it and says
that it is written. A process killed at any moment leaves an import that is loaded, or one that
can be loaded again.
"""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from mecene.identity import resolve
from mecene_web.donors import by_hand, refresh, searching, touch
from mecene_web.donors.models import Donor, Household, Mention, Proposal, Record
from mecene_web.events.models import Visitor
from mecene_web.giving.models import CommitmentChange, Correction
from mecene_web.imports import (
    alone,
    check,
    correct,
    homes,
    overlapping,
    receive,
    renew,
    rows,
    who,
)  # fmt: skip
from mecene_web.imports.models import Import, Move
from mecene_web.imports.who import Who
from mecene_web.organisation import bulk, numbers, tables
from mecene_web.organisation.bulk import Batch
from mecene_web.tasks import ask
from mecene_web.tasks.report import Cancelled

Progress = Callable[[str, int, int], None]


class NotToLoad(ValueError):
    """The import is not one that waits to be loaded."""


class LookAgain(ValueError):
    """Other facts came since the import was checked: what was shown of it holds no more."""


def work(import_id: int, report: Progress) -> dict[str, Any]:
    """Load an import that somebody approved; a second time does nothing."""
    now = timezone.now()
    folder = receive.folder_of(import_id)
    with alone.alone():
        made = Import.objects.get(pk=import_id)
        if made.state != "loading":
            return {}
        try:
            known = _still_so(made, folder / check.STAGED)
            skip = known if made.overlap == "skip" else None
            counts = load(import_id, folder / check.STAGED, now=now, on_progress=report, skip=skip)
        except Cancelled:
            Import.objects.filter(pk=import_id, state="loading").update(state="checked")
            raise
        except LookAgain:
            with transaction.atomic():
                again = Import.objects.filter(pk=import_id, state="loading")
                if again.update(state="uploaded", problem="changed_since"):
                    ask.ask(receive.CHECK, now=now, subject_id=import_id)
            return {}
    # It can be staged again from the files, should it be taken back and sent anew.
    shutil.rmtree(folder / check.STAGED, ignore_errors=True)
    return dict(counts)


def load(
    import_id: int,
    staging: Path,
    *,
    now: datetime,
    on_progress: Progress,
    skip: pl.DataFrame | None = None,
) -> dict[str, int]:
    """Write the facts staged for an import; return how many rows of each table.

    Args:
        import_id: An import that is ``checked``, or that a killed worker left ``loading``.
        staging: What ``mecene.sources.staging`` wrote of its files.
        now: The moment.
        on_progress: Called with (stage, done, in all).
        skip: Gifts to leave out (``overlapping.found``).

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
        counts: dict[str, int] = {}
        for place, table in enumerate(rows.MODELS):
            staged = _unknown(rows.staged(staging, table), table, skip, counts)
            if table == "interactions":
                staged = _visited(batch, staged)
            found = rows.of(staged, table, people=people, import_id=import_id, now=now)
            batch.add(rows.MODELS[table], found)
            counts[table] = found.height
            if table == "recurring_gifts":
                changed = rows.changes(staging, found, import_id=import_id)
                batch.add(CommitmentChange, changed)
                counts["recurring_changes"] = changed.height
            on_progress("facts", place + 1, len(rows.MODELS))
        with transaction.atomic():
            if not Import.objects.filter(pk=import_id, state="loading").update(
                state="loaded", loaded_at=now
            ):
                raise NotToLoad(f"import {import_id} was loaded, or given up, meanwhile")
            batch.write()
            counts |= correct.correct(staging, people=people, import_id=import_id)
            counts |= renew.renew(staging, import_id=import_id)
            counts["donors"] = len(settled.new_donors)
            counts["merged"] = settled.merged
            _told(import_id, counts)
            _touched(settled, import_id, now=now)
            refresh.refresh(now=now)
    return counts


def _unknown(
    staged: pl.DataFrame, table: str, skip: pl.DataFrame | None, counts: dict[str, int]
) -> pl.DataFrame:
    """Return the rows of a table to write; those that are known already are counted."""
    if table == "gifts" and skip is not None:
        kept = staged.join(skip, on=overlapping.ROW, how="anti", maintain_order="left")
        counts["skipped"] = staged.height - kept.height
        return kept
    if table in rows.NAMED_ONCE:
        kept = rows.unknown(staged, table)
        counts[f"known_{table}"] = staged.height - kept.height
        return kept
    return staged


def _still_so(made: Import, staging: Path) -> pl.DataFrame:
    """Return the gifts that are known already: those that were shown."""
    if not staging.exists():
        raise LookAgain(f"what was staged of import {made.pk} is gone")
    known = overlapping.found(rows.staged(staging, "gifts"))
    told = {file["id"]: file.get("twin") for file in made.account["files"]}
    twins = {file.pk: receive.same_as(file) for file in made.files.all()}
    fresh = all(told.get(number) for number, twin in twins.items() if twin)
    gone = any(twins.get(number) is None for number, twin in told.items() if twin)
    if known.height != made.account["overlap"]["rows"] or not fresh or gone:
        raise LookAgain(f"import {made.pk} was checked before others were loaded, or taken back")
    return known


def _touched(settled: Who, import_id: int, *, now: datetime) -> None:
    """Have the segments of those the files speak of followed at once, unless they are too many."""
    said = settled.mapping.filter(pl.col("person_key").is_in(settled.said.implode()))
    donors = said["donor_id"].unique()
    if donors.len() > touch.MANY:
        return  # the night is asked for
    given_back = Correction.objects.filter(import_id=import_id, gift__donor__isnull=False)
    others = given_back.values_list("gift__donor_id", flat=True)
    touch.touch({*donors.to_list(), *others}, now=now)


def _told(import_id: int, counts: dict[str, int]) -> None:
    """Add to the account of an import what became facts of it."""
    made = Import.objects.get(pk=import_id)
    made.account["loaded"] = counts
    made.save(update_fields=["account"])


def write_people(batch: Batch, settled: Who, import_id: int) -> pl.DataFrame:
    """Make donors, records and mentions ready; return (person_key, donor_id, record_id)."""
    fresh = settled.records.join(settled.known, on="person_key", how="anti")
    ids = pl.Series("id", list(numbers.block(Record, size=fresh.height)), dtype=pl.Int64)
    fresh = fresh.with_columns(ids)
    _donors(batch, settled, fresh, import_id)
    owned = fresh.join(settled.mapping, on="person_key")
    batch.add(Record, _records(owned, settled.joined))
    numbered = pl.concat(
        [settled.known.select("person_key", "id"), owned.select("person_key", "id")]
    )
    people = settled.mapping.join(numbered.rename({"id": "record_id"}), on="person_key")
    mentioned = people.filter(pl.col("person_key").is_in(settled.said.implode()))
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


def _donors(batch: Batch, settled: Who, fresh: pl.DataFrame, import_id: int) -> None:
    """Make ready the portraits of donors who are new, or of whom something new is known."""
    # In the base a record is one voice, however many rows of a file carry it.
    once = settled.records.with_columns(records=pl.lit(1, pl.Int64))
    drawn = resolve.drawn(once, settled.mapping)
    living = homes.settle(drawn, known=settled.known["donor_id"])
    batch.add(Household, living.made)
    batch.add(Move, _numbered(Move, living.moves).with_columns(of_id=pl.lit(import_id, pl.Int64)))
    told = settled.mapping.filter(pl.col("person_key").is_in(fresh["person_key"].implode()))
    touched = pl.concat([told["donor_id"], living.moves["donor_id"]]).unique()
    table = (
        by_hand.over(drawn.filter(pl.col("donor_id").is_in(touched.implode())))
        .drop("external_ids", "household_id")
        .join(living.homes, on="donor_id", how="left")
        .with_columns(searching.folded().alias("sought"))
        .rename({"donor_id": "id"})
    )
    batch.add(Donor, table, replacing=True)


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
