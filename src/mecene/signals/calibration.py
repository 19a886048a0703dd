"""Calibration: what each surprise weighs, and where an alarm begins.

The log-odds that a donor leaves are those of their standing plus the evidence: a weight,
never below zero, times each surprise, so that more of what is adverse never lowers an alarm.
Weights are those of the file's own past, drawn to ordinary ones. An alarm begins above what all
but the wanted share of their peers who stayed had. A file without enough of a past has ordinary
weights and a limit from theory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special, stats

from mecene.signals import flags
from mecene.signals.lessons import SURPRISES, Lessons
from mecene.signals.surprises import SIGNALS
from mecene.signals.watched import GROUPS

Vector = NDArray[np.float64]
Ladder = tuple[tuple[float, int], ...]  # values, ascending, and how many donors had each

ENOUGH = 30  # donors who left, and who stayed, in a group's past
# Ordinary weights: assumed. Silence weighs in full, the rest less: one act missed is often chance.
ORDINARY = {
    "silence": 1.0, "amounts": 0.2, "clicks": 0.3, "visits": 0.2, "replies": 0.3, "opens": 0.2,
    "campaigns": 0.3, "failed_debit": 0.6, "pause": 0.4, "lowering": 0.3, "card": 0.3,
    "never_collected": 0.5, "complaint": 0.3, "objection": 0.4,
}  # fmt: skip
_ORDINARY_LOG_ODDS = -2.5
_HOW_FAR = 0.5  # standard deviation of a weight around the ordinary one
_HOW_FAR_ODDS = 1.5
_MOST = 3.0
_TOGETHER = 0.3  # correlation allowed between two surprises, where no past tells it: assumed


class ImpossibleRate(ValueError):
    """A false-alarm rate lies between 0 and 1, both excluded."""


@dataclass(frozen=True)
class GroupCalibration:
    """What surprises weigh in one group.

    Attributes:
        log_odds: By stage, of a donor without any surprise.
        usual_log_odds: Of a stage that the past does not hold.
        origins: By how a regular donor came, what it adds to them.
        weights: By signal, >= 0.
        stayed: By peers, the log-odds of those who stayed, ascending, and how many had each;
            under "", the same of their evidence alone, for peers who are few. Empty without a past.
        left: How many left in the past it was learnt from.
    """

    log_odds: Mapping[str, float]
    usual_log_odds: float
    origins: Mapping[str, float]
    weights: Mapping[str, float]
    stayed: Mapping[str, Ladder]
    left: int

    @property
    def learnt(self) -> bool:
        """Return whether the file's own past was enough."""
        return bool(self.stayed)

    def start(self, surprises: pl.DataFrame) -> Vector:
        """Return the log-odds of each donor before any evidence: those of their standing."""
        stage, origin = surprises["stage"], surprises["origin"].fill_null("")
        own = stage.replace_strict(
            dict(self.log_odds), default=self.usual_log_odds, return_dtype=pl.Float64
        )
        more = origin.replace_strict(dict(self.origins), default=0.0, return_dtype=pl.Float64)
        return np.asarray((own + more).to_numpy())

    def evidence(self, surprises: pl.DataFrame) -> Vector:
        """Return the weight of evidence, >= 0, a row of ``surprises.of`` at a time."""
        weights = np.array([self.weights[name] for name in SIGNALS])
        known = surprises.select(pl.col(SURPRISES).fill_null(0.0)).to_numpy()
        return np.asarray(np.round(known @ weights, 6))

    def score(self, surprises: pl.DataFrame) -> Vector:
        """Return the log-odds of leaving: standing plus evidence."""
        return np.round(self.start(surprises) + self.evidence(surprises), 6)

    def limit(self, surprises: pl.DataFrame, *, false_alarm_rate: float) -> Vector:
        """Return the log-odds above which a donor is alarmed, a row at a time.

        Raises:
            ImpossibleRate: the rate is not between 0 and 1.
        """
        if not 0 < false_alarm_rate < 1:
            raise ImpossibleRate(f"a false-alarm rate is between 0 and 1; got {false_alarm_rate}")
        start = self.start(surprises)
        if not self.learnt:
            return start + self._theory(surprises, false_alarm_rate)
        limits = {peers: _quantile(seen, false_alarm_rate) for peers, seen in self.stayed.items()}
        few = start + limits.pop("")
        known = {peers: limit for peers, limit in limits.items() if np.isfinite(limit)}
        own = surprises["peers"].replace_strict(known, default=None, return_dtype=pl.Float64)
        return np.asarray(own.fill_null(pl.Series(few)).to_numpy() if len(few) else few)

    def _theory(self, surprises: pl.DataFrame, rate: float) -> Vector:
        """Return the limit if each surprise were exponential, each flag as rare as ordinary.

        A gamma law for their sum, moments matched, with an allowance for surprises that come
        together (Brown 1975, Biometrics 31). The rate is that of the donors who are watched:
        those silent beyond their limit are the most surprising of all, and not among them.
        """
        gone = surprises["beyond_limit"].fill_null(0.0).to_numpy()
        of_all = rate * (1 - gone) + gone
        weights = np.array([self.weights[name] for name in SIGNALS])
        known = surprises.select(pl.col(name).is_not_null() for name in SURPRISES).to_numpy()
        of_one, spread = _ordinary_moments()
        mean = known @ (weights * of_one)
        apart, together = known @ (weights * spread) ** 2, (known @ (weights * spread)) ** 2
        variance = (1 - _TOGETHER) * apart + _TOGETHER * together
        safe = np.maximum(mean, 1e-9)
        limit = stats.gamma.isf(
            of_all, safe**2 / np.maximum(variance, 1e-12), scale=variance / safe
        )
        return np.asarray(np.where(mean > 0, limit, np.inf))


