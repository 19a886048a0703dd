"""Rewards: what each person would have done in each arm, unbiased because the lot is known.

Nobody is seen in two arms. Weighted by the chance of the arm they drew, and corrected by what
was foretold of them, people of an arm stand for all: a mean of rewards is right whatever was
foretold, and the better foretold the less it strays.
"""

import numpy as np
from numpy.typing import NDArray

from mecene.uplift.experiment import Experiment

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def robust(sent: Experiment, foretold: Matrix, *, outcome: Vector | None = None) -> Matrix:
    """Return the doubly robust reward of each person in each arm, in the outcome's unit.

    Args:
        sent: The random send.
        foretold: What each would do in each arm, by a model that did not see them. Zeros
            make these the weighted rewards. Shape (n, arms).
        outcome: Instead of what they did: the same, cut. Shape (n,).

    Source: Robins, Rotnitzky & Zhao, JASA 89 (1994); Dudík, Langford & Li, ICML 2011, eq. 2.
    """
    did = sent.outcome if outcome is None else outcome
    rows = np.arange(sent.people)
    found = np.array(foretold, dtype=np.float64)
    found[rows, sent.arm] += (did - foretold[rows, sent.arm]) / sent.chance[rows, sent.arm]
    return found


def weighted(sent: Experiment) -> Matrix:
    """Return the inverse-probability rewards: nothing foretold. Shape (n, arms).

    Source: Horvitz & Thompson, JASA 47 (1952).
    """
    return robust(sent, np.zeros((sent.people, len(sent.arms))))


def effects(rewards: Matrix) -> Matrix:
    """Return each arm's reward less the control's. Shape (n, arms - 1)."""
    return np.asarray(rewards[:, 1:] - rewards[:, :1])
