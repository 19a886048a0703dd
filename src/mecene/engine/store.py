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
# After the donor and the day; gifts as the summary reads them (features/giving.sql).
_WITHIN_A_DAY = {"gifts": ("given_at", "amount_minor", "kind", "payment_method", "campaign_id")}
_ORDER = "mecene.order"
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

    def files(self, table: str, *, bucket: str | tuple[str, ...] | None = None) -> tuple[Path, ...]:
        """Return the Parquet files of a table, or of some of its buckets, each sorted."""
        folder = self.path / table
        if table in UNBUCKETED:
            return tuple(sorted(folder.glob("*.parquet")))
        if isinstance(bucket, tuple):
            return tuple(file for one in bucket for file in self.files(table, bucket=one))
        return tuple(sorted(folder.glob(f"bucket={bucket or '*'}/*.parquet")))

    def is_in_order(self, table: str, *, bucket: str | tuple[str, ...] | None = None) -> bool:
        """Return whether every bucket, or some, is a single file that says it is sorted.

        Read one after the other, the files then hold each donor's rows together, in ``order``.
        """
        files = self.files(table, bucket=bucket)
        alone = len({file.parent for file in files}) == len(files)
        said = order_said(facts.TABLES[table])[_ORDER]
        return alone and all(pl.read_parquet_metadata(file).get(_ORDER) == said for file in files)

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
            part.write_parquet(
                new_part(store.folder(name, bucket)),
                compression="zstd",
                metadata=order_said(facts.TABLES[name]),
            )
    return store


def new_part(folder: Path) -> Path:
    """Return the path of a new file in a folder, after those it has; the folder exists."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"part-{len(list(folder.glob('part-*.parquet'))):05d}.parquet"


def order(table: facts.Table) -> list[str]:
    """Return the columns a table is sorted by: donor, date, within it, and reference.

    Rows without a donor come last; any other empty cell comes first.
    """
    within = _WITHIN_A_DAY.get(table.name, ())
    wanted = ("donor_id", DATED.get(table.name, ""), *within, "source_ref")
    return [name for name in wanted if name in table.schema]


def order_said(table: facts.Table) -> dict[str, str]:
    """Return what a file sorted in ``order`` says of itself, in its footer."""
    return {_ORDER: ", ".join(order(table))}


def _bucketed(name: str, frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    if name in UNBUCKETED:
        return [("", frame)] if frame.height else []
    by = order(facts.TABLES[name])
    known = frame.sort(by, nulls_last=[column == "donor_id" for column in by])
    key = (pl.col("donor_id") % facts.BUCKETS).cast(pl.String).str.zfill(2)
    parts = known.with_columns(_bucket=key.fill_null(ANONYMOUS)).partition_by(
        "_bucket", as_dict=True, include_key=False
    )
    return [(str(bucket), part) for (bucket,), part in sorted(parts.items())]
