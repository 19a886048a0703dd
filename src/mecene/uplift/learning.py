"""Learning: what a contact changes in each person, each told by fits that never saw them.

People are dealt, by household, into four parts. What is done in each arm is fitted without two of
them at a time; the effects of one part are learnt, weighed and held back on the three others alone,
so that everything said of that part is said out of fold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import blending, design, linear, randomness, rewards, trees
from mecene.uplift.experiment import Experiment
from mecene.uplift.linear import Linear
from mecene.uplift.model import PAIRS, PARTS, TURNS, Blend, Fits, UpliftModel
from mecene.uplift.randomness import Balance
from mecene.uplift.trees import Trees

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.float32]

LEARNERS = ("t_linear", "t_boosted", "dr_linear", "dr_boosted")
_CUT = 0.995


@dataclass(frozen=True, eq=False)
class Learnt:
    """A model, and what its fits say of the very people it was learnt from, out of fold.

    Attributes:
        model: To be asked of others.
        balance: What was found of the lot.
        part: Which of the four parts each person is of. Shape (n,).
        outcomes: What each would do in each arm. Shape (n, arms).
        effects: What each arm changes in each. Shape (n, arms - 1).
        rewards: Doubly robust, of what was really done, uncut. Shape (n, arms).
        cut_at: While learning, what was done beyond it counted as it; infinite where nothing
            was cut. Values and intervals are of what was really done.
    """

    model: UpliftModel
    balance: Balance
    part: Ints
    outcomes: Matrix
    effects: Matrix
    rewards: Matrix
    cut_at: float


def fit(sent: Experiment, *, seed: int, learners: tuple[str, ...] = LEARNERS) -> Learnt:
    """Return what was learnt from a random send.

    Args:
        sent: The send.
        seed: Of the parts and of what LightGBM draws.
        learners: Of ``LEARNERS``; those of trees are left out where LightGBM cannot be
            loaded.

    Raises:
        Refusal: the lot looks broken (`mecene.uplift.randomness`) or nothing is known of
            people (`mecene.uplift.design`).
    """
    read = design.of(sent.features)
    matrix = read.matrix(sent.features)
    rows = {"boosted": matrix, "linear": read.expanded(matrix)}
    balance = randomness.check(sent, rows["linear"], matrix, seed=seed)
    if not trees.available():
        learners = tuple(each for each in learners if not each.endswith("boosted"))
    bases = tuple(base for base in rows if any(each.endswith(base) for each in learners))
    ground = trees.Ground(matrix, seed=seed) if "boosted" in bases else None
    work = _Work(sent, parts(sent.household, seed=seed), rows, bases, ground)
    outcomes, done = _outcomes(work)
    grown, blends, effects = _effects(work, done, learners)
    told = np.empty((sent.people, len(sent.arms)))
    for aside in range(PARTS):
        here = work.part == aside
        told[here] = np.mean([work.mean_done(done, aside, o)[here] for o in _others(aside)], axis=0)
    fits = {base: Fits(outcomes[base], grown[base]) for base in bases}
    model = UpliftModel(read, sent.arms, learners, fits.get("linear"), fits.get("boosted"), blends)
    return Learnt(
        model, balance, work.part, told, effects, rewards.robust(sent, told), _cut(sent.outcome)
    )  # fmt: skip


def parts(household: Ints, *, seed: int) -> Ints:
    """Return which of four parts each person is of, households whole. Shape (n,)."""
    homes = int(household.max()) + 1
    dealt = np.arange(homes) % PARTS
    np.random.default_rng([seed, PARTS]).shuffle(dealt)
    return np.asarray(dealt[household])


@dataclass(frozen=True, eq=False)
class _Work:
    """What every step reads."""

    sent: Experiment
    part: Ints
    rows: dict[str, Rows]
    bases: tuple[str, ...]
    ground: trees.Ground | None

    def learn(
        self, base: str, chosen: Ints, target: Vector, kind: dict[str, float]
    ) -> Linear | Trees:
        """Return one fit on the rows chosen."""
        if base == "linear":
            return linear.fit(self.rows[base][chosen], target)
        assert self.ground is not None
        return self.ground.grow(chosen, target, kind=kind)

    def mean_done(self, done: "_Done", one: int, other: int) -> Matrix:
        """Return what is done in each arm by fits without two parts, for those two parts."""
        pair = (min(one, other), max(one, other))
        return np.asarray(np.mean([done[base][pair] for base in self.bases], axis=0))


_Done = dict[str, dict[tuple[int, int], Matrix]]
_Grown = dict[str, tuple[tuple[Linear | Trees, ...], ...]]


def _outcomes(work: _Work) -> tuple[_Grown, _Done]:
    """Fit what is done in each arm without each pair of parts; return fits, and what they say."""
    fitted: dict[str, list[tuple[Linear | Trees, ...]]] = {base: [] for base in work.bases}
    done: _Done = {base: {} for base in work.bases}
    arms = range(len(work.sent.arms))
    for pair in PAIRS:
        aside = np.isin(work.part, pair)
        unseen = np.flatnonzero(aside)
        target = np.minimum(work.sent.outcome, _cut(work.sent.outcome[~aside]))
        for base in work.bases:
            fits = []
            for arm in arms:
                chosen = np.flatnonzero(~aside & (work.sent.arm == arm))
                fits.append(work.learn(base, chosen, target[chosen], trees.OUTCOME))
            said = np.full((len(aside), len(fits)), np.nan)
            said[unseen] = np.column_stack([each.of(work.rows[base][unseen]) for each in fits])
            fitted[base].append(tuple(fits))
            done[base][pair] = said
    return {base: tuple(each) for base, each in fitted.items()}, done


def _effects(
    work: _Work, done: _Done, learners: tuple[str, ...]
) -> tuple[_Grown, tuple[tuple[Blend, ...], ...], Matrix]:
    """Fit and blend the effects, turn by turn; return fits, blends and effects out of fold."""
    contrasts = range(len(work.sent.arms) - 1)
    bases = tuple(base for base in work.bases if f"dr_{base}" in learners)
    grown: dict[str, list[tuple[Linear | Trees, ...]]] = {base: [] for base in work.bases}
    blends: list[tuple[Blend, ...]] = []
    found = np.empty((work.sent.people, len(contrasts)))
    for aside in range(PARTS):
        target = _targets(work, done, aside)
        said = {name: np.zeros((work.sent.people, len(contrasts))) for name in learners}
        here = work.part == aside
        for other in _others(aside):
            shown = np.flatnonzero(~here & (work.part != other))
            both = np.flatnonzero(here | (work.part == other))
            for base in bases:
                fits = tuple(
                    work.learn(base, shown, target[shown, c], trees.EFFECT) for c in contrasts
                )
                grown[base].append(fits)
                _add(said[f"dr_{base}"], both, here, [f.of(work.rows[base][both]) for f in fits])
            pair = (min(aside, other), max(aside, other))
            for base in work.bases:
                if f"t_{base}" in learners:
                    change = rewards.effects(done[base][pair][both])
                    _add(said[f"t_{base}"], both, here, list(change.T))
        blends.append(tuple(_blend(work, said, target, here, c) for c in contrasts))
        for c in contrasts:
            found[here, c] = blends[-1][c].of([said[name][here, c] for name in learners])
    return {base: tuple(each) for base, each in grown.items()}, tuple(blends), found


def _targets(work: _Work, done: _Done, aside: int) -> Matrix:
    """Return rewards of all but one part, by fits that saw neither it nor each one's own."""
    told = np.zeros((work.sent.people, len(work.sent.arms)))
    for other in _others(aside):
        there = work.part == other
        told[there] = work.mean_done(done, aside, other)[there]
    did = work.sent.outcome
    cut = np.minimum(did, _cut(did[work.part != aside]))
    return rewards.effects(rewards.robust(work.sent, told, outcome=cut))


def _add(said: Matrix, rows: Ints, aside: NDArray[np.bool_], told: list[Vector]) -> None:
    """Add what a turn says: of its other part, whole; of the part aside, as one of three."""
    share = np.where(aside[rows], 1 / (PARTS - 1), 1.0)
    for column, each in enumerate(told):
        said[rows, column] += share * each


def _blend(
    work: _Work, said: dict[str, Matrix], target: Matrix, aside: NDArray[np.bool_], contrast: int
) -> Blend:
    there = np.flatnonzero(~aside)
    return blending.fit(
        [each[there, contrast] for each in said.values()],
        target[there, contrast],
        household=work.sent.household[there],
    )


def _others(aside: int) -> list[int]:
    return [other for one, other in TURNS if one == aside]


def _cut(outcome: Vector) -> float:
    """Return where amounts are cut while learning: at one in two hundred of those given."""
    given = outcome[outcome > 0]
    if not len(given) or len(np.unique(given)) < 3:
        return float("inf")
    return float(np.quantile(given, _CUT))
