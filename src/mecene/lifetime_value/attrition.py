"""Attrition: how long a recurring gift lasts, month by month of its age.

A table of monthly chances of stopping by age, each the stops over the months at risk, drawn
towards published figures worth 120 donor-months. Stopping is front-loaded, so the first three
months are apart. Nothing is assumed of what comes after the last age seen but its own band.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]

BANDS = (0, 3, 12, 24)  # first month of age of each
# Face to face: 30.5 % gone after 3 months, 47 % after 12 (PFRA/DARS 2009); otherwise about 20 %
# a year (Sargeant & Jay 2004), 10-15 % by payroll. The channel is not known here: geometric
# means of the two published monthly rates, then the yearly rate, then the lowest.
PUBLISHED_HAZARDS = (0.045, 0.023, 0.018, 0.012)
_PUBLISHED_MONTHS = 120.0
# Of commitments whose last debits failed, those that are collected again. No published figure is
# known to us: one in two, worth twenty commitments, until the file itself shows more.
USUAL_RECOVERY = 0.5
_USUAL_FAILURES = 20.0


@dataclass(frozen=True)
class Attrition:
    """A fitted table: the chance of stopping within a month, by band of age, and its evidence.

    ``recovery`` is the chance that a commitment whose last debit failed is collected again.
    """

    hazards: tuple[float, ...]
    stops: int
    months: int
    recovery: float = USUAL_RECOVERY

    def survival(self, age_months: ArrayLike, *, months: int) -> Vector:
        """Return the chance that each of the next ``months`` debits is made. Shape (n, months).

        Falls from one month to the next.
        """
        ages = np.asarray(age_months, dtype=np.int64)[:, None] + np.arange(months)[None, :]
        hazards = np.asarray(self.hazards)[_band(ages)]
        return np.asarray(np.cumprod(1 - hazards, axis=1))


def fit(age_months: ArrayLike, active: ArrayLike, *, donors: ArrayLike) -> Attrition:
    """Return the table learnt from commitments, still active or stopped at an age.

    Args:
        age_months: Complete months from the start to the end, or to now, >= 0. Shape (n,).
        active: Whether it still runs. Shape (n,).
        donors: How many commitments share the row. Shape (n,).
    """
    ages, weights = np.asarray(age_months, dtype=np.int64), np.asarray(donors, dtype=np.int64)
    stopped = weights * ~np.asarray(active, dtype=bool)
    stops = np.bincount(_band(ages), weights=stopped, minlength=len(BANDS))
    ends = np.array([*BANDS[1:], np.iinfo(np.int32).max])
    # A commitment that stopped in its month m was at risk in that month too.
    lived = ages + ~np.asarray(active, dtype=bool)
    inside = np.clip(lived[:, None], BANDS, ends) - np.array(BANDS)
    months = weights @ inside
    hazards = (stops + _PUBLISHED_MONTHS * np.array(PUBLISHED_HAZARDS)) / (
        months + _PUBLISHED_MONTHS
    )
    return Attrition(tuple(hazards.tolist()), int(stops.sum()), int(months.sum()))


def recovery(recovered: ArrayLike, *, donors: ArrayLike) -> float:
    """Return the chance that a commitment whose last debit failed is collected again, in (0, 1).

    Args:
        recovered: Of commitments with a failed debit lately: whether debits succeed again (True)
            or it stopped (False); those still failing tell nothing yet. Shape (n,).
        donors: How many commitments share the row. Shape (n,).
    """
    weights = np.asarray(donors, dtype=float)
    again = float(weights @ np.asarray(recovered, dtype=float))
    prior = USUAL_RECOVERY * _USUAL_FAILURES
    return (again + prior) / (float(weights.sum()) + _USUAL_FAILURES)


def _band(ages: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.searchsorted(BANDS, ages, side="right") - 1, dtype=np.int64)
