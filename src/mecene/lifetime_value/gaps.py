"""Gaps: how likely a history is, given a donor's rates, when only its counts are known.

For rates of giving p and of stepping back θ (every pair of a grid), and chances ρ of returning
and φ of leaving for good: the chance that a gift is followed by the next m years later, the
chance of m silent years, and from them the chance of x giving years, the last at t, in n.
Each chance comes with its slopes in ρ and φ (a *jet*: three arrays, the value first).
"""

import numpy as np
from numpy.typing import NDArray

from mecene.lifetime_value.histories import Yearly

Vector = NDArray[np.float64]


def chances(rates: Vector, returning: float, for_good: float, histories: Yearly) -> Vector:
    """Return the chance of each history at each (p, θ), and its slopes. Shape (3, n, p, θ).

    It is the chance of the counts: all sequences of years that agree with them.
    """
    years = int(histories.opportunities.max(initial=0))
    gap, silence = _gaps(rates, returning, for_good, years=years)
    x, last = histories.repeat_years, histories.last_repeat_year
    silent = histories.opportunities - last
    result = np.empty((3, len(x), len(rates), len(rates)))
    reached = np.zeros((years + 1, 3, len(rates), len(rates)))  # by year of the x-th gift
    reached[0, 0] = 1.0
    for count in range(int(x.max(initial=0)) + 1):
        if count:
            reached = _one_more(reached, gap, count)
        for row in np.flatnonzero(x == count):
            result[:, row] = _product(reached[last[row]], silence[silent[row]])
    return result


def active_ahead(
    rates: Vector, returning: float, for_good: float, *, silent: int, periods: int
) -> Vector:
    """Return the chance of being active at each opportunity ahead, after ``silent`` years.

    Shape (periods, p, θ); 1 is the next opportunity, after its own chances of change.
    """
    give, leave = rates[:, None], rates[None, :]
    active, dormant, lost = (
        np.ones((3, len(rates), len(rates))) * np.array([1, 0, 0])[:, None, None]
    )
    for _ in range(silent):
        active, dormant, lost = _turn(active, dormant, lost, leave, returning, for_good)
        active = active * (1 - give)
        # Divided as it goes, or a long silence of a sure giver is 0/0.
        seen = active + dormant + lost
        active, dormant, lost = active / seen, dormant / seen, lost / seen
    ahead = []
    for _ in range(periods):
        active, dormant, lost = _turn(active, dormant, lost, leave, returning, for_good)
        ahead.append(active)
    return np.array(ahead)


def _turn(
    active: Vector, dormant: Vector, lost: Vector, leave: Vector, returning: float, for_good: float
) -> tuple[Vector, Vector, Vector]:
    left = active * leave
    return (
        active - left + dormant * returning,
        dormant * (1 - returning) + left * (1 - for_good),
        lost + left * for_good,
    )


def _gaps(rates: Vector, returning: float, for_good: float, *, years: int) -> tuple[Vector, Vector]:
    """Return jets of the chance of the next gift at year m, and of none up to m, m <= years."""
    grid = (3, len(rates), len(rates))
    give, leave = rates[:, None], rates[None, :]
    active, dormant, lost = np.zeros(grid), np.zeros(grid), np.zeros(grid)
    active[0] = 1.0
    gap, silence = np.zeros((years + 1, *grid)), np.zeros((years + 1, *grid))
    silence[0] = active
    for year in range(1, years + 1):
        back, left = dormant * returning, active * leave
        back[1] += dormant[0]
        for_ever = left * for_good
        for_ever[2] += left[0]
        active, dormant, lost = (
            active - left + back, dormant - back + left - for_ever, lost + for_ever,
        )  # fmt: skip
        gap[year] = active * give
        active = active * (1 - give)
        silence[year] = active + dormant + lost
    return gap, silence


def _one_more(reached: Vector, gap: Vector, count: int) -> Vector:
    """Return, by year, the jet of the chance that gift ``count`` falls in it."""
    following = np.zeros_like(reached)
    for wait in range(1, len(reached) - count + 1):
        before = reached[count - 1 : len(reached) - wait]
        following[count - 1 + wait :] += _product(before, gap[wait])
    return following


def _product(left: Vector, right: Vector) -> Vector:
    """Return the product of two jets, whose axis is the third from the end."""
    value = left[..., :1, :, :]
    product = left * right[..., :1, :, :]
    product[..., 1:, :, :] += value * right[..., 1:, :, :]
    return np.asarray(product)
