"""Fitting: what is done in each arm, fitted without two parts of the people at a time.

Where most do nothing and the others give amounts, the chance to do anything and what is then given
are fitted apart as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import linear, trees
from mecene.uplift.experiment import Experiment
from mecene.uplift.linear import Linear
from mecene.uplift.model import PAIRS, Said
from mecene.uplift.trees import Trees

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.float32]
Fit = Linear | Trees

_CUT = 0.995
_LEAST_NOTHING = 0.5
_LEAST_GIFTS = 200


@dataclass(frozen=True, eq=False)
class Work:
    """What every fit reads: the send, who is of which part, and how rows are read by each base."""

    sent: Experiment
    part: Ints
    rows: dict[str, Rows]
    bases: tuple[str, ...]
    ground: trees.Ground | None
    hurdle: bool

    def learn(self, base: str, chosen: Ints, target: Vector, kind: dict[str, float]) -> Fit:
        """Return one fit on the rows chosen."""
        if base == "linear":
            return linear.fit(self.rows[base][chosen], target)
        assert self.ground is not None
        return self.ground.grow(chosen, target, kind=kind)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Fits for each pair of parts left out, and what they say of those parts.

    ``said`` has rows of the pair's two parts only, in the order of ``rows_of``.
    """

    outcomes: dict[str, list[tuple[Fit, ...]]]
    answers: dict[str, list[tuple[Fit, ...]]]
    gifts: dict[str, list[Fit]]
    said: dict[str, list[Said]]
    rows_of: list[Ints]


def has_hurdle(outcome: Vector) -> bool:
    """Return whether most did nothing and the others gave amounts, none below 0."""
    gave = outcome > 0
    amounts = len(np.unique(outcome[gave])) > 2
    return bool(
        amounts and outcome.min() >= 0 and gave.mean() < _LEAST_NOTHING
        and gave.sum() >= _LEAST_GIFTS
    )  # fmt: skip


def cut(outcome: Vector) -> float:
    """Return where amounts are cut while learning: at one in two hundred of those given."""
    given = outcome[outcome > 0]
    if len(np.unique(given)) < 3:
        return float("inf")
    return float(np.quantile(given, _CUT))


def outcomes(work: Work) -> Outcomes:
    """Fit what is done in each arm, without each pair of parts."""
    found = Outcomes(
        {base: [] for base in work.bases}, {base: [] for base in work.bases},
        {base: [] for base in work.bases}, {base: [] for base in work.bases}, [],
    )  # fmt: skip
    did = work.sent.outcome
    for pair in PAIRS:
        aside = np.isin(work.part, pair)
        unseen, shown = np.flatnonzero(aside), np.flatnonzero(~aside)
        found.rows_of.append(unseen)
        target = np.minimum(did, cut(did[shown]))
        arms = [shown[work.sent.arm[shown] == arm] for arm in range(len(work.sent.arms))]
        givers = shown[did[shown] > 0]
        for base in work.bases:
            done = tuple(work.learn(base, arm, target[arm], trees.OUTCOME) for arm in arms)
            found.outcomes[base].append(done)
            rows = work.rows[base][unseen]
            if not work.hurdle:
                found.said[base].append(Said(_told(done, rows), None, None))
                continue
            gave = (did > 0).astype(np.float64)
            answers = tuple(work.learn(base, arm, gave[arm], trees.OUTCOME) for arm in arms)
            gift = work.learn(base, givers, target[givers], trees.OUTCOME)
            found.answers[base].append(answers)
            found.gifts[base].append(gift)
            found.said[base].append(
                Said(_told(done, rows), _told(answers, rows), gift.of(rows).clip(0))
            )
    return found


def _told(fits: tuple[Fit, ...], rows: Rows) -> Matrix:
    return np.column_stack([each.of(rows) for each in fits])
