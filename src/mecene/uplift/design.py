"""Design: what was known of each person before a send, as numbers.

Numbers are cut at their 0.5 % and 99.5 % points, so that no one person's own extreme is kept in a
model; words become one column each where a hundred people or more share them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.uplift.refusal import Refusal

Matrix = NDArray[np.float32]

MOST_LEVELS = 30
_LEAST_OF_A_LEVEL = 100
_KNOTS = np.linspace(0.005, 0.995, 21)


class NothingKnown(Refusal):
    """No column tells people apart: aiming is impossible."""

    key = "nothing_known"


class IncompleteFeatures(Refusal, LookupError):
    """The table lacks a column the model was taught with."""

    key = "incomplete_features"


@dataclass(frozen=True)
class Column:
    """A column as it is read: a number between its outer ``knots``, or one of ``levels``.

    ``doubtful``: it was blank for somebody, which is told by a column of its own.
    """

    name: str
    knots: tuple[float, ...]
    levels: tuple[str, ...]
    doubtful: bool


@dataclass(frozen=True)
class Design:
    """Which columns are read, in which order; ``left_out`` are those that could not be."""

    columns: tuple[Column, ...]
    left_out: tuple[str, ...]

    def matrix(self, features: pl.DataFrame) -> Matrix:
        """Return the numbers, cut, NaN where unknown. Shape (n, columns and levels).

        Raises:
            IncompleteFeatures: a column is missing.
        """
        parts: list[Matrix] = []
        for column in self.columns:
            if column.name not in features.columns:
                raise IncompleteFeatures(column=column.name)
            if column.levels:
                text = features[column.name].cast(pl.String)
                parts += [(text == level).fill_null(False).to_numpy() for level in column.levels]
            else:
                numbers = _floats(features[column.name])
                parts.append(numbers.clip(column.knots[0], column.knots[-1]))
        return np.column_stack([part.astype(np.float32) for part in parts])

    def expanded(self, matrix: Matrix) -> Matrix:
        """Return what a linear score reads: each number in its unit and by its rank, and blanks.

        Args:
            matrix: From ``matrix``. Shape (n, k).

        Returns:
            Centred on nothing; 0 where unknown. Shape (n, about 2 k).
        """
        parts: list[Matrix] = []
        place = 0
        for column in self.columns:
            if column.levels:
                parts.append(matrix[:, place : place + len(column.levels)])
                place += len(column.levels)
                continue
            numbers = matrix[:, place]
            place += 1
            knots = np.asarray(column.knots)
            spread = float(knots[-1] - knots[0])
            unknown = np.isnan(numbers)
            parts.append(np.where(unknown, 0, (numbers - knots[0]) / spread)[:, None])
            if len(np.unique(knots)) > 2:
                rank = np.interp(numbers, knots, _KNOTS)
                parts.append(np.where(unknown, 0, rank).astype(np.float32)[:, None])
            if column.doubtful:
                parts.append(unknown.astype(np.float32)[:, None])
        return np.hstack(parts).astype(np.float32, copy=False)


def of(features: pl.DataFrame) -> Design:
    """Return how to read the columns that tell people apart.

    Raises:
        NothingKnown: none does.
    """
    kept: list[Column] = []
    left_out: list[str] = []
    for series in features.get_columns():
        column = _read(series)
        if column is None:
            left_out.append(series.name)
        else:
            kept.append(column)
    if not kept:
        raise NothingKnown(columns=", ".join(features.columns[:12]) or "–")
    return Design(tuple(kept), tuple(left_out))


def _read(series: pl.Series) -> Column | None:
    """Return how to read a column; None for a day, a list, a name, a reference, a constant."""
    blank = series.null_count() > 0
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        numbers = _floats(series)
        known = numbers[~np.isnan(numbers)]
        if _is_reference(series, known):
            return None
        knots = np.quantile(known, _KNOTS) if len(known) else np.zeros(2)
        if knots[-1] == knots[0] and len(known) and known.min() < known.max():
            # Rarer than one in two hundred: as it is, yes or no, where enough people have it.
            rare = int((known != knots[0]).sum())
            if rare >= _LEAST_OF_A_LEVEL and len(np.unique(known)) == 2:
                knots = np.array([known.min(), known.max()])
        if knots[-1] == knots[0]:
            return None
        return Column(series.name, tuple(knots.tolist()), (), blank or len(known) < len(numbers))
    if series.dtype in (pl.String, pl.Categorical, pl.Enum):
        counts = series.cast(pl.String).drop_nulls().value_counts().sort(series.name)
        if counts.height > MOST_LEVELS:
            return None
        shared = counts.filter(pl.col("count") >= _LEAST_OF_A_LEVEL)[series.name].to_list()
        return Column(series.name, (), tuple(shared), blank) if len(shared) > 1 else None
    return None


def _is_reference(series: pl.Series, known: NDArray[np.float64]) -> bool:
    """Return whether a column of whole numbers is a different one for nearly everybody."""
    return series.dtype.is_integer() and series.n_unique() > 0.95 * max(len(known), 1)


def _floats(series: pl.Series) -> NDArray[np.float64]:
    numbers = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return np.asarray(np.where(np.isfinite(numbers), numbers, np.nan))
