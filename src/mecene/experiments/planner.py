"""How many donors, and how long, before the test can show what is hoped for?

Worked out for giving as it is: most give nothing, a few give much, so that a test of amounts asks
for many times the donors of a test of clicks. Planned sizes are never below those under which the
comparison itself refuses to answer.
"""

from dataclasses import dataclass
from math import ceil, floor, sqrt

from mecene.experiments import amounts, means, proportions, sequential
from mecene.experiments.difference import CONFIDENCE, NoVariation, TooFewDonors, quantile
from mecene.experiments.moments import Moments

POWER = 0.8
_MOST = 10**9


@dataclass(frozen=True)
class Level:
    """What is known of a metric before the test, a donor.

    Attributes:
        mean: > 0, in the unit of the metric.
        variance: Of donors, that unit squared, > 0.
        least: People an arm below which the comparison refuses to answer.
        answers: Whether its effect is thought to come through more people answering, so that the
            mean square grows with the mean; else the variance is thought to stay.
    """

    mean: float
    variance: float
    least: int
    answers: bool

    def variance_at(self, lift: float) -> float:
        """Return the variance of donors once the mean has moved by a share of itself."""
        if not self.answers:
            return self.variance
        square = self.variance + self.mean**2
        return max(square * (1 + lift) - (self.mean * (1 + lift)) ** 2, 0.0)


@dataclass(frozen=True)
class Size:
    """People to draw in each arm, and the chance to show the effect with them."""

    control: int
    treated: int
    power: float

    @property
    def people(self) -> int:
        """Return the people of both arms."""
        return self.control + self.treated


def of_share(rate: float) -> Level:
    """Return the level of a share, from what it usually is, in (0, 1)."""
    if not 0 < rate < 1:
        raise NoVariation(f"a usual share of {rate}: nothing could be told apart")
    return Level(rate, rate * (1 - rate), proportions.MIN_DONORS, answers=True)


def of_mean(past: Moments, *, quantity: int = 0) -> Level:
    """Return the level of a mean, from people measured before.

    Raises:
        NoVariation: nobody differs from anybody, or the mean is not above 0.
    """
    return _level(past, quantity, means.MIN_DONORS, answers=False)


def of_giving(past: Moments) -> Level:
    """Return the level of capped giving, from a past appeal as `amounts.of` makes it.

    Raises:
        TooFewDonors: nobody gave.
        NoVariation: everybody gave the same.
    """
    if past.n == 0 or past.means[amounts.GAVE] <= 0:
        raise TooFewDonors("nobody gave in the past appeal: there is nothing to plan from")
    # Half as many again, so that chance does not leave an arm just below the limit.
    least = ceil(1.5 * amounts.MIN_GIVERS / float(past.means[amounts.GAVE]))
    return _level(past, amounts.CAPPED, least, answers=True)


def size(
    level: Level, *, lift: float, control_share: float = 0.5, power: float = POWER,
    confidence: float = CONFIDENCE, explained: float = 0.0, tightest_at: int | None = None,
) -> Size:  # fmt: skip
    """Return how many donors to draw.

    Args:
        level: What the metric is without treatment.
        lift: The effect hoped for, as a share of the level: 0.1 is +10 %; not 0, > −1.
        control_share: Part of the two arms that is the control, in (0, 1); 0.1 for a hold-out.
        power: Chance to show it if it is there, in (0, 1).
        confidence: Of the interval; for several arms, `families.confidence_each`.
        explained: Share of the variance that past giving takes out, `cuped.explained`.
        tightest_at: That of `sequential.watched`, when one means to look before the end.

    Raises:
        TooFewDonors: a billion donors would not show it.
    """
    smallest = ceil(level.least / min(control_share, 1 - control_share))

    def shown(people: int) -> float:
        return chance(
            level, lift=lift, control=people * control_share, treated=people * (1 - control_share),
            confidence=confidence, explained=explained, tightest_at=tightest_at,
        )  # fmt: skip

    if shown(_MOST) < power:
        raise TooFewDonors(f"no number of donors would show a difference of {lift:+.3%}")
    low, high = smallest - 1, _MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shown(middle) >= power else (middle, high)
    control = ceil(high * control_share)
    return Size(control, max(high - control, level.least), shown(high))


def chance(
    level: Level, *, lift: float, control: float, treated: float,
    confidence: float = CONFIDENCE, explained: float = 0.0, tightest_at: int | None = None,
) -> float:  # fmt: skip
    """Return the power: the chance that the interval will leave out 0, on the effect's side.

    The interval is that of `means.difference`, or of the last look at `sequential.watched`.

    Args:
        level: What the metric is without treatment.
        lift: As ``size``.
        control: People of the control.
        treated: People of the treatment.
        confidence: Of the interval.
        explained: As ``size``.
        tightest_at: As ``size``.
    """
    from scipy import special

    left = 1 - explained
    before = level.variance * left
    after = level.variance_at(lift) * left
    own = before / control + after / treated
    pooled = (before * control + after * treated) / (control * treated)
    effect = abs(lift) * level.mean
    if tightest_at is None:
        reach = quantile(confidence)
    else:
        people = floor(control + treated)
        reach = sequential.boundary(people, tightest_at=tightest_at, confidence=confidence)

    return float(special.ndtr((effect - reach * sqrt(max(own, pooled))) / sqrt(own)))


def detectable(
    level: Level, *, control: int, treated: int, power: float = POWER,
    confidence: float = CONFIDENCE, explained: float = 0.0, tightest_at: int | None = None,
) -> float:  # fmt: skip
    """Return the smallest lift that so many donors would show: the minimum detectable effect.

    Returns:
        A share of the level, > 0: 0.08 is 8 %, upwards.

    Raises:
        TooFewDonors: below what the comparison accepts, or even ten times the level would not show.
    """
    from scipy import optimize

    if min(control, treated) < level.least:
        raise TooFewDonors(
            f"arms of {control} and {treated}: the comparison asks for {level.least} in each"
        )

    def short(lift: float) -> float:
        return power - chance(
            level, lift=lift, control=control, treated=treated, confidence=confidence,
            explained=explained, tightest_at=tightest_at,
        )  # fmt: skip

    # A share cannot pass 1, nor the mean of answers their largest.
    most = min(10.0, (1 - 1e-9) * level.variance / level.mean**2) if level.answers else 10.0
    if short(most) > 0:
        raise TooFewDonors("even a very large effect would not show with so few donors")
    return float(optimize.brentq(short, 1e-9, most))


def weeks(size: Size, *, donors_a_week: float) -> int:
    """Return how many weeks it takes to draw so many donors, >= 1.

    Args:
        size: Of the test.
        donors_a_week: Who come to be drawn each week, all arms together, > 0.
    """
    return max(1, ceil(size.people / donors_a_week))


def _level(past: Moments, quantity: int, least: int, *, answers: bool) -> Level:
    mean, variance = float(past.means[quantity]), float(past.covariance[quantity, quantity])
    if not (variance > 0 and mean > 0):
        raise NoVariation(f"a past of mean {mean} and variance {variance}: nothing to plan from")
    return Level(mean, variance, least, answers)
