"""Left beside: what a command left in a report's folder about donors, if it is of the same facts.

Donors are numbered anew when files change: what was said of number 12 then is of somebody else now.
So a table is kept with the mark of the facts it was made from, and read with the same facts only.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl
from pyarrow import parquet

from mecene.engine.store import FactStore

WATCH, GROUPS = "watch.parquet", "groups.parquet"
_MARK, _DAY = b"mecene.facts", b"mecene.as_of"
_TABLES = ("donors", "gifts")
_TAIL_BYTES = 4_096


def mark(store: FactStore) -> str:
    """Return what tells the facts of one store from those of another, hexadecimal.

    Read off the size and the end of each file of donors and gifts, where Parquet keeps its sums.
    """
    known = hashlib.sha256()
    for table in _TABLES:
        for file in sorted(store.files(table)):
            size = file.stat().st_size
            known.update(f"{table}/{file.parent.name}:{size}".encode())
            with file.open("rb") as stream:
                stream.seek(max(size - _TAIL_BYTES, 0))
                known.update(stream.read())
    return known.hexdigest()


def write(parts: Iterable[pl.DataFrame], file: Path, *, store: FactStore, as_of: date) -> None:
    """Write a table of donors with the mark of its facts; it appears whole or not at all."""
    kept = {_MARK: mark(store).encode(), _DAY: as_of.isoformat().encode()}
    part = file.with_name(f"{file.name}.part")
    writer: parquet.ParquetWriter | None = None
    try:
        for frame in parts:
            table = frame.to_arrow()
            if writer is None:
                schema = table.schema.with_metadata(kept)
                writer = parquet.ParquetWriter(part, schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
        if writer is not None:
            writer.close()
            part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def of_donor(folder: Path, name: str, donor_id: int) -> tuple[pl.DataFrame, date] | None:
    """Return the row a report's folder holds of a donor, and as of when; None: none that holds.

    Args:
        folder: A report's.
        name: ``WATCH`` or ``GROUPS``.
        donor_id: Of the report's own facts.
    """
    file = folder / name
    if not file.is_file():
        return None
    kept = parquet.read_metadata(file).metadata or {}
    if kept.get(_MARK, b"").decode() != mark(FactStore(folder / "facts")):
        return None
    found = pl.scan_parquet(file).filter(pl.col("donor_id") == donor_id).collect()
    if not found.height:
        return None
    return found, date.fromisoformat(kept[_DAY].decode())
