"""Habit: the chance of a gift that the days of past gifts alone foretell.

With yearly periods it is `reactivation` (the BG/BB whose donors may return), with shorter ones
the BG/NBD: one set of parameters, learnt on one day and frozen, for every origin. Refitting them
at each origin makes a column that means something else each year, and a worse score.

Under a hundred donors it is drawn towards published parameters (Fader, Hardie & Shang 2010).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.lifetime_value import bg_nbd, histories, reactivation
from mecene.lifetime_value.bg_bb import BgBb
from mecene.lifetime_value.bg_nbd import BgNbd
from mecene.lifetime_value.reactivation import Reactivation

Vector = NDArray[np.float64]

COLUMNS = (
    "repeat_years", "last_repeat_year", "yearly_opportunities", "repeat_gift_days",
    "first_to_last_gift_days", "first_gift_age_days",
)  # fmt: skip
# 11,104 donors of a public radio, the paper's table 3.
PUBLISHED = BgBb(1.2035, 0.7497, 0.6567, 2.7834)
_PUBLISHED_DONORS = 30.0
_DAYS_A_MONTH = 30.4375
_LEAST = 1e-6


@dataclass(frozen=True)
class Habit:
    """What was learnt of a file's habits; ``own`` is None when there was nothing to learn from.

    ``donors`` taught it. ``published_weight`` in [0, 1] is how far it leans on published figures.
    """

    period_months: int
    own: Reactivation | BgNbd | None
    donors: int

    @property
    def published_weight(self) -> float:
        """Return how far the answer is the published one, in (0, 1]: 1 without own donors."""
        return _PUBLISHED_DONORS / (_PUBLISHED_DONORS + (self.donors if self.own else 0))

    def log_odds(self, summary: pl.DataFrame) -> Vector:
        """Return the log-odds of a gift in the next period; NaN without a gift yet. (n,)."""
        gave = summary["first_gift_age_days"].is_not_null().to_numpy()
        answer = np.full(summary.height, np.nan)
        if not gave.any():
            return answer
        donors = summary.filter(pl.col("first_gift_age_days").is_not_null())
        published = self._published(donors)
        if self.own is None:
            answer[gave] = published
            return answer
        own = _log_odds(self._own(self.own, donors))
        weight = self.published_weight
        answer[gave] = (1 - weight) * own + weight * published
        return answer

    def _own(self, model: Reactivation | BgNbd, donors: pl.DataFrame) -> Vector:
        if isinstance(model, BgNbd):
            return _within(model, donors, days=self.period_months * _DAYS_A_MONTH)
        keys = list(COLUMNS[:3])
        cells = donors.select(keys).unique().sort(keys)
        past = _yearly(cells)
        chances = model.giving_probabilities(past, periods=1)[:, 0]
        return _spread(donors, cells, keys, chances)

    def _published(self, donors: pl.DataFrame) -> Vector:
        keys = list(COLUMNS[:3])
        cells = donors.select(keys).unique().sort(keys)
        chances = PUBLISHED.expected_gifts(_yearly(cells), periods=1)
        yearly = np.clip(_spread(donors, cells, keys, chances), _LEAST, 1 - _LEAST)
        # A year's silence is twelve months' in a row, as likely each.
        return _log_odds(1 - (1 - yearly) ** (self.period_months / 12))


def fit(summary: pl.DataFrame, *, period_months: int) -> Habit:
    """Return the habit learnt from donors as known on one day.

    Args:
        summary: One row a donor, with ``COLUMNS``; donors without a gift teach nothing.
        period_months: How far ahead it looks; 12 is yearly opportunities, less is days.
    """
    donors = summary.filter(pl.col("first_gift_age_days").is_not_null())
    if period_months == 12:
        donors = donors.filter(pl.col("yearly_opportunities") > 0)
        if not donors.height:
            return Habit(period_months, None, 0)
        return Habit(period_months, reactivation.fit(_grouped(donors)), donors.height)
    if donors.height < 2 or not donors["repeat_gift_days"].sum():
        return Habit(period_months, None, 0)
    return Habit(period_months, bg_nbd.fit(_daily(donors)), donors.height)


def _within(model: BgNbd, donors: pl.DataFrame, *, days: float) -> Vector:
    """Return the chance of a gift within some days: there, and not silent all along."""
    # Fader, Hardie & Lee 2005: the gift rate is gamma(r + x, α + T) while the donor is there.
    keys = list(COLUMNS[3:])
    cells = donors.select(keys).unique().sort(keys)
    past = _in_days(cells)
    silent = (model.r + past.repeat_gifts) * np.log1p(days / (model.alpha + past.observed_days))
    return _spread(donors, cells, keys, model.p_alive(past) * -np.expm1(-silent))


def _spread(donors: pl.DataFrame, cells: pl.DataFrame, keys: list[str], values: Vector) -> Vector:
    found = donors.select(keys).join(
        cells.with_columns(pl.Series("value", values)), on=keys, how="left", maintain_order="left"
    )
    return np.asarray(found["value"].to_numpy())


def _yearly(cells: pl.DataFrame) -> histories.Yearly:
    x, last, n = (cells[name].to_numpy().astype(np.int64) for name in COLUMNS[:3])
    return histories.Yearly(x, last, n, np.ones_like(x))


def _in_days(cells: pl.DataFrame) -> histories.Daily:
    x, last, observed = (cells[name].to_numpy().astype(np.int64) for name in COLUMNS[3:])
    return histories.Daily(x, last, observed, np.ones_like(x))


def _grouped(donors: pl.DataFrame) -> histories.Yearly:
    return histories.yearly(*(donors[name].to_numpy() for name in COLUMNS[:3]))


def _daily(donors: pl.DataFrame) -> histories.Daily:
    return histories.daily(*(donors[name].to_numpy() for name in COLUMNS[3:]))


def _log_odds(chances: Vector) -> Vector:
    return np.asarray(special.logit(np.clip(chances, _LEAST, 1 - _LEAST)))
