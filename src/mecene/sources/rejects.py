"""Rejects: which rows were not kept, where they stand, why, and what to do.

A ledger writes ``rejects.csv`` as it goes and remembers only counts. The columns are
``file,row,column,value,reason,remedy``; reason and remedy are in the reader's language. The file
is UTF-8 with a byte-order mark (read it with ``utf-8-sig``) so that a spreadsheet shows accents.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import polars as pl

from mecene.sources import problems, safe_writing

COLUMNS = ("file", "row", "column", "value", "reason", "remedy")
LONGEST_VALUE = 200
_BUFFERED = 1_000
_SCHEMA = pl.Schema(
    {
        "file": pl.String(),
        "source_row": pl.Int64(),
        "column": pl.String(),
        "value": pl.String(),
        "problem": pl.String(),
    }
)


@dataclass(frozen=True)
class Reject:
    """A row, a cell or a file (``row`` None) that was not kept, and the code of its problem."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    problem: str

    def __post_init__(self) -> None:
        problems.words(self.problem, lang="en")


class Ledger:
    """Where rejects are written as they come; it keeps counts, never the rejects themselves.

    ``lines``: reject lines per file. ``rows``: rejected rows per file, a row counted once for each
    ``add`` or ``add_frame`` that names it. ``by_problem``: lines per (file, problem code).
    """

    def __init__(
        self, stream: TextIO | None = None, *, lang: str = "fr", delimiter: str = ","
    ) -> None:
        self.lines: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.by_problem: Counter[tuple[str, str]] = Counter()
        self._stream = stream
        self._lang = lang
        self._delimiter = delimiter
        self._waiting: list[Reject] = []
        self._headed = False

    def add(self, reject: Reject) -> None:
        """Record one reject."""
        self._waiting.append(reject)
        self.lines[reject.file] += 1
        self.rows[reject.file] += reject.row is not None
        self.by_problem[reject.file, reject.problem] += 1
        if len(self._waiting) >= _BUFFERED:
            self.flush()

    def add_frame(self, frame: pl.DataFrame, *, file: str) -> None:
        """Record rejects of one file: columns ``source_row, column, value, problem``.

        Raises:
            problems.UnknownProblem: A code of ``problem`` has no words.
        """
        self.flush()
        rejected = frame.select(pl.lit(file).alias("file"), *list(_SCHEMA)[1:]).cast(_SCHEMA)
        self.lines[file] += rejected.height
        self.rows[file] += rejected["source_row"].drop_nulls().n_unique()
        for code, count in rejected.group_by("problem").len().sort("problem").iter_rows():
            self.by_problem[file, code] += count
        self._write(rejected)

    def flush(self) -> None:
        """Write what waits."""
        rows = [(r.file, r.row, r.column, r.value, r.problem) for r in self._waiting]
        self._waiting.clear()
        self._write(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))

    def _write(self, rejected: pl.DataFrame) -> None:
        if self._stream is None:
            return
        if not self._headed:
            self._stream.write(self._delimiter.join(COLUMNS) + "\n")
            self._headed = True
        if rejected.height:
            text = safe_writing.defused(_worded(rejected, lang=self._lang))
            self._stream.write(text.write_csv(include_header=False, separator=self._delimiter))


@contextmanager
def opened(path: Path, *, lang: str, delimiter: str = ",") -> Iterator[Ledger]:
    """Open ``rejects.csv`` for writing; its header is there even when nothing is rejected.

    Args:
        path: Where.
        lang: Language of the reasons and remedies, ``fr`` or ``en``.
        delimiter: ``;`` for a French spreadsheet.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        ledger = Ledger(stream, lang=lang, delimiter=delimiter)
        try:
            yield ledger
        finally:
            ledger.flush()


def _worded(rejected: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return the lines of ``rejects.csv``: values shortened, codes turned into words."""
    codes = rejected["problem"].unique().sort().to_list()
    found = [problems.words(code, lang=lang) for code in codes]
    short = pl.col("value").str.head(LONGEST_VALUE)
    cut = pl.col("value").str.len_chars() > LONGEST_VALUE
    value = pl.when(cut).then(short + "…").otherwise(pl.col("value"))
    return rejected.with_columns(value.alias("value")).select(
        "file",
        pl.col("source_row").alias("row"),
        "column",
        "value",
        _filled([words.reason for words in found], codes).alias("reason"),
        _filled([words.remedy for words in found], codes).alias("remedy"),
    )


def _filled(templates: list[str], codes: list[str]) -> pl.Expr:
    # The column goes in first: a value that reads "{column}" must stay as the file has it.
    words = pl.col("problem").replace_strict(codes, templates, return_dtype=pl.String())
    for name in ("column", "value"):
        words = words.str.replace_all("{" + name + "}", pl.col(name).fill_null(""), literal=True)
    return words
