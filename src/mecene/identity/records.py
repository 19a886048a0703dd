"""Records: the staged person records, a few columns and so many rows at a time.

A file of gifts that names everybody in every row stages millions of them; whole, they weigh as
much as all that is worked out from them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from mecene.identity import traits

_AT_ONCE = 245_760  # two row groups of a staged file: none is read for two slices


def slices(
    persons: pl.DataFrame | Path, *, columns: Sequence[str] = tuple(traits.PERSON)
) -> Iterator[pl.DataFrame]:
    """Yield complete person records in the order of their keys, at least one part.

    Args:
        persons: The records, or the Parquet file or directory that holds them.
        columns: Which columns of ``traits.PERSON``; ``person_key`` first.

    Raises:
        traits.InvalidPersons: no ``person_key`` column, or the same key in two rows.
    """
    if isinstance(persons, pl.DataFrame):
        whole = traits.complete(persons, columns=columns)
        for start in range(0, max(whole.height, 1), _AT_ONCE):
            yield whole.slice(start, _AT_ONCE)
        return
    staged = pl.scan_parquet(persons / "*.parquet" if persons.is_dir() else persons)
    present = staged.collect_schema().names()
    asked = staged.select(name for name in columns if name in present)
    if "person_key" in present and _in_order(staged.select("person_key").collect().to_series()):
        rows = staged.select(pl.len()).collect().item()
        for start in range(0, max(rows, 1), _AT_ONCE):
            yield traits.complete(asked.slice(start, _AT_ONCE).collect(), columns=columns)
    else:
        yield from slices(asked.collect(), columns=columns)


def _in_order(keys: pl.Series) -> bool:
    """Return whether each key is there, once, and after the smaller ones."""
    return not keys.null_count() and bool((keys > keys.shift(1)).all())
