"""Records: the rows of delimited text, one by one, when a chunk has anything unusual in it.

Slow and careful. A line without a quotation mark is split; one with them is read as RFC 4180
says, a little more kindly: blanks around the marks are allowed, and a mark inside a cell that does
not start with one is an ordinary character. A quotation mark that is never closed, or closes in
the middle of another line, spoils its own line only: reading resumes on the next.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_RECORD = 32 << 20  # characters; a cell of 10 MB is still read
_BLANK_LINES = re.compile("\n+")
_UNDECODED = re.compile("[\udc80-\udcff]")
_SUSPECT = re.compile("[\udc80-\udcff\x00]")


class Record(NamedTuple):
    """Cells, or the problem that made them unreadable; and where in the text they stand."""

    cells: list[str]
    start: int
    end: int  # where the next record starts
    problem: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether it has no character in any cell; a blank line is no row."""
        return self.problem is None and not any(self.cells)


class _Unclosed(Exception):
    """The quotation mark opened here is not closed where it should be."""


class _Unfinished(Exception):
    """The text stops inside a quoted cell; more may follow."""


def read(
    text: str, *, delimiter: str, width: int | None, final: bool, start: int = 0
) -> Iterator[Record]:
    r"""Yield the records of a text, blank ones too, up to the last that is whole.

    Args:
        text: Lines ended by ``\n``; undecodable bytes are lone surrogates.
        delimiter: One character; a space stands for any run of blanks.
        width: Cells a record has; None takes any number.
        final: Whether the text ends the file; if not, an unfinished record is left.
        start: Where the first record starts.
    """
    suspect = _SUSPECT.search(text, start) is not None
    position = start
    while position < len(text):
        if blank := _BLANK_LINES.match(text, position):
            yield Record([], position, blank.end())
            position = blank.end()
            continue
        end_of_line = text.find("\n", position)
        if end_of_line < 0:
            if not final and len(text) - position < LONGEST_RECORD:
                return
            end_of_line = len(text)
        if not suspect:
            # The common case, written out: it is met a million times.
            cells = text[position:end_of_line].split(delimiter)
            if len(cells) == width and len(cells) > 1 and '"' not in text[position:end_of_line]:
                yield Record(cells, position, end_of_line + 1)
                position = end_of_line + 1
                continue
        try:
            record = _one(text, position, end_of_line, delimiter, width, final)
        except _Unfinished:
            return
        position = record.end
        if suspect and record.problem is None:
            record = _checked(record, text)
        yield record


def _one(
    text: str, start: int, end_of_line: int, delimiter: str, width: int | None, final: bool
) -> Record:
    line = text[start:end_of_line]
    if len(line) > LONGEST_RECORD:
        return Record([line[:200]], start, end_of_line + 1, "record_too_long")
    if not line or line.isspace():
        return Record([], start, end_of_line + 1)
    if delimiter == " ":
        return _fitted(line.split(), start, end_of_line + 1, width)
    if '"' not in line:
        return _fitted(line.split(delimiter), start, end_of_line + 1, width)
    try:
        cells, end = _quoted(text, start, end_of_line, delimiter, width)
        if end == len(text) and not final:
            raise _Unfinished
    except _Unfinished:
        if not final and len(text) - start < LONGEST_RECORD:
            raise
        return Record([line], start, end_of_line + 1, "unclosed_quote")
    except _Unclosed:
        return Record([line], start, end_of_line + 1, "unclosed_quote")
    record = _fitted(cells, start, end + 1, width)
    if record.problem is not None and end > end_of_line:
        # It took several lines and still does not fit: the mark was more likely a stray one.
        return Record([line], start, end_of_line + 1, "unclosed_quote")
    return record


def _fitted(cells: list[str], start: int, end: int, width: int | None) -> Record:
    """Return a record of the right width, or its problem; empty cells too many are dropped."""
    if width is None or len(cells) == width or not any(cells):
        return Record(cells, start, end)
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return Record(cells[:width], start, end)
    return Record(cells, start, end, "wrong_number_of_cells")


def _quoted(
    text: str, start: int, end_of_line: int, delimiter: str, width: int | None
) -> tuple[list[str], int]:
    """Return the cells of a record that has quotation marks, and the end of its last line."""
    cells: list[str] = []
    position = start
    while True:
        opening = position
        while text[opening : opening + 1] == " ":
            opening += 1
        if text[opening : opening + 1] == '"':
            cell, position, end_of_line = _quoted_cell(
                text, position, opening, end_of_line, delimiter
            )
        else:
            end = text.find(delimiter, position, end_of_line)
            end = end_of_line if end < 0 else end
            cell, position = text[position:end], end
        cells.append(cell)
        too_many = width is not None and len(cells) > width and cell.strip()
        if position >= end_of_line or too_many:
            return cells, end_of_line
        position += 1


def _quoted_cell(
    text: str, start: int, opening: int, end_of_line: int, delimiter: str
) -> tuple[str, int, int]:
    """Return a quoted cell, where it ends, and the end of the line it ends on."""
    closing = _closing(text, opening)
    after = closing + 1
    while text[after : after + 1] == " ":
        after += 1
    if closing > end_of_line:
        end_of_line = text.find("\n", closing)
        end_of_line = len(text) if end_of_line < 0 else end_of_line
        if after < end_of_line and text[after] != delimiter:
            raise _Unclosed
    elif after < end_of_line and text[after] != delimiter:
        # "Le Petit" Prince: kept as it is written.
        end = text.find(delimiter, after, end_of_line)
        end = end_of_line if end < 0 else end
        return text[start:end], end, end_of_line
    return text[opening + 1 : closing].replace('""', '"'), after, end_of_line


def _closing(text: str, opening: int) -> int:
    limit = opening + LONGEST_RECORD
    position = opening + 1
    while True:
        mark = text.find('"', position, limit)
        if mark < 0:
            raise _Unclosed if len(text) > limit else _Unfinished
        if text[mark + 1 : mark + 2] != '"':
            return mark
        position = mark + 2


def _checked(record: Record, text: str) -> Record:
    line = text[record.start : record.end]
    if "\x00" in line:
        return Record(record.cells, record.start, record.end, "nul_character")
    if _UNDECODED.search(line):
        return Record(record.cells, record.start, record.end, "undecodable")
    return record
