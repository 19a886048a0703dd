"""How much of the noise was already there? Comparing donors at equal past giving (CUPED).

What donors gave before the test cannot have been moved by it, and foretells what they gave after:
the part it explains is taken out of both arms alike. The estimate stays that of the treatment;
its interval narrows by the correlation between past and present.

Source: A. Deng, Y. Xu, R. Kohavi and T. Walker (2013), "Improving the sensitivity of online
controlled experiments by utilizing pre-experiment data", WSDM, section 3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mecene.experiments.moments import Moments


def adjusted(
    arms: Sequence[Moments], *, quantity: int = 0, covariates: Sequence[int] = (1,)
) -> tuple[Moments, ...]:
    """Return the moments of a quantity at equal covariates, arm by arm.

    A covariate that nobody differs by, or that repeats another, takes nothing out. Any comparison
    takes the result as it would take the quantity itself.

    Args:
        arms: Every arm of the test, the control among them; one slope serves them all.
        quantity: What is compared, by its place.
        covariates: Places of what was known before the draw.

    Returns:
        Moments of one quantity; its mean over all arms together is unchanged.
    """
    slopes = _slopes(arms, quantity, list(covariates))
    people = sum(arm.n for arm in arms)
    middle = sum(arm.n * arm.means[list(covariates)] for arm in arms) / max(people, 1)
    shift = float(slopes @ np.atleast_1d(middle))
    return tuple(_without(arm, quantity, list(covariates), slopes, shift) for arm in arms)


def explained(
    arms: Sequence[Moments], *, quantity: int = 0, covariates: Sequence[int] = (1,)
) -> float:
    """Return the share of the variance within arms that the covariates take out, in [0, 1].

    An interval narrows to √(1 − share) of its width. Not a number where nobody differs.
    """
    whole = sum(float(arm.products[quantity, quantity]) for arm in arms)
    left = sum(
        float(arm.products[0, 0])
        for arm in adjusted(arms, quantity=quantity, covariates=covariates)
    )
    return 1 - left / whole if whole > 0 else float("nan")


def _slopes(arms: Sequence[Moments], quantity: int, covariates: list[int]) -> NDArray[np.float64]:
    """Return the least-squares slopes within arms: the effect itself does not bend them."""
    within = np.sum([arm.products for arm in arms], axis=0)
    among = within[np.ix_(covariates, covariates)]
    # In standard deviations, so that euros beside counts lose no figure.
    scale = np.sqrt(np.diag(among))
    scale[scale == 0] = 1.0
    along = within[covariates, quantity] / scale
    slopes = np.linalg.lstsq(among / np.outer(scale, scale), along, rcond=1e-9)[0]
    return np.asarray(slopes / scale)


def _without(
    arm: Moments, quantity: int, covariates: list[int], slopes: NDArray[np.float64], shift: float
) -> Moments:
    weights = np.zeros(arm.means.size)
    weights[quantity] = 1.0
    weights[covariates] -= slopes
    flat = arm.combined(weights)
    return Moments(flat.n, flat.means + shift, flat.products)
