"""Qini: does a ranking put first those whom a contact changes most?

The gain curve says how much the first share of a ranking owes to being contacted, per person of
the whole; the Qini coefficient is the area between it and the straight line of a ranking at random.
Equal scores are taken in part, as any order among them would give on average.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import estimate
from mecene.uplift.estimate import Estimate

Vector = NDArray[np.float64]
Ints = NDArray[np.int64]

SHARES = (0.1, 0.2, 0.3, 0.5)
_WINDOW = 0.05


@dataclass(frozen=True, eq=False)
class Places:
    """Where each person stands in the ranking of their part, best first.

    Attributes:
        start: Share of the part ranked strictly before. Shape (n,).
        end: That share with one's equals. Shape (n,).
        part: Which part, ranked apart from the others. Shape (n,).
    """

    start: Vector
    end: Vector
    part: Ints

    @property
    def middle(self) -> Vector:
        """The place of each among all, equals sharing theirs. Shape (n,)."""
        return (self.start + self.end) / 2

    def within(self, share: float) -> Vector:
        """Return how far each is among the first share, in [0, 1]. Shape (n,)."""
        return np.asarray(((share - self.start) / (self.end - self.start)).clip(0, 1))


def places(score: Vector, *, part: Ints | None = None) -> Places:
    """Return where scores stand, highest first, within each part (all one by default)."""
    parts = np.zeros(len(score), dtype=np.int64) if part is None else part
    start, end = np.empty(len(score)), np.empty(len(score))
    for each in np.unique(parts):
        here = np.flatnonzero(parts == each)
        _, place, counts = np.unique(-score[here], return_inverse=True, return_counts=True)
        ends = np.cumsum(counts) / len(here)
        end[here] = ends[place]
        start[here] = (ends - counts / len(here))[place]
    return Places(start, end, parts)


def coefficient(
    found: Places,
    effect: Vector,
    *,
    household: Ints,
    confidence: float = estimate.CONFIDENCE,
    stretch: float = 1.0,
) -> Estimate:
    """Return the Qini coefficient, in the outcome's unit per person of the whole.

    0 for a ranking at random; the interval allows for ranks being those of a sample.

    Args:
        found: Where each person stands.
        effect: Rewards of the arm less those of the control. Shape (n,).
        household: Shape (n,).
        confidence: Of the interval.
        stretch: Of the error (`mecene.uplift.estimate`).

    Source: the area of Radcliffe (Direct Marketing Analytics Journal, 2007) on doubly robust
    rewards, as QINI in Yadlowsky et al. (JASA 2025, arXiv 2111.07966); the interval is that of
    the U-statistic it is (Hoeffding, Ann. Math. Stat. 19, 1948), by its projection.
    """
    own = effect * (0.5 - found.middle)
    others = np.empty(len(effect))
    for part in np.unique(found.part):
        here = np.flatnonzero(found.part == part)
        others[here] = _before(found.start[here], effect[here]) - effect[here].mean() / 2
    value = float(own.mean())
    return estimate.mean(
        own + others, household=household, confidence=confidence, value=value, stretch=stretch
    )


def gain(
    found: Places,
    effect: Vector,
    *,
    share: float,
    household: Ints,
    confidence: float = estimate.CONFIDENCE,
    stretch: float = 1.0,
) -> Estimate:
    """Return what contacting the first share changes, per person of the whole.

    Args:
        found: Where each person stands.
        effect: Rewards of the arm less those of the control. Shape (n,).
        share: In (0, 1].
        household: Shape (n,).
        confidence: Of the interval.
        stretch: Of the error (`mecene.uplift.estimate`).
    """
    inside = found.within(share)
    value = float((inside * effect).mean())
    # The share's own edge moves with the sample, by the effect that stands at the edge.
    near = abs(found.middle - share) <= max(_WINDOW, float((found.end - found.start).max()))
    edge = float(effect[near].mean()) if near.any() else 0.0
    parts = inside * effect - edge * (inside - share)
    return estimate.mean(
        parts, household=household, confidence=confidence, value=value, stretch=stretch
    )


def uplift_at(
    found: Places,
    effect: Vector,
    *,
    share: float,
    household: Ints,
    confidence: float = estimate.CONFIDENCE,
    stretch: float = 1.0,
) -> Estimate:
    """Return the mean effect among the first share, in the outcome's unit per person of it.

    As ``gain``, of which it is the quotient by the share.
    """
    whole = gain(
        found, effect, share=share, household=household, confidence=confidence, stretch=stretch
    )
    return Estimate(*(figure / share for figure in (
        whole.value, whole.error, whole.low, whole.high)))  # fmt: skip


def counted(score: Vector, did: Vector, contacted: Vector) -> tuple[Vector, Vector]:
    """Return the Qini curve as it is first published: outcomes counted, arms brought to size.

    Args:
        score: Shape (n,).
        did: The outcome of each. Shape (n,).
        contacted: 1 or 0, one chance for all. Shape (n,).

    Returns:
        At each different score, best first, from nobody: the share of people down to it; and
        what those contacted did, less what the others did × contacted / others, per person
        contacted in all.

    Source: Radcliffe (2007), eq. of the incremental gains chart.
    """
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    reached, arm = did[order], contacted[order]
    treated, others = np.cumsum(arm)[last], np.cumsum(1 - arm)[last]
    by_treated, by_others = np.cumsum(reached * arm)[last], np.cumsum(reached * (1 - arm))[last]
    scale = np.divide(treated, others, out=np.zeros(len(last)), where=others > 0)
    curve = (by_treated - by_others * scale) / contacted.sum()
    return np.append(0.0, (last + 1) / len(score)), np.append(0.0, curve)


def _before(start: Vector, effect: Vector) -> Vector:
    """Return the sum of effects of those ranked before each, equals half, over all people."""
    _, place = np.unique(start, return_inverse=True)
    sums = np.bincount(place, weights=effect)
    return np.asarray((np.cumsum(sums) - sums / 2)[place] / len(effect))