def _ordinary_moments() -> tuple[Vector, Vector]:
    """Return mean and standard deviation of each surprise of donors who drift nowhere."""
    shares = np.array([flags.USUAL_SHARE.get(name, np.nan) for name in SIGNALS])
    up = -np.log(shares)
    mean = np.where(np.isnan(shares), 1.0, shares * up)
    return mean, np.where(np.isnan(shares), 1.0, np.sqrt(shares * (1 - shares)) * up)


def _quantile(seen: Ladder, rate: float) -> float:
    """Return a limit that one more donor who stays passes at most this often (conformal)."""
    values, counts = (np.array(column) for column in zip(*seen, strict=True))
    above = counts.sum() - np.cumsum(counts)  # donors strictly above each
    fits = np.flatnonzero(above <= rate * (counts.sum() + 1) - 1)
    return float(values[fits[0]]) if len(fits) else np.inf


@dataclass(frozen=True)
class Calibration:
    """The calibration of each group; nothing in it is about one donor."""

    groups: Mapping[str, GroupCalibration]


def fit(lessons: Lessons) -> Calibration:
    """Return what the lessons teach; a group with too few of them has ordinary weights."""
    return Calibration({group: _of_group(lessons.of_group(group)) for group in GROUPS})


def _of_group(counts: pl.DataFrame) -> GroupCalibration:
    left = int(counts["left"].sum())
    if min(left, int(counts["stayed"].sum())) < ENOUGH:
        return GroupCalibration({}, _ORDINARY_LOG_ODDS, {}, dict(ORDINARY), {}, left)
    stages = counts["stage"].unique().sort().to_list()
    origins = counts["origin"].drop_nulls().unique().sort().to_list()
    members = _members(counts["stage"], stages)
    features = np.hstack(
        [members, _members(counts["origin"], origins), counts.select(SURPRISES).to_numpy()]
    )
    gone, stayed = (counts[name].to_numpy().astype(float) for name in ("left", "stayed"))
    found = _climbed(features, gone, stayed, stages=len(stages), origins=len(origins))
    own, more, weights = np.split(found, [len(stages), len(stages) + len(origins)])
    blank = GroupCalibration(
        log_odds=dict(zip(stages, own.tolist(), strict=True)),
        usual_log_odds=float(np.average(own, weights=members.T @ (gone + stayed))),
        origins=dict(zip(origins, more.tolist(), strict=True)),
        weights=dict(zip(SIGNALS, weights.tolist(), strict=True)),
        stayed={},
        left=left,
    )
    return replace(blank, stayed=_stayed(counts, blank))


def _members(values: pl.Series, names: list[str]) -> Vector:
    return np.array([(values == name).fill_null(value=False).to_numpy() for name in names]).reshape(
        len(names), len(values)
    ).T.astype(float)  # fmt: skip


def _stayed(counts: pl.DataFrame, blank: GroupCalibration) -> dict[str, Ladder]:
    rows = counts.select("peers", "stayed")
    scored = rows.with_columns(value=pl.Series(blank.score(counts), dtype=pl.Float64))
    ladders = {str(peers): _ladder(mine) for (peers,), mine in scored.group_by("peers")}
    pooled = rows.with_columns(value=pl.Series(blank.evidence(counts), dtype=pl.Float64))
    return {"": _ladder(pooled)} | dict(sorted(ladders.items()))


def _ladder(rows: pl.DataFrame) -> Ladder:
    return tuple(rows.group_by("value").agg(pl.col("stayed").sum()).sort("value").iter_rows())


def _climbed(
    features: Vector, left: Vector, stayed: Vector, *, stages: int, origins: int
) -> Vector:
    """Return log-odds by stage and origin, then weights >= 0: penalised logistic regression."""
    ordinary = np.array([ORDINARY[name] for name in SIGNALS])
    base = special.logit(left.sum() / (left.sum() + stayed.sum()))
    centre = np.concatenate([np.full(stages, base), np.zeros(origins), ordinary])
    sd = np.repeat([_HOW_FAR_ODDS, _HOW_FAR, _HOW_FAR], [stages, origins, len(SIGNALS)])

    def loss(point: Vector) -> tuple[float, Vector]:
        score = features @ point
        away = (point - centre) / sd
        value = left @ np.logaddexp(0, -score) + stayed @ np.logaddexp(0, score)
        slope = features.T @ (stayed * special.expit(score) - left * special.expit(-score))
        return float(value + 0.5 * away @ away), slope + away / sd

    bounds = [(-15.0, 15.0)] * (stages + origins) + [(0.0, _MOST)] * len(SIGNALS)
    found = optimize.minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(np.round(found.x, 6))
