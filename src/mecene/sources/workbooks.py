"""Workbooks: the rows of an Excel sheet (.xlsx) as text, as the file itself types them."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

import polars as pl
import python_calamine as calamine

from mecene.sources import layouts, problems, zips
from mecene.sources.problems import Note
from mecene.sources.readings import SAMPLE_ROWS, SOURCE_ROW, UNWORKED, Overrides, Reading
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
    contents = zips.check_workbook(base.path)
    with _refusing(base.name), calamine.CalamineWorkbook.from_path(base.path) as workbook:
        name = _chosen_sheet(workbook, file=base.name, told=overrides.sheet)
        sheet = workbook.get_sheet_by_name(name)
        head = [_texts(row) for row in islice(sheet.iter_rows(), _HEAD_ROWS)]
        layout = layouts.find(head, header=overrides.header, file=base.name)
        # A column may have neither a name nor a value in the first rows, and one further down.
        unnamed = [""] * (sheet.width - len(layout.columns))
        reading = dataclasses.replace(
            base,
            sheet=name,
            header=layout.header,
            columns=layouts.unique_names([*layout.columns, *unnamed]),
            skipped_lines=layout.skipped,
            header_lines=int(layout.header),
            unworked=contents.cells.get(name, frozenset()),
        )
        sample = next(_frames(sheet, reading, rows=SAMPLE_ROWS), None)
        others = len(workbook.sheet_names) - 1
    return dataclasses.replace(
        reading,
        notes=_notes(reading, contents, others=others),
        sample=pl.DataFrame() if sample is None else sample,
    )


def batches(reading: Reading, *, ledger: Ledger) -> Iterator[pl.DataFrame]:
    """Yield the rows of the sheet; see ``files.batches``. Rows without any cell are not rows."""
    with _refusing(reading.name), calamine.CalamineWorkbook.from_path(reading.path) as workbook:
        yield from _frames(workbook.get_sheet_by_name(reading.sheet or ""), reading, rows=_ROWS)


def _frames(
    sheet: calamine.CalamineSheet, reading: Reading, *, rows: int
) -> Iterator[pl.DataFrame]:
    number = 0
    left = sheet.start[1] if sheet.start else 0
    first = reading.skipped_lines + reading.header_lines
    below = islice(enumerate(sheet.iter_rows()), first, None)
    while taken := list(islice(below, rows)):
        filled = [(place, cells) for place, row in taken if any(cells := _texts(row))]
        if filled:
            places, texts = zip(*filled, strict=True)
            columns = zip(reading.columns, zip(*texts, strict=True), strict=True)
            frame = pl.DataFrame([pl.Series(n, cells, dtype=pl.String()) for n, cells in columns])
            frame = frame.select(pl.when(pl.all() != "").then(pl.all()))
            numbers = pl.int_range(number + 1, number + 1 + len(filled), eager=True)
            yield _marked(frame, places, reading, left).insert_column(0, numbers.alias(SOURCE_ROW))
            number += len(filled)


def _marked(
    frame: pl.DataFrame, places: Sequence[int], reading: Reading, left: int
) -> pl.DataFrame:
    """Return rows with the headers of their formulas without result, where the sheet has some."""
    if not reading.unworked:
        return frame
    headers = [
        [h for n, h in enumerate(reading.columns) if (place, left + n) in reading.unworked]
        for place in places
    ]
    return frame.with_columns(pl.Series(UNWORKED, headers, dtype=pl.List(pl.String)))


@contextmanager
def _refusing(file: str) -> Iterator[None]:
    """Turn whatever calamine raises, its panics included, into a refusal in words."""
    try:
        yield
    except problems.Unreadable:
        raise
    except calamine.PasswordError as error:
        raise zips.ProtectedWorkbook("encrypted", file=file) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DamagedWorkbook("damaged_workbook", file=file) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of Rust; it has no importable name
            raise
        raise DamagedWorkbook("damaged_workbook", file=file) from error


def _notes(reading: Reading, contents: zips.Contents, *, others: int) -> tuple[Note, ...]:
    notes = []
    if others:
        notes.append(Note("sheet_chosen", (("sheet", reading.sheet), ("others", others))))
    if reading.skipped_lines:
        notes.append(Note("lines_before_the_table", (("lines", reading.skipped_lines),)))
    if not reading.header:
        notes.append(Note("no_header_found"))
    if contents.errors:
        notes.append(Note("error_cells", (("cells", contents.errors),)))
    if contents.formulas_without_value:
        notes.append(Note("formulas_without_value", (("cells", contents.formulas_without_value),)))
    return tuple(notes)


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
        sheet = workbook.get_sheet_by_name(metadata.name)
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
