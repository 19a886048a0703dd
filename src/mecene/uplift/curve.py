"""Curve: what writing to the first share of a ranking leaves, as the share grows to everybody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import estimate, qini
from mecene.uplift.estimate import Estimate
from mecene.uplift.learning import Learnt
from mecene.uplift.policy import Terms, UnknownTerms

Ints = NDArray[np.int64]

STEPS = 20


@dataclass(frozen=True)
class Point:
    """A share of people, those first whom the contact changes most, and what writing leaves.

    Attributes:
        share: In [0, 1].
        net_minor: Cents per person of the whole list, cost taken off, beside writing to nobody.
        line_minor: The same by a ranking at random, in cents.
    """

    share: float
    net_minor: Estimate
    line_minor: float


def of(learnt: Learnt, terms: Terms, *, household: Ints) -> tuple[Point, ...]:
    """Return the curve of a send of one arm and a control, each person out of fold.

    Args:
        learnt: Of that send.
        terms: The cost of one contact and what the outcome is worth.
        household: Of the send. Shape (n,).

    Raises:
        UnknownTerms: there is not one arm and its cost.
    """
    if len(terms.costs_minor) != 1 or learnt.effects.shape[1] != 1:
        raise UnknownTerms(costs=", ".join(f"{each:g}" for each in terms.costs_minor))
    effect = learnt.rewards[:, 1] - learnt.rewards[:, 0]
    where = qini.places(learnt.effects[:, 0], part=learnt.part)
    cost, worth = terms.costs_minor[0], terms.worth_minor
    all_of_them = worth * float(effect.mean()) - cost
    found = [Point(0.0, estimate.known(0.0), 0.0)]
    for step in range(1, STEPS + 1):
        share = step / STEPS
        gain = qini.gain(where, effect, share=share, household=household,
                         stretch=estimate.OUT_OF_FOLD if share < 1 else 1.0)  # fmt: skip
        paid = share * cost
        net = Estimate(worth * gain.value - paid, worth * gain.error,
                       worth * gain.low - paid, worth * gain.high - paid)  # fmt: skip
        found.append(Point(share, net, share * all_of_them))
    return tuple(found)
