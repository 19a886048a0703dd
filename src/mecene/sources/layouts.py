"""Layouts: where in a file the table begins, whether it has a header, and what its columns are."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mecene.sources.readings import MOST_COLUMNS, SOURCE_ROW, UNWORKED, EmptyFile, TooManyColumns

Cells = Sequence[str]

_LONGEST_PREAMBLE = 50
_LONGEST_NAME = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?")
_NUMBER = re.compile(
    r"[-+\u2212(]?\s*[€$£]?\s*\d[\d\s.,'’\u00a0\u202f]*(?:[eE][-+]?\d+)?\s*\)?\s*[€$£%]?"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ufeff\udc80-\udcff]+")


@dataclass(frozen=True)
class Layout:
    """How many records stand before the header, whether there is one, and the column names."""

    skipped: int
    header: bool
    columns: tuple[str, ...]


def find(records: Sequence[Cells], *, header: bool | None, file: str) -> Layout:
    """Return the layout of a table from its first records, blank ones included.

    Args:
        records: The first records of the file, in order, as lists of cells.
        header: Whether there is one, if that was told.
        file: Its name, for messages.

    Raises:
        EmptyFile: No record has any cell filled.
        TooManyColumns: More than 4,096 columns.
    """
    width = _width(records)
    if not width:
        raise EmptyFile("empty_file", file=file)
    _check_width(width, file=file)
    skipped = _preamble(records, width)
    first, body = _parted(records, skipped)
    has_header = _is_header(first, body) if header is None else header
    if not has_header and skipped:
        # Sparse first rows are no preamble when nothing like a header follows them.
        skipped = next(i for i, cells in enumerate(records) if len(cells) >= width)
        first, body = _parted(records, skipped)
    names = list(first) if has_header else []
    if has_header and _has_row_numbers(first, body, width):
        names.insert(0, "")
    width = len(names) if _fits(body, len(names)) else max(width, len(names))
    _check_width(width, file=file)
    return Layout(skipped, has_header, unique_names(names + [""] * (width - len(names))))


def usual_width(records: Sequence[Cells]) -> int:
    """Return the number of cells most records have; the larger where two are as frequent."""
    widths = Counter(len(cells) for cells in records if not is_blank(cells))
    return max(widths, key=lambda width: (widths[width], width), default=0)


def is_blank(cells: Cells) -> bool:
    """Tell whether a record has no cell filled."""
    return not any(cell and not cell.isspace() for cell in cells)


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return column names trimmed, filled and made unique whatever their case: ``Nom``, ``NOM_2``.

    ``source_row`` is ours, so a column of that name becomes ``source_row_2``.
    """
    taken = {SOURCE_ROW, UNWORKED}
    found = []
    for number, name in enumerate(names, start=1):
        plain = " ".join(_UNSEEN.sub(" ", name).split())[:_LONGEST_NAME] or f"column_{number}"
        candidate, repeat = plain, 1
        while candidate.casefold() in taken:
            repeat += 1
            candidate = f"{plain}_{repeat}"
        taken.add(candidate.casefold())
        found.append(candidate)
    return tuple(found)


def _check_width(width: int, *, file: str) -> None:
    if width > MOST_COLUMNS:
        raise TooManyColumns("too_many_columns", file=file, columns=width, most=MOST_COLUMNS)


def _width(records: Sequence[Cells]) -> int:
    """Return how many columns the table has, less the last ones that are empty throughout."""
    usual = usual_width(records)
    return max((len(_trimmed(cells)) for cells in records if len(cells) <= usual), default=0)


def _parted(records: Sequence[Cells], skipped: int) -> tuple[Cells, list[Cells]]:
    body = [cells for cells in records[skipped + 1 :] if not is_blank(cells)]
    return _trimmed(records[skipped]), body


def _preamble(records: Sequence[Cells], width: int) -> int:
    """Return how many records stand before the first that could be a header or a row."""
    first_filled = None
    for position, cells in enumerate(records[:_LONGEST_PREAMBLE]):
        filled = sum(bool(cell.strip()) for cell in cells)
        if not filled:
            continue
        first_filled = position if first_filled is None else first_filled
        is_title = len(cells) < width - 1 or (filled <= 2 and filled * 2 <= width)
        if not is_title:
            return position
    return first_filled or 0


def _trimmed(cells: Cells) -> Cells:
    """Return the cells without the empty ones that end them."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _fits(body: Sequence[Cells], width: int) -> bool:
    """Tell whether a header's width is that of a fifth of the rows: then the others are wrong."""
    fitting = sum(len(cells) == width or len(_trimmed(cells)) == width for cells in body)
    return width > 0 and fitting * 5 >= max(len(body), 1)


def _has_row_numbers(first: Cells, body: Sequence[Cells], width: int) -> bool:
    """Tell whether rows start with a number the header has no cell for, as R writes them."""
    numbers = [cells[0] for cells in body]
    return len(first) == width - 1 and numbers == [str(i + 1) for i in range(len(numbers))]


def _is_header(first: Cells, body: Sequence[Cells]) -> bool:
    if not any(_kind(cell) == "text" for cell in first):
        return False
    columns = [[cells[i].strip() for cells in body if i < len(cells)] for i in range(len(first))]
    for cell, column in zip(first, columns, strict=True):
        kind = _kind(cell)
        if kind in ("email", "date"):
            return False
        # A column a year is headed 2021, 2022 …, over amounts; a year over years is a value.
        if kind == "number" and (
            not _YEAR.fullmatch(cell.strip()) or _share(column, _YEAR.fullmatch) > 0.5
        ):
            return False
    if any(
        _kind(c) == "text" and _mostly_typed(column)
        for c, column in zip(first, columns, strict=True)
    ):
        return True
    return not any(
        c.strip() and c.strip() in column for c, column in zip(first, columns, strict=True)
    )


def _mostly_typed(column: Sequence[str]) -> bool:
    return _share(column, lambda cell: _kind(cell) != "text") > 0.5


def _share(column: Sequence[str], test: Callable[[str], object]) -> float:
    filled = [cell for cell in column if cell]
    return sum(bool(test(cell)) for cell in filled) / len(filled) if filled else 0.0


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return ""
    if _EMAIL.fullmatch(text):
        return "email"
    if _DATE.fullmatch(text):
        return "date"
    return "number" if _NUMBER.fullmatch(text) else "text"
