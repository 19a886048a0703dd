"""BG/NBD: how many gifts in the coming days, if after each gift a donor may leave for good.

While there, a donor gives at their own rate λ a day; after each gift they leave for ever with
their own probability p. Over donors λ is Gamma(r, α) and p is Beta(a, b). Source: Fader,
Hardie & Lee 2005, "Counting Your Customers the Easy Way", Marketing Science 24(2).
A donor of one gift is alive for certain in this model: it has had no occasion to leave.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mecene.lifetime_value import ascent, beta_average, prior
from mecene.lifetime_value.histories import Daily, TooFewDonors

Vector = NDArray[np.float64]

_CHUNK = 1 << 15
_SAMPLE = 50_000


@dataclass(frozen=True)
class BgNbd:
    """A fitted BG/NBD. ``alpha`` is in days, the others have no unit."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, histories: Daily) -> float:
        """Return the log-likelihood of the histories in days, weighted by their donors."""
        return objective(histories, prior=None)(np.log([self.r, self.alpha, self.a, self.b]))[0]

    def p_alive(self, histories: Daily) -> Vector:
        """Return the probability of still being there now, in [0, 1]; 1 before a second gift.

        Shape (n,): one a history.
        """
        return np.exp(-np.logaddexp(0.0, self._log_odds_left(histories)))

    def expected_gifts(self, histories: Daily, *, days: float) -> Vector:
        """Return the expected number of gifts in the next ``days``, >= 0. Shape (n,).

        Raises:
            ValueError: ``days`` is negative.
        """
        if days < 0:
            raise ValueError(f"days is {days}; days ahead are 0 or more")
        x = histories.repeat_gifts.astype(np.float64)
        ahead = np.asarray(days / (self.alpha + histories.observed_days), dtype=np.float64)
        given_alive = beta_average.gifts_before_leaving(
            self.r + x, ahead, self.a, self.b + x
        )  # fmt: skip
        return np.asarray(self.p_alive(histories) * given_alive)

    def _log_odds_left(self, histories: Daily) -> Vector:
        x = histories.repeat_gifts.astype(float)
        waited = np.log1p(
            (histories.observed_days - histories.last_gift_days)
            / (self.alpha + histories.last_gift_days)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.log(self.a) - np.log(self.b + x - 1) + (self.r + x) * waited
        return np.where(x > 0, left, -np.inf)


def fit(histories: Daily, *, prior: prior.LogNormal | None = prior.WEAK) -> BgNbd:
    """Return the model that makes the histories most likely.

    With many distinct histories the neighbourhood is found on a sample of 50,000 donors; the
    last steps use every donor, so the summit is the full data's.

    Raises:
        ascent.DidNotConverge: without a prior, when the data do not bound a parameter.
        TooFewDonors: the histories are empty.
    """
    if not histories.total:
        raise TooFewDonors("there is no donor to learn from")
    start = _centre(histories)
    whole = objective(histories, prior=prior)
    if len(histories.donors) <= 2 * _SAMPLE:
        return _model(ascent.maximise(whole, start, donors=histories.total))
    sample = histories.sample(_SAMPLE)
    of_sample = objective(sample, prior=prior)
    near = ascent.maximise(of_sample, start, donors=sample.total)
    curvature = ascent.hessian(of_sample, near) * (histories.total / sample.total)
    try:
        return _model(ascent.climb(whole, near, curvature, donors=histories.total))
    except ascent.DidNotConverge:  # a summit too flat for the sample's curvature
        return _model(ascent.maximise(whole, near, donors=histories.total))


def objective(histories: Daily, *, prior: prior.LogNormal | None = prior.WEAK) -> ascent.Objective:
    """Return the function log-parameters → (penalised log-likelihood, exact gradient)."""
    statistics, centre, given = _Statistics(histories), _centre(histories), prior

    def value_and_gradient(logs: Vector) -> tuple[float, Vector]:
        value, gradient = statistics.log_likelihood(logs)
        return add_prior(given, value, gradient, at=logs, centre=centre)

    return value_and_gradient


add_prior = prior.add


def _model(logs: Vector) -> BgNbd:
    return BgNbd(*np.exp(logs).tolist())


def _centre(histories: Daily) -> Vector:
    # The time scale of the file, so that days or weeks get the same prior.
    days = float(histories.observed_days @ histories.donors) / histories.total
    return np.array([0.0, np.log(max(days, 1.0)), 0.0, 0.0])


class _Statistics:
    """What the likelihood needs: two histograms, and the histories of those who gave again."""

    def __init__(self, histories: Daily) -> None:
        again = histories.repeat_gifts > 0
        gifts = np.bincount(histories.repeat_gifts, weights=histories.donors)
        self.gifts = np.flatnonzero(gifts).astype(float)  # gamma terms depend on x alone
        self.of_gifts = gifts[gifts > 0]
        days = np.bincount(histories.observed_days[~again], weights=histories.donors[~again])
        self.days = np.flatnonzero(days)  # one gift: only the time observed matters
        self.of_days = days[days > 0]
        self.x = histories.repeat_gifts[again].astype(np.int32)
        self.last = histories.last_gift_days[again].astype(np.int32)
        self.end = histories.observed_days[again].astype(np.int32)
        self.donors = histories.donors[again].astype(np.float64)
        self.length = int(histories.observed_days.max(initial=0)) + 1

    def log_likelihood(self, logs: Vector) -> tuple[float, Vector]:
        """Return the log-likelihood and its gradient in the log-parameters. Shape (4,)."""
        r, alpha, a, b = parameters = np.exp(logs)
        value, gradient = self._by_gifts(r, alpha, a, b)
        logs_of_day = np.log(alpha + np.arange(self.length))
        value -= r * float(self.of_days @ logs_of_day[self.days])
        gradient[0] -= self.of_days @ logs_of_day[self.days]
        gradient[1] -= r * float(self.of_days @ (1 / (alpha + self.days)))
        inverses_of_day = 1 / (alpha + np.arange(self.length))
        most = int(self.gifts.max(initial=0)) + 1
        shape = r + np.arange(most)
        with np.errstate(divide="ignore", invalid="ignore"):
            staying = np.log(a) - np.log(b - 1 + np.arange(most))
            inverse = 1 / (b - 1 + np.arange(most))
        for first in range(0, len(self.x), _CHUNK):
            part = slice(first, first + _CHUNK)
            x, last, end, donors = self.x[part], self.last[part], self.end[part], self.donors[part]
            log_end, shapes = logs_of_day[end], shape[x]
            wait = log_end - logs_of_day[last]
            odds = staying[x] + shapes * wait
            left = special.expit(odds)
            value += _dot(donors, np.logaddexp(0.0, odds) - shapes * log_end)
            gradient[0] += _dot(donors, left * wait - log_end)
            inverse_end = inverses_of_day[end]
            late = inverse_end + left * (inverses_of_day[last] - inverse_end)
            gradient[1] -= _dot(donors, shapes * late)
            left *= donors
            gradient[2] += left.sum() / a
            gradient[3] -= _dot(left, inverse[x])
        return float(value), gradient * parameters

    def _by_gifts(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Vector]:
        x, donors = self.gifts, self.of_gifts
        rate = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        stay = special.betaln(a, b + x) - special.betaln(a, b)
        both = special.digamma(a + b + x) - special.digamma(a + b)
        return float(donors @ (rate + stay)), np.array(
            [
                donors @ (special.digamma(r + x) - special.digamma(r) + np.log(alpha)),
                donors.sum() * r / alpha,
                -(donors @ both),
                donors @ (special.digamma(b + x) - special.digamma(b) - both),
            ]
        )


def _dot(left: Vector, right: Vector) -> float:
    # Not `@`: the linear-algebra library starts its threads for a few thousand numbers, and
    # their waiting costs more than the sum.
    return float(np.einsum("i,i->", left, right))
