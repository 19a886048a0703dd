"""Files: what kind of table a file is, and its rows as text, batch by batch.

``inspect`` looks once at the whole file and says how it will be read; ``batches`` reads it.
Every record of the file is either in a batch or in the ledger of rejects.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from mecene.sources.rejects import Ledger

SAMPLE_ROWS = 2_000
SOURCE_ROW = "source_row"


@dataclass(frozen=True)
class Overrides:
    """What the reader was told, rather than left to find out; None: find out."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class Reading:
    """How a file will be read, and a sample of it.

    ``columns`` are trimmed and unique (``column_1`` … where there is no header). ``typed``: numbers
    and dates are the file's own and come as ``1234.5`` and ``2024-01-31`` (or
    ``2024-01-31T12:30:00``). ``sha256``: hex digest of the file's bytes as they lie on disk.
    ``skipped_lines``: physical lines before the header. ``notes``: what was found and decided, as
    problem codes with parameters. ``sample``: its first rows as ``batches`` gives them.
    """

    path: Path
    name: str
    format: str
    compressed: bool
    encoding: str | None
    bom: bool
    delimiter: str | None
    header: bool
    columns: tuple[str, ...]
    sheet: str | None
    sha256: str
    size_bytes: int
    typed: bool
    skipped_lines: int
    decimal: str | None = None
    notes: tuple[str, ...] = ()
    sample: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False, repr=False)


def inspect(path: Path, *, overrides: Overrides | None = None) -> Reading:
    """Return how a file will be read.

    Raises:
        problems.Unreadable: It is no table we can read; one of its subclasses says why.
    """
    raise NotImplementedError


def batches(
    reading: Reading, *, ledger: Ledger, rows_per_batch: int = 50_000
) -> Iterator[pl.DataFrame]:
    """Yield the rows: ``source_row`` (Int64, from 1) and every column as String, empty → null.

    Cells are as the file has them, not trimmed. A record that cannot be read goes to the ledger
    and keeps its number; blank lines are not records.

    Raises:
        problems.Unreadable: The file broke off in a way that no row can be blamed for.
    """
    raise NotImplementedError
