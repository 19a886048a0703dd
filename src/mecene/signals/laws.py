"""Laws of habit: how unusual is what a donor did, if nothing has changed for them?

Each answers with a chance in (0, 1], one-sided, computed from the donor's own past drawn towards
that of their group. Where they have no past of their own, the group's is used.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Vector = NDArray[np.float64]

_FLOOR = 1e-12
_LEAST_VARIANCE = 0.0025  # a gap, or an amount, is never steadier than to 5 %


@dataclass(frozen=True)
class Spread:
    """How much one donor's figures vary: an inverse-gamma law of their own variance.

    ``variance`` is what a donor without two figures is given, ``freedom`` what it weighs.
    """

    variance: float
    freedom: float

    def own(self, figures: Vector, variance: Vector) -> tuple[Vector, Vector]:
        """Return each donor's variance, drawn to the group's, and its degrees of freedom.

        Smyth 2004, eq. of the moderated variance; a single figure says nothing of it.
        """
        known = np.maximum(figures - 1, 0) * np.isfinite(variance)
        seen = np.maximum(np.nan_to_num(variance), _LEAST_VARIANCE)
        freedom = self.freedom + known
        return (self.freedom * self.variance + known * seen) / freedom, freedom


@dataclass(frozen=True)
class GapLaw:
    """Days between two gifts: log-normal, at a donor's own pace, drawn to the group's.

    Attributes:
        centre: Mean of the donors' mean log gaps.
        between: Variance of these from donor to donor, > 0.
        spread: The variance of one donor's log gaps.
    """

    centre: float
    between: float
    spread: Spread

    def next_gap(self, gaps: Vector, log_mean: Vector, variance: Vector) -> tuple[Vector, Vector]:
        """Return mean and standard deviation of the log of each donor's next gap."""
        own, freedom = self.spread.own(gaps, variance)
        seen = gaps * np.isfinite(log_mean)
        precision = 1 / self.between + seen / own
        mean = (self.centre / self.between + seen * np.nan_to_num(log_mean) / own) / precision
        heavier = freedom / np.maximum(freedom - 2, 1)
        return mean, np.sqrt(own * heavier + 1 / precision)

    def chance(self, silence_days: Vector, mean: Vector, sd: Vector) -> Vector:
        """Return the chance that a donor who still gives is found silent for so long.

        The larger of two: that one gap is so long, and that a day looked at at random falls so
        late in a gap.
        """
        gap = special.ndtr((mean - np.log(np.maximum(silence_days, 0.5))) / sd)
        late = self.chance_of_a_day(silence_days, mean, sd)
        return np.asarray(np.clip(np.maximum(gap, late), _FLOOR, 1.0))

    def chance_of_a_day(self, silence_days: Vector, mean: Vector, sd: Vector) -> Vector:
        """Return the chance that a day looked at at random is so late in a gap, in 0..1.

        Long gaps hold more days: Cox 1962, Renewal Theory, §5.2.
        """
        log_days = np.log(np.maximum(silence_days, 0.5))
        z = (log_days - mean) / sd
        late = special.ndtr(sd - z) - np.exp(log_days - mean - sd**2 / 2) * special.ndtr(-z)
        return np.asarray(np.clip(late, 0.0, 1.0))

    def limit_days(self, mean: Vector, sd: Vector, *, beyond: float) -> Vector:
        """Return the silence that only this share of a donor's gaps would exceed, in days."""
        return np.asarray(np.exp(mean + sd * stats.norm.isf(beyond)))


def chance_of_amount(last: Vector, figures: Vector, mean: Vector, sd: Vector) -> Vector:
    """Return the chance of a last log amount so low, nan without an earlier one.

    ``sd`` is that of the log of one gift; the usual figure is itself known to sd / √figures.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (last - mean) / (sd * np.sqrt(1 + 1 / figures))
    return np.asarray(np.where(figures > 0, np.clip(special.ndtr(z), _FLOOR, 1.0), np.nan))


@dataclass(frozen=True)
class CountLaw:
    """Acts per message received (or per day): Poisson at a donor's own rate, itself Gamma(a, b).

    ``lately`` <= 1 is by how much the whole group acts less than before: a season, or a tracker
    that was switched off, is nobody's drift.
    """

    a: float
    b: float
    lately: float

    def chance(self, recent: Vector, exposure: Vector, earlier: Vector, before: Vector) -> Vector:
        """Return the chance of so few acts lately, in (0, 1]; 1 where nothing was received."""
        shape, rate = self.a + earlier, self.b + before
        due = exposure * self.lately
        chance = special.betainc(shape, recent + 1, rate / (rate + np.maximum(due, _FLOOR)))
        return np.asarray(np.where(due > 0, np.clip(chance, _FLOOR, 1.0), 1.0))

    def usual_rate(self, earlier: Vector, before: Vector) -> Vector:
        """Return each donor's acts per unit of exposure, drawn to the group's."""
        return np.asarray((self.a + earlier) / (self.b + before))


def fitted_spread(donors: float, total: float, squares: float, trigammas: float) -> Spread:
    """Return the law of variances from sums over donors with two figures or more.

    With d degrees of freedom and e = ln s² − ψ(d/2) + ln(d/2): Σe, Σe², Σψ′(d/2). Smyth 2004,
    Statistical Applications in Genetics and Molecular Biology 3(1), section 6.2.
    """
    mean = total / donors
    excess = squares / donors - mean**2 - trigammas / donors
    half = _inverse_trigamma(excess) if excess > 1e-3 else 500.0
    variance = np.exp(mean + special.digamma(half) - np.log(half))
    return Spread(float(max(variance, _LEAST_VARIANCE)), float(np.clip(2 * half, 2.5, 1_000)))


def log_variance_terms(figures: Vector, variance: Vector) -> tuple[Vector, Vector]:
    """Return e and ψ′(d/2) of each donor, for ``fitted_spread``."""
    half = (figures - 1) / 2
    seen = np.log(np.maximum(variance, _LEAST_VARIANCE))
    return seen - special.digamma(half) + np.log(half), special.polygamma(1, half)


def _inverse_trigamma(value: float) -> float:
    """Return x with ψ′(x) = value, by Newton's method on 1/ψ′ (Smyth 2004, appendix)."""
    x = 0.5 + 1 / value
    for _ in range(50):
        slope = special.polygamma(1, x)
        step = slope * (1 - slope / value) / special.polygamma(2, x)
        x += step
        if abs(step) < 1e-9 * x:
            break
    return float(x)
