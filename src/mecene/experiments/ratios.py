"""By how much did a treatment move a ratio of sums: amount a gift, clicks a message?

Both the numerator and the denominator vary from donor to donor. The same computation serves
households: where they were drawn by lot, they are the unit, and a mean a person is the ratio of
their sums to their sizes.

Source: the delta method, as in A. Deng, U. Knoblich and J. Lu (2018), "Applying the delta method
in metric analytics", KDD, arXiv:1803.06336.
"""

from dataclasses import replace

import numpy as np

from mecene.experiments import means
from mecene.experiments.difference import CONFIDENCE, Difference, TooFewDonors
from mecene.experiments.moments import Moments

MIN_UNITS = 100  # drawn, an arm; fewer were not measured on gifts


def difference(
    control: Moments,
    treated: Moments,
    *,
    numerator: int = 0,
    denominator: int = 1,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return the difference of two ratios of sums.

    Args:
        control: Moments of the control, one unit (donor or household) a row.
        treated: Moments of the treatment.
        numerator: Its place among the quantities.
        denominator: Its place; a quantity >= 0.
        confidence: In (0, 1).

    Returns:
        In the unit of the numerator a unit of the denominator; ``n`` are units drawn by lot.

    Raises:
        TooFewDonors: an arm is below ``MIN_UNITS``, or has nothing below the line.
        NoVariation: nobody differs from anybody in either arm.
    """
    means.enough(control, treated, MIN_UNITS)
    arms = [linearised(arm, numerator, denominator) for arm in (control, treated)]
    return replace(means.difference(arms[0], arms[1], confidence=confidence), method="ratio")


def lift(
    control: Moments,
    treated: Moments,
    *,
    numerator: int = 0,
    denominator: int = 1,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return the difference of two ratios as a share of the control's; as ``difference``."""
    means.enough(control, treated, MIN_UNITS)
    arms = [linearised(arm, numerator, denominator) for arm in (control, treated)]
    return replace(means.lift(arms[0], arms[1], confidence=confidence), method="ratio, Fieller")


def linearised(arm: Moments, numerator: int = 0, denominator: int = 1) -> Moments:
    """Return moments whose mean is the ratio and whose variance is the ratio's, times ``n``.

    Raises:
        TooFewDonors: the denominator adds up to nothing.
    """
    if arm.n == 0 or arm.means[denominator] <= 0:
        raise TooFewDonors("the ratio has nothing below the line in one arm")
    ratio = arm.means[numerator] / arm.means[denominator]
    weights = np.zeros(arm.means.size)
    weights[numerator] += 1 / arm.means[denominator]
    weights[denominator] -= ratio / arm.means[denominator]
    flat = arm.combined(weights)
    return replace(flat, means=np.array([ratio]))
