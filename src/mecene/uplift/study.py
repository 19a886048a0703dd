"""Study: everything one random send has to say of whom to contact next time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import calibration, estimate, groups, learning, policy, qini, rewards
from mecene.uplift.calibration import Calibration
from mecene.uplift.estimate import Estimate
from mecene.uplift.experiment import Experiment, UnknownArm
from mecene.uplift.groups import Group
from mecene.uplift.learning import BASES, Learnt
from mecene.uplift.model import UpliftModel
from mecene.uplift.policy import Comparison, Terms

Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """How well one arm's effects rank people, out of fold, in the outcome's unit.

    Attributes:
        arm: Its name.
        mean: The mean effect of it on everybody.
        qini: Qini coefficient, per person of the whole; None where everybody was told the
            same, and there is no ranking.
        at: Share → mean effect among the first of the ranking.
        calibration: Effects foretold against found.
    """

    arm: str
    mean: Estimate
    qini: Estimate | None
    at: dict[float, Estimate]
    calibration: Calibration


@dataclass(frozen=True, eq=False)
class Marks:
    """How well a model does on people who did not teach it, and what to do.

    Attributes:
        rankings: One an arm but the control.
        comparison: The aimed policy beside simple ones.
        groups: Those that anybody is in.
    """

    rankings: tuple[Ranking, ...]
    comparison: Comparison
    groups: tuple[Group, ...]


@dataclass(frozen=True, eq=False)
class Study(Marks):
    """The marks of a model on the send it was learnt from, each person out of fold.

    Attributes:
        learnt: The model, and what its fits say out of fold.
    """

    learnt: Learnt


def of(
    sent: Experiment,
    terms: Terms,
    *,
    seed: int,
    bases: tuple[str, ...] = BASES,
    confidence: float = estimate.CONFIDENCE,
) -> Study:
    """Return the study of a random send.

    Args:
        sent: The send.
        terms: Costs, worth and budget of the next one.
        seed: Of the parts and of what LightGBM draws.
        bases: Of ``learning.BASES``.
        confidence: Of the intervals.

    Raises:
        Refusal: the lot looks broken, nothing is known of people, or terms are not those of
            the arms.
    """
    if len(terms.costs_minor) != len(sent.arms) - 1:
        raise policy.UnknownTerms(costs=", ".join(f"{each:g}" for each in terms.costs_minor))
    learnt = learning.fit(sent, seed=seed, bases=bases)
    told = _Told(learnt.effects, learnt.outcomes, learnt.rewards, learnt.part)
    marks = _marked(sent, told, terms, confidence, estimate.OUT_OF_FOLD)
    return Study(*marks, learnt)


def on_another(
    model: UpliftModel,
    sent: Experiment,
    terms: Terms,
    *,
    confidence: float = estimate.CONFIDENCE,
) -> Marks:
    """Return how well a model does on a random send that it was not learnt from.

    Args:
        model: Taught on the arms of this send, or on more.
        sent: The other send; none of its people taught the model.
        terms: Costs, worth and budget; one cost an arm of this send but its control.
        confidence: Of the intervals, which need no widening here.

    Raises:
        UnknownArm: the model knows nothing of one of the arms.
        IncompleteFeatures: a column it was taught with is missing.
    """
    missing = [arm for arm in sent.arms if arm not in model.arms]
    if missing:
        raise UnknownArm(arm=missing[0], column="model", found=", ".join(model.arms))
    outcomes, effects = model.told(sent.features)
    places = [model.arms.index(arm) for arm in sent.arms]
    outcomes = outcomes[:, places]
    against = np.column_stack([np.zeros(sent.people), effects])[:, places]
    changes = against[:, 1:] - against[:, :1]
    whole = np.zeros(sent.people, dtype=np.int64)
    told = _Told(changes, outcomes, rewards.robust(sent, outcomes), whole)
    return Marks(*_marked(sent, told, terms, confidence, 1.0))


@dataclass(frozen=True, eq=False)
class _Told:
    """What is said of people who did not teach it, and what they did."""

    effects: Matrix
    outcomes: Matrix
    rewards: Matrix
    part: Ints


def _marked(
    sent: Experiment, told: _Told, terms: Terms, confidence: float, stretch: float
) -> tuple[tuple[Ranking, ...], Comparison, tuple[Group, ...]]:
    effect = rewards.effects(told.rewards)
    compared = policy.compare(
        told.effects, told.outcomes, effect, terms, arms=sent.arms, part=told.part,
        household=sent.household, confidence=confidence, stretch=stretch,
    )  # fmt: skip
    rankings = tuple(
        _ranking(sent, told, place, confidence, stretch) for place in range(len(sent.arms) - 1)
    )
    found = groups.measured(
        told.effects, told.outcomes, told.rewards, terms,
        household=sent.household, stretch=stretch,
    )  # fmt: skip
    return rankings, compared, found


def _ranking(
    sent: Experiment, told: _Told, place: int, confidence: float, stretch: float
) -> Ranking:
    said, effect = told.effects[:, place], rewards.effects(told.rewards)[:, place]
    where = qini.places(said, part=told.part)
    home = sent.household
    checked = calibration.of(said, effect, part=told.part, household=home, stretch=stretch)
    ranked = checked.slope is not None
    area = qini.coefficient(where, effect, household=home, confidence=confidence, stretch=stretch)
    at = {
        share: qini.uplift_at(
            where, effect, share=share, household=home, confidence=confidence, stretch=stretch
        )
        for share in qini.SHARES
        if ranked
    }
    return Ranking(
        sent.arms[place + 1],
        estimate.mean(effect, household=home, confidence=confidence),
        area if ranked else None,
        at,
        checked,
    )
