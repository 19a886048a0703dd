"""Workbooks: the rows of an Excel sheet (.xlsx) as text, as the file itself types them."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

import polars as pl
import python_calamine as calamine

from mecene.sources import layouts, problems, zips
from mecene.sources.problems import Note
from mecene.sources.readings import SOURCE_ROW, Overrides, Reading
from mecene.sources.rejects import Ledger

_ROWS = 10_000
_HEAD_ROWS = 300


class DamagedWorkbook(problems.Unreadable):
    """An Excel file cannot be opened."""


class NoSuchSheet(problems.Unreadable, LookupError):
    """A workbook has no sheet of the name asked for."""


def inspect(base: Reading, *, overrides: Overrides) -> Reading:
    """Return how a workbook will be read: which sheet, from which row.

    The sheet named in the overrides, or else the visible one with the most rows in two columns or
    more.

    Raises:
        problems.Unreadable: It is no workbook, is damaged, protected, or too large when unfolded.
    """
    zips.check_workbook(base.path)
    with _open(base) as workbook:
        name = _chosen_sheet(workbook, file=base.name, told=overrides.sheet)
        sheet = _sheet(workbook, name, file=base.name)
        head = [_texts(row) for row in islice(sheet.iter_rows(), _HEAD_ROWS)]
        others = len(workbook.sheet_names) - 1
    layout = layouts.find(head, header=overrides.header, file=base.name)
    notes = [Note("sheet_chosen", (("sheet", name), ("others", others)))] if others else []
    if layout.skipped:
        notes.append(Note("lines_before_the_table", (("lines", layout.skipped),)))
    return dataclasses.replace(
        base,
        sheet=name,
        header=layout.header,
        columns=layout.columns,
        skipped_lines=layout.skipped,
        header_lines=int(layout.header),
        notes=tuple(notes),
    )


def batches(reading: Reading, *, ledger: Ledger) -> Iterator[pl.DataFrame]:
    """Yield the rows of the sheet; see ``files.batches``. Rows without any cell are not rows."""
    width = len(reading.columns)
    number = 0
    with _open(reading) as workbook:
        sheet = _sheet(workbook, reading.sheet or "", file=reading.name)
        rows = islice(sheet.iter_rows(), reading.skipped_lines + reading.header_lines, None)
        while taken := list(islice(rows, _ROWS)):
            texts = [_texts(row[:width]) for row in taken]
            filled = [cells + [""] * (width - len(cells)) for cells in texts if any(cells)]
            if filled:
                columns = zip(reading.columns, zip(*filled, strict=True), strict=True)
                frame = pl.DataFrame(
                    [pl.Series(n, cells, dtype=pl.String()) for n, cells in columns]
                )
                frame = frame.select(pl.when(pl.all() != "").then(pl.all()))
                numbers = pl.int_range(number + 1, number + 1 + len(filled), eager=True)
                yield frame.insert_column(0, numbers.alias(SOURCE_ROW))
                number += len(filled)


def _open(reading: Reading) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(reading.path)
    except calamine.PasswordError as error:
        raise zips.ProtectedWorkbook("encrypted", file=reading.name) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DamagedWorkbook("damaged_workbook", file=reading.name) from error


def _sheet(workbook: calamine.CalamineWorkbook, name: str, *, file: str) -> calamine.CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DamagedWorkbook("damaged_workbook", file=file) from error


def _chosen_sheet(workbook: calamine.CalamineWorkbook, *, file: str, told: str | None) -> str:
    tables = [
        sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    names = [sheet.name for sheet in tables]
    if told is not None and told not in names:
        raise NoSuchSheet("no_such_sheet", file=file, sheet=told, sheets=", ".join(names))
    if not tables:
        raise DamagedWorkbook("damaged_workbook", file=file)
    if told is not None or len(tables) == 1:
        return told or names[0]

    def size(metadata: calamine.SheetMetadata) -> tuple[bool, bool, int]:
        sheet = _sheet(workbook, metadata.name, file=file)
        visible = metadata.visible == calamine.SheetVisibleEnum.Visible
        return visible and sheet.height > 0, sheet.width > 1, sheet.height

    return max(tables, key=size).name


def _texts(row: Sequence[object]) -> list[str]:
    return [cell if type(cell) is str else _text(cell) for cell in row]


def _text(cell: object) -> str:
    """Return a cell as text: ``12``, ``12.5``, ``true``, ``2024-01-31T12:30:00``."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.replace(microsecond=0).isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


def _number(value: float) -> str:
    # Excel keeps fifteen digits: what 0.1 + 0.2 adds after them is no part of the amount.
    text = f"{value + 0.0:.15g}"  # + 0.0: no minus before a zero
    return f"{Decimal(text):f}" if "e" in text else text
