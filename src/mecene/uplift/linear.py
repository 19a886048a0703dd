"""Linear: a ridge regression, as strong as its own rows ask for.

One pass over the rows to their products, then nothing that depends on how many there were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_AT_A_TIME = 50_000
_PENALTIES = np.logspace(-5, 3, 33)


@dataclass(frozen=True)
class Linear:
    """A weight a column, and what is added to all."""

    weights: tuple[float, ...]
    intercept: float

    def of(self, rows: NDArray[np.float32]) -> Vector:
        """Return what is foretold. Shape (n,)."""
        weights = np.asarray(self.weights, dtype=np.float32)
        return np.asarray(rows @ weights, dtype=np.float64) + self.intercept


def fit(rows: NDArray[np.float32], target: Vector) -> Linear:
    """Return the ridge regression whose penalty has the least generalised cross-validation.

    Args:
        rows: No blank, each about in [0, 1]. Shape (n, k), n > 0.
        target: Shape (n,).

    Source: Golub, Heath & Wahba, Technometrics 21 (1979).
    """
    people, width = rows.shape
    level = float(target.mean())
    products, slopes, sums, whole = np.zeros((width, width)), np.zeros(width), np.zeros(width), 0.0
    for start in range(0, people, _AT_A_TIME):
        part = rows[start : start + _AT_A_TIME]
        aim = (target[start : start + _AT_A_TIME] - level).astype(np.float32)
        products += part.T @ part
        slopes += aim @ part
        sums += np.ones(len(part), dtype=np.float32) @ part
        whole += float(aim @ aim)
    middle = sums / people
    # Columns lie in [0, 1]: nothing is lost by taking the middle off afterwards.
    products -= people * np.outer(middle, middle)
    scale = np.sqrt(np.diag(products).clip(0) / people)
    used = scale > 1e-3
    weights = np.zeros(width)
    if used.any():
        scaled = products[np.ix_(used, used)] / np.outer(scale[used], scale[used])
        weights[used] = _ridge(scaled, slopes[used] / scale[used], whole, people) / scale[used]
    return Linear(tuple(weights.tolist()), level - float(middle @ weights))


def _ridge(products: Vector, slopes: Vector, whole: float, people: int) -> Vector:
    roots, axes = np.linalg.eigh(products)
    roots = roots.clip(0)
    along = axes.T @ slopes
    # Columns penalties, rows axes; a penalty counts in people.
    kept = roots[:, None] + people * _PENALTIES[None, :]
    left = whole - (2 * along[:, None] ** 2 / kept).sum(axis=0)
    left = left + (roots[:, None] * along[:, None] ** 2 / kept**2).sum(axis=0)
    freedom = 1 - (1 + (roots[:, None] / kept).sum(axis=0)) / people
    best = int((left / freedom**2).argmin())
    return np.asarray(axes @ (along / kept[:, best]))
