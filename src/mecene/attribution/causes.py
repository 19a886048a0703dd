"""Causes: what do hold-outs say that each channel caused, in a file that a person writes?"""

import csv
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist

from mecene.attribution.credit import Caused

COLUMNS = ("channel", "acts", "low", "high")
_CONFIDENCE = 0.95


class UnreadableCauses(ValueError):
    """A file says of no channel what it caused.

    Attributes:
        row: Which one, from 1 below the header; 0: the header.
        column: Of ``COLUMNS``.
    """

    def __init__(self, row: int, column: str) -> None:
        self.row = row
        self.column = column
        super().__init__(f"row {row}: {column} is missing or cannot be read")


def read(path: Path) -> Mapping[str, Caused]:
    """Return channel → acts caused.

    Args:
        path: CSV, with commas or semicolons, of the columns ``channel``, ``acts`` caused, and the
            ``low`` and ``high`` ends of their 95 % interval; numbers with a point or a comma.

    Raises:
        UnreadableCauses: a column is missing, or a figure is none.
    """
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in head else ",")
    for column in COLUMNS:
        if column not in (rows.fieldnames or ()):
            raise UnreadableCauses(0, column)
    found = {}
    for number, row in enumerate(rows, start=1):
        acts, low, high = (_figure(row, column, number) for column in COLUMNS[1:])
        if not low <= acts <= high:
            raise UnreadableCauses(number, "low" if low > acts else "high")
        reach = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2)
        found[(row["channel"] or "").strip()] = Caused(acts, low, high, (high - low) / (2 * reach))
    return found


def _figure(row: Mapping[str, str | None], column: str, number: int) -> float:
    try:
        value = float((row[column] or "").strip().replace(",", "."))
    except ValueError:
        raise UnreadableCauses(number, column) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise UnreadableCauses(number, column)
    return value
