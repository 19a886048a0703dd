"""Files: what kind of table a file is, and its rows as text, batch by batch.

``inspect`` looks once at the whole file and says how it will be read; ``batches`` reads it.
Every record of the file is either in a batch or in the ledger of rejects.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from mecene.sources import delimited, kinds, parquets, raw, workbooks
from mecene.sources.problems import Note
from mecene.sources.readings import SAMPLE_ROWS, SOURCE_ROW, Overrides, Reading
from mecene.sources.rejects import Ledger

__all__ = ["SAMPLE_ROWS", "SOURCE_ROW", "Overrides", "Reading", "batches", "inspect"]

_BATCH_BYTES = 64 << 20


def inspect(path: Path, *, overrides: Overrides | None = None) -> Reading:
    """Return how a file will be read.

    Raises:
        problems.Unreadable: It is no table we can read; one of its subclasses says why.
    """
    told = overrides or Overrides()
    reading = _inspected(Path(path), told)
    sample = reading.sample
    if not sample.width:
        found = batches(reading, ledger=Ledger(), rows_per_batch=SAMPLE_ROWS)
        sample = next(found, _no_rows(reading))
    return dataclasses.replace(reading, decimal=told.decimal, sample=sample)


def batches(
    reading: Reading, *, ledger: Ledger, rows_per_batch: int = 50_000
) -> Iterator[pl.DataFrame]:
    """Yield the rows: ``source_row`` (Int64, from 1) and every column as String, empty → null.

    Cells are as the file has them, not trimmed. A record that cannot be read goes to the ledger
    and keeps its number; blank lines are not records. A batch has at most ``rows_per_batch``
    rows, fewer where they are long.

    Raises:
        problems.Unreadable: The file broke off in a way that no row can be blamed for.
    """
    read = {"csv": delimited.batches, "xlsx": workbooks.batches, "parquet": parquets.batches}
    waiting: list[pl.DataFrame] = []
    rows = 0
    size = 0.0
    for frame in read[reading.format](reading, ledger=ledger):
        waiting.append(frame)
        rows += frame.height
        size += frame.estimated_size()
        if rows >= rows_per_batch or size >= _BATCH_BYTES:
            whole = pl.concat(waiting)
            kept = 0 if size >= _BATCH_BYTES else rows % rows_per_batch
            yield from whole.head(rows - kept).iter_slices(rows_per_batch)
            waiting = [whole.tail(kept)]
            rows, size = kept, float(waiting[0].estimated_size())
    if rows:
        yield from pl.concat(waiting).iter_slices(rows_per_batch)


def _inspected(path: Path, told: Overrides) -> Reading:
    sha256, size_bytes, head = raw.fingerprint(path)
    kind = kinds.of(head, file=path.name)
    compressed = kind == "gzip"
    if compressed:
        head = raw.first_bytes(path, compressed=True)
        kind = kinds.of(head, file=path.name)
        if kind != "csv":
            raise kinds.NotATable("archive", file=path.name)
    base = Reading(
        path=path,
        name=path.name,
        format=kind,
        compressed=compressed,
        encoding=None,
        bom=False,
        delimiter=None,
        header=True,
        columns=(),
        sheet=None,
        sha256=sha256,
        size_bytes=size_bytes,
        typed=kind != "csv",
        skipped_lines=0,
    )
    if told.format not in (None, kind):
        raise kinds.NotATable("other_format", file=path.name, told=told.format, found=kind)
    if kind == "xlsx":
        return workbooks.inspect(base, overrides=told)
    if kind == "parquet":
        return parquets.inspect(base)
    return _delimited(base, head, told)


def _delimited(base: Reading, head: bytes, told: Overrides) -> Reading:
    found = delimited.find(base.path, compressed=base.compressed, head=head, overrides=told)
    notes = []
    if found.skipped_lines:
        notes.append(Note("lines_before_the_table", (("lines", found.skipped_lines),)))
    if not found.layout.header:
        notes.append(Note("no_header_found"))
    return dataclasses.replace(
        base,
        encoding=found.encoding.name,
        bom=found.encoding.bom,
        old_mac_lines=found.encoding.old_mac_lines,
        delimiter=found.delimiter,
        header=found.layout.header,
        columns=found.layout.columns,
        skipped_lines=found.skipped_lines,
        header_lines=found.header_lines,
        notes=tuple(notes),
    )


def _no_rows(reading: Reading) -> pl.DataFrame:
    schema = {SOURCE_ROW: pl.Int64()} | dict.fromkeys(reading.columns, pl.String())
    return pl.DataFrame(schema=schema)
