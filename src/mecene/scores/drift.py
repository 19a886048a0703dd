"""Drift: are today's donors still like those the score was learnt from?

Two questions kept apart. Of the columns: the population stability index of each theme, between the
training origins and today. Of the answers: how far whole periods were from what was foretold.
A file may drift without the score being wrong, and the other way round.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.scores import neutral
from mecene.scores.goodness import Goodness
from mecene.scores.training import Rows

Vector = NDArray[np.float64]

ALARM = 0.25  # Siddiqi (2006): under 0.10 nothing, 0.10 to 0.25 to watch, beyond it has moved
WATCH = 0.10
LEAST_DONORS = 100
_BINS = 10
_LEAST_SHARE = 1e-4


class TooFewDonors(ValueError):
    """There are not a hundred donors on either side to compare."""


def of_columns(rows: Sequence[Rows], today: pl.DataFrame) -> pl.DataFrame:
    """Return one row a theme, the most moved first: how far its columns have moved.

    Columns: ``theme``; ``psi`` >= 0 of its most moved column, named ``column``; ``noise``, the
    part donors drawn at random would show; ``state``: ``alarm`` beyond 0.25, ``watch`` beyond
    0.10, else ``steady``.

    Args:
        rows: What the score was learnt from.
        today: The donors as of the day to foretell from.

    Raises:
        TooFewDonors: there are fewer than 100 on either side.
    """
    frames = [part.frame.filter(pl.col("gifts") > 0) for part in rows]
    now = today.filter(pl.col("gifts") > 0)
    donors = (sum(frame.height for frame in frames), now.height)
    if min(donors) < LEAST_DONORS:
        raise TooFewDonors(
            f"{donors[0]} donors learnt from and {donors[1]} today; drift is told from "
            f"{LEAST_DONORS} on both sides"
        )
    found = []
    for theme, columns in neutral.COLUMNS.items():
        moved = {name: psi(_numbers(frames, name), _numbers([now], name)) for name in columns}
        column = max(moved, key=lambda name: moved[name])
        found.append({"theme": theme, "psi": moved[column], "column": column})
    # E[PSI] of two draws of one law, over its cells: (cells - 1) (1/n + 1/m).
    noise = _BINS * (1 / donors[0] + 1 / donors[1])
    beyond = pl.col("psi") - noise
    state = (
        pl.when(beyond > ALARM)
        .then(pl.lit("alarm"))
        .when(beyond > WATCH)
        .then(pl.lit("watch"))
        .otherwise(pl.lit("steady"))
    )
    table = pl.DataFrame(found).with_columns(noise=pl.lit(noise), state=state)
    return table.sort("psi", "theme", descending=[True, False])


def psi(before: Vector, after: Vector) -> float:
    """Return the population stability index of two sets of numbers, >= 0; 0 if either is empty.

    Cells are tenths of the first set; what is unknown (NaN) has its own.
    Source: Σ (a - b) ln(a / b), Kullback's symmetric divergence.
    """
    if not len(before) or not len(after):
        return 0.0
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS)) if len(known) else known
    shares = []
    for values in (before, after):
        # left: a heap of equal values is a cell of its own, with what is under it.
        cell = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
        counted = np.bincount(cell.astype(np.intp), minlength=len(edges) + 2)
        shares.append(np.maximum(counted / len(values), _LEAST_SHARE))
    was, is_now = shares
    return float(((is_now - was) * np.log(is_now / was)).sum())


def of_answers(tests: Sequence[tuple[date, Goodness]]) -> pl.DataFrame:
    """Return one row a tested origin, in order: what was foretold and what happened.

    Columns: ``origin``, ``donors``, ``foretold`` and ``seen`` (rates in [0, 1]), ``gap``
    (foretold less seen), ``noise``, one standard deviation of it by chance alone, and ``auc``.
    """
    schema = {
        "origin": pl.Date, "donors": pl.Int64, "foretold": pl.Float64, "seen": pl.Float64,
        "gap": pl.Float64, "noise": pl.Float64, "auc": pl.Float64,
    }  # fmt: skip
    found = []
    for origin, told in tests:
        seen = told.outcomes / told.donors
        spread = np.sqrt(max(told.mean_chance * (1 - told.mean_chance), 0.0) / told.donors)
        found.append({
            "origin": origin, "donors": told.donors, "foretold": told.mean_chance,
            "seen": seen, "gap": told.mean_chance - seen, "noise": float(spread), "auc": told.auc,
        })  # fmt: skip
    return pl.DataFrame(found, schema=schema)


def _numbers(frames: Sequence[pl.DataFrame], name: str) -> Vector:
    parts = []
    for frame in frames:
        column = frame[name]
        if column.dtype == pl.String:
            column = column.is_not_null()
        parts.append(column.cast(pl.Float64).fill_null(np.nan).to_numpy())
    return np.concatenate(parts) if parts else np.empty(0)
