"""Which arm should one bet on, and what is lost if the bet is wrong? A Bayesian reading.

Beside the interval, never in place of it: the chance that each arm is the best of all, and how
much worse than the best it is expected to be. Worked out by quadrature, without drawing lots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.moments import Moments
from mecene.experiments.proportions import Answers

PRIOR_LIFT = 0.3  # standard deviation of what treatments are thought to change, as a share
_POINTS = 4_001
_REACH = 9.0  # standard deviations either side that are looked at

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Belief:
    """What is thought of an arm.

    Attributes:
        level: Expected level, in the unit of the metric.
        low: Lower bound of the level's central 95 %.
        high: Upper bound of it.
        best: Chance that it is the best of all arms, in [0, 1].
        expected_loss: By how much, on average, it is below the best arm; >= 0, same unit.
    """

    level: float
    low: float
    high: float
    best: float
    expected_loss: float


def of_shares(
    arms: Mapping[str, Answers], *, prior: tuple[float, float] = (1.0, 1.0)
) -> dict[str, Belief]:
    """Return what is thought of shares, each a priori Beta; higher is better.

    Where less is better (who unsubscribed), give the answers of those who did not.

    Args:
        arms: Arm → its answers, the control among them; two or more.
        prior: The two parameters, > 0; uniform by default.

    Raises:
        TooFewDonors: fewer than two arms, or an arm without anybody.
    """
    _several(list(arms), [arm.people for arm in arms.values()])
    laws = [
        stats.beta(prior[0] + arm.answered, prior[1] + arm.people - arm.answered)
        for arm in arms.values()
    ]
    return _judged(list(arms), laws)


def of_means(
    arms: Mapping[str, Moments], *, quantity: int = 0, prior_lift: float = PRIOR_LIFT
) -> dict[str, Belief]:
    """Return what is thought of means, a priori normal around their common mean.

    The prior keeps differences between two arms within ``prior_lift`` of the mean, as standard
    deviation, whichever arms: an early large difference is drawn in. For amounts, the capped one.

    Args:
        arms: Arm → its moments, the control among them; two or more, twenty people or more each.
        quantity: Its place among the quantities; its mean over all arms is not 0.
        prior_lift: > 0; 0.3 means that 30 % would be a large effect but no surprise.

    Raises:
        TooFewDonors: fewer than two arms, or an arm of fewer than twenty people.
        NoVariation: nobody in an arm differs from anybody, or the common mean is 0.
    """
    _several(list(arms), [arm.n for arm in arms.values()], least=20)
    people = sum(arm.n for arm in arms.values())
    common = sum(arm.n * float(arm.means[quantity]) for arm in arms.values()) / people
    prior = (prior_lift * common) ** 2 / 2  # of one arm: a difference has twice that
    within = sum(float(arm.products[quantity, quantity]) for arm in arms.values())
    if not within > 0 or prior == 0:
        raise NoVariation("nobody differs from anybody, or nothing was measured")
    pooled = within / (people - len(arms))
    laws = []
    for arm in arms.values():
        # As in `means`, never surer of a small arm than all arms together warrant.
        seen = max(float(arm.covariance[quantity, quantity]), pooled) / arm.n
        kept = prior / (prior + seen)
        middle = common + kept * (float(arm.means[quantity]) - common)
        laws.append(stats.norm(middle, sqrt(kept * seen)))
    return _judged(list(arms), laws)


def _several(names: Sequence[str], sizes: Sequence[int], *, least: int = 1) -> None:
    if len(names) < 2 or min(sizes) < least:
        raise TooFewDonors(f"arms of {list(sizes)}: two or more, of {least} or more people each")


def _judged(
    names: Sequence[str], laws: Sequence[stats.distributions.rv_frozen]
) -> dict[str, Belief]:
    """Return each arm's belief: P(best) = ∫ fᵢ ∏ Fⱼ, and E max = top − ∫ ∏ Fⱼ."""
    low = min(law.mean() - _REACH * law.std() for law in laws)
    high = max(law.mean() + _REACH * law.std() for law in laws)
    grid = _grid(laws, low, high)
    below = np.stack([law.cdf(grid) for law in laws])
    everyone = np.prod(below, axis=0)
    best_level = grid[-1] - float(np.trapezoid(everyone, grid))
    chances = [_chance_best(below, place) for place in range(len(laws))]
    return {
        name: _belief(law, chance / sum(chances), best_level)
        for name, law, chance in zip(names, laws, chances, strict=True)
    }


def _belief(law: stats.distributions.rv_frozen, best: float, best_level: float) -> Belief:
    low, high = law.ppf([0.025, 0.975])
    level = float(law.mean())
    return Belief(level, float(low), float(high), best, max(0.0, float(best_level) - level))


def _grid(laws: Sequence[stats.distributions.rv_frozen], low: float, high: float) -> Array:
    """Return points fine enough for the narrowest law and wide enough for the widest."""
    own = [law.mean() + law.std() * np.linspace(-_REACH, _REACH, _POINTS) for law in laws]
    return np.unique(np.clip(np.concatenate([[low, high], *own]), low, high))


def _chance_best(below: Array, place: int) -> float:
    """Return ∫ ∏_{j≠i} Fⱼ dFᵢ, by the trapezoid on Fᵢ itself."""
    others = np.prod(np.delete(below, place, axis=0), axis=0)
    return float(np.trapezoid(others, below[place]))
