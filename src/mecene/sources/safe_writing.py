"""Safe writing: how tables leave for a spreadsheet without carrying a formula in.

A text that a spreadsheet could take for a formula is disarmed: in CSV it gets a leading
apostrophe (``'=1+1``, and ``'+33612345678`` for a phone held as text); in Excel files it is stored
as text with the mark an apostrophe would leave, so that it shows as it is and never runs. Numbers
and dates are left alone. A file appears under its name only once it is whole.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
import xlsxwriter
from polars import selectors
from xlsxwriter import utility

from mecene.sources import problems, sheet_rows

# What a spreadsheet may take for a formula: the four signs, also after blanks and in their
# full-width forms, and any control character that leads, blanks aside.
# https://owasp.org/www-community/attacks/CSV_Injection
DANGEROUS = r"^(?: *[\x00-\x1f]|\s*[=+\-@＝＋－＠])"

MOST_SHEET_ROWS = 1_048_575  # below the header
_SHEET = "xl/worksheets/sheet1.xml"
_STYLE = re.compile(r'<c r="[A-Z]+2" s="(\d+)"')
_SAMPLES = re.compile(r'<row r="2".*?</row>', re.DOTALL)
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
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
        scaffold, styles = _scaffold(flat, sheet=sheet, date_format=date_format)
        _filled(scaffold, sheet_rows.written(flat, styles, first=2), flat, part)


def _scaffold(
    frame: pl.DataFrame, *, sheet: str, date_format: str
) -> tuple[BytesIO, dict[str, int]]:
    """Return a workbook with the table's header alone, and the number of each style of a cell."""
    made = BytesIO()
    workbook = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    page = workbook.add_worksheet(sheet.translate(_NOT_IN_A_SHEET_NAME).strip(" '")[:31] or None)
    page.freeze_panes(1, 0)
    if frame.width:
        page.autofilter(0, 0, frame.height, frame.width - 1)
    for position, width in enumerate(_widths(frame)):
        page.set_column(position, position, width)
    bold = workbook.add_format({"bold": True, "quote_prefix": True})
    for position, name in enumerate(frame.columns):
        page.write_string(0, position, name, bold)
    scales = sorted({kind.scale for kind in frame.dtypes if isinstance(kind, pl.Decimal)})
    looks: dict[str, dict[str, object]] = {
        "text": {"quote_prefix": True},
        "date": {"num_format": date_format},
        "moment": {"num_format": f"{date_format} hh:mm:ss"},
        **{f"amount{n}": {"num_format": "#,##0" + "." * bool(n) + "0" * n} for n in scales},
    }
    # A cell of each style, whose number is then read off the sheet; ``_filled`` takes them out.
    for position, look in enumerate(looks.values()):
        page.write_blank(1, position, None, workbook.add_format(look))
    workbook.close()
    with ZipFile(made) as parts:
        numbers = _STYLE.findall(parts.read(_SHEET).decode())
    return made, dict(zip(looks, map(int, numbers), strict=True))


def _filled(scaffold: BytesIO, rows: Iterable[str], frame: pl.DataFrame, path: Path) -> None:
    """Write a workbook whose sheet has these rows below its header."""
    with ZipFile(scaffold) as parts, ZipFile(path, "w", ZIP_DEFLATED) as whole:
        for told in parts.infolist():
            if told.filename != _SHEET:
                whole.writestr(told, parts.read(told))
                continue
            before, after = _SAMPLES.split(parts.read(told).decode())
            last = utility.xl_rowcol_to_cell(frame.height, max(frame.width - 1, 0))
            with whole.open(told, "w", force_zip64=True) as page:
                page.write(_DIMENSION.sub(f'<dimension ref="A1:{last}"/>', before).encode())
                for part in rows:
                    page.write(part.encode())
                page.write(after.encode())


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
