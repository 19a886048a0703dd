"""Sample: some households of a store of facts, always the same, with all that is known of them.

A rehearsal works out every day of a year what is known of its donors: of some thousands of them in
minutes, of a million in hours. What it finds for a share of the households is scaled by that share.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene import facts
from mecene.engine.store import UNBUCKETED, FactStore, write_facts
from mecene.journeys import assignment


@dataclass(frozen=True)
class Sample:
    """A store of the households that were drawn, and how many there are in all."""

    store: FactStore
    households: int
    of_households: int

    @property
    def share(self) -> float:
        """Return the share of the households that was drawn, in [0, 1]; 1 of none."""
        return self.households / self.of_households if self.of_households else 1.0


def draw(store: FactStore, *, into: Path, at_most: int) -> Sample:
    """Return a store of at most so many households, a donor alone being one; whole households.

    Args:
        store: All the facts.
        into: A folder that does not exist yet, or is empty.
        at_most: >= 1.
    """
    donors = _read(store, "donors")
    units = donors.select(
        "donor_id",
        unit=pl.coalesce(
            pl.format("household:{}", "household_id"), pl.format("donor:{}", "donor_id")
        ),
    )
    every = units["unit"].unique().to_list()
    kept = sorted(every, key=lambda unit: (assignment.draw("rehearsal", unit), unit))[:at_most]
    wanted = units.filter(pl.col("unit").is_in(kept))["donor_id"]
    tables = {name: part for name, part in _parts(store, wanted) if part.height}
    return Sample(write_facts(tables, into), len(kept), len(every))


def _parts(store: FactStore, wanted: pl.Series) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in facts.TABLES:
        whole = name in UNBUCKETED
        yield name, _read(store, name, None if whole else wanted)


def _read(store: FactStore, table: str, wanted: pl.Series | None = None) -> pl.DataFrame:
    contract = facts.TABLES[table]
    files = store.files(table)
    if not files:
        return facts.empty(contract)
    rows = pl.scan_parquet(list(files)).select(list(contract.schema))
    if wanted is not None:
        rows = rows.filter(pl.col("donor_id").is_in(wanted.implode()))
    return rows.collect()
