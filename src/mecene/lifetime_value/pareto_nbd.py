"""Pareto/NBD: how many gifts in the coming days, if a donor may leave at any moment.

While there, a donor gives at their own rate λ a day, and leaves for ever at their own rate μ.
Over donors λ is Gamma(r, α) and μ is Gamma(s, β). Source: Schmittlein, Morrison & Colombo
1987, "Counting Your Customers: Who Are They and What Will They Do Next?", Management Science
33(1); notation of Fader & Hardie's 2005 note on its derivation.

Their likelihood subtracts two hypergeometric functions that are nearly equal. Here the time of
leaving is integrated instead, by 64 Gauss nodes: a sum of positive terms, with its exact
gradient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mecene.lifetime_value import ascent, prior
from mecene.lifetime_value.histories import Daily, TooFewDonors

Vector = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_CHUNK = 8192
_NEGLIGIBLE = 45.0  # e^-45: past this drop the integrand adds nothing to a double


@dataclass(frozen=True)
class ParetoNbd:
    """A fitted Pareto/NBD. ``alpha`` and ``beta`` are in days."""

    r: float
    alpha: float
    s: float
    beta: float

    def log_likelihood(self, histories: Daily) -> float:
        """Return the log-likelihood of the histories in days, weighted by their donors."""
        return float(histories.donors @ _log_likelihoods(histories, self._logs())[0])

    def p_alive(self, histories: Daily) -> Vector:
        """Return the probability of still being there now, in [0, 1]. Shape (n,)."""
        logs = self._logs()
        x, end = histories.repeat_gifts.astype(float), histories.observed_days.astype(float)
        there = _log_gamma_terms(x, logs) + _log_there(x, end, logs)
        return np.minimum(np.exp(there - _log_likelihoods(histories, logs)[0]), 1.0)

    def expected_gifts(self, histories: Daily, *, days: float) -> Vector:
        """Return the expected number of gifts in the next ``days``, >= 0. Shape (n,).

        Raises:
            ValueError: ``days`` is negative.
        """
        if days < 0:
            raise ValueError(f"days is {days}; days ahead are 0 or more")
        end = histories.observed_days.astype(float)
        rate = (self.r + histories.repeat_gifts) / (self.alpha + end)
        stretch = np.log1p(days / (self.beta + end))
        # (1 - ((β+T)/(β+T+t))^(s-1)) / (s-1), through exprel: s = 1 is an ordinary point.
        there = (self.beta + end) * stretch * special.exprel(-(self.s - 1) * stretch)
        return np.asarray(self.p_alive(histories) * rate * there)

    def _logs(self) -> Vector:
        return np.log([self.r, self.alpha, self.s, self.beta])


def fit(histories: Daily, *, prior: prior.LogNormal | None = prior.WEAK) -> ParetoNbd:
    """Return the model that makes the histories most likely.

    Raises:
        ascent.DidNotConverge: without a prior, when the data do not bound a parameter.
        TooFewDonors: the histories are empty.
    """
    if not histories.total:
        raise TooFewDonors("there is no donor to learn from")
    climbed = objective(histories, prior=prior)
    logs = ascent.maximise(climbed, _centre(histories), donors=histories.total)
    return ParetoNbd(*np.exp(logs).tolist())


def objective(histories: Daily, *, prior: prior.LogNormal | None = prior.WEAK) -> ascent.Objective:
    """Return the function log-parameters → (penalised log-likelihood, exact gradient)."""
    weights, centre, given = histories.donors.astype(float), _centre(histories), prior

    def value_and_gradient(logs: Vector) -> tuple[float, Vector]:
        values, slopes = _log_likelihoods(histories, logs)
        return add_prior(given, float(weights @ values), slopes @ weights, at=logs, centre=centre)

    return value_and_gradient


add_prior = prior.add


def _centre(histories: Daily) -> Vector:
    days = float(histories.observed_days @ histories.donors) / histories.total
    scale = np.log(max(days, 1.0))
    return np.array([0.0, scale, 0.0, scale])


def _log_likelihoods(histories: Daily, logs: Vector) -> tuple[Vector, Vector]:
    """Return the log-likelihood of each history (n,) and its gradient in the logs (4, n)."""
    n = len(histories.donors)
    values, slopes = np.empty(n), np.empty((4, n))
    for first in range(0, n, _CHUNK):
        part = slice(first, first + _CHUNK)
        values[part], slopes[:, part] = _of_some(
            histories.repeat_gifts[part].astype(float),
            histories.last_gift_days[part].astype(float),
            histories.observed_days[part].astype(float),
            logs,
        )
    return values, slopes


def _of_some(x: Vector, last: Vector, end: Vector, logs: Vector) -> tuple[Vector, Vector]:
    r, alpha, s, beta = parameters = np.exp(logs)
    there = _log_there(x, end, logs)
    log_left, left_slopes = _log_left(x, last, end, parameters)
    both = np.logaddexp(there, log_left)
    p_there, p_left = np.exp(there - both), np.exp(log_left - both)
    known = np.array(
        [
            special.digamma(r + x) - special.digamma(r) + np.log(alpha),
            np.full_like(x, r / alpha),
            np.full_like(x, np.log(beta)),
            np.full_like(x, s / beta),
        ]
    )
    there_slopes = np.array(
        [-np.log(alpha + end), -(r + x) / (alpha + end), -np.log(beta + end), -s / (beta + end)]
    )
    slopes = known + p_there * there_slopes + p_left * left_slopes
    return _log_gamma_terms(x, logs) + both, slopes * parameters[:, None]


def _log_gamma_terms(x: Vector, logs: Vector) -> Vector:
    r, _, s, _ = np.exp(logs)
    return np.asarray(special.gammaln(r + x) - special.gammaln(r) + r * logs[1] + s * logs[3])


def _log_there(x: Vector, end: Vector, logs: Vector) -> Vector:
    r, alpha, s, beta = np.exp(logs)
    return np.asarray(-(r + x) * np.log(alpha + end) - s * np.log(beta + end))


def _log_left(x: Vector, last: Vector, end: Vector, parameters: Vector) -> tuple[Vector, Vector]:
    """Return ln ∫ s (α+y)^-(r+x) (β+y)^-(s+1) dy over [last, end], and its gradient (4, n)."""
    r, alpha, s, beta = parameters
    nearest = min(alpha, beta)
    low = np.log(last + nearest)
    high = _where_it_has_vanished(x, low, np.log(end + nearest), parameters)
    half = (high - low)[:, None] / 2
    stretched = low[:, None] + half * (1 + _NODES)
    y = np.exp(stretched) - nearest
    rates, leaves = np.log(alpha + y), np.log(beta + y)
    log_terms = stretched - (r + x)[:, None] * rates - (s + 1) * leaves
    highest = log_terms.max(axis=1, keepdims=True)
    terms = np.exp(log_terms - highest) * _WEIGHTS
    sums = terms.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):  # the last gift today: nobody can have left since
        value = np.log(s) + np.log(half[:, 0]) + highest[:, 0] + np.log(sums[:, 0])
    shares = terms / sums
    return value, np.array(
        [
            -(shares * rates).sum(axis=1),
            -(r + x) * (shares / (alpha + y)).sum(axis=1),
            1 / s - (shares * leaves).sum(axis=1),
            -(s + 1) * (shares / (beta + y)).sum(axis=1),
        ]
    )


def _where_it_has_vanished(x: Vector, low: Vector, high: Vector, parameters: Vector) -> Vector:
    """Return how far the integrand is worth following: the end, or a drop of e^-45 before it."""
    r, alpha, s, beta = parameters
    nearest = min(alpha, beta)

    def height(at: Vector) -> Vector:
        y = np.exp(at) - nearest
        return np.asarray(at - (r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y))

    floor = height(low) - _NEGLIGIBLE
    near, far = low, high
    vanishes = height(high) < floor
    for _ in range(40 if vanishes.any() else 0):
        middle = (near + far) / 2
        below = height(middle) < floor
        far = np.where(below, middle, far)
        near = np.where(below, near, middle)
    return np.where(vanishes, far, high)
