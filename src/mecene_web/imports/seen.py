"""Seen: what was recognised in a file, as pages show it and as the database keeps it.

Cells of the file are of people: they go to the import's folder (``samples``), never to the account.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mecene.sources import problems
from mecene.sources.readings import SOURCE_ROW, Reading
from mecene.sources.recognition import Recognition
from mecene.sources.staging import Accounting
from mecene.words import LANGUAGES

ROWS_SHOWN = 10
_LONGEST_CELL = 80


def reading(read: Reading) -> dict[str, Any]:
    """Return how a file will be read."""
    return {
        "format": read.format, "encoding": read.encoding, "delimiter": read.delimiter,
        "header": read.header, "sheet": read.sheet, "headers": list(read.columns),
        "sha256": read.sha256, "size_bytes": read.size_bytes,
        "notes": [_both(note) for note in read.notes],
    }  # fmt: skip


def recognition(known: Recognition) -> dict[str, Any]:
    """Return what the columns of a file are."""
    return {
        "table": known.table,
        "preset": known.preset,
        # Pairs: PostgreSQL keeps no order of keys, and two columns may bear one name.
        "roles": [[column.header, column.role] for column in known.columns],
        "voices": {column.header: column.why for column in known.columns},
        "years": [header for header, _ in known.years],
        "attributes": dict(known.attributes),
        "dates": {role: asdict(how) for role, how in known.dates.items()},
        "amounts": {role: asdict(how) for role, how in known.amounts.items()},
    }


def account(told: Accounting, by_problem: Mapping[str, int]) -> dict[str, Any]:
    """Return what became of the rows of a file; facts and rejects are all of them."""
    return {
        "rows": told.rows, "facts": dict(told.facts), "rejects": told.rejects.total(),
        "by_problem": dict(by_problem), "identical": told.identical,
        "overlapping": told.overlapping, "besides": dict(told.besides), "lost": dict(told.lost),
        "notes": [_both(note) for note in told.notes],
    }  # fmt: skip


def sample(read: Reading) -> list[list[str]]:
    """Return the first rows of a file as it holds them, long cells cut."""
    shown = read.sample.drop(SOURCE_ROW, strict=False).select(read.columns).head(ROWS_SHOWN)
    return [["" if cell is None else cell[:_LONGEST_CELL] for cell in row] for row in shown.rows()]


def refusal(wrong: problems.Refusal) -> dict[str, str]:
    """Return why a file cannot be read, in both languages."""
    return {lang: wrong.written(lang) for lang in LANGUAGES}


def _both(note: Any) -> dict[str, str]:
    return {lang: note.written(lang) for lang in LANGUAGES}
