"""Unseen: what would have been foretold on the last origin, by a model that stops before it.

The whole model is learnt again as of that day; what happened since is the test. Everything that is
said of how good a model is (the report, its card, the saved model) is measured on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene import period
from mecene.scores import backtest, model, prediction, targets
from mecene.scores.backtest import Backtest
from mecene.scores.training import Rows

Vector = NDArray[np.float64]

# Fewer donors, or outcomes, make a test that chance alone decides.
LEAST_DONORS = 50
LEAST_OUTCOMES = 10
# Of what else is learnt, all that a test asks for: whether a regular gift goes on.
_AIMS = ("stops_voluntarily", "stops_involuntarily")


class NothingUnseen(ValueError):
    """Nothing can be tested: too short a past, too few donors, or all or too few of them gave."""


@dataclass(frozen=True)
class Unseen:
    """Donors who had given, on an origin no one was taught with, and what they then did.

    Attributes:
        origin: The day they are looked at from.
        period_months: How long what they did is looked at.
        summary: One row a donor.
        said: Chance of a free gift in the period by each method; ``score`` is the one used. (n,).
        worth_minor: Expected sum of free gifts in twelve months. (n,).
        rfm: Their place by recency, frequency and amount; higher is better. (n,).
        gave: 1 where they made a free gift, else 0. (n,).
        gave_minor: The sum of it. (n,).
        alarmed: Their shown chance within twelve months is under the alarm. (n,).
        backtest: The same in figures.
    """

    origin: date
    period_months: int
    summary: pl.DataFrame
    said: Mapping[str, Vector]
    worth_minor: Vector
    rfm: Vector
    gave: Vector
    gave_minor: Vector
    alarmed: NDArray[np.bool_]
    backtest: Backtest

    @property
    def chance(self) -> Vector:
        """Return the chance that is used. Shape (n,)."""
        return self.said["score"]


def of(rows: Sequence[Rows], *, period_months: int, currency: str, seed: int = 0) -> Unseen:
    """Return what was foretold of the last origin by what was known on that day.

    Args:
        rows: Donors on each origin, oldest first.
        period_months: What their outcomes are counted over.
        currency: Of the amounts.
        seed: Of what is drawn.

    Raises:
        NothingUnseen: there are fewer than two origins, 50 donors or 10 who gave, or all gave.
    """
    if len(rows) < 2:
        raise NothingUnseen(
            f"{len(rows)} origin to learn from; a test on unseen days needs two: "
            "a longer history, or none is shown"
        )
    last = rows[-1]
    donors = last.frame.filter(pl.col("gifts") > 0)
    gave = (donors["period_gifts"] > 0).to_numpy().astype(np.float64)
    if len(gave) < LEAST_DONORS or not LEAST_OUTCOMES <= gave.sum() < len(gave):
        raise NothingUnseen(
            f"{gave.sum():.0f} of {len(gave)} donors gave after {last.origin}; a test needs "
            f"{LEAST_DONORS} donors, {LEAST_OUTCOMES} who gave, and one who did not"
        )
    taught = model.learn(
        [known_on(part, last.origin, period_months) for part in rows[:-1]],
        last.frame,
        as_of=last.origin,
        period_months=period_months,
        currency=currency,
        seed=seed,
        aims=tuple(aim for aim in targets.declared() if aim.name in _AIMS),
        doubts=(),  # who learns from these rows has had them checked
    )
    whole = prediction.distribution(taught, donors)
    free = prediction.without_regular(whole)
    said = backtest.chances(taught, donors, free, months=period_months)
    rng = np.random.default_rng(seed)
    return Unseen(
        origin=last.origin,
        period_months=period_months,
        summary=donors,
        said=said,
        worth_minor=free.expected_minor(12),
        rfm=backtest.rfm_rank(donors),
        gave=gave,
        gave_minor=donors["period_minor"].to_numpy().astype(np.float64),
        alarmed=whole.p_gives(12) < prediction.ALARM,
        backtest=backtest.held(
            taught, donors, free, said, origin=last.origin, months=period_months, rng=rng
        ),
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
