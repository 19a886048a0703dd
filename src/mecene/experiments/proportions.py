"""By how much did a treatment move a share: of donors who gave, who clicked, who unsubscribed?

The interval and the test are of one piece, Miettinen and Nurminen's score: they hold where
responses are rare, where one arm has none, and where arms are of very different sizes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mecene.experiments.difference import CONFIDENCE, Difference, NoVariation, TooFewDonors

MIN_DONORS = 20  # an arm
MIN_ANSWERS = 5  # in the control, for a share of its level to mean anything
_HALVINGS = 60

Array = NDArray[np.float64]


class NotAShare(ValueError):
    """More people answered than there are, or fewer than none."""


@dataclass(frozen=True)
class Answers:
    """How many people answered, of how many; two groups add up."""

    answered: int
    people: int

    def __post_init__(self) -> None:
        if not 0 <= self.answered <= self.people:
            raise NotAShare(f"{self.answered} answers of {self.people} people")

    def __add__(self, other: "Answers") -> "Answers":
        """Return the answers of both groups together."""
        return Answers(self.answered + other.answered, self.people + other.people)

    @property
    def share(self) -> float:
        """Return the share who answered; not a number among nobody."""
        return self.answered / self.people if self.people else float("nan")


def difference(control: Answers, treated: Answers, *, confidence: float = CONFIDENCE) -> Difference:
    """Return the difference of the shares, with its score interval.

    Source: O. Miettinen and M. Nurminen (1985), "Comparative analysis of two rates", Statistics in
    Medicine 4, 213-226.

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``.
        NoVariation: nobody answered, or everybody did, in both arms.
    """
    _usable(control, treated)
    told = _normal(control, treated, confidence)
    low, high = score_limits(*_arrays(control, treated), confidence=confidence)
    return replace(told, low=float(low), high=float(high), method="score")


def newcombe(control: Answers, treated: Answers, *, confidence: float = CONFIDENCE) -> Difference:
    """Return the difference with Newcombe's interval, from Wilson's of each arm.

    Source: R. G. Newcombe (1998), "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17, 873-890, method 10.

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``.
        NoVariation: nobody answered, or everybody did, in both arms.
    """
    _usable(control, treated)
    told = _normal(control, treated, confidence)
    low, high = newcombe_limits(*_arrays(control, treated), confidence=confidence)
    return replace(told, low=float(low), high=float(high), method="newcombe")


def lift(control: Answers, treated: Answers, *, confidence: float = CONFIDENCE) -> Difference:
    """Return the difference as a share of the control's: 0.12 is +12 %; score interval.

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``, or the control fewer than
            ``MIN_ANSWERS`` answers.
        NoVariation: nobody answered, or everybody did, in both arms.
    """
    _usable(control, treated)
    if control.answered < MIN_ANSWERS:
        raise TooFewDonors(
            f"{control.answered} answers in the control: at least {MIN_ANSWERS} for a share of "
            "its level; read the difference instead"
        )
    told = _normal(control, treated, confidence)
    low, high = ratio_limits(*_arrays(control, treated), confidence=confidence)
    ratio = treated.share / control.share
    # The delta method's, for what weighs estimates; the interval does not use it.
    log_error = sqrt(
        (1 - control.share) / control.answered + (1 - treated.share) / max(treated.answered, 1)
    )
    return replace(
        told, estimate=ratio - 1, low=float(low) - 1, high=float(high) - 1, relative=True,
        std_error=ratio * log_error, method="score of the ratio",
    )  # fmt: skip


def score_limits(
    x0: Array, n0: Array, x1: Array, n1: Array, *, confidence: float = CONFIDENCE
) -> tuple[Array, Array]:
    """Return the score limits of p₁ − p₀, of arrays of counts of one shape.

    Args:
        x0: Answers of the control, 0..n0.
        n0: People of the control.
        x1: Answers of the treatment, 0..n1.
        n1: People of the treatment.
        confidence: In (0, 1).
    """
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    middle = x1 / n1 - x0 / n0

    def beyond(delta: Array) -> Array:
        return np.abs(middle - delta) - z * np.sqrt(_difference_variance(x0, n0, x1, n1, delta))

    # ±1 itself is where the variance vanishes.
    edge = 1 - 1e-12
    low = _border(beyond, middle, np.full_like(middle, -edge))
    return low, _border(beyond, middle, np.full_like(middle, edge))


def newcombe_limits(
    x0: Array, n0: Array, x1: Array, n1: Array, *, confidence: float = CONFIDENCE
) -> tuple[Array, Array]:
    """Return Newcombe's limits of p₁ − p₀; as ``score_limits``."""
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    p0, p1 = x0 / n0, x1 / n1
    (low0, high0), (low1, high1) = _wilson(x0, n0, z), _wilson(x1, n1, z)
    low = p1 - p0 - np.sqrt((p1 - low1) ** 2 + (high0 - p0) ** 2)
    return low, p1 - p0 + np.sqrt((high1 - p1) ** 2 + (p0 - low0) ** 2)


