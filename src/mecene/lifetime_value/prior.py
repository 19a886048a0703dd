"""Prior: how far from the ordinary a fitted parameter may go.

A log-normal prior: the log of each parameter is normal, centred where the model says, with a
standard deviation of 2 (a factor of 7 either way is unremarkable). Its whole weight is that
of a quarter of a donor: with 1,000 donors it moves nothing that is printed, with five it
keeps the answer finite. Where the data cannot tell a parameter from infinity (a young file
in which nobody has yet been lost), maximum likelihood alone has no answer to give.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class LogNormal:
    """A prior on positive parameters: the spread of their logs, and what it weighs in donors."""

    sd: float = 2.0
    weight: float = 0.25

    def log_density(self, log_parameters: Vector, *, centre: Vector) -> tuple[float, Vector]:
        """Return the weighted log density, up to a constant, and its gradient. Shape (k,)."""
        away = (log_parameters - centre) / self.sd
        return -0.5 * self.weight * float(away @ away), -self.weight * away / self.sd


WEAK = LogNormal()


def add(
    prior: LogNormal | None, value: float, gradient: Vector, *, at: Vector, centre: Vector
) -> tuple[float, Vector]:
    """Return a log-likelihood and its gradient with the prior's added; no prior adds nothing."""
    if prior is None:
        return value, gradient
    density, slope = prior.log_density(at, centre=centre)
    return value + density, gradient + slope
