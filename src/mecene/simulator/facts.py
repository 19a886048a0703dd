"""Fact files: the clean facts of an association as a fact store, with no import in between.

The store is laid out as the engine writes it: ``<table>/bucket=NN/part-BBBB.parquet`` with
``NN = donor_id % 16`` and the gifts of nobody known in ``bucket=anonymous``; ``campaigns`` and
``series`` are not bucketed. One part a block, rows sorted by donor then date then reference.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from mecene import facts
from mecene.simulator import association
from mecene.simulator.recipe import Association

ANONYMOUS = "anonymous"
_DATED = {
    "gifts": "given_on", "recurring_gifts": "started_on", "recurring_changes": "effective_on",
    "contacts": "at", "interactions": "at", "consents": "occurred_at", "attributes": "collected_on",
}  # fmt: skip
_WHOLE = ("campaigns", "series")


def write(spec: Association, into: Path, *, only: Iterable[str] = tuple(facts.TABLES)) -> Path:
    """Write an association's facts as a fact store, a block of donors at a time.

    Args:
        spec: The recipe.
        into: The store's directory, made if absent.
        only: The tables wanted; all by default, ``("donors", "gifts")`` for a benchmark.

    Returns:
        The store's directory.
    """
    wanted = tuple(only)
    for block, world in enumerate(association.stream(spec)):
        for name in wanted:
            _write(world.facts[name], into / name, name=name, block=block)
    return into


def _write(frame: pl.DataFrame, folder: Path, *, name: str, block: int) -> None:
    if frame.is_empty():
        return
    if name in _WHOLE:
        _part(frame, folder / f"part-{block:04d}.parquet")
        return
    order = ["donor_id", _DATED[name], "source_ref"] if name in _DATED else ["donor_id"]
    bucketed = frame.sort(order).with_columns(_bucket=pl.col("donor_id") % facts.BUCKETS)
    for (number,), rows in bucketed.partition_by("_bucket", as_dict=True).items():
        label = ANONYMOUS if number is None else f"{number:02d}"
        part = folder / f"bucket={label}" / f"part-{block:04d}.parquet"
        _part(rows.drop("_bucket"), part)


def _part(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, compression="zstd", compression_level=3)