def ratio_limits(
    x0: Array, n0: Array, x1: Array, n1: Array, *, confidence: float = CONFIDENCE
) -> tuple[Array, Array]:
    """Return the score limits of p₁ / p₀, within [1e-9, 1e9]; as ``score_limits``, x0 > 0."""
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    p0, p1 = x0 / n0, x1 / n1

    def beyond(log_ratio: Array) -> Array:
        ratio = np.exp(log_ratio)
        return np.abs(p1 - ratio * p0) - z * np.sqrt(_ratio_variance(x0, n0, x1, n1, ratio))

    farthest = np.log(1e9)
    middle = np.log(np.maximum(p1 / p0, 1e-9))
    low = np.where(x1 == 0, 0.0, np.exp(_border(beyond, middle, np.full_like(middle, -farthest))))
    return low, np.exp(_border(beyond, middle, np.full_like(middle, farthest)))


def _difference_variance(x0: Array, n0: Array, x1: Array, n1: Array, delta: Array) -> Array:
    """Return the variance at a difference, its rates the likeliest: their appendix I."""
    n, x = n0 + n1, x0 + x1
    l2 = (n1 + 2 * n0) * delta - n - x
    l1 = (n0 * delta - n - 2 * x0) * delta + x
    l0 = x0 * delta * (1 - delta)
    c = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n**2) + l0 / (2 * n)
    size = np.sqrt(np.maximum((l2 / (3 * n)) ** 2 - l1 / (3 * n), 1e-60))
    b = np.where(c >= 0, size, -size)
    angle = (np.pi + np.arccos(np.clip(c / b**3, -1, 1))) / 3
    r0 = np.clip(2 * b * np.cos(angle) - l2 / (3 * n), 0, 1)
    r1 = np.clip(r0 + delta, 0, 1)
    return (r1 * (1 - r1) / n1 + r0 * (1 - r0) / n0) * n / (n - 1)


def _ratio_variance(x0: Array, n0: Array, x1: Array, n1: Array, ratio: Array) -> Array:
    n, x = n0 + n1, x0 + x1
    a, b = n * ratio, -(n1 * ratio + x1 + n0 + x0 * ratio)
    r0 = np.clip((-b - np.sqrt(np.maximum(b * b - 4 * a * x, 0))) / (2 * a), 0, 1)
    r1 = np.clip(r0 * ratio, 0, 1)
    return (r1 * (1 - r1) / n1 + ratio**2 * r0 * (1 - r0) / n0) * n / (n - 1)


def _border(beyond: Callable[[Array], Array], inside: Array, outside: Array) -> Array:
    """Return where ``beyond`` passes 0 between a point inside and one outside; by halving."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        out = beyond(middle) > 0
        outside = np.where(out, middle, outside)
        inside = np.where(out, inside, middle)
    return (inside + outside) / 2


def _wilson(x: Array, n: Array, z: float) -> tuple[Array, Array]:
    share, spread = x / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / n + spread / n / 4) / (1 + spread)
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def _normal(control: Answers, treated: Answers, confidence: float) -> Difference:
    """Return what every method shares: the levels, and the score test that nothing changed."""
    estimate = treated.share - control.share
    together = control + treated
    under_null = together.share * (1 - together.share) * (1 / control.people + 1 / treated.people)
    under_null *= together.people / (together.people - 1)
    p = 2 * float(stats.norm.sf(abs(estimate) / sqrt(under_null)))
    own = sum(arm.share * (1 - arm.share) / arm.people for arm in (control, treated))
    return Difference(
        estimate, estimate, estimate, p, control.people, treated.people,
        control.share, treated.share, sqrt(own), "", confidence,
    )  # fmt: skip


def _usable(control: Answers, treated: Answers) -> None:
    if min(control.people, treated.people) < MIN_DONORS:
        raise TooFewDonors(
            f"arms of {control.people} and {treated.people}: at least {MIN_DONORS} in each"
        )
    together = control + treated
    if together.answered in (0, together.people):
        raise NoVariation("everybody answered alike, in both arms")


def _arrays(control: Answers, treated: Answers) -> tuple[Array, Array, Array, Array]:
    counts = (control.answered, control.people, treated.answered, treated.people)
    first, second, third, fourth = (np.asarray(each, dtype=np.float64) for each in counts)
    return first, second, third, fourth
