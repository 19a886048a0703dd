"""By how much did a treatment move a mean: euros a donor, gifts a donor, days?

The interval is Welch's, never narrower than that of Student's pooled variance. Gifts are why: in
a small hold-out beside a large treatment, the arm without the rare large gift has both a low mean
and a low variance, and Welch alone leaves the truth out 10 to 17 times in a hundred where 5 are
announced (docs/methods/experiments.md). For a skewed amount, see `mecene.experiments.amounts`.
"""

from dataclasses import replace
from math import sqrt

from mecene.experiments.difference import (
    CONFIDENCE,
    Difference,
    NoVariation,
    TooFewDonors,
    quantile,
    student,
)
from mecene.experiments.moments import Moments

MIN_DONORS = 20  # an arm; below, Student's law asks for measures that are themselves normal


def difference(
    control: Moments, treated: Moments, *, quantity: int = 0, confidence: float = CONFIDENCE
) -> Difference:
    """Return the difference of the means of a quantity.

    Args:
        control: Moments of the control; the unit is what was drawn by lot.
        treated: Moments of the treatment.
        quantity: Its place among the quantities.
        confidence: In (0, 1).

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``.
        NoVariation: nobody differs from anybody in either arm.
    """
    enough(control, treated, MIN_DONORS)
    return _told("wider of Welch and pooled", control, treated, quantity, confidence, guarded=True)


def welch(
    control: Moments, treated: Moments, *, quantity: int = 0, confidence: float = CONFIDENCE
) -> Difference:
    """Return the same by Welch's test alone, for a measure without rare large values.

    Source: B. L. Welch (1947), "The generalization of Student's problem when several different
    population variances are involved", Biometrika 34, 28-35.

    Raises:
        TooFewDonors: an arm has fewer than two people.
        NoVariation: nobody differs from anybody in either arm.
    """
    enough(control, treated, 2)
    return _told("welch", control, treated, quantity, confidence, guarded=False)


def lift(
    control: Moments, treated: Moments, *, quantity: int = 0, confidence: float = CONFIDENCE
) -> Difference:
    """Return the difference as a share of the control's mean: 0.12 is +12 %.

    Fieller's interval: the ratios R at which treated and R times control would not be told apart
    by ``difference``, whose p it keeps. It holds where the logarithm's does not, on few gifts.

    Source: E. C. Fieller (1954), "Some problems in interval estimation", Journal of the Royal
    Statistical Society B 16, 175-185.

    Args:
        control: Moments of the control.
        treated: Moments of the treatment.
        quantity: Its place among the quantities.
        confidence: In (0, 1).

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``, or the control's mean is not clearly
            above 0, so that no share of it is bounded.
        NoVariation: nobody differs from anybody in either arm.
    """
    told = difference(control, treated, quantity=quantity, confidence=confidence)
    squares = _squares(control, treated, quantity)
    own = _own(control, treated, squares)
    pooling = _pooling(control, treated)
    reach = quantile(confidence, freedom=_freedom(control, treated, own))
    borders = [
        _fieller(told.control, told.treated, each, reach)
        for each in (own, (pooling * squares[0], pooling * squares[1]))
    ]
    low, high = min(pair[0] for pair in borders), max(pair[1] for pair in borders)
    ratio = told.treated / told.control
    spread = sqrt(own[1] + ratio**2 * own[0]) / told.control
    return replace(
        told, estimate=ratio - 1, low=low - 1, high=high - 1, std_error=spread,
        method="Fieller", relative=True,
    )  # fmt: skip


def std_error(control: Moments, treated: Moments, *, quantity: int = 0) -> float:
    """Return the wider of Welch's and the pooled standard error, in the unit of the quantity."""
    return sqrt(max(variances(control, treated, quantity=quantity)))


def variances(control: Moments, treated: Moments, *, quantity: int = 0) -> tuple[float, float]:
    """Return the variance of the difference of means, by Welch and pooled; arms of two or more."""
    squares = _squares(control, treated, quantity)
    return sum(_own(control, treated, squares)), sum(squares) * _pooling(control, treated)


def enough(control: Moments, treated: Moments, least: int) -> None:
    """Refuse arms of fewer people than ``least``."""
    if min(control.n, treated.n) < least:
        raise TooFewDonors(
            f"arms of {control.n} and {treated.n}: at least {least} in each are asked for"
        )


def _told(
    method: str, control: Moments, treated: Moments, quantity: int, confidence: float, *,
    guarded: bool,
) -> Difference:  # fmt: skip
    spread, freedom = _spread(control, treated, quantity, guarded=guarded)
    before, after = float(control.means[quantity]), float(treated.means[quantity])
    estimate = after - before
    low, high, p = student(estimate, std_error=spread, freedom=freedom, confidence=confidence)
    return Difference(
        estimate, low, high, p, control.n, treated.n, before, after, spread, method, confidence
    )


def _spread(
    control: Moments, treated: Moments, quantity: int, *, guarded: bool
) -> tuple[float, float]:
    """Return the standard error and its degrees of freedom (Welch–Satterthwaite)."""
    squares = _squares(control, treated, quantity)
    own = _own(control, treated, squares)
    if sum(own) <= 0:
        raise NoVariation("nobody differs from anybody in either arm")
    pooled = sum(squares) * _pooling(control, treated)
    return sqrt(max(sum(own), pooled) if guarded else sum(own)), _freedom(control, treated, own)


def _squares(control: Moments, treated: Moments, quantity: int) -> tuple[float, float]:
    first, second = (float(arm.products[quantity, quantity]) for arm in (control, treated))
    return first, second


def _own(control: Moments, treated: Moments, squares: tuple[float, float]) -> tuple[float, float]:
    """Return the variance of each arm's mean."""
    return (
        squares[0] / (control.n - 1) / control.n,
        squares[1] / (treated.n - 1) / treated.n,
    )


def _pooling(control: Moments, treated: Moments) -> float:
    """Return what sums of squares are multiplied by for the pooled variance of the difference."""
    return (1 / control.n + 1 / treated.n) / (control.n + treated.n - 2)


def _freedom(control: Moments, treated: Moments, own: tuple[float, float]) -> float:
    return sum(own) ** 2 / (own[0] ** 2 / (control.n - 1) + own[1] ** 2 / (treated.n - 1))


def _fieller(
    before: float, after: float, own: tuple[float, float], reach: float
) -> tuple[float, float]:
    """Return the ratios R at which (after − R before)² = reach² (own₁ + R² own₀)."""
    a = before**2 - reach**2 * own[0]
    if before <= 0 or a <= 0:
        raise TooFewDonors(
            f"a control of mean {before:.4g} is too near 0 for a share of it to be bounded; "
            "read the difference instead"
        )
    # (before·after)² − a·c, with c = after² − reach² own₁: multiplied out, it keeps its figures.
    left = reach**2 * (before**2 * own[1] + after**2 * own[0]) - reach**4 * own[0] * own[1]
    root = sqrt(max(left, 0.0))
    return (before * after - root) / a, (before * after + root) / a
