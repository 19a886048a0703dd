"""Receipts: is the number of a tax receipt the reference of one gift?

Where each gift has its receipt, yes. Where a yearly receipt covers all the gifts of a year, as is
common in France, the same number stands on several rows: it says nothing of which gift a row is.
"""

from collections.abc import Iterable
from typing import Literal

import polars as pl

from mecene.sources import content, roles

# A receipt that covers several gifts shows long before; reading stops there.
_MOST_ROWS = 1_000_000

Answer = Literal["own", "shared"]


def column(headers: Iterable[str], *, sample: pl.DataFrame) -> str | None:
    """Return the header of the column that holds receipt numbers, if there is one."""
    words = roles.sections()["receipts"]["number"]
    return next(
        (
            header
            for header in headers
            if roles.simplified(header) in words and content.is_numbered(sample[header])
        ),
        None,
    )


def answer(parts: Iterable[pl.Series]) -> Answer:
    """Return whether each number stands on one row (``own``) or some on several (``shared``).

    Args:
        parts: The column, part by part; looked at until a number comes twice, one million rows
            at most. Empty cells do not count.
    """
    seen = pl.Series(dtype=pl.UInt64)
    for cells in parts:
        seen = pl.concat([seen, content.filled(cells).hash(seed=5)])
        if seen.n_unique() < seen.len():
            return "shared"
        if seen.len() >= _MOST_ROWS:
            break
    return "own"
