"""Gamma-gamma: what a donor's typical gift will be, knowing the average of a few.

The gifts of a donor are Gamma(p, ν) and ν differs over donors as Gamma(q, v): the average of a
few gifts is drawn towards the file's, the more so the fewer they are. Source: Fader & Hardie
2013, "The Gamma-Gamma Model of Monetary Value", brucehardie.com note 025.

Below q = 1 the file's own mean is infinite and the model refuses to give it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mecene.lifetime_value import ascent, prior
from mecene.lifetime_value.histories import TooFewDonors

Vector = NDArray[np.float64]

# Amounts within a hundredth of one another tell donors apart no better than equal ones, and the
# laws that fit them are too narrow to climb.
_ALIKE = 0.01


class ImpossibleAmounts(ValueError):
    """A mean amount that is not above 0, or a count of gifts below 1."""


class EndlessMean(ArithmeticError):
    """The amounts are so unequal (q <= 1) that the mean over donors does not exist."""


class EqualAmounts(ValueError):
    """Every donor gives the same amount: there is nothing to tell them apart, or to shrink."""


@dataclass(frozen=True)
class GammaGamma:
    """A fitted gamma-gamma. ``v`` is in the unit of the amounts, p and q have none."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        """Return the mean gift of a donor not yet seen.

        Raises:
            EndlessMean: q <= 1.
        """
        if self.q <= 1:
            raise EndlessMean(f"q is {self.q:.3f}; the mean over donors exists above 1 only")
        return self.p * self.v / (self.q - 1)

    def expected_amount(self, gifts: ArrayLike, mean_amount: ArrayLike) -> Vector:
        """Return the mean of a donor's gifts to come, in the unit of the amounts. Shape (n,).

        A weighted average of theirs (weight p·gifts) and the file's (weight q - 1).

        Raises:
            EndlessMean: p·gifts + q <= 1 for someone.
        """
        seen, amounts = np.asarray(gifts, dtype=float), np.asarray(mean_amount, dtype=float)
        weight = self.p * seen + self.q - 1
        if np.any(weight <= 0):
            raise EndlessMean(f"q is {self.q:.3f}; too few gifts for a mean to exist")
        return np.asarray(self.p * (self.v + seen * amounts) / weight)

    def log_likelihood(self, gifts: ArrayLike, mean_amount: ArrayLike) -> float:
        """Return the log-likelihood of the donors' mean amounts."""
        seen, amounts = _checked(gifts, mean_amount)
        logs = np.log([self.p, self.q, self.v])
        return _log_likelihood(seen, amounts, np.ones(len(seen)), logs)[0]


def fit(
    gifts: ArrayLike,
    mean_amount: ArrayLike,
    *,
    donors: ArrayLike | None = None,
    prior: prior.LogNormal | None = prior.WEAK,
) -> GammaGamma:
    """Return the model that makes the mean amounts most likely.

    Args:
        gifts: How many gifts each mean is of, >= 1. Shape (n,).
        mean_amount: Their mean, > 0, in any unit. Shape (n,).
        donors: How many donors share the row; one each by default. Shape (n,).
        prior: Keeps parameters finite; None is pure maximum likelihood.

    Raises:
        TooFewDonors: there is no amount.
        EqualAmounts: there is one amount only, whatever the donor.
        ImpossibleAmounts: a mean not above 0 or a count below 1.
        ascent.DidNotConverge: without a prior, when the data do not bound a parameter.
    """
    seen, amounts = _checked(gifts, mean_amount)
    if not len(seen):
        raise TooFewDonors("no amount to learn from")
    if np.ptp(amounts) <= _ALIKE * amounts[0]:
        raise EqualAmounts(f"every gift is of {amounts[0]:g}; expect that and model nothing")
    weights = np.ones(len(seen)) if donors is None else np.asarray(donors, dtype=float)
    # In units of the mean gift: the law is the same, and no currency is too large to climb.
    unit = float(np.average(amounts, weights=weights))
    climbed = objective(seen, amounts / unit, weights, prior=prior)
    start = np.array([0.0, np.log(3.0), np.log(2.0)])
    logs = ascent.maximise(climbed, start, donors=float(weights.sum()))
    p, q, v = np.exp(logs).tolist()
    return GammaGamma(p, q, v * unit)


def objective(
    gifts: Vector, amounts: Vector, donors: Vector, *, prior: prior.LogNormal | None = prior.WEAK
) -> ascent.Objective:
    """Return the function log-parameters → (penalised log-likelihood, exact gradient)."""
    typical = float(np.log(np.average(amounts, weights=donors)))
    centre, given = np.array([0.0, np.log(3.0), typical + np.log(2.0)]), prior

    def value_and_gradient(logs: Vector) -> tuple[float, Vector]:
        value, gradient = _log_likelihood(gifts, amounts, donors, logs)
        return add_prior(given, value, gradient, at=logs, centre=centre)

    return value_and_gradient


add_prior = prior.add


def _checked(gifts: ArrayLike, mean_amount: ArrayLike) -> tuple[Vector, Vector]:
    seen = np.atleast_1d(np.asarray(gifts, dtype=float))
    amounts = np.atleast_1d(np.asarray(mean_amount, dtype=float))
    wrong = ~((seen >= 1) & (amounts > 0) & np.isfinite(amounts))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ImpossibleAmounts(
            f"row {row + 1}: {seen[row]:g} gifts of {amounts[row]:g} on average"
        )
    return seen, amounts


def _log_likelihood(
    gifts: Vector, amounts: Vector, donors: Vector, logs: Vector
) -> tuple[float, Vector]:
    p, q, v = parameters = np.exp(logs)
    # Gamma functions depend on the number of gifts alone: a few values, whatever the donors.
    counts, which = np.unique(gifts, return_inverse=True)
    of_count = np.bincount(which, weights=donors)
    shapes, total = p * counts, gifts * amounts
    spread, log_total = np.log(total + v), np.log(total)
    by_count = q * logs[2] - special.betaln(shapes, q)
    by_donor = (p * gifts) * log_total - np.log(amounts) - (p * gifts + q) * spread
    both = special.digamma(shapes + q)
    slopes = np.array(
        [
            of_count @ (counts * (both - special.digamma(shapes)))
            + donors @ (gifts * (log_total - spread)),
            of_count @ (both - special.digamma(q) + logs[2]) - donors @ spread,
            donors @ (q / v - (p * gifts + q) / (total + v)),
        ]
    )
    return float(of_count @ by_count + donors @ by_donor), slopes * parameters
