"""Snapshot: the facts of the database of record, as the store that the core reads.

A sixteenth of the donors at a time, so that memory does not grow with their number. A snapshot is
never edited: who was erased is absent from the next one, and the others are deleted.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import polars as pl
from django.db import models

from mecene import facts
from mecene.engine import store
from mecene.engine.store import FactStore
from mecene_web.consent import assumed
from mecene_web.consent.models import Consent
from mecene_web.donors.models import Attribute, Donor, Record
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Campaign, Commitment, CommitmentChange, Gift
from mecene_web.organisation import clock, tables

_BY_DONOR: dict[str, type[models.Model]] = {
    "gifts": Gift, "recurring_gifts": Commitment, "contacts": Contact,
    "interactions": Interaction, "consents": Consent, "attributes": Attribute,
}  # fmt: skip
# Fact → column of the database, where it has another name.
_NAMED: Mapping[str, Mapping[str, str]] = {
    "gifts": {"gift_id": "id", "campaign_id": "campaign_code",
              "recurring_gift_id": "commitment_ref"},
    "recurring_gifts": {"recurring_gift_id": "ref", "campaign_id": "campaign_code"},
    "contacts": {"campaign_id": "campaign_code"},
    "interactions": {"campaign_id": "campaign_code", "visitor_id": ""},
    "campaigns": {"campaign_id": "code"},
    "donors": {"donor_id": "id", "external_ids": ""},
}  # fmt: skip

Progress = Callable[[str, int, int], None]


def write(into: Path, *, on_progress: Progress) -> FactStore:
    """Write every fact into a new folder; return the store."""
    for number in range(facts.BUCKETS):
        on_progress("snapshot", number, facts.BUCKETS)
        bucket = _bucket(f"%% {facts.BUCKETS} = {number}")
        store.write_facts({name: rows for name, rows in bucket.items() if rows.height}, into)
    alone = {
        "gifts": _facts("gifts", Gift, where="donor_id is null"),
        "campaigns": _facts("campaigns", Campaign),
    }
    store.write_facts({name: rows for name, rows in alone.items() if rows.height}, into)
    on_progress("snapshot", facts.BUCKETS, facts.BUCKETS)
    return FactStore(into)


def of(donors: Iterable[int], *, wanted: Collection[str]) -> dict[str, pl.DataFrame]:
    """Return the facts of a few donors as they are now, as a snapshot would have them.

    Args:
        donors: Their numbers.
        wanted: Tables beside ``donors``; of the others, only first days are looked at.
    """
    listed = ", ".join(str(int(number)) for number in donors)
    return _bucket(f"in ({listed or 0})", wanted=wanted) | {
        name: _facts(name, Campaign) for name in {"campaigns"} & set(wanted)
    }


def _bucket(which: str, *, wanted: Collection[str] | None = None) -> dict[str, pl.DataFrame]:
    """Return the facts of donors by table; ``which`` is a condition on their number, in SQL."""
    bucket = {
        name: _facts(name, model, where=f"donor_id {which}")
        for name, model in _BY_DONOR.items()
        if wanted is None or name in wanted
    }
    if wanted is None or "recurring_changes" in wanted:
        bucket["recurring_changes"] = _changes(which)
    # Before what is taken as said, which is dated before anything happened.
    donors = _donors(which, bucket)
    if "consents" in bucket:
        bucket["consents"] = assumed.heard(bucket["consents"], where=f"donor_id {which}")
    return bucket | {"donors": donors}


def _facts(name: str, model: type[models.Model], *, where: str = "") -> pl.DataFrame:
    """Return rows of the database under the names and types of the facts."""
    contract = facts.TABLES[name]
    named = _NAMED.get(name, {})
    held = {field.column for field in model._meta.concrete_fields}
    columns = {c.name: named.get(c.name, c.name) for c in contract.columns}
    columns = {fact: column for fact, column in columns.items() if column in held}
    rows = tables.read(model, list(columns.values()), where=where)
    told = rows.select(pl.col(column).alias(fact) for fact, column in columns.items())
    moments = [
        clock.here(pl.col(fact))
        for fact, kind in told.schema.items()
        if isinstance(kind, pl.Datetime)
    ]
    return facts.complete(told.with_columns(moments), contract)


def _donors(which: str, bucket: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return donors of whom something is known, met on the day of their first fact at latest."""
    rows = _facts("donors", Donor, where=f"id {which}")
    told = ["donor_id", "external_id", "declared"]
    records = tables.read(Record, told, where=f"donor_id {which}")
    # Who was joined to another has no record left: they are that other now.
    known = records.group_by("donor_id").agg(
        references=pl.col("external_id").drop_nulls().unique().sort(),
        declared=pl.col("declared").any(),
    )
    met = _met(which, bucket)
    acquired = (
        pl.when(pl.col("acquired_on").is_null() & pl.col("declared"))
        .then(None)
        .otherwise(pl.min_horizontal("acquired_on", "first_fact_on"))
    )
    deaths = assumed.deaths(where=f"donor_id {which}")
    return (
        rows.join(known, on="donor_id")
        .join(met, on="donor_id", how="left")
        .join(deaths, on="donor_id", how="left")
        .with_columns(
            external_ids="references",
            acquired_on=acquired,
            deceased_on=pl.coalesce("deceased_on", "died_on"),
        )
        .select(list(facts.DONORS.schema))
    )


def _met(which: str, bucket: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return (donor_id, first_fact_on); tables that were not read are asked for that day alone."""
    days = [
        rows.select("donor_id", first_fact_on=pl.col(store.DATED[name]).cast(pl.Date))
        for name, rows in bucket.items()
        if rows.height and name != "recurring_changes"
    ]
    for name, model in _BY_DONOR.items():
        if name not in bucket:
            dated = store.DATED[name]
            rows = tables.earliest(model, dated, where=f"donor_id {which}")
            days.append(rows.select("donor_id", first_fact_on=pl.col(dated).cast(pl.Date)))
    none = pl.DataFrame(schema={"donor_id": pl.Int64, "first_fact_on": pl.Date})
    return pl.concat([none, *days]).group_by("donor_id").agg(pl.col("first_fact_on").min())


def _changes(which: str) -> pl.DataFrame:
    commitments = tables.read(Commitment, ["id", "ref", "donor_id"], where=f"donor_id {which}")
    told = ["commitment_id", "effective_on", "kind", "amount_minor", "source_ref"]
    changes = tables.read(
        CommitmentChange, told, among=commitments["id"].to_list(), by="commitment_id"
    )
    rows = changes.join(commitments, left_on="commitment_id", right_on="id").rename(
        {"ref": "recurring_gift_id"}
    )
    return facts.complete(rows.drop("commitment_id"), facts.RECURRING_CHANGES)
