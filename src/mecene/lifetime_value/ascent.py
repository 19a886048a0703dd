"""Ascent: where a log-likelihood is highest.

BFGS on exact gradients finds the neighbourhood, Newton's method (second derivatives by
differences of the exact gradient) the point, to about 1e-10 of a unit per donor.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Objective = Callable[[Vector], tuple[float, Vector]]

_FARTHEST = 25.0  # a log-parameter beyond e^±25 is on its way to infinity
_FLAT = 1e-10  # gradient per donor at which there is nothing left to climb
_ACCEPTED = 1e-5
_NEAR = 1e-6  # per donor too: Newton takes over
_LEVEL = 1e-10  # second derivative per donor below which a summit is a ridge


class DidNotConverge(ValueError):
    """The likelihood has no summit: a parameter runs to zero or infinity, or the slope stays."""


def maximise(objective: Objective, start: Vector, *, donors: float) -> Vector:
    """Return the point where the objective is highest.

    Args:
        objective: Point → (value, exact gradient), both summed over donors.
        start: Where to begin. Shape (k,).
        donors: How many donors the value sums over, > 0: the scale of a negligible slope.

    Raises:
        DidNotConverge: no summit within e^±25. A prior gives one.
    """
    point = approach(objective, start, donors=donors)
    curvature = hessian(objective, point)
    if np.linalg.eigvalsh(curvature)[-1] > -_LEVEL * donors:
        raise DidNotConverge(
            f"the summit is a ridge around log-parameters {np.round(point, 2)}: the data cannot "
            "tell them apart; fit with a prior (prior.WEAK)"
        )
    try:
        return climb(objective, point, curvature, donors=donors)
    except DidNotConverge:
        # Near a pass the curvature of one point misleads: take it anew at every step.
        closer = _uphill(objective, point, donors=donors)
        return climb(objective, closer, hessian(objective, closer), donors=donors)


def approach(objective: Objective, start: Vector, *, donors: float) -> Vector:
    """Return a point near a summit, by BFGS; ``maximise`` goes on from it to the summit itself.

    Ours, because scipy's L-BFGS-B starts threads for matrices of four by four, and their waiting
    costs more than the likelihood.

    Raises:
        DidNotConverge: a parameter runs to zero or infinity.
    """

    def per_donor(point: Vector) -> tuple[float, Vector]:
        value, gradient = objective(point)
        return value / donors, gradient / donors

    point, (value, gradient), spread = start, per_donor(start), np.eye(len(start))
    for _ in range(500):
        if np.max(np.abs(gradient)) <= _NEAR or np.max(np.abs(point)) >= _FARTHEST:
            break
        step = np.einsum("ij,j->i", spread, gradient)
        moved = _backtrack(per_donor, point, step, value, slope=gradient)
        if moved is None:
            break
        there, higher, flatter = moved
        spread = _updated(spread, moved=there - point, bent=gradient - flatter)
        still = higher - value <= 1e-14 * abs(value)
        point, value, gradient = there, higher, flatter
        if still:
            break
    if np.max(np.abs(point)) >= _FARTHEST:
        raise DidNotConverge(
            f"a parameter runs to zero or infinity (log-parameters {np.round(point, 2)}): "
            "the data cannot tell it; fit with a prior (prior.WEAK)"
        )
    return point


def climb(objective: Objective, start: Vector, curvature: Vector, *, donors: float) -> Vector:
    """Return the summit near ``start``, by Newton steps with a given curvature.

    The curvature may come from a subsample scaled up: the steps then converge a little more
    slowly, to the same point, since the gradient is exact.

    Raises:
        DidNotConverge: the steps leave the neighbourhood or the slope does not vanish.
    """
    point, (value, gradient) = start, objective(start)
    for _ in range(25):
        if np.max(np.abs(gradient)) <= _FLAT * donors:
            return point
        step = np.asarray(np.linalg.lstsq(-curvature, gradient, rcond=1e-14)[0], dtype=np.float64)
        moved = _backtrack(objective, point, step, value, slope=gradient)
        if moved is None:
            break
        point, value, gradient = moved
    steep = float(np.max(np.abs(gradient))) / donors
    if steep > _ACCEPTED or np.max(np.abs(point)) >= _FARTHEST:
        raise DidNotConverge(
            f"the slope is still {steep:.1e} per donor at log-parameters {np.round(point, 2)}; "
            "fit with a prior (prior.WEAK)"
        )
    return point


def hessian(objective: Objective, point: Vector) -> Vector:
    """Return the second derivatives by central differences of the exact gradient. Shape (k, k)."""
    width = 1e-4
    columns = []
    for one in np.eye(len(point)) * width:
        columns.append((objective(point + one)[1] - objective(point - one)[1]) / (2 * width))
    curved = np.array(columns)
    return np.asarray((curved + curved.T) / 2)


def _uphill(objective: Objective, start: Vector, *, donors: float) -> Vector:
    """Return a point nearer a summit, by Newton steps that go up even where the hill is a pass."""
    point, (value, gradient) = start, objective(start)
    for _ in range(60):
        if np.max(np.abs(gradient)) <= _FLAT * donors:
            break
        bends, ways = np.linalg.eigh(-hessian(objective, point))
        # |curvature|: down a pass becomes up it, and a flat way is not walked for ever.
        steep = np.maximum(np.abs(bends), _LEVEL * donors)
        step = np.asarray(ways @ ((ways.T @ gradient) / steep), dtype=np.float64)
        moved = _backtrack(objective, point, step, value, slope=gradient)
        if moved is None:
            break
        point, value, gradient = moved
    return point


def _updated(spread: Vector, *, moved: Vector, bent: Vector) -> Vector:
    """Return the inverse curvature after one more step (Broyden, Fletcher, Goldfarb, Shanno)."""
    along = float(np.sum(moved * bent))
    if along <= 1e-14:
        return np.eye(len(moved))
    turn = np.eye(len(moved)) - np.outer(moved, bent) / along
    turned = np.einsum("ij,jk,lk->il", turn, spread, turn)
    return np.asarray(turned + np.outer(moved, moved) / along)


def _backtrack(
    objective: Objective, point: Vector, step: Vector, value: float, *, slope: Vector
) -> tuple[Vector, float, Vector] | None:
    if step @ slope < 0:  # not a summit's curvature: follow the slope instead
        step = slope / np.linalg.norm(slope)
    step = step * min(1.0, 3.0 / float(np.max(np.abs(step))))
    for _ in range(30):
        there = np.clip(point + step, -_FARTHEST, _FARTHEST)
        higher, gradient = objective(there)
        flatter = np.max(np.abs(gradient)) < np.max(np.abs(slope))
        if higher > value or (flatter and higher >= value - 1e-12 * abs(value)):
            return there, higher, gradient
        step = step / 4
    return None
