"""Outcomes: what donors did after a day of the past, as the file knows it now.

The answer a score is held against. A period is a whole number of months; the *next* period is
the one after it.
"""

from datetime import date
from importlib import resources

import polars as pl

from mecene import period
from mecene.engine import duck
from mecene.engine.store import FactStore


class UnfinishedPeriod(ValueError):
    """Outcomes were asked of a period that is not over on ``as_of``."""


def of(
    store: FactStore,
    *,
    origin: date,
    as_of: date,
    period_months: int,
    currency: str,
    bucket: str | tuple[str, ...] | None = None,
) -> pl.DataFrame:
    """Return one row a donor who made a free gift in the two periods after ``origin``.

    Columns: ``donor_id``; ``first_month`` (0 begins on ``origin``); ``period_gifts``, of which
    ``period_amounts`` in ``currency``, their sum ``period_minor``; ``next_period_gifts``, 0 for
    all where that period has not begun.

    Args:
        store: The facts.
        origin: The day the donors are looked at from.
        as_of: What is dated on or after it is not seen, here either.
        period_months: Length of a period, > 0.
        currency: The one amounts are added in; those of others are counted only.
        bucket: One sixteenth of the donors, several, or None for all.

    Raises:
        UnfinishedPeriod: the first period ends after ``as_of``.
    """
    end = period.add_months(origin, period_months)
    if end > as_of:
        raise UnfinishedPeriod(f"the period from {origin} ends on {end}, after {as_of}")
    text = resources.files("mecene.scores").joinpath("outcomes.sql").read_text(encoding="utf-8")
    return duck.run(
        text,
        store=store,
        as_of=as_of,
        bucket=bucket,
        parameters={
            "origin": origin, "period_months": period_months, "currency_of_file": currency
        },
    )  # fmt: skip
