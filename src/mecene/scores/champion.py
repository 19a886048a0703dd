"""Champion: whether a model learnt anew takes the place of the one before it.

Both are asked about a period that is over and that neither saw: the model before as it was
written, the new way of learning as it would have learnt on the period's first day. (Asked of the
challenger itself, which has seen that period, the answer would flatter it.) The challenger wins
unless it is worse by more than one standard error: it knows the newer facts.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene import period
from mecene.engine.store import FactStore
from mecene.scores import goodness, model, prediction, training
from mecene.scores.history import Progress, silent
from mecene.scores.model import ScoreModel
from mecene.scores.origins import HORIZON_MONTHS, Origins

Vector = NDArray[np.float64]


class NoDuel(ValueError):
    """Two models cannot be compared: ``why`` is ``too_soon`` or ``nobody``."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"two models cannot be compared yet: {why}")


@dataclass(frozen=True)
class Duel:
    """Two models on the same donors, over ``months`` from ``origin``.

    ``worse_by`` is the challenger's mean log loss minus the champion's, ``se`` its standard error
    over donors, paired.
    """

    origin: date
    months: int
    donors: int
    outcomes: int
    champion_log_loss: float
    challenger_log_loss: float
    worse_by: float
    se: float

    @property
    def verdict(self) -> str:
        """Return ``better``, ``even`` (within one standard error), ``same`` or ``worse``.

        The same: the same way of learning from the same past, as a year later it mostly is.
        """
        if self.worse_by == self.se == 0:
            return "same"
        if abs(self.worse_by) <= self.se:
            return "even"
        return "worse" if self.worse_by > 0 else "better"

    @property
    def challenger_wins(self) -> bool:
        """Return whether the challenger becomes champion."""
        return self.verdict != "worse"


def run(
    store: FactStore,
    *,
    champion: ScoreModel,
    as_of: date,
    period_months: int,
    seed: int = 0,
    most_rows: int = training.ROWS_PER_ORIGIN,
    on_progress: Progress = silent,
) -> Duel:
    """Return how the model before, and learning anew, do on the last finished period.

    Args:
        store: The facts.
        champion: The model before.
        as_of: The day of the challenger; nothing dated on or after it is seen.
        period_months: What the challenger foretells.
        seed: Of what is drawn.
        most_rows: Donors learnt from, and compared on, about.
        on_progress: Told ``(stage, done, total)``.

    Raises:
        NoDuel: no month is over since the champion learnt, or nobody was known.
    """
    origin, months = unseen(champion.as_of, as_of=as_of, period_months=period_months)
    looked_from = Origins(as_of, months, (origin,))
    found = training.rows(store, looked_from, in_currency=champion.currency, most=most_rows)
    donors = pl.concat([pl.DataFrame(), *(rows.frame for rows in found)], how="diagonal")
    if not donors.height or not (known := donors.filter(pl.col("gifts") > 0)).height:
        raise NoDuel("nobody")
    challenger = model.fit(
        store, as_of=origin, seed=seed, most_rows=most_rows, on_progress=on_progress
    )
    said = [
        prediction.free_gifts(replace(each, as_of=origin), known).first[:, :months].sum(axis=1)
        for each in (champion, challenger)
    ]
    outcome = (known["period_gifts"] > 0).to_numpy().astype(np.float64)
    return of(said[0], said[1], outcome, origin=origin, months=months)


def unseen(champion_as_of: date, *, as_of: date, period_months: int) -> tuple[date, int]:
    """Return the first day and the months of the last finished period a champion did not see.

    The whole last period where the champion learnt before it; else what is over since it learnt.

    Raises:
        NoDuel: not one month is over.
    """
    origin = period.add_months(as_of, -period_months)
    if champion_as_of <= origin:
        return origin, period_months
    over = [
        months
        for months in range(1, min(period_months, HORIZON_MONTHS) + 1)
        if period.add_months(champion_as_of, months) <= as_of
    ]
    if not over:
        raise NoDuel("too_soon")
    return champion_as_of, over[-1]


def of(champion: Vector, challenger: Vector, outcome: Vector, *, origin: date, months: int) -> Duel:
    """Return the comparison of two models' chances on the same donors. Shapes (n,), n > 0."""
    before, anew = (goodness.log_losses(said, outcome) for said in (champion, challenger))
    worse = anew - before
    return Duel(
        origin=origin,
        months=months,
        donors=len(outcome),
        outcomes=int(outcome.sum()),
        champion_log_loss=float(before.mean()),
        challenger_log_loss=float(anew.mean()),
        worse_by=float(worse.mean()),
        se=float(worse.std() / np.sqrt(len(worse))),
    )
