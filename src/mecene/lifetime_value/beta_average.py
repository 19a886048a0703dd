"""What is left to expect of a donor whose chance of leaving is itself uncertain.

One average, over p ~ Beta(a, b): the expected number of gifts (1 - (1 + p·u)^-R) / p of a
donor whose rate is Gamma(R, scale 1) a unit of time, over u units, who leaves after each with
probability p. The closed form of the books is a hypergeometric function that loses every
digit for many gifts and divides by a - 1; both sums here have positive terms only.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

Vector = NDArray[np.float64]

_MOST_TERMS = 400
_NODES = 301
_CHUNK = 4096


def gifts_before_leaving(shape: Vector, ahead: Vector, a: float, b: Vector) -> Vector:
    """Return the expected gifts over ``ahead`` by donors alive at its start, >= 0.

    Args:
        shape: R, the gamma shape of the rate, > 0. Shape (n,).
        ahead: u, time ahead over the gamma's time scale, >= 0. Shape (n,).
        a: First beta parameter of the chance of leaving after a gift, > 0.
        b: Second one, > 0. Shape (n,).
    """
    mean = shape * ahead
    terms = mean + 12 * np.sqrt(mean * (1 + ahead)) + 45 * (1 + ahead)
    few = terms <= _MOST_TERMS
    gifts = np.empty_like(mean)
    for chosen, average in ((few, _by_gift), (~few, _by_quadrature)):
        rows = np.flatnonzero(chosen)
        for first in range(0, len(rows), _CHUNK):
            part = rows[first : first + _CHUNK]
            gifts[part] = average(shape[part], ahead[part], a, b[part])
    return gifts


def _by_gift(shape: Vector, ahead: Vector, a: float, b: Vector) -> Vector:
    """Sum over k the chance of a k-th gift: P(rate allows k) · E (1-p)^(k-1)."""
    at_least = -np.expm1(-shape * np.log1p(ahead))  # P(N >= 1), N negative binomial
    exactly = np.exp(-shape * np.log1p(ahead))
    odds = ahead / (1 + ahead)
    stays, total = np.ones_like(shape), np.zeros_like(shape)
    for k in range(1, _MOST_TERMS + 1):
        total += stays * at_least
        exactly = exactly * odds * (shape + k - 1) / k
        at_least = np.maximum(at_least - exactly, 0.0)
        stays = stays * (b + k - 1) / (a + b + k - 1)
        if k % 8 == 0 and np.all(at_least <= 1e-15 * total):
            break
    return total


def _by_quadrature(shape: Vector, ahead: Vector, a: float, b: Vector) -> Vector:
    """Average over logit p by the double-exponential rule, its weights made to sum to one."""
    b = b[:, None]
    # Around the mode of p^a (1-p)^b, as far as its two exponential tails reach e^-40.
    spread = np.sqrt(1 / a + 1 / b)
    left, right = (np.arcsinh(np.maximum(12, 40 / (tail * spread))) for tail in (a, b))
    step = -left + (left + right) * np.linspace(0, 1, _NODES)[None, :]
    logit = np.log(a) - np.log(b) + spread * np.sinh(step)
    log_p, log_q = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
    density = a * log_p + b * log_q + np.log(np.cosh(step))
    density = np.exp(density - density.max(axis=1, keepdims=True))
    density /= density.sum(axis=1, keepdims=True)
    p = np.exp(log_p)
    exponent = shape[:, None] * np.log1p(p * ahead[:, None])
    # (1 - e^-y)/p, with p → 0 in the limit: y/p · exprel(-y)
    small = p < 1e-290
    growth = np.log1p(p * ahead[:, None]) / np.where(small, 1.0, p)
    growth = np.where(small, ahead[:, None], growth)
    gifts = shape[:, None] * growth * special.exprel(-exponent)
    return np.asarray((density * gifts).sum(axis=1))
