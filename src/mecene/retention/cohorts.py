"""Cohorts: of the donors first seen in a year, how many still give one, two, three years later."""

from dataclasses import dataclass

import polars as pl

from mecene.retention import yearly
from mecene.retention.years import Year


@dataclass(frozen=True)
class CohortCell:
    """The donors of a first year who gave so many years later, and what they gave then.

    Shares are of the first year's donors and amount; the amount's can exceed 1. At age 0 they
    are 1. ``complete`` is False while that later year is not over.
    """

    cohort: int
    label: str
    age_years: int
    donors: int
    amount_minor: int
    donors_share: float | None
    amount_share: float | None
    complete: bool


def triangle(tally: pl.DataFrame, years: tuple[Year, ...], *, who: str) -> tuple[CohortCell, ...]:
    """Return the cells of every cohort, oldest first, up to the last year known.

    A year in which nobody of a cohort gave is a cell of 0 donors; a year still to come is no cell.

    Args:
        tally: The tally ``cohorts``.
        years: The fiscal years, oldest first.
        who: ``donors`` or ``organisations``.
    """
    found = {
        (row["cohort"], row["age_years"]): (int(row["donors"]), int(row["amount_minor"]))
        for row in tally.filter(pl.col("who") == who).to_dicts()
    }
    return tuple(
        _cell(found, cohort, later)
        for place, cohort in enumerate(years)
        if (cohort.number, 0) in found
        for later in years[place:]
    )


def _cell(found: dict[tuple[int, int], tuple[int, int]], cohort: Year, later: Year) -> CohortCell:
    age = later.number - cohort.number
    first_donors, first_minor = found[(cohort.number, 0)]
    donors, amount_minor = found.get((cohort.number, age), (0, 0))
    return CohortCell(
        cohort=cohort.number,
        label=cohort.label,
        age_years=age,
        donors=donors,
        amount_minor=amount_minor,
        donors_share=yearly.share(donors, first_donors),
        amount_share=yearly.share(amount_minor, first_minor),
        complete=later.complete,
    )
