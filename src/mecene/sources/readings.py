"""Readings: how a file will be read, as found or as told."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from mecene.sources import problems

SOURCE_ROW = "source_row"
# Beside the columns, where some cell of a workbook is a formula never worked out: their headers.
UNWORKED = "source_formulas"
SAMPLE_ROWS = 2_000
MOST_COLUMNS = 4_096


class TooManyColumns(problems.Unreadable):
    """A file has more columns than any table of donors; it is probably laid out sideways."""


class EmptyFile(problems.Unreadable):
    """A file holds no cell at all."""


@dataclass(frozen=True)
class Overrides:
    """What the reader was told, rather than left to find out; None: find out.

    ``format``: csv, xlsx or parquet. ``encoding``: a Python codec name. ``delimiter``: one
    character (a space: any run of blanks). ``decimal``: carried to those who read numbers.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class Reading:
    """How a file will be read, and a sample of it.

    ``columns`` are trimmed and unique, whatever their case (``column_1`` … where there is no
    header). ``typed``: numbers and dates are the file's own and come as ``1234.5`` and
    ``2024-01-31`` (or ``2024-01-31T12:30:00``). ``sha256``: hex digest of the bytes on disk.
    ``skipped_lines``: lines before the header, blank ones included; ``header_lines``: lines the
    header takes; ``old_mac_lines``: they end with a carriage return alone. ``notes``: what was
    found and decided. ``unworked``: the cells that hold a formula without its result, as row and
    column of the sheet, from 0; ``batches`` then adds a column ``UNWORKED``. ``sample``:
    the first rows, as ``batches`` gives them.
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
    header_lines: int = 1
    old_mac_lines: bool = False
    decimal: str | None = None
    notes: tuple[problems.Note, ...] = ()
    unworked: frozenset[tuple[int, int]] = frozenset()
    sample: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False, repr=False)
