"""Parquets: the rows of a Parquet file as text, a group at a time."""

import dataclasses
from collections.abc import Iterator
from datetime import time

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from mecene.sources import layouts, problems
from mecene.sources.readings import MOST_COLUMNS, SOURCE_ROW, EmptyFile, Reading, TooManyColumns
from mecene.sources.rejects import Ledger

_ROWS = 16_384
_BROKEN = (pa.ArrowException, OSError, pl.exceptions.PolarsError, ValueError, KeyError, TypeError)


class DamagedParquet(problems.Unreadable):
    """A Parquet file cannot be opened, or breaks off while it is read."""


def inspect(base: Reading) -> Reading:
    """Return how a Parquet file will be read.

    Raises:
        DamagedParquet: It cannot be opened.
        TooManyColumns: More than 4,096 columns.
    """
    try:
        with pq.ParquetFile(base.path) as file:
            names = file.schema_arrow.names
    except _BROKEN as error:
        raise DamagedParquet("damaged_parquet", file=base.name) from error
    if not names:
        raise EmptyFile("empty_file", file=base.name)
    if len(names) > MOST_COLUMNS:
        raise TooManyColumns(
            "too_many_columns", file=base.name, columns=len(names), most=MOST_COLUMNS
        )
    return dataclasses.replace(base, columns=layouts.unique_names(names), header_lines=0)


def batches(reading: Reading, *, ledger: Ledger) -> Iterator[pl.DataFrame]:
    """Yield the rows of a Parquet file; see ``files.batches``. Nothing goes to the ledger.

    Raises:
        DamagedParquet: A page cannot be read.
    """
    first = 1
    try:
        with pq.ParquetFile(reading.path) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                # Text that is no UTF-8 would pass unseen, and crash whoever writes it out.
                batch.validate(full=True)
                frame = _as_text(batch, columns=reading.columns)
                numbers = pl.int_range(first, first + frame.height, eager=True)
                yield frame.insert_column(0, numbers.alias(SOURCE_ROW))
                first += frame.height
    except _BROKEN as error:
        raise DamagedParquet("damaged_parquet", file=reading.name) from error


def _as_text(batch: pa.RecordBatch, *, columns: tuple[str, ...]) -> pl.DataFrame:
    series = [
        _text(pl.Series(name, _plain(batch.column(i))), name) for i, name in enumerate(columns)
    ]
    return pl.DataFrame(series).select(pl.when(pl.all() != "").then(pl.all()))


def _plain(array: pa.Array) -> pa.Array:
    """Return a column in a type Polars knows: dictionaries are unfolded, bytes become text."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    return array


def _text(series: pl.Series, name: str) -> pl.Series:
    kind = series.dtype
    if kind == pl.String():
        return series
    if kind.is_float():
        text = series.cast(pl.String()).str.strip_suffix(".0")
    elif kind == pl.Boolean() or kind.is_integer() or kind.is_decimal() or kind == pl.Date():
        text = series.cast(pl.String())
    elif isinstance(kind, pl.Datetime):
        text = _moments(series)
    elif kind in (pl.Time(), pl.Categorical()) or isinstance(kind, pl.Enum):
        text = series.cast(pl.String())
    else:
        text = pl.Series([None if v is None else _written(v) for v in series], dtype=pl.String())
    return text.alias(name)


def _moments(series: pl.Series) -> pl.Series:
    """Return ISO moments, to the second unless one is finer; days alone where all are midnight."""
    clock = series.dt.replace_time_zone(None) if series.dtype.time_zone else series  # type: ignore[attr-defined]
    if (clock.dt.time().drop_nulls() == time(0)).all():
        return clock.dt.date().cast(pl.String())
    if (clock.dt.microsecond().drop_nulls() == 0).all():
        return clock.dt.strftime("%Y-%m-%dT%H:%M:%S")
    return clock.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")


def _written(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, pl.Series):
        return "; ".join(str(item) for item in value)
    return str(value)
