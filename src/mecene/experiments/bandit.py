"""Bandit: which content should the next people get, so that the better one is soon shown to most?

Thompson sampling: each arm is shown as often as it is likely to be the best, never less than a
minimum share. It is for content only (a subject, a picture, a zone): arms that give nothing cannot
be arms, since what is caused is told by a share that does not follow the results.

Source: Thompson, Biometrika 25 (1933); Russo et al., *A Tutorial on Thompson Sampling* (2018).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.experiments.moments import Moments
from mecene.experiments.plan import Arm

Floats = NDArray[np.float64]
MINIMUM_SHARE = 0.05
# GrowthBook's threshold (PEERS.md 4.7): below it, an unlucky start would be taken for a bad arm.
WARM_UP = 100
_DRAWS = 20_000


class HoldOutInBandit(ValueError):
    """An arm holds people out: its share may never follow the results."""


class ImpossibleShare(ValueError):
    """The minimum shares of all arms do not fit into one whole."""


class UnknownArm(KeyError):
    """There are results of an arm that is none of the bandit's, or none of one that is."""


@dataclass(frozen=True)
class Answers:
    """How many were shown an arm, and how many answered; those of two days add up."""

    shown: int
    answered: int

    def __post_init__(self) -> None:
        if not 0 <= self.answered <= self.shown:
            raise ValueError(f"{self.answered} answers of {self.shown} shown")

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(self.shown + other.shown, self.answered + other.answered)

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return rates as likely as the answers make them, from a flat prior; shape (size,)."""
        return rng.beta(1 + self.answered, 1 + self.shown - self.answered, size)


@dataclass(frozen=True)
class Gifts:
    """How many were shown an arm, and the moments of the gifts of those who gave; they add up.

    Attributes:
        shown: People, >= gifts.n.
        gifts: Of the amounts given (first quantity), minor units, cut at a limit that was set
            before: one gift of a thousand times the others would choose the arm.
    """

    shown: int
    gifts: Moments

    def __post_init__(self) -> None:
        if self.gifts.n > self.shown:
            raise ValueError(f"{self.gifts.n} gifts of {self.shown} shown")

    def __add__(self, other: "Gifts") -> "Gifts":
        return Gifts(self.shown + other.shown, self.gifts + other.gifts)

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return amounts a person shown, as likely as the gifts make them; shape (size,).

        The rate of giving from a flat prior; the mean gift from the reference prior of a normal
        mean and variance (Student's law around the mean), which the limit on amounts makes fit.
        """
        rate = Answers(self.shown, self.gifts.n).draw(rng, size)
        n = self.gifts.n
        if n < 2:
            # One gift says nothing of how gifts differ: the arm is neither praised nor condemned.
            return np.asarray(rate * rng.exponential(max(float(self.gifts.means[0]), 1.0), size))
        spread = float(np.sqrt(self.gifts.covariance[0, 0] / n))
        mean = float(self.gifts.means[0]) + spread * rng.standard_t(n - 1, size)
        return np.asarray(rate * np.maximum(mean, 0.0))


@dataclass(frozen=True)
class Bandit:
    """Arms of content, none of which is ever shown less than the minimum share."""

    arms: tuple[str, ...]
    minimum_share: float


def of(arms: Sequence[Arm], *, minimum_share: float = MINIMUM_SHARE) -> Bandit:
    """Return the bandit of some arms.

    Args:
        arms: Two or more, each with content; their weights are not looked at.
        minimum_share: Of each arm, for ever; in (0, 1/arms].

    Raises:
        HoldOutInBandit: an arm holds people out.
        ImpossibleShare: the minimum is 0 or less, or that of all arms is above 1.
    """
    held_out = [arm.name for arm in arms if arm.held_out]
    if held_out:
        raise HoldOutInBandit(
            f"{', '.join(held_out)}: people held out are drawn once, by a share that stays; take "
            f"the arm out of the bandit and keep a hold-out beside it"
        )
    if len(arms) < 2 or minimum_share <= 0 or minimum_share * len(arms) > 1:
        raise ImpossibleShare(
            f"{len(arms)} arms of {minimum_share:.0%} at least: two arms or more, above 0 and at "
            f"most {1 / max(len(arms), 1):.0%} each"
        )
    return Bandit(tuple(arm.name for arm in arms), minimum_share)


def best(
    results: Mapping[str, Answers] | Mapping[str, Gifts], *, rng: np.random.Generator,
    draws: int = _DRAWS,
) -> dict[str, float]:  # fmt: skip
    """Return how likely each arm is the best, in [0, 1], together 1; equals share what they win."""
    drawn = np.stack([result.draw(rng, draws) for result in results.values()])
    top = drawn == drawn.max(axis=0)
    shares = (top / top.sum(axis=0)).mean(axis=1)
    return dict(zip(results, map(float, shares), strict=True))


def shares(
    bandit: Bandit, results: Mapping[str, Answers] | Mapping[str, Gifts], *,
    rng: np.random.Generator, draws: int = _DRAWS,
) -> dict[str, float]:  # fmt: skip
    """Return the share of the next people that each arm gets, together 1.

    Args:
        bandit: ``of(...)``.
        results: Arm → what is known of it, all since the start.
        rng: What chance is drawn from.
        draws: How finely.

    Returns:
        Equal shares until every arm was shown to ``WARM_UP`` people; then the minimum, and of what
        is left as much as the arm is likely to be the best.

    Raises:
        UnknownArm: the results are not those of the bandit's arms.
    """
    if set(results) != set(bandit.arms):
        raise UnknownArm(f"results of {', '.join(results)}; the arms are {', '.join(bandit.arms)}")
    if min(result.shown for result in results.values()) < WARM_UP:
        return dict.fromkeys(bandit.arms, 1 / len(bandit.arms))
    likely = best(results, rng=rng, draws=draws)
    free = 1 - bandit.minimum_share * len(bandit.arms)
    return {arm: bandit.minimum_share + free * likely[arm] for arm in bandit.arms}
