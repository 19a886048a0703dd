"""Kaplan–Meier: what share still waits after so many days, when some are not followed to the end.

The product-limit estimator on grouped counts, with Greenwood's variance and 95 % bands on the
log(-log) scale, which stay within [0, 1].
Source: E. L. Kaplan and P. Meier (1958), "Nonparametric estimation from incomplete observations",
Journal of the American Statistical Association 53, 457-481.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Point:
    """The curve just after a day on which something ended.

    ``surviving`` is in [0, 1]; ``low`` and ``high`` bound it at 95 %, and are None where the
    variance is not defined (nobody is left).
    """

    days: int
    at_risk: int
    events: int
    surviving: float
    std_error: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """The points where the curve steps down, in order, and how many were followed at all."""

    followed: int
    points: tuple[Point, ...]

    @property
    def median_days(self) -> int | None:
        """Return the first day at or after which no more than half survive; None if never."""
        return next((point.days for point in self.points if point.surviving <= 0.5), None)

    def at(self, days: int) -> Point | None:
        """Return the last step on or before a day; None before the first step."""
        return next((point for point in reversed(self.points) if point.days <= days), None)


def curve(days: Counts, *, events: Counts, censored: Counts, confidence: float = 0.95) -> Curve:
    """Return the curve of counts grouped by days waited.

    Args:
        days: Distinct days waited, >= 0. Shape (n,).
        events: How many ended on that day. Shape (n,).
        censored: How many were last seen, still waiting, on that day. Shape (n,).
        confidence: Of the bands, in (0, 1).
    """
    order = np.argsort(days, kind="stable")
    days, events, censored = days[order], events[order], censored[order]
    leaving = events + censored
    at_risk = leaving.sum() - np.cumsum(leaving) + leaving
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    points: list[Point] = []
    surviving, spread = 1.0, 0.0
    for day, risk, ended in zip(days.tolist(), at_risk.tolist(), events.tolist(), strict=True):
        if ended == 0:
            continue
        surviving *= (risk - ended) / risk
        # Greenwood: Var S = S² Σ d / (n (n - d)).
        spread = spread + ended / (risk * (risk - ended)) if risk > ended else float("inf")
        points.append(_point(day, risk, ended, surviving, spread, z))
    return Curve(followed=int(leaving.sum()), points=tuple(points))


def _point(day: int, risk: int, ended: int, surviving: float, spread: float, z: float) -> Point:
    if not 0 < surviving < 1:
        return Point(day, risk, ended, surviving, None, None, None)
    half = z * sqrt(spread) / abs(log(surviving))
    low, high = surviving ** exp(half), surviving ** exp(-half)
    return Point(day, risk, ended, surviving, surviving * sqrt(spread), low, high)
