"""Monthly: which amount a month could a donor be asked for, from what they gave freely?"""

import numpy as np
import polars as pl

from mecene import money
from mecene.scores import commitment

LADDER = (300, 500, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10000, 15000,
          20000, 30000, 50000, 100000)  # fmt: skip


def suggested(summary: pl.DataFrame, *, currency: str = "EUR") -> pl.Series:
    """Return a monthly amount to propose: a twelfth of what a giving year brings, rounded down.

    From the donor's own history alone: free gifts over the years in which they gave. Empty
    without such a gift or where a commitment runs; never under 3 euros,
    or what is alike in a currency without cents.
    """
    yearly = pl.col("one_off_amount_minor") / pl.max_horizontal("active_years", 1)
    free = (pl.col("one_off_gifts") > 0) & ~pl.col("recurring_state").is_in(
        commitment.RUNNING
    ).fill_null(value=False)
    found = summary.select(pl.when(free).then(yearly / 12).alias("month"))["month"]
    amounts = np.asarray([money.alike(step, currency) for step in LADDER])
    place = np.searchsorted(amounts, found.fill_null(0).to_numpy(), side="right") - 1
    rounded = pl.Series("suggested_monthly_minor", amounts[np.maximum(place, 0)], dtype=pl.Int64)
    return rounded.set(found.is_null(), None)
