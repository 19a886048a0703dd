"""Exports: the files an association would hand over, and the truth of every row beside them.

``gifts``, ``donors``, ``recurring``, ``contacts``, ``interactions``, ``consents`` and
``campaigns``, as CSV with French headers, semicolons and decimal commas, or English ones.
``truth_rows.parquet`` says who each row is really about, ``truth.parquet`` what is true of
each donor; ``truth_effects``, ``truth_attachment`` and ``truth_mandates`` the rest.
"""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow.parquet as pq

from mecene.simulator import association, layouts, records
from mecene.simulator.recipe import Association, World
from mecene.simulator.records import CLEAN, Dirt

_DIRT = 2**30  # the generator's purpose
_TRUTH = {
    "people": "truth", "effects": "truth_effects", "attachment": "truth_attachment",
    "mandates": "truth_mandates",
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What was written, and where.

    Attributes:
        into: The directory.
        rows: File name → how many rows, its header aside.
    """

    into: Path
    rows: dict[str, int]

    def path(self, name: str) -> Path:
        """Return the path of a file, ``gifts.csv`` or ``truth_rows.parquet``."""
        return self.into / name


def write(
    spec: Association,
    into: Path,
    *,
    dirty: bool = True,
    lang: str = "fr",
    dirt: Dirt | None = None,
    encoding: str = "utf-8",
    only: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write an association's files, a block of donors at a time.

    Args:
        spec: The recipe.
        into: The directory, made if absent.
        dirty: Whether people have several cards, and dates and amounts several forms.
        lang: ``fr`` (semicolon, decimal comma, ``dd/mm/yyyy``) or ``en`` (comma, point, ISO).
        dirt: How dirty, where ``dirty``.
        encoding: ``utf-8`` or ``cp1252``.
        only: Write these files (``gifts``, ``truth_rows`` …) and no other; their rows are the same.
        on_progress: Called with the blocks of donors done, and those in all.

    Returns:
        The names of the files and their number of rows.
    """
    into.mkdir(parents=True, exist_ok=True)
    chosen = (dirt or Dirt()) if dirty else CLEAN
    with ExitStack() as open_files:
        shelf = _Shelf(into, open_files, lang=lang, encoding=encoding, only=only)
        for done, world in enumerate(association.stream(spec), start=1):
            _block(spec, world, shelf, dirt=chosen)
            if on_progress:
                on_progress(done, spec.blocks)
    return Written(into=into, rows=shelf.rows)


def _block(spec: Association, world: World, shelf: "_Shelf", *, dirt: Dirt) -> None:
    rng = spec.generator(world.blocks[0], _DIRT)
    cards = records.of(world.facts["donors"], dirt=dirt, rng=rng)
    for name, page in layouts.pages(world, cards, dirt=dirt, lang=shelf.lang, rng=rng).items():
        shelf.add(name, page)
    for name, file in _TRUTH.items():
        shelf.add_truth(file, world.truth[name])


class _Shelf:
    """The files being written, each opened when its first rows come."""

    def __init__(
        self,
        into: Path,
        open_files: ExitStack,
        *,
        lang: str,
        encoding: str,
        only: Collection[str] | None,
    ) -> None:
        self.lang = lang
        self._only = only
        self.rows: dict[str, int] = {}
        self._into, self._open_files, self._encoding = into, open_files, encoding
        self._texts: dict[str, BinaryIO] = {}
        self._tables: dict[str, pq.ParquetWriter] = {}

    def add(self, name: str, page: layouts.Page) -> None:
        """Append rows to a CSV file, and their truth to ``truth_rows.parquet``."""
        if not self._wanted(name):
            return
        file = f"{name}.csv"
        first = file not in self._texts
        if first:
            self._texts[file] = self._open_files.enter_context((self._into / file).open("wb"))
            self.rows[file] = 0
        text = page.cells.write_csv(
            separator=";" if self.lang == "fr" else ",", include_header=first
        )
        self._texts[file].write(text.encode(self._encoding, errors="replace"))
        start = self.rows[file] + 1
        truth = page.truth.select(
            pl.lit(file).alias("file"),
            pl.int_range(start, start + pl.len(), dtype=pl.Int64).alias("row"),
            pl.all(),
        )
        self.rows[file] += page.cells.height
        if truth.height:
            self.add_truth("truth_rows", truth)

    def add_truth(self, name: str, frame: pl.DataFrame) -> None:
        """Append rows to a Parquet file."""
        if not self._wanted(name):
            return
        file, table = f"{name}.parquet", frame.to_arrow()
        if file not in self._tables:
            writer = pq.ParquetWriter(self._into / file, table.schema, compression="zstd")
            self._tables[file] = self._open_files.enter_context(writer)
            self.rows[file] = 0
        self._tables[file].write_table(table)
        self.rows[file] += frame.height

    def _wanted(self, name: str) -> bool:
        return self._only is None or name in self._only
