"""Delimited: the rows of CSV, TSV and their kin, streamed, with every record accounted for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene.sources import clean_chunks, delimiters, encodings, layouts, problems, raw, records
from mecene.sources.encodings import Encoding
from mecene.sources.readings import SOURCE_ROW, EmptyFile, Overrides, Reading
from mecene.sources.rejects import Ledger, Reject

_HEAD_BYTES = 1 << 18
_LONGEST_HEAD_BYTES = records.LONGEST_RECORD
_FEWEST_HEAD_LINES = 20
_PART_BYTES = 4 << 20
_PIECE_BYTES = 1 << 17
_NO_DELIMITER = "\x1f"  # a file of one column: nothing separates its cells


# Rows, how many records they were with the rejects, and how many bytes those took.
Stretch = tuple[pl.DataFrame, int, int]


class UnusableDelimiter(problems.Unreadable):
    """The delimiter asked for is no single character that can separate cells."""


@dataclass(frozen=True)
class Found:
    """How a text file is laid out."""

    encoding: Encoding
    delimiter: str | None
    layout: layouts.Layout
    skipped_lines: int
    header_lines: int


def find(path: Path, *, compressed: bool, head: bytes, overrides: Overrides) -> Found:
    """Return the encoding, delimiter and layout of a text file.

    Args:
        path: The file.
        compressed: Whether it is gunzipped first.
        head: Its first bytes, gunzipped.
        overrides: What is known already.

    Raises:
        problems.Unreadable: It is empty, too wide, or its encoding does not exist.
    """
    if overrides.encoding is None:
        encoding = encodings.detect(lambda: raw.chunks(path, compressed=compressed), head=head)
    else:
        encoding = encodings.told(overrides.encoding, head=head, file=path.name)
    text, final = _first_lines(path, compressed=compressed, encoding=encoding)
    if not text.strip("\n\ufeff\x00 "):
        raise EmptyFile("empty_file", file=path.name)
    delimiter = overrides.delimiter or delimiters.find(text, final=final)
    if delimiter is not None and (
        len(delimiter) != 1 or delimiter in '"\n\r\x00' or ord(delimiter) > 127
    ):
        raise UnusableDelimiter("unusable_delimiter", file=path.name, delimiter=delimiter)
    found = list(
        records.read(text, delimiter=delimiter or _NO_DELIMITER, width=None, final=final)
    ) or list(records.read(text, delimiter=delimiter or _NO_DELIMITER, width=None, final=True))
    layout = layouts.find(
        [record.cells for record in found], header=overrides.header, file=path.name
    )
    first = found[layout.skipped]
    skipped_lines = text.count("\n", 0, first.start)
    header_lines = max(text.count("\n", first.start, first.end), 1) if layout.header else 0
    return Found(encoding, delimiter, layout, skipped_lines, header_lines)


def batches(reading: Reading, *, ledger: Ledger) -> Iterator[pl.DataFrame]:
    """Yield the rows of a text file as its parts come, of any height; see ``files.batches``."""
    number = 0
    rest, halved = b"", b""
    for part, final, cut in _parts(reading):
        # Line ends are made alike once only, in what is new: done again on what is left of the
        # part before, a carriage return of the file's own would be lost. A line end may fall
        # across two parts.
        fresh = halved + part
        halved = b"\r" if fresh.endswith(b"\r") and not final else b""
        text = rest + fresh.removesuffix(halved).replace(b"\r\n", b"\n")
        whole, after = _split_last_line(text) if cut else (text, b"")
        taken = 0
        for frame, seen, size in _stretches(whole, reading, ledger, first=number + 1, final=final):
            number += seen
            taken += size
            if frame.height:
                yield frame
        rest = whole[taken:]
        if cut:
            cut_row = number + 1 if after.strip() else None
            value = after.decode("utf-8", "replace") or None
            ledger.add(Reject(reading.name, cut_row, None, value, "cut_off"))


def _stretches(
    text: bytes, reading: Reading, ledger: Ledger, *, first: int, final: bool
) -> Iterator[Stretch]:
    """Yield what a text holds: at once where it is clean, else small piece by small piece."""
    clean = _clean_rows(text, reading, first=first, final=final)
    if clean is not None:
        yield clean
        return
    start, size = 0, _PIECE_BYTES
    while start < len(text):
        piece = text[start : start + size]
        at_end = start + len(piece) == len(text)
        last = final and at_end
        stretch = _clean_rows(piece, reading, first=first, final=last) or _careful_rows(
            piece, reading, ledger, first=first, final=last
        )
        yield stretch
        first += stretch[1]
        start += stretch[2]
        if not stretch[2] and at_end:
            return  # what is left is a record that goes on in the next part
        size = _PIECE_BYTES if stretch[2] else len(text)


def _clean_rows(text: bytes, reading: Reading, *, first: int, final: bool) -> Stretch | None:
    delimiter = reading.delimiter or _NO_DELIMITER
    clean = clean_chunks.read(text, delimiter=delimiter, columns=reading.columns, final=final)
    if clean is None:
        return None
    frame, taken = clean
    frame = frame.filter(pl.any_horizontal(pl.all() != ""))
    numbers = pl.int_range(first, first + frame.height, eager=True).alias(SOURCE_ROW)
    return _finished(frame, numbers), frame.height, taken


def _careful_rows(
    text: bytes, reading: Reading, ledger: Ledger, *, first: int, final: bool
) -> Stretch:
    written = text.decode("utf-8", "surrogateescape")
    width = len(reading.columns)
    rows: list[list[str]] = []
    numbers: list[int] = []
    number, end = first, 0
    for record in records.read(
        written, delimiter=reading.delimiter or _NO_DELIMITER, width=width, final=final
    ):
        if end > _PIECE_BYTES:
            break  # what follows may be clean again
        end = record.end
        if record.is_blank:
            continue
        if record.problem is None:
            rows.append(record.cells)
            numbers.append(number)
        else:
            ledger.add(Reject(reading.name, number, None, _line(written, record), record.problem))
        number += 1
    columns = zip(*rows, strict=True) if rows else [()] * width
    frame = pl.DataFrame(
        [
            pl.Series(name, cells, dtype=pl.String())
            for name, cells in zip(reading.columns, columns, strict=True)
        ]
    )
    taken = len(written[:end].encode("utf-8", "surrogateescape"))
    return _finished(frame, pl.Series(SOURCE_ROW, numbers, dtype=pl.Int64())), number - first, taken


def _line(text: str, record: records.Record) -> str:
    """Return the start of a record as it stands in the file, bad bytes as U+FFFD."""
    line = text[record.start : min(record.end, record.start + 1_000)].rstrip("\n")
    return (
        line.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "\ufffd")
    )


def _finished(frame: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    filled = frame.select(pl.when(pl.all() != "").then(pl.all()))
    return filled.insert_column(0, numbers)


def _parts(reading: Reading) -> Iterator[tuple[bytes, bool, bool]]:
    """Yield (text, final, cut): the lines below the header, in parts of a few megabytes."""
    encoding = _encoding(reading)
    chunks = raw.chunks(reading.path, compressed=reading.compressed)
    lines = encodings.as_utf_8(chunks, encoding)
    to_skip = reading.skipped_lines + reading.header_lines
    waiting: list[bytes] = []
    size = 0
    cut = False
    try:
        for text in lines:
            while to_skip and text:
                _, line_feed, text = text.partition(b"\n")
                to_skip -= bool(line_feed)
            waiting.append(text)
            size += len(text)
            if size >= _PART_BYTES:
                yield b"".join(waiting), False, False
                waiting, size = [], 0
    except raw.CutOff:
        cut = True
    yield b"".join(waiting), True, cut


def _encoding(reading: Reading) -> Encoding:
    return Encoding(reading.encoding or "utf-8", reading.bom, reading.old_mac_lines)


def _split_last_line(text: bytes) -> tuple[bytes, bytes]:
    """Return the whole lines, and what stands after the last line feed."""
    whole, line_feed, after = text.rpartition(b"\n")
    return whole + line_feed, after


def _first_lines(path: Path, *, compressed: bool, encoding: Encoding) -> tuple[str, bool]:
    """Return the first lines as text, and whether that is the whole file."""
    taken = b""
    final = True
    try:
        for text in encodings.as_utf_8(raw.chunks(path, compressed=compressed), encoding):
            taken += text
            enough = len(taken) >= _HEAD_BYTES and taken.count(b"\n") >= _FEWEST_HEAD_LINES
            if enough or len(taken) >= _LONGEST_HEAD_BYTES:
                final = False
                break
    except raw.CutOff:
        pass
    return taken.replace(b"\r\n", b"\n").decode("utf-8", "surrogateescape"), final
