"""Commitment: how long a regular gift goes on, month by month, and how it ends.

Two ways to stop compete each month: the donor's own will, and payments that fail. The age of
the commitment gives the shape (`attrition`), the donor's own risks of the coming year its level.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.lifetime_value import attrition
from mecene.lifetime_value.attrition import Attrition

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MONTHS = 24
RUNNING = ("active", "failing", "paused")
_SURE = 1e-9


@dataclass(frozen=True)
class Ending:
    """Monthly chances of the end of commitments. Each of shape (n, 24); 0 where none runs.

    ``lasts``: the debit of the month is made. ``by_will`` and ``by_failure``: it ended before it,
    that month; with ``lasts`` of the last month they sum to 1.
    """

    lasts: Matrix
    by_will: Matrix
    by_failure: Matrix


def fit(summary: pl.DataFrame) -> Attrition:
    """Return the table of attrition by age of the file's commitments, published where unknown."""
    known = summary.filter(pl.col("recurring_age_months").is_not_null())
    return attrition.fit(
        known["recurring_age_months"].to_numpy(),
        known["recurring_state"].is_in(RUNNING).to_numpy(),
        donors=np.ones(known.height, dtype=np.int64),
    )


def ahead(lasting: Attrition, summary: pl.DataFrame, *, will: Vector, failure: Vector) -> Ending:
    """Return how the commitments of donors go on over 24 months.

    Args:
        lasting: The table by age.
        summary: One row a donor.
        will: Chance that it stops within twelve months by the donor's will. Shape (n,).
        failure: Chance that it is lost within twelve months to failed payments. Shape (n,).
    """
    running = summary["recurring_state"].is_in(RUNNING).fill_null(value=False).to_numpy()
    ages = summary["recurring_age_months"].fill_null(0).clip(lower_bound=0).to_numpy()
    by_age = lasting.survival(ages, months=MONTHS)
    # The donor's hazards are the table's times one number: the year's survival is then theirs.
    own_year = np.clip(1 - will - failure, 0.01, 1 - _SURE)
    power = np.log(own_year) / np.log(np.clip(by_age[:, 11], _SURE, 1 - _SURE))
    lasts = by_age ** power[:, None] * running[:, None]
    ended = -np.diff(lasts, axis=1, prepend=running[:, None].astype(np.float64))
    part = (will / np.maximum(will + failure, _SURE))[:, None]
    return Ending(lasts, ended * part, ended * (1 - part))
