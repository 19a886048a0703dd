"""Reactivation: in how many of the coming years a donor will give, if some who leave return.

A donor is *active*, *dormant* or *lost*. Before each year an active donor steps back with
their own probability θ: for good with probability φ, else into dormancy, from which they
return with probability ρ a year. An active donor gives with their own probability p. Over
donors p is Beta(α, β) and θ Beta(γ, δ); φ = 1, or ρ = 0, is the BG/BB.

Only (years given, last such year, years) is known of a donor, not which years: the likelihood
sums over every sequence that agrees with it. Giving years are a renewal process (each finds
the donor active), so the sum is a convolution of gaps. ρ and φ are told apart by how uneven
the gaps are, which these counts show faintly: hence a prior worth thirty donors on the two,
φ around a half and ρ around an eighth. Ours; docs/methods/lifetime_value.md has what it gains.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mecene.lifetime_value import ascent, gaps, prior
from mecene.lifetime_value.histories import Yearly

Vector = NDArray[np.float64]

# Rates from e^-10 to 1 - e^-10, evenly in log-odds. The law of p over donors is by definition
# a beta density at these points, made to sum to one: nothing to integrate, nothing to overflow.
_LOG_ODDS = np.linspace(-10.0, 10.0, 31)
_LOG_P = -np.logaddexp(0.0, -_LOG_ODDS)
_LOG_Q = -np.logaddexp(0.0, _LOG_ODDS)
RATES = special.expit(_LOG_ODDS)

_RETURN_CENTRE = np.array([-2.0, 0.0])  # log-odds of ρ and φ
_RETURN_PRIOR = prior.LogNormal(sd=1.0, weight=30.0)
# Where nobody ever gave again after a silent year, giving and staying can change places in the
# likelihood: from a start where they are alike, the climb ends on the pass between two summits.
# From here it ends on the one where a silence says that the donor has left.
_ASIDE = (-0.3, 0.0, 0.0, 0.0)
_STARTS = ((-2.0, 0.0), (1.0, 0.5))  # the likelihood can have a summit at each


@dataclass(frozen=True)
class Reactivation:
    """A fitted model: the laws of giving and of stepping back, and the two chances of return."""

    alpha: float
    beta: float
    gamma: float
    delta: float
    returning: float
    leaving_for_good: float

    def log_likelihood(self, histories: Yearly) -> float:
        """Return the log-likelihood of the counts, weighted by their donors.

        It is that of the counts: the BG/BB's is of one sequence with those counts, and is
        lower by the log of the number of such sequences.
        """
        likelihoods = self._joint(histories).sum(axis=(1, 2))
        return float(histories.donors @ np.log(likelihoods))

    def p_active(self, histories: Yearly) -> Vector:
        """Return the probability of being active at the next opportunity, in [0, 1].

        Shape (n,): one a history. Neither dormant nor lost; an active donor gives with p < 1.
        """
        return self._ahead(histories, periods=1, giving=np.ones((len(RATES), 1)))[:, 0]

    def giving_probabilities(self, histories: Yearly, *, periods: int) -> Vector:
        """Return the probability of a gift in each of the next ``periods``. Shape (n, periods).

        Raises:
            ValueError: ``periods`` is below 1.
        """
        if periods < 1:
            raise ValueError(f"periods is {periods}; a forecast is of 1 or more")
        return self._ahead(histories, periods=periods, giving=RATES[:, None])

    def expected_gifts(self, histories: Yearly, *, periods: int) -> Vector:
        """Return the expected number of giving years in the next ``periods``. Shape (n,)."""
        return np.asarray(self.giving_probabilities(histories, periods=periods).sum(axis=1))

    def _joint(self, histories: Yearly) -> Vector:
        """Return the chance of each history together with each pair of rates. (n, p, θ)."""
        chances = gaps.chances(RATES, self.returning, self.leaving_for_good, histories)[0]
        giving, leaving = _law(self.alpha, self.beta)[0], _law(self.gamma, self.delta)[0]
        return np.asarray(chances * giving[:, None] * leaving)

    def _ahead(self, histories: Yearly, *, periods: int, giving: Vector) -> Vector:
        posterior = self._joint(histories)
        posterior /= posterior.sum(axis=(1, 2), keepdims=True)
        silent = histories.opportunities - histories.last_repeat_year
        forecast = np.empty((len(silent), periods))
        for years in np.unique(silent):
            rows = silent == years
            active = gaps.active_ahead(
                RATES, self.returning, self.leaving_for_good, silent=int(years), periods=periods
            )
            forecast[rows] = np.einsum("npt,kpt->nk", posterior[rows], active * giving)
        return np.clip(forecast, 0.0, 1.0)


def fit(histories: Yearly, *, prior: prior.LogNormal | None = prior.WEAK) -> Reactivation:
    """Return the model that makes the histories most likely, priors on return included.

    Args:
        histories: Grouped histories, at least one with an opportunity.
        prior: For the laws of giving and of stepping back; that on return always holds.

    Raises:
        ascent.DidNotConverge: without a prior, when the data do not bound a parameter.
        histories.TooFewDonors: nobody has had an opportunity to give again.
    """
    informed = histories.with_opportunities()
    climbed, donors = objective(informed, prior=prior), informed.total
    near = [
        ascent.approach(climbed, np.array([*_ASIDE, *start]), donors=donors) for start in _STARTS
    ]
    highest = max(near, key=lambda point: climbed(point)[0])
    best = ascent.maximise(climbed, highest, donors=donors)
    returning, for_good = special.expit(best[4:]).tolist()
    alpha, beta, gamma, delta = np.exp(best[:4]).tolist()
    return Reactivation(alpha, beta, gamma, delta, returning, for_good)


def objective(histories: Yearly, *, prior: prior.LogNormal | None = prior.WEAK) -> ascent.Objective:
    """Return the function (four logs, two log-odds) → (penalised value, exact gradient)."""
    weights, given = histories.donors.astype(float), prior

    def value_and_gradient(point: Vector) -> tuple[float, Vector]:
        values, slopes = _log_likelihoods(histories, point)
        value, gradient = float(weights @ values), slopes @ weights
        value, gradient[:4] = _add_prior(given, value, gradient[:4], point[:4], np.zeros(4))
        value, gradient[4:] = _add_prior(
            _RETURN_PRIOR, value, gradient[4:], point[4:], _RETURN_CENTRE
        )
        return value, gradient

    return value_and_gradient


def _add_prior(
    given: prior.LogNormal | None, value: float, gradient: Vector, at: Vector, centre: Vector
) -> tuple[float, Vector]:
    return prior.add(given, value, gradient, at=at, centre=centre)


def _log_likelihoods(histories: Yearly, point: Vector) -> tuple[Vector, Vector]:
    alpha, beta, gamma, delta = np.exp(point[:4])
    returning, for_good = special.expit(point[4:])
    chances = gaps.chances(RATES, returning, for_good, histories)
    giving, leaving = _law(alpha, beta), _law(gamma, delta)
    # (3 jets, n, p) with θ averaged out; then p.
    over_leaving = chances @ leaving[0]
    likelihoods, d_returning, d_for_good = over_leaving @ giving[0]
    slopes = [
        over_leaving[0] @ giving[1] * alpha,
        over_leaving[0] @ giving[2] * beta,
        chances[0] @ leaving[1] @ giving[0] * gamma,
        chances[0] @ leaving[2] @ giving[0] * delta,
        d_returning * returning * (1 - returning),
        d_for_good * for_good * (1 - for_good),
    ]
    return np.log(likelihoods), np.array(slopes) / likelihoods


def _law(a: float, b: float) -> Vector:
    """Return the weights of the rates under Beta(a, b), and their slopes in a and b. (3, rates)."""
    height = a * _LOG_P + b * _LOG_Q  # the density in log-odds has a and b, not a-1 and b-1
    weights = np.exp(height - height.max())
    weights /= weights.sum()
    return np.array(
        [weights, weights * (_LOG_P - weights @ _LOG_P), weights * (_LOG_Q - weights @ _LOG_Q)]
    )
