"""Rhythm: how many gifts a donor makes in a year in which they give.

At least one; beyond it, Poisson at the donor's own rate, which over donors is Gamma(a, b): the
rate of a donor seen for one year is drawn towards the file's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mecene.lifetime_value import ascent, prior
from mecene.lifetime_value.histories import TooFewDonors

Vector = NDArray[np.float64]


class ImpossibleRhythm(ValueError):
    """A donor with fewer gifts than giving years, or without a giving year."""


@dataclass(frozen=True)
class Rhythm:
    """A fitted rhythm: the shape and the rate of the gamma law of further gifts a year."""

    a: float
    b: float

    def gifts_per_year(self, years: ArrayLike, gifts: ArrayLike) -> Vector:
        """Return the expected gifts in a giving year, >= 1, of donors seen for some. Shape (n,)."""
        seen = np.asarray(years, dtype=float)
        further = np.asarray(gifts, dtype=float) - seen
        return np.asarray(1 + (self.a + further) / (self.b + seen))


def fit(
    years: ArrayLike,
    gifts: ArrayLike,
    *,
    donors: ArrayLike,
    prior: prior.LogNormal | None = prior.WEAK,
) -> Rhythm:
    """Return the rhythm that makes the counts most likely.

    Args:
        years: Giving years, >= 1. Shape (n,).
        gifts: Gifts in them, >= years. Shape (n,).
        donors: How many donors share the row. Shape (n,).
        prior: Keeps parameters finite; None is pure maximum likelihood.

    Raises:
        TooFewDonors: there is no donor.
        ImpossibleRhythm: fewer gifts than giving years.
        ascent.DidNotConverge: without a prior, when the data do not bound a parameter.
    """
    seen, weights = np.asarray(years, dtype=float), np.asarray(donors, dtype=float)
    further = np.asarray(gifts, dtype=float) - seen
    if not len(seen):
        raise TooFewDonors("no donor gave a one-off gift")
    if np.any((further < 0) | (seen < 1)):
        row = int(np.argmax((further < 0) | (seen < 1)))
        raise ImpossibleRhythm(
            f"row {row + 1}: {further[row] + seen[row]:g} gifts in {seen[row]:g} giving years"
        )
    climbed = objective(seen, further, weights, prior=prior)
    logs = ascent.maximise(climbed, np.zeros(2), donors=float(weights.sum()))
    return Rhythm(*np.exp(logs).tolist())


def objective(
    years: Vector, further: Vector, donors: Vector, *, prior: prior.LogNormal | None = prior.WEAK
) -> ascent.Objective:
    """Return the function log-parameters → (penalised log-likelihood, exact gradient)."""
    given = prior

    def value_and_gradient(logs: Vector) -> tuple[float, Vector]:
        a, b = parameters = np.exp(logs)
        shared = np.log1p(years / b)
        values = (
            special.gammaln(a + further) - special.gammaln(a) - special.gammaln(further + 1)
            + further * (np.log(years) - np.log(b + years)) - a * shared
        )  # fmt: skip
        slopes = np.array(
            [
                special.digamma(a + further) - special.digamma(a) - shared,
                a * years / (b * (b + years)) - further / (b + years),
            ]
        )
        gradient = (slopes @ donors) * parameters
        return add_prior(given, float(donors @ values), gradient, at=logs, centre=np.zeros(2))

    return value_and_gradient


add_prior = prior.add
