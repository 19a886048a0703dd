"""What did a treatment change, and how sure is that? The value that every comparison returns.

A difference is that of everybody drawn for the treatment less everybody drawn for the control,
whether or not the message reached them: what was drawn by lot is what can be compared.
"""

from dataclasses import dataclass, replace
from math import inf, isfinite

CONFIDENCE = 0.95


class TooFewDonors(ValueError):
    """An arm is too small, or too few of it gave, for an interval that would be true."""


class NoVariation(ValueError):
    """Everybody answered alike, in both arms: chance cannot be told from effect."""


@dataclass(frozen=True)
class Difference:
    """Treated less control, with its interval.

    Attributes:
        estimate: In the unit of the metric a person (or household); as a share of the control's
            level where ``relative`` (0.12 is +12 %).
        low: Lower bound, same unit.
        high: Upper bound, same unit; ``low <= estimate <= high``.
        p: Two-sided, in [0, 1]: how often chance alone would put the arms this far apart. Of the
            same family as the interval: below ``1 - confidence`` where it leaves 0 out.
        n_control: People drawn for the control; units where people were grouped.
        n_treated: People drawn for the treatment.
        control: Level of the control, in the unit of the metric.
        treated: Level of the treatment.
        std_error: Of the estimate, same unit.
        method: Which computation: ``welch``, ``score``, ``ratio``, ``always valid`` …
        confidence: Of the interval, in (0, 1).
        relative: Whether the estimate is a share of the control's level.
    """

    estimate: float
    low: float
    high: float
    p: float
    n_control: int
    n_treated: int
    control: float
    treated: float
    std_error: float
    method: str
    confidence: float = CONFIDENCE
    relative: bool = False

    @property
    def excludes_zero(self) -> bool:
        """Return whether the interval leaves out that nothing changed."""
        return self.low > 0 or self.high < 0

    def times(self, people: float) -> "Difference":
        """Return what was changed among so many people: « euros caused » with their interval.

        Args:
            people: Those who were treated, >= 0; ``n_treated`` for all of them.

        Raises:
            ValueError: the difference is a share, which cannot be added up.
        """
        if self.relative:
            raise ValueError("a share of the control's level cannot be multiplied by people")
        return replace(
            self,
            estimate=self.estimate * people,
            low=self.low * people,
            high=self.high * people,
            control=self.control * people,
            treated=self.treated * people,
            std_error=self.std_error * people,
        )


def student(
    estimate: float,
    *,
    std_error: float,
    freedom: float = inf,
    confidence: float = CONFIDENCE,
) -> tuple[float, float, float]:
    """Return (low, high, p) of an estimate over its standard error, by Student's distribution.

    Args:
        estimate: In any unit.
        std_error: Same unit, > 0.
        freedom: Degrees of freedom; infinite for the normal distribution.
        confidence: In (0, 1).

    Raises:
        NoVariation: the standard error is 0 or not a number.
    """
    from scipy import special  # thirty megabytes, for who compares; not for who names the errors

    if not (isfinite(std_error) and std_error > 0):
        raise NoVariation(f"the standard error is {std_error}: nobody differs from anybody")
    reach = quantile(confidence, freedom=freedom) * std_error
    steps = -abs(estimate) / std_error
    below = special.ndtr(steps) if freedom == inf else special.stdtr(freedom, steps)
    return estimate - reach, estimate + reach, 2 * float(below)


def quantile(confidence: float, *, freedom: float = inf) -> float:
    """Return by how many standard errors a two-sided interval reaches; 1.96 at 95 %, no limit."""
    from scipy import special

    middle = 0.5 + confidence / 2
    return float(special.ndtri(middle) if freedom == inf else special.stdtrit(freedom, middle))
