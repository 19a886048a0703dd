"""Anytime: by how much do two shares differ, exactly, however often one has looked?

Each arm has a wealth: how much better its answers are foretold by a mixture of shares, chosen
before, than by a share p. At the true share it is a martingale, and so is the product of both
arms'; by Ville's inequality it never passes 1 / α but with a chance of α at most. The interval is
every difference that some pair of shares not yet refuted has. No size is too small, no rate too
rare: what one pays is width (`sequential.watched` is narrower, and true from some size on).

Source: R. Turner and P. Grünwald (2023), "Exact anytime-valid confidence intervals for contingency
tables and beyond", Statistics & Probability Letters 198, 109835: the product of both arms and its
projection on the difference; H. Robbins (1970), Annals of Mathematical Statistics 41, 1397-1409:
the mixture. As in I. Waudby-Smith and A. Ramdas (2024), JRSS B 86, 1-27, it is a wager on each arm.
"""

from collections.abc import Callable
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mecene.experiments import proportions
from mecene.experiments.difference import CONFIDENCE, Difference, NoVariation, TooFewDonors
from mecene.experiments.proportions import Answers, NotAShare

Array = NDArray[np.float64]
Refuted = NDArray[np.bool_]
_HALVINGS = 60
# Jeffreys' prior: no share is thought likelier, and rare ones are not punished.
_OPEN = (0.5, 0.5)


def difference(
    control: Answers, treated: Answers, *, usual: float | None = None, weight: float = 500.0,
    confidence: float = CONFIDENCE,
) -> Difference:  # fmt: skip
    """Return the difference of two shares as it may be looked at any time; p, too, is exact.

    Args:
        control: Answers so far in the control.
        treated: Answers so far in the treatment.
        usual: What the share is thought to be, in (0, 1), said before the first look: nearer to
            it the interval is narrower, far from it hardly wider; None: nothing is thought.
        weight: How sure that is, in people, > 0; fixed before the first look.
        confidence: In (0, 1).

    Raises:
        TooFewDonors: an arm is empty.
        NoVariation: nobody answered, or everybody did, in both arms.
    """
    if min(control.people, treated.people) < 1:
        raise TooFewDonors("an arm is empty: there is nobody to compare")
    if (control + treated).answered in (0, (control + treated).people):
        raise NoVariation("everybody answered alike, in both arms")
    counts = (control.answered, control.people, treated.answered, treated.people)
    x0, n0, x1, n1 = (np.asarray([each], dtype=np.float64) for each in counts)
    low, high = limits(x0, n0, x1, n1, usual=usual, weight=weight, confidence=confidence)
    found = wealth(x0, n0, x1, n1, delta=np.zeros(1), usual=usual, weight=weight)
    spread = sum(arm.share * (1 - arm.share) / arm.people for arm in (control, treated))
    return Difference(
        treated.share - control.share, float(low[0]), float(high[0]),
        exp(-max(float(found[0]), 0.0)), control.people, treated.people, control.share,
        treated.share, spread**0.5, "always valid, exact for shares", confidence,
    )  # fmt: skip


def limits(
    x0: ArrayLike, n0: ArrayLike, x1: ArrayLike, n1: ArrayLike, *, usual: float | None = None,
    weight: float = 500.0, confidence: float = CONFIDENCE,
) -> tuple[Array, Array]:  # fmt: skip
    """Return the limits of p₁ − p₀, of arrays of counts of one shape; as ``difference``."""
    a0, m0, a1, m1 = (np.asarray(each, dtype=np.float64) for each in (x0, n0, x1, n1))
    middle, refuted = a1 / m1 - a0 / m0, log(1 / (1 - confidence))

    def beyond(delta: Array) -> Refuted:
        return wealth(a0, m0, a1, m1, delta=delta, usual=usual, weight=weight) > refuted

    edge = np.full_like(middle, 1 - 1e-12)
    return _border(beyond, middle, -edge), _border(beyond, middle, edge)


def wealth(
    x0: Array, n0: Array, x1: Array, n1: Array, *, delta: Array, usual: float | None = None,
    weight: float = 500.0,
) -> Array:  # fmt: skip
    """Return the logarithm of the least wealth against shares that differ by ``delta``."""
    told = _told(x0, n0, x1, n1, usual=usual, weight=weight)
    return np.asarray(told - _likelihood(x0, n0, x1, n1, delta))


def _told(
    x0: Array, n0: Array, x1: Array, n1: Array, *, usual: float | None, weight: float
) -> Array:
    """Return the logarithm of how well the mixtures foretold the answers of both arms."""
    from scipy import special

    if usual is not None and not (0 < usual < 1 and weight > 0):
        raise NotAShare(f"usual is {usual}, of {weight} people: a share between 0 and 1, of some")
    priors = [_OPEN] if usual is None else [_OPEN, (weight * usual, weight * (1 - usual))]
    both = np.zeros_like(x0)
    for x, n in ((x0, n0), (x1, n1)):
        each = [special.betaln(a + x, b + n - x) - special.betaln(a, b) for a, b in priors]
        both = both + special.logsumexp(each, axis=0) - log(len(priors))
    return both


def _likelihood(x0: Array, n0: Array, x1: Array, n1: Array, delta: Array) -> Array:
    """Return the logarithm of the largest likelihood of shares that differ by ``delta``."""
    from scipy import special

    p0, p1 = proportions.likeliest(x0, n0, x1, n1, delta)
    return np.asarray(
        special.xlogy(x0, p0) + special.xlog1py(n0 - x0, -p0)
        + special.xlogy(x1, p1) + special.xlog1py(n1 - x1, -p1)
    )  # fmt: skip


def _border(beyond: Callable[[Array], Refuted], inside: Array, outside: Array) -> Array:
    """Return where ``beyond`` begins between a point inside and one outside; by halving."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        out = beyond(middle)
        outside = np.where(out, middle, outside)
        inside = np.where(out, inside, middle)
    # What was last found refuted: rounding widens, it never narrows.
    return outside
