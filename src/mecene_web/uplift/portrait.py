"""Portrait: what sets those a policy aims at apart from the others, on average; nobody is named."""

from typing import Any

import numpy as np
import polars as pl

from mecene.features import dictionary

_SHOWN = 6
_LEAST = 50


class Seen:
    """Sums of the columns a policy reads, of those it aims at and of the others."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        # Side → column → count, sum, sum of squares.
        self.sums: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] = ({}, {})

    def add(self, rows: pl.DataFrame, aimed: np.ndarray) -> None:
        """Count some donors."""
        for name in self.columns:
            if name not in rows.columns or not _counts(rows.schema[name]):
                continue
            numbers = rows[name].cast(pl.Float64).to_numpy()
            for side in (False, True):
                held = numbers[(aimed == side) & np.isfinite(numbers)]
                part = np.array([held.size, held.sum(), (held**2).sum()])
                self.sums[side][name] = self.sums[side].get(name, np.zeros(3)) + part


def of(seen: Seen) -> list[dict[str, Any]]:
    """Return the columns in which they differ most, in standard deviations of all of them.

    Each ``{column, unit, aimed, others}``, means in the column's unit; none of fewer than 50 on
    either side.
    """
    units = {column.name: column.unit for column in dictionary.columns()}
    found: list[tuple[float, dict[str, Any]]] = []
    for name in seen.columns:
        sides = [side.get(name, np.zeros(3)) for side in seen.sums]
        if min(side[0] for side in sides) < _LEAST:
            continue
        others, aimed = (float(side[1] / side[0]) for side in sides)
        count, total, squares = sides[0] + sides[1]
        spread = float(np.sqrt(max(squares / count - (total / count) ** 2, 0.0)))
        if spread > 0:
            told = {"column": name, "unit": units.get(name, ""), "aimed": aimed, "others": others}
            found.append((abs(aimed - others) / spread, told))
    found.sort(key=lambda one: -one[0])
    # Of columns that say the same of both sides, one is enough.
    said = {_pair(told): told for _, told in found[::-1]}
    return [told for _, told in found if said.get(_pair(told)) is told][:_SHOWN]


def _pair(told: dict[str, Any]) -> tuple[float, float]:
    return round(told["aimed"], 6), round(told["others"], 6)


def _counts(kind: pl.DataType) -> bool:
    return kind.is_numeric() or kind == pl.Boolean()
