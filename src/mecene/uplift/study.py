"""Study: everything one random send has to say of whom to contact next time."""

from dataclasses import dataclass

from mecene.uplift import calibration, estimate, groups, learning, policy, qini, rewards
from mecene.uplift.calibration import Calibration
from mecene.uplift.estimate import Estimate
from mecene.uplift.experiment import Experiment
from mecene.uplift.groups import Group
from mecene.uplift.learning import LEARNERS, Learnt
from mecene.uplift.policy import Comparison, Terms


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
class Study:
    """What was learnt, how well, and what to do.

    Attributes:
        learnt: The model, and what its fits say out of fold.
        rankings: One an arm but the control.
        comparison: The aimed policy beside simple ones.
        groups: Those that anybody is in.
    """

    learnt: Learnt
    rankings: tuple[Ranking, ...]
    comparison: Comparison
    groups: tuple[Group, ...]


def of(
    sent: Experiment,
    terms: Terms,
    *,
    seed: int,
    learners: tuple[str, ...] = LEARNERS,
    confidence: float = estimate.CONFIDENCE,
) -> Study:
    """Return the study of a random send.

    Args:
        sent: The send.
        terms: Costs, worth and budget of the next one.
        seed: Of the parts and of what LightGBM draws.
        learners: Of ``learning.LEARNERS``.
        confidence: Of the intervals.

    Raises:
        Refusal: the lot looks broken, nothing is known of people, or terms are not those of
            the arms.
    """
    if len(terms.costs_minor) != len(sent.arms) - 1:
        raise policy.UnknownTerms(costs=", ".join(f"{each:g}" for each in terms.costs_minor))
    learnt = learning.fit(sent, seed=seed, learners=learners)
    effect = rewards.effects(learnt.rewards)
    compared = policy.compare(
        learnt.effects, learnt.outcomes, effect, terms, arms=sent.arms, part=learnt.part,
        household=sent.household, confidence=confidence,
    )  # fmt: skip
    rankings = tuple(
        _ranking(sent, learnt, place, confidence) for place in range(len(sent.arms) - 1)
    )
    found = groups.measured(
        learnt.effects, learnt.outcomes, learnt.rewards, terms, household=sent.household
    )
    return Study(learnt, rankings, compared, found)


def _ranking(sent: Experiment, learnt: Learnt, place: int, confidence: float) -> Ranking:
    told, effect = learnt.effects[:, place], rewards.effects(learnt.rewards)[:, place]
    where = qini.places(told, part=learnt.part)
    checked = calibration.of(told, effect, part=learnt.part, household=sent.household)
    ranked = checked.slope is not None
    home = sent.household
    return Ranking(
        sent.arms[place + 1],
        estimate.mean(effect, household=home, confidence=confidence),
        qini.coefficient(where, effect, household=home, confidence=confidence) if ranked else None,
        {
            share: qini.uplift_at(where, effect, share=share, household=home, confidence=confidence)
            for share in qini.SHARES
            if ranked
        },
        checked,
    )
