"""The log: what happened, row by row, as columns of numbers until the end.

Words are kept as positions in the lists of ``mecene.simulator.words`` and days as days since
1970, so that a month of ten thousand donors is a handful of array operations.
"""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Log:
    """Rows of several tables, added to month after month."""

    def __init__(self) -> None:
        self._parts: dict[str, list[dict[str, NDArray[Any]]]] = defaultdict(list)

    def add(self, table: str, rows: int, **columns: Any) -> None:
        """Add rows to a table; a single value is repeated over the rows."""
        if rows:
            whole = {
                name: np.broadcast_to(np.asarray(value), (rows,)) for name, value in columns.items()
            }
            self._parts[table].append(whole)

    def columns(self, table: str) -> dict[str, NDArray[Any]]:
        """Return the columns of a table, in the order the rows were added; none: no columns."""
        parts = self._parts.get(table, [])
        if not parts:
            return {}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
