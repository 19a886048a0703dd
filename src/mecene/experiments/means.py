"""By how much did a treatment move a mean: euros a donor, gifts a donor, days?

The interval is Welch's, never narrower than that of Student's pooled variance. Gifts are why: in
a small hold-out beside a large treatment, the arm without the rare large gift has both a low mean
and a low variance, and Welch alone leaves the truth out 10 to 17 times in a hundred where 5 are
announced (docs/methods/experiments.md). For a skewed amount, see `mecene.experiments.amounts`.
"""

from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from mecene.experiments.difference import (
    CONFIDENCE,
    Difference,
    NoVariation,
    TooFewDonors,
    student,
)
from mecene.experiments.moments import Moments

MIN_DONORS = 20  # an arm; below, Student's law asks for measures that are themselves normal
MIN_LEVEL = 3.0  # standard errors of the control's mean above 0, for a share of it to mean anything


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

    On the logarithm of the ratio, by the delta method, so that it never falls below −100 %; the
    standard error, too, is the wider of Welch's and the pooled one.

    Args:
        control: Moments of the control.
        treated: Moments of the treatment.
        quantity: Its place among the quantities.
        confidence: In (0, 1).

    Raises:
        TooFewDonors: an arm has fewer than ``MIN_DONORS``, or a mean is not clearly above 0.
        NoVariation: nobody differs from anybody in either arm.
    """
    enough(control, treated, MIN_DONORS)
    _clearly_positive(control, quantity)
    _clearly_positive(treated, quantity)
    # Both arms in shares of their own mean: their variances are those of the logarithms.
    parts = [arm.combined(_share(arm, quantity)) for arm in (control, treated)]
    std_error, freedom = _spread(parts[0], parts[1], 0, guarded=True)
    before, after = float(control.means[quantity]), float(treated.means[quantity])
    low, high, p = student(
        log(after / before), std_error=std_error, freedom=freedom, confidence=confidence
    )
    ratio = after / before
    return Difference(
        ratio - 1, exp(low) - 1, exp(high) - 1, p, control.n, treated.n, before, after,
        ratio * std_error, "log ratio", confidence, relative=True,
    )  # fmt: skip


def std_error(control: Moments, treated: Moments, *, quantity: int = 0) -> float:
    """Return the wider of Welch's and the pooled standard error, in the unit of the quantity."""
    return _spread(control, treated, quantity, guarded=True)[0]


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
    squares = [float(arm.products[quantity, quantity]) for arm in (control, treated)]
    first, second = (
        square / (arm.n - 1) / arm.n
        for square, arm in zip(squares, (control, treated), strict=True)
    )
    if first + second <= 0:
        raise NoVariation("nobody differs from anybody in either arm")
    freedom = (first + second) ** 2 / (first**2 / (control.n - 1) + second**2 / (treated.n - 1))
    pooled = sum(squares) / (control.n + treated.n - 2) * (1 / control.n + 1 / treated.n)
    return sqrt(max(first + second, pooled) if guarded else first + second), freedom


def _share(arm: Moments, quantity: int) -> NDArray[np.float64]:
    return np.asarray(np.eye(arm.means.size)[quantity] / arm.means[quantity])


def _clearly_positive(arm: Moments, quantity: int) -> None:
    mean = float(arm.means[quantity])
    if mean <= MIN_LEVEL * sqrt(float(arm.covariance[quantity, quantity]) / arm.n):
        raise TooFewDonors(
            f"a mean of {mean:.4g} is too near 0 for a share of it; read the difference instead"
        )
