"""Formulas: which cells of a workbook hold a formula whose result was never stored.

A program that writes a workbook without working it out leaves such cells: a reader of values sees
them empty, and a person sees an amount.
"""

import html
import posixpath
import re
import zipfile
from collections.abc import Mapping

Cell = tuple[int, int]  # row and column in the sheet, from 0

# The text is searched as ``zips`` searches it: in capitals, without blanks. Cells found past these
# many are told as empty; the workbook's note counts them all.
_CELL = re.compile(
    rb'<CR="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>(?:<F[^<>]*/>|<F[^<]*</F>)(?:<V/>|<V></V>)?</C>'
)
_MOST_CELLS = 100_000
_LONGEST_CELL = 1 << 14
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_MOST_BYTES = 16 << 20


class Finder:
    """The cells found so far in a sheet that is read piece by piece."""

    def __init__(self) -> None:
        self.cells: set[Cell] = set()
        self._tail = b""

    def look(self, text: bytes) -> None:
        """Look at the next piece of a sheet; pieces may share text."""
        text = self._tail + text
        for letters, number in _CELL.findall(text):
            if len(self.cells) < _MOST_CELLS:
                self.cells.add((int(number) - 1, _column(letters)))
        start = max(text.rfind(b"<CR="), len(text) - _LONGEST_CELL)
        self._tail = text[start:]


def named(archive: zipfile.ZipFile, found: Mapping[str, set[Cell]]) -> dict[str, frozenset[Cell]]:
    """Return the cells by the name of their sheet, from those by the part that holds it.

    A sheet whose part cannot be told has none.
    """
    if not any(found.values()):
        return {}
    targets = {
        _attribute(each, "Id"): _attribute(each, "Target")
        for each in _RELATIONSHIP.findall(_text(archive, "xl/_rels/workbook.xml.rels"))
    }
    sheets = {
        html.unescape(_attribute(each, "name")): targets.get(_attribute(each, r"\w+:id"), "")
        for each in _SHEET.findall(_text(archive, "xl/workbook.xml"))
    }
    parts = {name: posixpath.join("/xl", target)[1:] for name, target in sheets.items()}
    return {name: frozenset(found[part]) for name, part in parts.items() if found.get(part, set())}


def _text(archive: zipfile.ZipFile, part: str) -> str:
    try:
        with archive.open(part) as file:
            return file.read(_MOST_BYTES).decode("utf-8", errors="replace")
    except KeyError:
        return ""


def _attribute(element: str, name: str) -> str:
    found = re.search(rf"\s{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", element)
    return (found[1] or found[2] or "") if found else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
