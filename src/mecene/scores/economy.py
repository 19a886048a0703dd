"""Economy: what a national index had done by a day, as columns a score may read.

A month is known once it is over (`engine/seen.sql`), so no column knows the future. The same for
all donors of an origin: five origins are five points, and a score should lean on it lightly.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from mecene import period
from mecene.engine import duck
from mecene.engine.store import FactStore


class ImpossibleLag(ValueError):
    """A lag is under one month."""


def at(store: FactStore, *, as_of: date, lags_months: Sequence[int]) -> dict[str, float]:
    """Return the change of each series up to the last month known, over each lag.

    Args:
        store: The facts; the table ``series`` may be empty.
        as_of: Months not over by that day are not seen.
        lags_months: Over how many months a change is taken, each >= 1.

    Returns:
        ``series_<name>_change_<lag>m`` → relative change (0.02 is 2 % more); a series without
        the two months it takes, or with a value of 0 at the first, has no column.

    Raises:
        ImpossibleLag: a lag is under 1.
    """
    if any(lag < 1 for lag in lags_months):
        raise ImpossibleLag(f"lags_months is {tuple(lags_months)}; a change takes 1 month or more")
    if not lags_months:
        return {}
    months = duck.run(
        "select name, cast(month as date) as month, avg(value) as value from series "
        "group by all order by name, month",
        store=store,
        as_of=as_of,
    )
    found = {}
    for (name,), values in months.group_by("name", maintain_order=True):
        known = dict(zip(values["month"], values["value"], strict=True))
        latest = max(known)
        for lag in lags_months:
            before = known.get(period.add_months(latest, -lag))
            if before:
                found[f"series_{name}_change_{lag}m"] = known[latest] / before - 1
    return found


def beside(frame: pl.DataFrame, columns: dict[str, float], names: Sequence[str]) -> pl.DataFrame:
    """Return donors with the columns of their day; one that day lacks is empty."""
    return frame.with_columns(
        pl.lit(columns.get(name), dtype=pl.Float64).alias(name) for name in names
    )
