"""Distinct: what cells say, each distinct writing read once.

Gifts share their days and their amounts: fifty thousand rows hold a few hundred of each.
"""

from collections.abc import Callable

import polars as pl

# Distinct writings, as a share of all, from which looking for them costs more than it saves.
_MANY = 0.5


def read(said: pl.DataFrame, how: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Return what ``how`` says of each row.

    Args:
        said: n rows of text.
        how: Reads rows, one row each, whatever stands in the others.
    """
    distinct = said.unique(maintain_order=True)
    if distinct.height > _MANY * said.height:
        return how(said)
    asked = {name: f"_{place}" for place, name in enumerate(said.columns)}
    known = distinct.rename(asked).hstack(how(distinct))
    return said.rename(asked).join(
        known, on=list(asked.values()), how="left", nulls_equal=True, maintain_order="left"
    ).drop(asked.values())  # fmt: skip
