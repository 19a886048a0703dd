"""Rows: the staged facts of an import, as rows of the database of record."""

from datetime import datetime
from pathlib import Path

import polars as pl
from django.db import models

from mecene import facts
from mecene_web.consent.models import Consent
from mecene_web.donors.models import Attribute
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Campaign, Commitment, CommitmentChange, Gift
from mecene_web.organisation import clock, numbers, tables

# Table of facts → model, in the order in which rows may point at one another.
MODELS: dict[str, type[models.Model]] = {
    "campaigns": Campaign, "gifts": Gift, "recurring_gifts": Commitment, "contacts": Contact,
    "interactions": Interaction, "consents": Consent, "attributes": Attribute,
}  # fmt: skip
# Where the database has another word than the facts.
RENAMED = {
    "campaigns": {"campaign_id": "code"},
    "recurring_gifts": {"recurring_gift_id": "ref", "campaign_id": "campaign_code"},
    "gifts": {"campaign_id": "campaign_code", "recurring_gift_id": "commitment_ref"},
    "contacts": {"campaign_id": "campaign_code"},
    "interactions": {"campaign_id": "campaign_code"},
}
# Tables whose rows have a name of their own that no other row may have.
NAMED_ONCE = {"campaigns": ("campaign_id", "code"), "recurring_gifts": ("recurring_gift_id", "ref")}
_MOMENTS = ("at", "occurred_at", "given_at")


def staged(staging: Path, table: str) -> pl.DataFrame:
    """Return the staged rows of a table, every column of its contract there; none where absent."""
    wanted = facts.TABLES[table].schema
    files = sorted((staging / table).glob("*.parquet"))
    also = {"person_key": pl.Int64(), "payer_key": pl.Int64(),
            "source_file": pl.String(), "source_row": pl.Int64()}  # fmt: skip
    if not files:
        return pl.DataFrame(schema=wanted | also)
    frame = pl.concat([pl.read_parquet(file) for file in files], how="diagonal_relaxed")
    missing = [
        pl.lit(None, kind).alias(name)
        for name, kind in (wanted | also).items()
        if name not in frame.columns
    ]
    return frame.with_columns(missing)


def unknown(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return the staged rows of a table of ``NAMED_ONCE`` whose name nothing has yet, once each."""
    said, written = NAMED_ONCE[table]
    held = tables.read(MODELS[table], [written])[written]
    fresh = frame.filter(~pl.col(said).is_in(held.implode()))
    return fresh.unique(said, keep="last", maintain_order=True)


def of(
    frame: pl.DataFrame, table: str, *, people: pl.DataFrame, import_id: int, now: datetime
) -> pl.DataFrame:
    """Return staged rows as rows of the database, numbered.

    Args:
        frame: What ``staged`` returned.
        table: Its name.
        people: (person_key, donor_id, record_id).
        import_id: Whose rows they are.
        now: When they are written.
    """
    model = MODELS[table]
    columns = {field.column for field in model._meta.concrete_fields}
    told = frame.drop("donor_id", "payer_id", strict=False)
    if "donor_id" in columns:
        told = told.join(people, on="person_key", how="left", maintain_order="left")
        # A gift of nobody known is anonymous; nothing else is anybody's.
    if "payer_id" in columns:
        payers = people.select(payer_key="person_key", payer_id="donor_id")
        told = told.join(payers, on="payer_key", how="left", maintain_order="left")
    told = told.rename(RENAMED.get(table, {}), strict=False)
    moments = [name for name in _MOMENTS if name in told.columns]
    return told.with_columns(
        pl.Series("id", list(numbers.block(model, size=told.height)), dtype=pl.Int64),
        *(clock.moment(pl.col(name)) for name in moments),
        import_id=pl.lit(import_id, pl.Int64),
        written_at=pl.lit(now),
    ).select(name for name in ("id", *told.columns, "import_id", "written_at") if name in columns)


def changes(staging: Path, commitments: pl.DataFrame, *, import_id: int) -> pl.DataFrame:
    """Return the staged changes of commitments that are known, or come with them.

    Args:
        staging: Where they are staged.
        commitments: Rows of ``Commitment`` about to be written.
        import_id: Whose rows they are.
    """
    told = staged(staging, "recurring_changes").rename({"recurring_gift_id": "ref"})
    known = pl.concat(
        [
            commitments.select("ref", commitment_id="id"),
            tables.read(Commitment, ["ref", "id"]).rename({"id": "commitment_id"}),
        ]
    )
    rows = told.join(known.unique("ref", keep="first", maintain_order=True), on="ref")
    # The next export says the same change again.
    change = ("commitment_id", "effective_on", "kind", "amount_minor")
    rows = rows.join(
        tables.read(CommitmentChange, list(change)), on=change, how="anti", nulls_equal=True,
        maintain_order="left",
    ).unique(change, keep="first", maintain_order=True)  # fmt: skip
    return rows.select(
        pl.Series("id", list(numbers.block(CommitmentChange, size=rows.height)), dtype=pl.Int64),
        "commitment_id", "effective_on", "kind", "amount_minor", "source_ref",
        import_id=pl.lit(import_id, pl.Int64),
    )  # fmt: skip
