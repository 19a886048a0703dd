"""Known: what the last night knows of every donor, read back for conditions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from pyarrow import parquet

from mecene.engine import duck
from mecene.engine.store import FactStore
from mecene_web.scores import kept
from mecene_web.scores.models import Run
from mecene_web.segments import answers, columns
from mecene_web.segments.plan import Plan

# Of one batch.
DONORS_AT_A_TIME = 250_000


@dataclass(frozen=True)
class Night:
    """Where the tables of a run lie: ``summary``, ``donors`` (the roll) and ``facts``."""

    place: Path
    as_of: date

    @property
    def facts(self) -> FactStore:
        """Return the snapshot."""
        return FactStore(self.place / "facts")


def last() -> Night | None:
    """Return the last night, None before the first."""
    run = Run.objects.filter(ended_at__isnull=False).order_by("ended_at").last()
    return Night(kept.folder_of(run), run.as_of) if run else None


def batches(night: Night, plan: Plan) -> Iterator[pl.DataFrame]:
    """Yield what a plan reads, one row a donor, some donors at a time."""
    asks = plan.asks
    found = _asked(night, plan) if asks else None
    for file in sorted((night.place / "summary").glob("*.parquet")):
        rows = parquet.read_metadata(file).num_rows
        for first in range(0, rows, DONORS_AT_A_TIME):
            part = _read(night, file, plan.columns, first)
            yield answers.joined(part, found, asks) if found is not None else part


def among(night: Night, plan: Plan, donors: pl.Series) -> pl.DataFrame:
    """Return what a plan reads, of some donors."""
    parts = [
        part.filter(pl.col("donor_id").is_in(donors.implode())) for part in batches(night, plan)
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"donor_id": pl.Int64})


def _read(night: Night, file: Path, wanted: frozenset[str], first: int) -> pl.DataFrame:
    held = pl.scan_parquet(file).slice(first, DONORS_AT_A_TIME)
    there = [name for name in held.collect_schema().names() if name in wanted]
    summary = held.select("donor_id", *there).collect()
    absent = sorted(wanted - set(there))
    roll = night.place / "donors" / file.name
    scored: list[str] = []
    if roll.exists() and absent:
        scan = pl.scan_parquet(roll)
        scored = [name for name in scan.collect_schema().names() if name in absent]
        if scored:
            low, high = summary["donor_id"].min(), summary["donor_id"].max()
            part = scan.filter(pl.col("donor_id").is_between(low, high))
            summary = summary.join(
                part.select("donor_id", *scored).collect(), on="donor_id", how="left"
            )
    types = columns.types()
    nulls = [pl.lit(None, types[name]).alias(name) for name in absent if name not in scored]
    return summary.with_columns(nulls)


def _asked(night: Night, plan: Plan) -> pl.DataFrame:
    with duck.connected(night.facts, as_of=night.as_of) as connection:
        return answers.of(connection, plan.asks)
