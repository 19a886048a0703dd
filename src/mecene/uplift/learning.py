"""Learning: what a contact changes in each person, each told by fits that never saw them.

People are dealt, by household, into four parts. What is done in each arm is fitted without two of
them at a time; the effects of one part are learnt, weighed and held back on the three others alone,
so that everything said of that part is said out of fold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mecene.uplift import blending, design, fitting, randomness, rewards, trees
from mecene.uplift.experiment import Experiment
from mecene.uplift.fitting import Fit, Outcomes, Work
from mecene.uplift.model import PAIRS, PARTS, TURNS, Blend, Fits, UpliftModel, halves, mean_gift
from mecene.uplift.randomness import Balance

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]

# Whether there is a hurdle (a chance to do anything, apart from what is then given) → learners: the
# difference of two fits (t) or a fit of rewards (dr), of the sum or, with h, of the chance.
# Rewards of a sum are too noisy to be fitted where those of an answer can be.
LEARNERS = {False: ("t", "dr"), True: ("t", "ht", "hdr")}
BASES = ("linear", "boosted")


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


def fit(sent: Experiment, *, seed: int, bases: tuple[str, ...] = BASES) -> Learnt:
    """Return what was learnt from a random send.

    Args:
        sent: The send.
        seed: Of the parts and of what LightGBM draws.
        bases: Lines, trees or both; without trees where LightGBM cannot be loaded.

    Raises:
        Refusal: the lot looks broken (`mecene.uplift.randomness`) or nothing is known of
            people (`mecene.uplift.design`).
    """
    # On matrices this small, threads of the linear algebra wait for one another, and spin.
    with threadpool_limits(limits=1, user_api="blas"):
        return _fit(sent, seed=seed, bases=bases)


def parts(household: Ints, *, seed: int) -> Ints:
    """Return which of four parts each person is of, households whole. Shape (n,)."""
    homes = int(household.max()) + 1
    dealt = np.arange(homes) % PARTS
    np.random.default_rng([seed, PARTS]).shuffle(dealt)
    return np.asarray(dealt[household])


def _fit(sent: Experiment, *, seed: int, bases: tuple[str, ...]) -> Learnt:
    read = design.of(sent.features)
    matrix = read.matrix(sent.features)
    rows = {"boosted": matrix, "linear": read.expanded(matrix)}
    balance = randomness.check(sent, rows["linear"], matrix, seed=seed)
    hurdle = fitting.has_hurdle(sent.outcome)
    if not trees.available():
        bases = ("linear",)
    learners = tuple(f"{kind}_{base}" for base in bases for kind in LEARNERS[hurdle])
    ground = trees.Ground(matrix, seed=seed) if "boosted" in bases else None
    work = Work(sent, parts(sent.household, seed=seed), rows, bases, ground, hurdle)
    done = fitting.outcomes(work)
    turned = [_turn(work, done, learners, aside) for aside in range(PARTS)]
    told = np.empty((sent.people, len(sent.arms)))
    effects = np.empty((sent.people, len(sent.arms) - 1))
    for aside, turn in enumerate(turned):
        here = work.part == aside
        told[here] = np.mean([_foretold(done, aside, o, aside, work) for o in _others(aside)], 0)
        effects[here] = turn.effects
    fits = {base: _kept(done, turned, base) for base in bases}
    blends = tuple(turn.blends for turn in turned)
    model = UpliftModel(read, sent.arms, learners, fits.get("linear"), fits.get("boosted"), blends)
    found = rewards.robust(sent, told)
    return Learnt(model, balance, work.part, told, effects, found, fitting.cut(sent.outcome))


@dataclass(frozen=True, eq=False)
class _Turn:
    """One part's effects out of fold, how they were blended, and the fits, one turn each."""

    effects: Matrix
    blends: tuple[Blend, ...]
    grown: dict[str, list[tuple[Fit, ...]]]


