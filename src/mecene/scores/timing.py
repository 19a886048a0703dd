"""Timing: in which month of the period the next gift falls, when there is one.

The file's own months for donors as frequent, moved by the donor's: the calendar month they
usually give in, that of their last gift, and the months beside.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

COLUMNS = ("gifts_12m", "usual_month", "usual_month_share", "last_gift_on")
_GROUPS = (0, 1, 2, 4, 8)  # gifts of the last year, from
_PRIOR_GIFTS = 20.0
_RIDGE = 5.0
_MOST_ROWS = 60_000


@dataclass(frozen=True)
class Timing:
    """``shares``: by group of frequency, the share of first gifts in each month, summing to 1.

    ``pulls``: log-odds of the usual month (times its share of gifts), of the month of the last
    gift, and of the months beside the usual one.
    """

    shares: tuple[tuple[float, ...], ...]
    pulls: tuple[float, float, float]

    @property
    def months(self) -> int:
        """Return the length of the period."""
        return len(self.shares[0])

    def weights(self, summary: pl.DataFrame, *, as_of: date, silent: bool = False) -> Matrix:
        """Return the chance of each month, given a gift in the period; rows sum to 1.

        Args:
            summary: One row a donor, with ``COLUMNS``.
            as_of: First day of the period.
            silent: The donors gave nothing in the period before, whatever the summary says.

        Returns:
            Shape (n, months).
        """
        group = np.zeros(summary.height, dtype=np.intp) if silent else _group(summary)
        score = np.log(np.asarray(self.shares))[group]
        score = score + np.tensordot(_habits(summary, as_of, self.months), self.pulls, axes=1)
        score -= score.max(axis=1, keepdims=True)
        raised = np.exp(score)
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def published(period_months: int, *, as_of: date) -> Timing:
    """Return the timing of a file with nothing to learn from: December has a fifth of the year.

    Source: DOMAIN.md B2, France générosités: about 21 % of gifts in December.
    """
    months = [(as_of.month - 1 + ahead) % 12 + 1 for ahead in range(period_months)]
    share = np.array([0.21 if month == 12 else 0.79 / 11 for month in months])
    return Timing((tuple((share / share.sum()).tolist()),) * len(_GROUPS), (1.0, 0.3, 0.2))


def fit(givers: list[tuple[date, pl.DataFrame]], *, period_months: int, as_of: date) -> Timing:
    """Return the timing learnt from donors who gave in the period after their origin.

    Args:
        givers: Origin, and the donors with ``COLUMNS`` and ``first_month`` < ``period_months``.
        period_months: Length of the period.
        as_of: The day to foretell from, for what is not learnt.
    """
    prior = published(period_months, as_of=as_of)
    told = [(origin, frame.head(_MOST_ROWS)) for origin, frame in givers if frame.height]
    if not told:
        return prior
    group = np.concatenate([_group(frame) for _, frame in told])
    month = np.concatenate([frame["first_month"].to_numpy() for _, frame in told])
    counts = np.zeros((len(_GROUPS), period_months))
    np.add.at(counts, (group, month), 1.0)
    whole = counts.sum(axis=0) + _PRIOR_GIFTS * np.array(prior.shares[0])
    whole /= whole.sum()
    shares = counts + _PRIOR_GIFTS * whole
    shares /= shares.sum(axis=1, keepdims=True)
    habits = np.concatenate([_habits(frame, origin, period_months) for origin, frame in told])
    pulls = _pulls(np.log(shares)[group], habits, month, centre=np.array(prior.pulls))
    return Timing(tuple(map(tuple, shares.tolist())), pulls)


def _pulls(
    base: Matrix, habits: Matrix, month: NDArray[np.int64], *, centre: Vector
) -> tuple[float, float, float]:
    rows = np.arange(len(month))

    def loss(pulls: Vector) -> tuple[float, Vector]:
        score = base + habits @ pulls
        top = score.max(axis=1, keepdims=True)
        raised = np.exp(score - top)
        total = raised.sum(axis=1, keepdims=True)
        value = (np.log(total[:, 0]) + top[:, 0] - score[rows, month]).sum()
        expected = np.einsum("nk,nkc->c", raised / total, habits)
        seen = habits[rows, month].sum(axis=0)
        away = pulls - centre
        return float(value + _RIDGE * away @ away), expected - seen + 2 * _RIDGE * away

    found = optimize.minimize(loss, centre, jac=True, method="L-BFGS-B").x
    return float(found[0]), float(found[1]), float(found[2])


def _habits(summary: pl.DataFrame, origin: date, months: int) -> Matrix:
    """Return, for each donor and month ahead, how much each habit points at it. (n, months, 3)."""
    ahead = (origin.month - 1 + np.arange(months)) % 12 + 1
    usual = summary["usual_month"].fill_null(0).to_numpy()[:, None]
    share = summary["usual_month_share"].fill_null(0.0).to_numpy()[:, None]
    last = summary["last_gift_on"].dt.month().fill_null(0).to_numpy()[:, None]
    beside = ((ahead - usual) % 12 == 1) | ((usual - ahead) % 12 == 1)
    return np.stack(
        [(ahead == usual) * share, (ahead == last) * 1.0, (beside & (usual > 0)) * share], axis=2
    )


def _group(summary: pl.DataFrame) -> NDArray[np.intp]:
    gifts = summary["gifts_12m"].to_numpy()
    return np.asarray(np.searchsorted(_GROUPS, gifts, side="right") - 1, dtype=np.intp)
