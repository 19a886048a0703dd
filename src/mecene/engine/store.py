"""The fact store: where the facts lie, and how they get there.

A directory of Parquet files, ``<table>/bucket=NN/part-*.parquet`` with NN = donor_id % 16, sorted
by donor, so that one sixteenth of the donors is reduced alone in little memory. A row without a
donor lies in ``bucket=anonymous``; ``campaigns`` and ``series`` have no buckets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene import facts

ANONYMOUS = "anonymous"
BUCKETS = tuple(f"{number:02d}" for number in range(facts.BUCKETS))
UNBUCKETED = ("campaigns", "series")
DATED = {
    "gifts": "given_on",
    "recurring_gifts": "started_on",
    "recurring_changes": "effective_on",
    "contacts": "at",
    "interactions": "at",
    "consents": "occurred_at",
    "attributes": "collected_on",
}


@dataclass(frozen=True)
class FactStore:
    """A directory of facts; it may be empty, and every table may be absent."""

    path: Path

    def files(self, table: str, *, bucket: str | None = None) -> tuple[Path, ...]:
        """Return the Parquet files of a table, or of one of its buckets, sorted."""
        folder = self.path / table
        if table in UNBUCKETED:
            return tuple(sorted(folder.glob("*.parquet")))
        return tuple(sorted(folder.glob(f"bucket={bucket or '*'}/*.parquet")))

    def folder(self, table: str, bucket: str) -> Path:
        """Return where the files of one bucket of a table lie."""
        return self.path / table if table in UNBUCKETED else self.path / table / f"bucket={bucket}"


def write_facts(tables: Mapping[str, pl.DataFrame], into: Path) -> FactStore:
    """Add clean facts, by table name, to a store; a second call adds to the first.

    Raises:
        facts.InvalidFacts: a table breaks its contract; nothing of it is written.
    """
    store = FactStore(into)
    for name, frame in tables.items():
        checked = facts.check(frame, facts.TABLES[name])
        for bucket, part in _bucketed(name, checked):
            part.write_parquet(new_part(store.folder(name, bucket)), compression="zstd")
    return store


def new_part(folder: Path) -> Path:
    """Return the path of a new file in a folder, after those it has; the folder exists."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"part-{len(list(folder.glob('part-*.parquet'))):05d}.parquet"


def order(table: facts.Table) -> list[str]:
    """Return the columns a table is sorted by: donor, then date, then reference."""
    wanted = ("donor_id", DATED.get(table.name, ""), "source_ref")
    return [name for name in wanted if name in table.schema]


def _bucketed(name: str, frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    if name in UNBUCKETED:
        return [("", frame)] if frame.height else []
    known = frame.sort(order(facts.TABLES[name]), nulls_last=True)
    key = (pl.col("donor_id") % facts.BUCKETS).cast(pl.String).str.zfill(2)
    parts = known.with_columns(_bucket=key.fill_null(ANONYMOUS)).partition_by(
        "_bucket", as_dict=True, include_key=False
    )
    return [(str(bucket), part) for (bucket,), part in sorted(parts.items())]
