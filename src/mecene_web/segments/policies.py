"""Policies: whom a targeting policy says to write to, as the last night that applied it left it.

One file a policy, a row a donor; a floor above writes it (``mecene_web.uplift.apply``). It goes
with its night: whoever was erased since is in no other.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from django.conf import settings

from mecene.conditions.asked import Ask
from mecene_web.scores import kept

FOLDER = "policies"
# Where the policy puts somebody; of the first two it is said that they are worth writing to.
WRITTEN_TO = ("aimed", "always")
GROUPS = (*WRITTEN_TO, "left", "never")
SCHEMA = pl.Schema({"donor_id": pl.Int64(), "group": pl.String(), "gain_minor": pl.Float64()})


def joined(known: pl.DataFrame, asks: Sequence[Ask]) -> pl.DataFrame:
    """Return what is known of donors, with whether each policy asked has them written to.

    False for whoever it says nothing of, such as those who object to profiling.
    """
    for ask in asks:
        found = _members(str(ask.get("policy")), known["donor_id"])
        known = known.with_columns(pl.col("donor_id").is_in(found.implode()).alias(ask.column))
    return known


def of(policy: str) -> pl.LazyFrame | None:
    """Return ``SCHEMA``: where a policy puts each donor; None where no night applied it."""
    file = _latest(policy)
    return pl.scan_parquet(file) if file else None


def write(rows: pl.DataFrame, policy: str, place: Path) -> None:
    """Leave what a policy says in the folder of a night; whole, or not at all."""
    into = place / FOLDER
    into.mkdir(exist_ok=True)
    beside = into / f"{policy}.part"
    rows.select(list(SCHEMA)).cast(SCHEMA).sort("donor_id").write_parquet(beside)
    beside.replace(into / f"{policy}.parquet")


def _members(policy: str, among: pl.Series) -> pl.Series:
    found = of(policy)
    if found is None or not among.len():
        return pl.Series("donor_id", [], pl.Int64)
    here = found.filter(
        pl.col("donor_id").is_between(among.min(), among.max()), pl.col("group").is_in(WRITTEN_TO)
    )
    return here.select("donor_id").collect()["donor_id"]


def _latest(policy: str) -> Path | None:
    """Return the file of the last night that applied it: this one's may not be written yet."""
    nights = Path(settings.HOME) / kept.FOLDER
    if not nights.exists() or "/" in policy:
        return None
    # Nights are numbered, so that names are in their order.
    files = sorted(nights.glob(f"*/{FOLDER}/*.parquet"), reverse=True)
    return next((file for file in files if file.stem == policy), None)
