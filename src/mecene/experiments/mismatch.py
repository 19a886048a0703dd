"""Were people drawn as was planned? If not, nothing the test says can be trusted.

A campaign that reaches fewer of one arm than the draw promised has lost people for a reason, and
that reason differs between arms.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mecene.experiments.difference import TooFewDonors

ALARM = 0.001  # asked at each look: rare enough not to cry wolf
MIN_EXPECTED = 5  # an arm, for the chi-square law to hold


class SampleRatioMismatch(ValueError):
    """The arms are not of the sizes that the draw would have made."""


@dataclass(frozen=True)
class Draw:
    """Arms as they were planned and as they are.

    Attributes:
        p: Chance of arms at least so far from the plan, if the draw was as planned.
        expected: People expected in each arm, by its name.
        counted: People found in each arm.
    """

    p: float
    expected: Mapping[str, float]
    counted: Mapping[str, int]

    @property
    def mismatched(self) -> bool:
        """Return whether the arms are too far from the plan for chance."""
        return self.p < ALARM


def of(counted: Mapping[str, int], *, shares: Mapping[str, float]) -> Draw:
    """Return how far arms are from the shares they were drawn with (chi-square).

    Args:
        counted: Arm → people found in it.
        shares: Arm → its share of the draw, > 0; they need not add up to 1.

    Raises:
        TooFewDonors: fewer than ``MIN_EXPECTED`` are expected in an arm.
        ValueError: the arms are not those of the draw, or are fewer than two.
    """
    from scipy import stats

    if counted.keys() != shares.keys() or len(shares) < 2:
        raise ValueError(f"arms found {sorted(counted)}, arms drawn {sorted(shares)}")
    people, whole = sum(counted.values()), sum(shares.values())
    expected = {arm: people * share / whole for arm, share in shares.items()}
    if min(expected.values()) < MIN_EXPECTED:
        raise TooFewDonors(f"fewer than {MIN_EXPECTED} people are expected in an arm")
    found = np.array([counted[arm] for arm in shares], dtype=np.float64)

    p = float(stats.chisquare(found, np.array(list(expected.values()))).pvalue)
    return Draw(p, expected, dict(counted))


def insist(counted: Mapping[str, int], *, shares: Mapping[str, float]) -> Draw:
    """Return the same, or refuse to go on.

    Raises:
        SampleRatioMismatch: the arms are too far from the plan.
        TooFewDonors: fewer than ``MIN_EXPECTED`` are expected in an arm.
    """
    draw = of(counted, shares=shares)
    if draw.mismatched:
        raise SampleRatioMismatch(
            f"arms of {dict(counted)} where {dict(draw.expected)} were expected "
            f"(p = {draw.p:.1e}): find who is missing before reading anything"
        )
    return draw
