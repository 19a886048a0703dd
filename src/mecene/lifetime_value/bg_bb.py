"""BG/BB: in how many of the coming years a donor will give, if leaving is for good.

Each year a donor still there gives with their own probability p; before each year they may
leave for ever with their own probability θ. Over donors p is Beta(α, β) and θ Beta(γ, δ).
Source: Fader, Hardie & Shang 2010, "Customer-Base Analysis in a Discrete-Time Noncontractual
Setting", Marketing Science 29(6). `reactivation` is the same story with donors who come back.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mecene.lifetime_value import ascent, prior
from mecene.lifetime_value.histories import Yearly

Vector = NDArray[np.float64]
Counts = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True)
class BgBb:
    """A fitted BG/BB: four positive numbers."""

    alpha: float
    beta: float
    gamma: float
    delta: float

    def log_likelihood(self, histories: Yearly) -> float:
        """Return the log-likelihood of the histories, each weighted by its donors."""
        return float(histories.donors @ _Cells(histories).log_likelihoods(self._logs())[0])

    def p_alive(self, histories: Yearly) -> Vector:
        """Return the probability of still being there at the next opportunity, in [0, 1].

        Shape (n,): one a history. Falls with every silent year.
        """
        x, n = histories.repeat_years, histories.opportunities
        staying = _log_beta_ratio(self.alpha, self.beta, x, n - x)
        staying += _log_beta_ratio(self.gamma, self.delta, np.zeros_like(n), n + 1)
        likelihood = _Cells(histories).log_likelihoods(self._logs())[0]
        return np.minimum(np.exp(staying - likelihood), 1.0)

    def expected_gifts(self, histories: Yearly, *, periods: int) -> Vector:
        """Return the expected number of giving years in the next ``periods``, in [0, periods].

        Raises:
            ValueError: ``periods`` is negative.
        """
        if periods < 0:
            raise ValueError(f"periods is {periods}; opportunities ahead are 0 or more")
        x, n = histories.repeat_years.astype(float), histories.opportunities.astype(float)
        giving = (self.alpha + x) / (self.alpha + self.beta + n)
        # E Σ_{k≤m} (1-θ)^{k-1}, given alive at the next opportunity: a sum of positive
        # products, so γ = 1 is an ordinary point (the closed form divides by γ - 1).
        there, years = np.ones_like(n), np.zeros_like(n)
        for ahead in range(periods):
            years = years + there
            there = there * (self.delta + n + 1 + ahead) / (self.gamma + self.delta + n + 1 + ahead)
        return np.asarray(self.p_alive(histories) * giving * years)

    def _logs(self) -> Vector:
        return np.log([self.alpha, self.beta, self.gamma, self.delta])


def fit(histories: Yearly, *, prior: prior.LogNormal | None = prior.WEAK) -> BgBb:
    """Return the model that makes the histories most likely.

    Args:
        histories: Grouped histories, at least one with an opportunity.
        prior: Keeps parameters finite; None is pure maximum likelihood.

    Raises:
        ascent.DidNotConverge: without a prior, when the data do not bound a parameter.
        histories.TooFewDonors: nobody has had an opportunity to give again.
    """
    informed = histories.with_opportunities()
    logs = ascent.maximise(objective(informed, prior=prior), np.zeros(4), donors=informed.total)
    return BgBb(*np.exp(logs).tolist())


def objective(histories: Yearly, *, prior: prior.LogNormal | None = prior.WEAK) -> ascent.Objective:
    """Return the function log-parameters → (penalised log-likelihood, exact gradient)."""
    cells, weights, given = _Cells(histories), histories.donors.astype(float), prior

    def value_and_gradient(logs: Vector) -> tuple[float, Vector]:
        values, slopes = cells.log_likelihoods(logs)
        return add_prior(given, float(weights @ values), slopes @ weights, at=logs)

    return value_and_gradient


def add_prior(
    given: prior.LogNormal | None, value: float, gradient: Vector, *, at: Vector
) -> tuple[float, Vector]:
    """Return value and gradient with the prior's, centred on 1 for every parameter."""
    return prior.add(given, value, gradient, at=at, centre=np.zeros(len(at)))


class _Cells:
    """The terms of the likelihood laid end to end: one per (history, year it may have left)."""

    def __init__(self, histories: Yearly) -> None:
        x, last, n = histories.repeat_years, histories.last_repeat_year, histories.opportunities
        terms = n - last + 1
        self.starts = np.concatenate([[0], np.cumsum(terms)[:-1]]).astype(np.intp)
        self.owner = np.repeat(np.arange(len(x)), terms)
        step = np.arange(int(terms.sum())) - self.starts[self.owner]
        left = step < (n - last)[self.owner]  # the last term is: still there after n
        self.gave = x[self.owner].astype(float)
        self.passed = np.where(left, last[self.owner] + step, n[self.owner]).astype(float)
        self.left = left.astype(float)

    def log_likelihoods(self, logs: Vector) -> tuple[Vector, Vector]:
        """Return the log-likelihood of each history (n,) and its gradient in the logs (4, n)."""
        alpha, beta, gamma, delta = parameters = np.exp(logs)
        log_terms = _log_beta_ratio(alpha, beta, self.gave, self.passed - self.gave)
        log_terms += _log_beta_ratio(gamma, delta, self.left, self.passed)
        highest = np.maximum.reduceat(log_terms, self.starts)
        shares = np.exp(log_terms - highest[self.owner])
        sums = np.add.reduceat(shares, self.starts)
        shares /= sums[self.owner]
        slopes = (
            *_beta_slopes(alpha, beta, self.gave, self.passed - self.gave),
            *_beta_slopes(gamma, delta, self.left, self.passed),
        )
        gradient = np.array([np.add.reduceat(shares * slope, self.starts) for slope in slopes])
        return highest + np.log(sums), gradient * parameters[:, None]


def _log_beta_ratio(a: float, b: float, wins: Counts, losses: Counts) -> Vector:
    """Return ln B(a + wins, b + losses) - ln B(a, b), without cancellation for large a, b."""
    return np.asarray(_log_rise(a, wins) + _log_rise(b, losses) - _log_rise(a + b, wins + losses))


def _log_rise(a: float, k: Counts) -> Vector:
    # ln Γ(a+k)/Γ(a): scipy's poch is exact where gammaln(a+k) - gammaln(a) cancels, and
    # overflows where the difference does not cancel.
    steps = np.asarray(k, dtype=np.float64)
    small = special.poch(a, np.minimum(steps, 20.0))
    large = special.gammaln(a + steps) - special.gammaln(a)
    return np.asarray(np.where(steps <= 20, np.log(small), large))


def _beta_slopes(a: float, b: float, wins: Vector, losses: Vector) -> tuple[Vector, Vector]:
    both = special.digamma(a + b + wins + losses) - special.digamma(a + b)
    return (
        special.digamma(a + wins) - special.digamma(a) - both,
        special.digamma(b + losses) - special.digamma(b) - both,
    )
