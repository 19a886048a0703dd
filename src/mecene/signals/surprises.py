"""Surprises: how unusual each thing a donor did or left undone is, against their own habit.

A surprise is −ln of a chance: 0 is nothing unusual, 3 happens one time in twenty, 4.6 one in a
hundred. Every chance is one-sided: more of a good thing is no surprise.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.signals import flags, laws, watched
from mecene.signals.rhythm import Rhythm

Vector = NDArray[np.float64]

SIGNALS = ("silence", "amounts", *watched.COUNTS, *flags.FIGURES)
STEP = 0.01  # surprises are rounded down to it, so that donors may be counted together
HIGHEST = 8.0  # one time in three thousand; what is rarer says no more
# A donor is no longer drifting but gone when a silence is longer than this share of their gaps.
BEYOND = 0.05
SHORTEST_LIMIT_DAYS, LONGEST_LIMIT_DAYS = 90.0, 1125.0
# Nobody is gone before thirteen months who never showed a rhythm of their own: a young file has
# seen short gaps only.
SHORTEST_GROUP_LIMIT_DAYS = 395.0
_MONTH = 30.4375
_LAST = {"clicks": "click", "visits": "visit", "replies": "reply", "opens": "open"}


def of(donors: pl.DataFrame, *, rhythm: Rhythm) -> pl.DataFrame:
    """Return one row a donor of ``watched.of``, in its order.

    Columns: ``donor_id``, ``group``, ``stage``, ``origin``, ``peers``, ``currency``,
    ``silence_days``, ``limit_days`` (null for the regular), ``beyond_limit`` (the share of days
    on which a donor who still gives would be silent for longer), ``own_gaps``, and for each of
    ``SIGNALS`` ``surprise_x`` (nats, null where nothing can be said), ``figure_x`` and
    ``usual_x`` (days, minor units, acts or acts a month, by signal); for counts ``since_x``: days
    since the last such act, and for campaigns how many were received lately.
    """
    columns = {
        name: donors[name]
        for name in ("donor_id", "group", "stage", "origin", "peers", "currency", "silence_days")
    }  # fmt: skip
    columns["own_gaps"] = donors["gaps"]
    found = pl.DataFrame(columns).with_columns(*_silence(donors, rhythm), *_amounts(donors, rhythm))
    for name in watched.COUNTS:
        found = found.with_columns(_counted(donors, name, rhythm))
    return found.with_columns(_flagged(donors, rhythm))


def _silence(donors: pl.DataFrame, rhythm: Rhythm) -> list[pl.Series]:
    silence, gaps, log_mean, variance = (
        vector(donors, name)
        for name in ("silence_days", "gaps", "gap_log_mean", "gap_log_variance")
    )
    chance, usual, limit = (np.full(donors.height, np.nan) for _ in range(3))
    gone = np.zeros(donors.height)
    shortest = np.where(gaps > 0, SHORTEST_LIMIT_DAYS, SHORTEST_GROUP_LIMIT_DAYS)
    groups, interval = donors["group"].to_numpy(), vector(donors, "interval_months")
    for group, law in rhythm.gaps.items():
        mine = groups == group
        mean, sd = law.next_gap(gaps[mine], log_mean[mine], variance[mine])
        chance[mine] = law.chance(silence[mine] / interval[mine], mean, sd)
        usual[mine] = np.exp(mean) * interval[mine]
        if group == "free":
            days = law.limit_days(mean, sd, beyond=BEYOND)
            limit[mine] = np.clip(days, shortest[mine], LONGEST_LIMIT_DAYS)
            gone[mine] = law.chance_of_a_day(limit[mine], mean, sd)
    return [
        *_told("silence", chance, figure=silence, usual=usual),
        _series("limit_days", limit),
        _series("beyond_limit", gone),
    ]


def _amounts(donors: pl.DataFrame, rhythm: Rhythm) -> list[pl.Series]:
    last, figures, mean, variance = (
        vector(donors, name)
        for name in ("last_free_day_minor", "earlier_free_amounts",
                     "earlier_free_amount_log_mean", "earlier_free_amount_log_variance")
    )  # fmt: skip
    own, _ = rhythm.amounts.own(figures, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = laws.chance_of_amount(np.log(last), figures, mean, np.sqrt(own))
    # An amount that was never repeated is a matter of the last gift, whenever it was.
    return _told("amounts", chance, figure=last, usual=np.exp(mean))


def _counted(donors: pl.DataFrame, name: str, rhythm: Rhythm) -> list[pl.Series]:
    recent, due, earlier, before = (
        vector(donors, column)
        for column in (f"recent_{name}", f"recent_{name}_exposure", f"earlier_{name}",
                       f"earlier_{name}_exposure")
    )  # fmt: skip
    law = rhythm.counts[name]
    known = np.isfinite(recent) & np.isfinite(earlier) & np.isfinite(due) & np.isfinite(before)
    chance = np.full(donors.height, np.nan)
    chance[known] = law.chance(recent[known], due[known], earlier[known], before[known])
    chance = np.where(earlier > 0, chance, np.nan)  # who never did it has not stopped
    if name == "campaigns":
        with np.errstate(divide="ignore", invalid="ignore"):
            told = _told(name, chance, figure=recent, usual=earlier / before)
        return [*told, _series("since_campaigns", due)]
    months = np.maximum(vector(donors, "first_gift_age_days") - 90, _MONTH).clip(0, 730) / _MONTH
    told = _told(name, chance, figure=recent, usual=earlier / months)
    return [*told, _series(f"since_{name}", vector(donors, f"last_{_LAST[name]}_age_days"))]


def _flagged(donors: pl.DataFrame, rhythm: Rhythm) -> list[pl.Series]:
    groups = donors["group"].to_numpy()
    found: list[pl.Series] = []
    for name, up in flags.of(donors).items():
        share = np.where(
            groups == "regular", rhythm.flags["regular"][name], rhythm.flags["free"][name]
        )
        chance = np.where(up, share, 1.0)
        figure = np.where(up, vector(donors, flags.FIGURES[name]), np.nan)
        found += _told(name, chance, figure=figure, usual=share)
    return found


def vector(frame: pl.DataFrame, name: str) -> Vector:
    """Return a column as numbers, nan where it is empty."""
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _told(name: str, chance: Vector, *, figure: Vector, usual: Vector) -> list[pl.Series]:
    with np.errstate(invalid="ignore", divide="ignore"):
        surprise = np.floor(np.clip(-np.log(chance), 0.0, HIGHEST) / STEP) * STEP
    return [
        _series(f"surprise_{name}", surprise),
        _series(f"figure_{name}", figure),
        _series(f"usual_{name}", usual),
    ]


def _series(name: str, values: Vector) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True)
