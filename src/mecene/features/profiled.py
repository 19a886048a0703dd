"""Profiled: whose habits may be looked at, with the columns that this takes."""

from collections.abc import Sequence

import polars as pl


class IncompleteSummary(ValueError):
    """The summary lacks a column that habits are read from."""


def of(summary: pl.DataFrame, *, columns: Sequence[str], families: Sequence[str]) -> pl.DataFrame:
    """Return those columns of the donors who are not known to be dead nor object to profiling.

    Args:
        summary: One row a donor.
        columns: What is wanted, ``deceased`` and ``objects_profiling`` among it.
        families: Where those columns are, to be named to who forgot one.

    Raises:
        IncompleteSummary: a column is missing.
    """
    missing = [name for name in columns if name not in summary.columns]
    if missing:
        raise IncompleteSummary(
            f"summary: column `{missing[0]}` is missing; ask features for {', '.join(families)}"
        )
    barred = (pl.col("deceased") | pl.col("objects_profiling")).fill_null(value=False)
    return summary.select(columns).filter(~barred)
