"""Markov: what share of the acts would be lost, were a channel taken away?

Paths are read as a chain: from each state (the last ``order`` steps) people go on to another step,
to an act or to nothing. A channel is taken away by sending to nothing whoever would come to it. The
share of acts lost, its *removal effect*, solves linear equations: exact, nothing is drawn.

A removal effect says where paths pass, not what a channel causes: whoever was about to give is met
by every channel. Only a hold-out tells the difference (`credit.against`).

Source: Anderl, Becker, von Wangenheim & Schumann, Int. J. Research in Marketing 33 (2016);
absorbing chains: Kemeny & Snell, *Finite Markov Chains* (1960), ch. 3.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from mecene.attribution.tallies import START, Tallies

Floats = NDArray[np.float64]
# Up to so many states one dense inverse answers for every channel at once; beyond, a sparse
# factorisation a channel.
_DENSE = 600


@dataclass(frozen=True, eq=False)
class Chain:
    """Probabilities of a chain, estimated from counts.

    Attributes:
        steps: State × state, sparse: to go on to it.
        act: Of each state: to act next.
        worth: Of each state: what is expected of acting next, minor units.
        holds: State × channel: whether a state remembers a channel.
    """

    steps: Any
    act: Floats
    worth: Floats
    holds: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Removal:
    """What taking each channel away would cost.

    Attributes:
        channels: In order.
        acting: Probability that a path leads to an act, in (0, 1].
        worth_minor: Expected of a path, minor units.
        effects: Of each channel: share of the acts lost, in [0, 1].
        worth_effects: Of each channel: share of their worth lost; zeros where nothing is worth.
    """

    channels: tuple[str, ...]
    acting: float
    worth_minor: float
    effects: Floats
    worth_effects: Floats

    @property
    def shares(self) -> Floats:
        """Return the share of all acts each channel is credited with: effects made to sum to 1."""
        return _to_one(self.effects)

    @property
    def worth_shares(self) -> Floats:
        """Return the share of the worth of all acts each channel is credited with."""
        return _to_one(self.worth_effects)


def removal(tallies: Tallies, *, weights: Floats | None = None) -> Removal:
    """Return the removal effects of every channel.

    Args:
        tallies: Of the paths.
        weights: How often each group of donors counts; once each by default.
    """
    chain = _chain(tallies, weights)
    solved = _inverted(chain) if tallies.states <= _DENSE else _factorised(chain)
    whole, without = solved
    lost = 1 - without / np.where(whole > 0, whole, 1.0)
    lost = np.clip(np.where(whole > 0, lost, 0.0), 0.0, 1.0)
    return Removal(tallies.channels, float(whole[0]), float(whole[1]), lost[:, 0], lost[:, 1])


def _chain(tallies: Tallies, weights: Floats | None) -> Chain:
    w = np.ones(tallies.groups) if weights is None else weights
    moves, acts, nothing, worth = (
        np.asarray(w @ each)
        for each in (tallies.moves, tallies.acts, tallies.nothing, tallies.worth)
    )
    leaving = np.bincount(tallies.origin, moves, minlength=tallies.states) + acts + nothing
    out = np.where(leaving > 0, leaving, 1.0)
    steps = sparse.coo_array(
        (moves / out[tallies.origin], (tallies.origin, tallies.target)),
        shape=(tallies.states, tallies.states),
    ).tocsc()
    return Chain(steps, acts / out, worth / out, tallies.holds)


def _inverted(chain: Chain) -> tuple[Floats, Floats]:
    """Return (acting, worth) from the start, whole (2,) and, by channel, without it (C, 2).

    With N = (I - Q)⁻¹, what is left without the states A is h_s - N_sA N_AA⁻¹ h_A: the inverse of
    a matrix without A, by blocks.
    """
    visits = np.linalg.inv(np.eye(len(chain.act)) - chain.steps.toarray())
    reached = visits @ np.stack([chain.act, chain.worth], axis=1)
    without = np.empty((chain.holds.shape[1], 2))
    for channel, gone in enumerate(chain.holds.T):
        block = np.linalg.solve(visits[np.ix_(gone, gone)], reached[gone])
        without[channel] = reached[START] - visits[START, gone] @ block
    return reached[START], without


def _factorised(chain: Chain) -> tuple[Floats, Floats]:
    """Return the same by solving the equations of the states that are left, channel by channel."""
    ends = np.stack([chain.act, chain.worth], axis=1)
    everything = np.ones(len(chain.act), dtype=bool)
    found = []
    for gone in (~everything, *chain.holds.T):
        kept = np.flatnonzero(~gone)
        system = sparse.eye_array(len(kept), format="csc") - chain.steps[kept][:, kept]
        found.append(linalg.splu(system.tocsc()).solve(ends[kept])[START])
    return found[0], np.stack(found[1:])


def _to_one(effects: Floats) -> Floats:
    total = float(effects.sum())
    return effects / total if total > 0 else effects
