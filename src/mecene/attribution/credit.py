"""Credit: how many acts is each channel credited with, by which rule, and how sure is that?

Two rules side by side: the last touch, and the removal effect of a Markov chain. Neither is a
cause: `against` sets them beside what hold-outs say, wherever a channel was held out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from mecene.attribution import markov
from mecene.attribution.tallies import START, Tallies
from mecene.experiments.difference import Difference

Floats = NDArray[np.float64]
RULES = ("last_touch", "markov")
CONFIDENCE = 0.95
_DRAWS = 400


class UnknownChannel(KeyError):
    """A hold-out is of a ``channel`` that is on no path."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        super().__init__(f"{channel} is on no path")


@dataclass(frozen=True)
class Credit:
    """What a rule credits a channel with.

    Attributes:
        channel: Which.
        rule: ``last_touch`` or ``markov``.
        acts: How many; those of all channels add up to the acts that a touch preceded.
        low: Of the acts, its interval.
        high: Of the acts, its interval.
        std_error: Of the acts.
        share: Of the acts of all channels, in [0, 1].
        worth_minor: What is credited of the worth of these acts.
    """

    channel: str
    rule: str
    acts: float
    low: float
    high: float
    std_error: float
    share: float
    worth_minor: float


@dataclass(frozen=True)
class SideBySide:
    """Every channel by every rule.

    Attributes:
        credits: By channel, in order, the last touch first.
        effects: Channel → share of acts lost without it, before they are made to sum to 1.
        acts: Those that a touch preceded.
        untouched: Those that none did: credited to nobody.
        order: How many last steps the chain remembers.
        confidence: Of each interval.
    """

    credits: tuple[Credit, ...]
    effects: Mapping[str, float]
    acts: int
    untouched: int
    order: int
    confidence: float

    def of(self, channel: str, *, rule: str) -> Credit:
        """Return what a rule credits a channel with.

        Raises:
            UnknownChannel: it is on no path.
        """
        for each in self.credits:
            if (each.channel, each.rule) == (channel, rule):
                return each
        raise UnknownChannel(channel)


def side_by_side(
    tallies: Tallies, *, rng: np.random.Generator, draws: int = _DRAWS,
    confidence: float = CONFIDENCE,
) -> SideBySide:  # fmt: skip
    """Return what each rule credits each channel with, and how sure that is.

    Args:
        tallies: Of the paths, in groups of donors drawn by chance.
        rng: Draws the groups again (Efron's bootstrap, percentile interval).
        draws: How often, >= 2.
        confidence: Of each interval, in (0, 1).
    """
    groups = tallies.groups
    whole = _credited(tallies, np.ones(groups))
    drawn = np.stack([
        _credited(tallies, rng.multinomial(groups, np.full(groups, 1 / groups)).astype(np.float64))
        for _ in range(draws)
    ])  # fmt: skip
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn[..., 0], [tail, 1 - tail], axis=0)
    spread = drawn[..., 0].std(axis=0, ddof=1)
    total = float(tallies.last.sum())
    credits = tuple(
        Credit(
            channel, rule, acts := float(whole[place, number, 0]),
            # The estimate itself is always within: with few groups the draws may miss it.
            min(float(low[place, number]), acts), max(float(high[place, number]), acts),
            float(spread[place, number]), acts / total if total else 0.0,
            float(whole[place, number, 1]),
        )
        for number, channel in enumerate(tallies.channels)
        for place, rule in enumerate(RULES)
    )  # fmt: skip
    effects = dict(zip(tallies.channels, markov.removal(tallies).effects.tolist(), strict=True))
    untouched = int(tallies.acts.sum(axis=0)[START])
    return SideBySide(credits, effects, round(total), untouched, tallies.order, confidence)


def _credited(tallies: Tallies, weights: Floats) -> Floats:
    """Return rule × channel × (acts, worth)."""
    last, worth = weights @ tallies.last, weights @ tallies.last_worth
    removed = markov.removal(tallies, weights=weights)
    return np.stack([
        np.stack([last, worth], axis=1),
        np.stack([removed.shares * last.sum(), removed.worth_shares * worth.sum()], axis=1),
    ])  # fmt: skip


@dataclass(frozen=True)
class Caused:
    """Acts a channel was seen to cause, as its hold-out says, with their interval."""

    acts: float
    low: float
    high: float
    std_error: float


def caused_by(difference: Difference) -> Caused:
    """Return the acts caused, of a difference in acts a person ``times`` the people treated.

    Raises:
        ValueError: the difference is a share of the control's level.
    """
    if difference.relative:
        raise ValueError("a share of the control's level is no number of acts")
    return Caused(difference.estimate, difference.low, difference.high, difference.std_error)


@dataclass(frozen=True)
class Gap:
    """How far what a rule credits a channel with is from what the channel was seen to cause.

    Attributes:
        credit: What the rule says.
        caused: What the hold-out says.
        excess: Acts credited less acts caused.
        low: Of the excess, its interval: both uncertainties, taken as independent.
        high: Of the excess, its interval.
    """

    credit: Credit
    caused: Caused
    excess: float
    low: float
    high: float

    @property
    def state(self) -> str:
        """Return ``too_much``, ``too_little`` or ``consistent``."""
        if self.low > 0:
            return "too_much"
        return "too_little" if self.high < 0 else "consistent"


def against(found: SideBySide, *, caused: Mapping[str, Caused]) -> tuple[Gap, ...]:
    """Return how far each rule is from the hold-outs, of the channels that were held out.

    Args:
        found: What the rules say.
        caused: Channel → acts it caused over the same donors and days.

    Raises:
        UnknownChannel: a channel is on no path.
    """
    reach = NormalDist().inv_cdf(0.5 + found.confidence / 2)
    gaps = []
    for channel, cause in caused.items():
        for rule in RULES:
            credit = found.of(channel, rule=rule)
            spread = reach * float(np.hypot(credit.std_error, cause.std_error))
            excess = credit.acts - cause.acts
            gaps.append(Gap(credit, cause, excess, excess - spread, excess + spread))
    return tuple(gaps)


def distance(gaps: tuple[Gap, ...], *, rule: str) -> float:
    """Return how many acts a rule gives to the wrong side, over all channels held out."""
    return sum(abs(gap.excess) for gap in gaps if gap.credit.rule == rule)
