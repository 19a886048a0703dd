"""Unseen: what would have been foretold on the last origin, by a model that stops before it.

The whole model is learnt again as of that day; what happened since is the test. Everything a model
card says is measured on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene import period
from mecene.scores import model, prediction
from mecene.scores.training import Rows

Vector = NDArray[np.float64]


class NothingUnseen(ValueError):
    """There is no origin before the last one to learn from, so nothing to test on."""


@dataclass(frozen=True)
class Unseen:
    """Donors who had given, on an origin no one was taught with, and what they then did.

    Attributes:
        origin: The day they are looked at from.
        period_months: How long what they did is looked at.
        summary: One row a donor.
        chance: Of a free gift in the period. (n,).
        worth_minor: Expected sum of free gifts in twelve months. (n,).
        rfm: Their place by recency, frequency and amount; higher is better. (n,).
        gave: 1 where they made a free gift, else 0. (n,).
        gave_minor: The sum of it. (n,).
        alarmed: Their shown chance within twelve months is under the alarm. (n,).
    """

    origin: date
    period_months: int
    summary: pl.DataFrame
    chance: Vector
    worth_minor: Vector
    rfm: Vector
    gave: Vector
    gave_minor: Vector
    alarmed: NDArray[np.bool_]


def of(rows: Sequence[Rows], *, period_months: int, currency: str, seed: int = 0) -> Unseen:
    """Return what was foretold of the last origin by what was known on that day.

    Args:
        rows: Donors on each origin, oldest first.
        period_months: What their outcomes are counted over.
        currency: Of the amounts.
        seed: Of what is drawn.

    Raises:
        NothingUnseen: there are fewer than two origins.
    """
    if len(rows) < 2:
        raise NothingUnseen(
            f"{len(rows)} origin to learn from; a test on unseen days needs two: "
            "a longer history, or none is shown"
        )
    last = rows[-1]
    earlier = [known_on(part, last.origin, period_months) for part in rows[:-1]]
    taught = model.learn(
        earlier, last.frame, as_of=last.origin, period_months=period_months, currency=currency,
        seed=seed,
    )  # fmt: skip
    donors = last.frame.filter(pl.col("gifts") > 0)
    return Unseen(
        origin=last.origin,
        period_months=period_months,
        summary=donors,
        chance=taught.giving.chances(donors),
        worth_minor=prediction.free_gifts(taught, donors).expected_minor(12),
        rfm=_rfm(taught, donors),
        gave=(donors["period_gifts"] > 0).to_numpy().astype(np.float64),
        gave_minor=donors["period_minor"].to_numpy().astype(np.float64),
        alarmed=prediction.p_within_a_year(taught, donors) < prediction.ALARM,
    )


def known_on(part: Rows, day: date, period_months: int) -> Rows:
    """Return training rows as they were known on a later day: nothing from it on is in them."""
    if period.add_months(part.origin, 2 * period_months) <= day:
        return part
    # Their next period is the one that is tested.
    frame = part.frame.with_columns(
        next_period_gifts=pl.lit(0, dtype=pl.Int64),
        first_month=pl.when(pl.col("first_month") < period_months).then(pl.col("first_month")),
    )
    return replace(part, frame=frame, next_is_over=False)


def _rfm(taught: model.ScoreModel, donors: pl.DataFrame) -> Vector:
    """Return the place of donors by their cell's past rate, then by their largest gift."""
    rate = taught.giving.rates["rfm"].log_odds(donors)
    largest = donors["largest_gift_minor"].fill_null(0).to_numpy()
    order = np.lexsort((largest, rate))
    place = np.empty(len(order))
    place[order] = np.arange(len(order))
    return place
