"""Zips: whether a zipped workbook may be opened without filling the machine's memory."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from mecene.sources import formulas, kinds, problems

_MOST_BYTES = 3 << 30
_MOST_TIMES_LARGER = 250
_SMALL_BYTES = 100 << 20
_MOST_PARTS = 20_000
_MOST_CELLS = 60_000_000
_MOST_ROWS = 1_048_576
_PIECE = 1 << 20
_LONGEST_REFERENCE = 64
# calamine lays a sheet out as a full rectangle, so one cell far away costs as much as all those
# between: the references of the cells are looked at before it is let in. Sheets are searched in
# capitals, with one kind of quotation mark and no blanks, so that there is one way to write each.
_BLANKS = b" \t\r\n"
_PLAIN = bytes.maketrans(bytes(range(97, 123)) + b"'", bytes(range(65, 91)) + b'"')
_FAR_COLUMN = re.compile(rb'R="([A-Z]{2,})[0-9]')
_FAR_ROW = re.compile(rb'R="[A-Z]*([0-9]{6,})"')
_PAST_THE_END = re.compile(rb'R="[A-Z]*(?:1[1-9][0-9]{5}|[2-9][0-9]{6}|[0-9]{8,})"')
_ERROR = b'T="E"'
_NO_VALUE = re.compile(rb"</F>(?:<V/>|<V></V>)?</C>")


@dataclass(frozen=True)
class Contents:
    """What the sheets of a workbook hold that cannot be read as a value: cells of each kind.

    ``cells``: sheet → the formulas without value, as far as they were found.
    """

    errors: int = 0
    formulas_without_value: int = 0
    cells: Mapping[str, frozenset[formulas.Cell]] = field(default_factory=dict)


class ZipBomb(problems.Unreadable):
    """A workbook unfolds into far more than its size announces, or its cells span a desert."""


class ProtectedWorkbook(kinds.Encrypted):
    """A workbook is protected by a password."""


class DamagedZip(problems.Unreadable):
    """A zipped file is incomplete or damaged."""


def check_workbook(path: Path) -> Contents:
    """Return what a workbook's cells hold; raise unless it unfolds to a reasonable size.

    Raises:
        kinds.NotATable: It is a zip of something else.
        ZipBomb: It unfolds to more than 3 GiB, or 250 times its size, or 60 million cells.
        DamagedZip: It cannot be unfolded.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            parts = archive.infolist()
            _check_contents({part.filename for part in parts}, file=path.name)
            _check_sizes(parts, stored=path.stat().st_size, file=path.name)
            finders = {part.filename: formulas.Finder() for part in parts}
            found = [
                _check_part(file, part, finders[part.filename], name=path.name)
                for part in parts
                if part.compress_size
            ]
            return Contents(
                sum(part.errors for part in found),
                sum(part.formulas_without_value for part in found),
                formulas.named(archive, {name: each.cells for name, each in finders.items()}),
            )
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
    ) as error:
        if isinstance(error, problems.Unreadable):
            raise
        raise DamagedZip("damaged_workbook", file=path.name) from error


def _check_contents(names: set[str], *, file: str) -> None:
    if "xl/workbook.bin" in names:
        raise kinds.NotATable("binary_workbook", file=file)
    if any(name.endswith("workbook.xml") for name in names):
        return
    code = "open_document" if "content.xml" in names else "archive"
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        code = "document"
    raise kinds.NotATable(code, file=file)


def _check_sizes(parts: list[zipfile.ZipInfo], *, stored: int, file: str) -> None:
    """Raise on what the table of contents itself announces, or where parts overlap."""
    if any(part.flag_bits & 1 for part in parts):
        raise ProtectedWorkbook("encrypted", file=file)
    unfolded = sum(part.file_size for part in parts)
    overlapping = sum(part.compress_size for part in parts) > stored
    if overlapping or len(parts) > _MOST_PARTS or _is_bomb(unfolded, stored):
        raise ZipBomb("zip_bomb", file=file, megabytes=unfolded >> 20)


def _is_bomb(unfolded: int, stored: int) -> bool:
    times_larger = unfolded > _MOST_TIMES_LARGER * stored and unfolded > _SMALL_BYTES
    return unfolded > _MOST_BYTES or times_larger


def _check_part(
    file: BinaryIO, part: zipfile.ZipInfo, finder: formulas.Finder, *, name: str
) -> Contents:
    """Return what a part holds; raise where it unfolds to more than it announces."""
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    far_columns: set[bytes] = set()
    farthest_row = size = errors = without = 0
    tail = b""
    for piece in _unfolded(file, part):
        size += len(piece)
        if size > part.file_size + _SMALL_BYTES or size > _MOST_BYTES:
            raise ZipBomb("zip_bomb", file=name, megabytes=size >> 20)
        if not is_sheet:
            continue
        text = tail + piece.translate(_PLAIN, _BLANKS)
        if _PAST_THE_END.search(text):
            raise ZipBomb("far_cells", file=name)
        far_columns.update(_FAR_COLUMN.findall(text))
        if _columns(far_columns) * _MOST_ROWS > _MOST_CELLS:
            farthest_row = max(farthest_row, *map(int, _FAR_ROW.findall(text)), 0)
        errors += text.count(_ERROR) - tail.count(_ERROR)
        without += len(_NO_VALUE.findall(text)) - len(_NO_VALUE.findall(tail))
        # Nearly every workbook stores the results of its formulas: looked at more closely only
        # from the first that does not.
        if without or _NO_VALUE.search(text):
            finder.look(text)
        tail = text[-_LONGEST_REFERENCE:]
    if _columns(far_columns) * farthest_row > _MOST_CELLS:
        raise ZipBomb("far_cells", file=name)
    return Contents(errors, without)


def _columns(references: set[bytes]) -> int:
    """Return how many columns a sheet spans at most: ``AB`` is the 28th."""
    longest = max((len(letters) for letters in references), default=1)
    farthest = max((r for r in references if len(r) == longest), default=b"Z")
    number = 0
    for letter in farthest:
        number = number * 26 + letter - ord("A") + 1
    return number


def _unfolded(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    # Not ZipFile.open: it stops at the size the table of contents announces, where other readers
    # do not.
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    name_length, extra_length = (
        int.from_bytes(header[26:28], "little"),
        int.from_bytes(header[28:30], "little"),
    )
    file.seek(name_length + extra_length, 1)
    left = part.compress_size
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("unusual compression")
    inflater = zlib.decompressobj(wbits=-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        while piece:
            if inflater is None:
                yield piece
                break
            yield inflater.decompress(piece, _PIECE)
            piece = inflater.unconsumed_tail
