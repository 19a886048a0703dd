"""Safe writing: how tables leave for a spreadsheet without carrying a formula in.

A text that a spreadsheet could take for a formula is disarmed: in CSV it gets a leading
apostrophe (``'=1+1``, and ``'+33612345678`` for a phone held as text); in Excel files it is stored
as text with the mark an apostrophe would leave, so that it shows as it is and never runs. Numbers
and dates are left alone. A file appears under its name only once it is whole.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import polars as pl
import xlsxwriter
from polars import selectors

from mecene.sources import problems

# What a spreadsheet may take for a formula: the four signs, also after blanks and in their
# full-width forms, and any control character that leads, blanks aside.
# https://owasp.org/www-community/attacks/CSV_Injection
DANGEROUS = r"^(?: *[\x00-\x1f]|\s*[=+\-@＝＋－＠])"

MOST_SHEET_ROWS = 1_048_575  # below the header
_LONGEST_CELL = 32_767
_LARGEST_EXACT = 10**15  # Excel keeps fifteen digits
_NARROWEST, _WIDEST, _MEASURED_ROWS = 8, 50, 500
_NOT_IN_A_SHEET_NAME = str.maketrans("[]:*?/\\", "       ")


class TooManyRows(problems.Refusal):
    """A table is longer than an Excel sheet."""


def defused(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose text cells and names a CSV may hold: ``=1+1`` → ``'=1+1``."""
    text = pl.col(pl.String)
    safe = pl.when(text.str.contains(DANGEROUS)).then("'" + text).otherwise(text)
    names = pl.Series(frame.columns, dtype=pl.String())
    dangerous = names.filter(names.str.contains(DANGEROUS))
    return frame.with_columns(safe.name.keep()).rename({name: f"'{name}" for name in dangerous})


def write_csv(
    table: pl.DataFrame | Iterable[pl.DataFrame],
    path: Path,
    *,
    delimiter: str = ",",
    decimal: str = ".",
    bom: bool = False,
) -> None:
    """Write a table as CSV in UTF-8, dates as ``2024-01-31``, lists joined by ``; ``.

    Args:
        table: The table, or its parts in order, so that no more than one is held.
        path: Where; replaced if it is there.
        delimiter: ``,``, or ``;`` for a French Excel.
        decimal: ``.``, or ``,`` for a French Excel (then ``delimiter`` is another).
        bom: Whether to start with a byte-order mark, without which Excel misreads accents.
    """
    frames = [table] if isinstance(table, pl.DataFrame) else table
    with _whole(path) as part, part.open("wb") as file:
        for number, frame in enumerate(frames):
            defused(_flat(frame)).write_csv(
                file,
                separator=delimiter,
                decimal_comma=decimal == ",",
                include_bom=bom and number == 0,
                include_header=number == 0,
                datetime_format="%Y-%m-%dT%H:%M:%S",
            )


def write_xlsx(
    frame: pl.DataFrame, path: Path, *, sheet: str = "Mécène", date_format: str = "yyyy-mm-dd"
) -> None:
    """Write a table as an Excel file, row by row: header in bold, frozen, with filters.

    Whole numbers beyond fifteen digits are written as text, which Excel would round; texts beyond
    32,767 characters, its limit, end with ``…``.

    Args:
        frame: The table.
        path: Where; replaced if it is there.
        sheet: Name of the sheet, shortened to 31 characters.
        date_format: As Excel writes it; ``dd/mm/yyyy`` for a French reader.

    Raises:
        TooManyRows: More than 1,048,575 rows.
    """
    if frame.height > MOST_SHEET_ROWS:
        raise TooManyRows("too_many_rows", file=path.name, rows=frame.height, most=MOST_SHEET_ROWS)
    flat = _flat(frame)
    with _whole(path) as part:
        workbook = xlsxwriter.Workbook(
            part,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        _fill(workbook, flat, sheet=sheet, date_format=date_format)
        workbook.close()


def _fill(
    workbook: xlsxwriter.Workbook, frame: pl.DataFrame, *, sheet: str, date_format: str
) -> None:
    page = workbook.add_worksheet(sheet.translate(_NOT_IN_A_SHEET_NAME).strip(" '")[:31] or None)
    page.freeze_panes(1, 0)
    if frame.width:
        page.autofilter(0, 0, frame.height, frame.width - 1)
    for position, width in enumerate(_widths(frame)):
        page.set_column(position, position, width)
    bold = workbook.add_format({"bold": True, "quote_prefix": True})
    for position, name in enumerate(frame.columns):
        page.write_string(0, position, name, bold)
    writers = [_writer(workbook, page, kind, date_format) for kind in frame.dtypes]
    for number, row in enumerate(frame.iter_rows(), start=1):
        for position, value in enumerate(row):
            if value is not None:
                writers[position](number, position, value)


def _writer(
    workbook: xlsxwriter.Workbook,
    page: xlsxwriter.worksheet.Worksheet,
    kind: pl.DataType,
    date_format: str,
) -> Callable[[int, int, object], None]:
    """Return how a cell of a column is written: a number, an amount, a date, a harmless text."""
    as_text = workbook.add_format({"quote_prefix": True})
    as_date = workbook.add_format({"num_format": date_format})
    places = kind.scale if isinstance(kind, pl.Decimal) else 0
    as_amount = workbook.add_format({"num_format": "#,##0" + "." * bool(places) + "0" * places})
    as_moment = workbook.add_format({"num_format": f"{date_format} hh:mm:ss"})

    def write(row: int, column: int, value: object) -> None:
        if isinstance(value, bool):
            page.write_boolean(row, column, value)
        elif isinstance(value, int | float) and _is_exact(value):
            page.write_number(row, column, value)
        elif isinstance(value, date) and value.year >= 1900:
            moment = isinstance(value, datetime)
            page.write_datetime(row, column, value, as_moment if moment else as_date)
        else:
            page.write_string(row, column, _shortened(str(value)), as_text)

    def write_text(row: int, column: int, value: object) -> None:
        if value:
            page.write_string(row, column, _shortened(str(value)), as_text)

    def write_amount(row: int, column: int, value: object) -> None:
        page.write_number(row, column, float(str(value)), as_amount)

    if isinstance(kind, pl.Decimal):
        return write_amount
    return write_text if kind == pl.String() else write


def _is_exact(value: float) -> bool:
    if isinstance(value, int):
        return abs(value) < _LARGEST_EXACT
    return math.isfinite(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _widths(frame: pl.DataFrame) -> list[int]:
    """Return the width of each column in characters, from its name and first values."""
    head = frame.head(_MEASURED_ROWS).select(pl.all().cast(pl.String(), strict=False))
    longest = [series.str.len_chars().max() for series in head]
    return [
        min(max(_NARROWEST, len(name) + 3, int(str(most or 0)) + 1), _WIDEST)
        for name, most in zip(frame.columns, longest, strict=True)
    ]


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table with its lists joined into one text each, and what is no number empty."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    joined = pl.col(lists).cast(pl.List(pl.String())).list.join("; ")
    return frame.with_columns(joined, selectors.float().fill_nan(None))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a name to write under, and rename it to ``path`` when all went well."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