def _turn(work: Work, done: Outcomes, learners: tuple[str, ...], aside: int) -> _Turn:
    """Learn, weigh and hold back the effects of one part on the three others."""
    contrasts = range(len(work.sent.arms) - 1)
    targets = _targets(work, done, aside)
    said = {name: np.zeros((work.sent.people, len(contrasts))) for name in learners}
    grown: dict[str, list[tuple[Fit, ...]]] = {
        name: [] for name in learners if name.startswith(("dr", "hdr"))
    }
    here = work.part == aside
    gift = np.zeros(work.sent.people) if work.hurdle else None
    for other in _others(aside):
        pair = PAIRS.index((min(aside, other), max(aside, other)))
        both, shown = done.rows_of[pair], np.flatnonzero(~here & (work.part != other))
        share = np.where(here[both], 1 / (PARTS - 1), 1.0)[:, None]
        for name in learners:
            kind, base = name.split("_")
            fitted = done.said[base][pair]
            if name not in grown:
                said[name][both] += share * fitted.change(kind)
                continue
            target = targets[kind]
            fits = tuple(work.learn(base, shown, target[shown, c], trees.EFFECT) for c in contrasts)
            grown[name].append(fits)
            told = np.column_stack([each.of(work.rows[base][both]) for each in fits])
            said[name][both] += share * told
        given = mean_gift([done.said[base][pair] for base in work.bases])
        if gift is not None and given is not None:
            gift[both] += share[:, 0] * given
    blends = tuple(_blend(work, said, gift, targets, here, c) for c in contrasts)
    effects = []
    for c in contrasts:
        direct, answers = halves(learners, [said[name][here, c] for name in learners])
        effects.append(blends[c].of(direct, answers, None if gift is None else gift[here]))
    return _Turn(np.column_stack(effects), blends, grown)


def _blend(
    work: Work,
    said: dict[str, Matrix],
    gift: Vector | None,
    targets: dict[str, Matrix],
    aside: NDArray[np.bool_],
    contrast: int,
) -> Blend:
    there = np.flatnonzero(~aside)
    direct, answers = halves(tuple(said), [each[there, contrast] for each in said.values()])
    effect, home = targets["dr"][there, contrast], work.sent.household[there]
    if gift is None:
        return blending.fit(direct, effect, household=home)
    answered = targets["hdr"][there, contrast]
    return blending.fit_hurdle(direct, answers, gift[there], effect, answered, household=home)


def _targets(work: Work, done: Outcomes, aside: int) -> dict[str, Matrix]:
    """Return rewards of all but one part, by fits that saw neither it nor each one's own.

    ``dr``: of what was done, cut; ``hdr``: of having done anything.
    """
    sent = work.sent
    told = np.zeros((sent.people, len(sent.arms)))
    answered = np.zeros_like(told)
    for other in _others(aside):
        there = work.part == other
        told[there] = _foretold(done, aside, other, other, work)
        if work.hurdle:
            answered[there] = _foretold(done, aside, other, other, work, answers=True)
    did = sent.outcome
    level = np.minimum(did, fitting.cut(did[work.part != aside]))
    found = {"dr": rewards.effects(rewards.robust(sent, told, outcome=level))}
    if work.hurdle:
        gave = (did > 0).astype(np.float64)
        found["hdr"] = rewards.effects(rewards.robust(sent, answered, outcome=gave))
    return found


def _foretold(
    done: Outcomes, one: int, other: int, of: int, work: Work, *, answers: bool = False
) -> Matrix:
    """Return what one part would do in each arm, by fits without two parts, all bases' mean."""
    pair = PAIRS.index((min(one, other), max(one, other)))
    within = work.part[done.rows_of[pair]] == of
    said = [done.said[base][pair] for base in work.bases]
    told = [each.answered if answers else each.outcome() for each in said]
    return np.asarray(np.mean([each[within] for each in told if each is not None], axis=0))


def _kept(done: Outcomes, turned: list[_Turn], base: str) -> Fits:
    """Return the fits of one base, in the order of pairs and of turns."""
    effects, answers = (
        tuple(fits for turn in turned for fits in turn.grown.get(f"{kind}_{base}", []))
        for kind in ("dr", "hdr")
    )
    return Fits(
        tuple(done.outcomes[base]), tuple(done.answers[base]), tuple(done.gifts[base]),
        effects, answers,
    )  # fmt: skip


def _others(aside: int) -> list[int]:
    return [other for one, other in TURNS if one == aside]
