"""Shapeless: what one crowd without groups would look like, were it as lopsided as this one.

Same correlations, same skew, same heap of donors of a single gift; but each trait with one hump
only. What a cut of the real donors has over the same cut of such a crowd is what there is of
groups. (A plain Gaussian crowd is fooled by skew: it takes a long tail for a group.)
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

Points = NDArray[np.float64]

_BINS = 40


def crowd(points: Points, *, rng: np.random.Generator) -> Points:
    """Return as many donors of one shapeless crowd. Shape of ``points``, >= 2 rows.

    Ranks drawn from a Gaussian with the rank correlations of the file (a Gaussian copula), then
    on each trait the one-humped distribution nearest to that of the file drawn again: where two
    humps are nearly as tall, some crowds stand on the one and some on the other.
    """
    ranks = np.apply_along_axis(rankdata, 0, points)
    # Spearman's to Pearson's under a Gaussian copula, https://doi.org/10.1007/BF02293973
    spearman = np.nan_to_num(np.atleast_2d(np.corrcoef(ranks.T)))
    correlation = 2 * np.sin(np.pi / 6 * spearman)
    np.fill_diagonal(correlation, 1.0)
    drawn = rng.multivariate_normal(
        np.zeros(points.shape[1]), correlation, len(points), method="eigh"
    )
    places = ndtr(drawn / np.maximum(drawn.std(axis=0), 1e-9))
    again = points[rng.integers(0, len(points), len(points))]
    columns = [_quantiles(again[:, at], places[:, at]) for at in range(points.shape[1])]
    return np.column_stack(columns)


def one_hump(counts: Points) -> Points:
    """Return the one-humped counts nearest to some counts: rising, then falling.

    Least squares on each side of every possible summit (isotonic regression); same sum.
    """
    from sklearn.isotonic import isotonic_regression

    rising = [isotonic_regression(counts[: at + 1]) for at in range(len(counts))]
    falling = [isotonic_regression(counts[at:], increasing=False) for at in range(len(counts))]
    fits = [
        np.concatenate([rising[at], falling[at + 1]]) if at + 1 < len(counts) else rising[at]
        for at in range(len(counts))
    ]
    # The two sides meet at the summit: where they do not, the better side gives way elsewhere.
    errors = [float(((fit - counts) ** 2).sum()) for fit in fits if _has_one_hump(fit)]
    kept = [fit for fit in fits if _has_one_hump(fit)]
    return np.asarray(kept[int(np.argmin(errors))])


def _has_one_hump(counts: Points) -> bool:
    summit = int(counts.argmax())
    steps = np.diff(counts)
    return bool((steps[:summit] >= -1e-9).all() and (steps[summit:] <= 1e-9).all())


def _quantiles(values: Points, places: Points) -> Points:
    """Return the one-humped distribution's values at these places, 0 to 1."""
    counts, edges = np.histogram(values, bins=_BINS)
    shaped = np.maximum(one_hump(counts.astype(np.float64)), 0.0)
    reached = np.concatenate([[0.0], np.cumsum(shaped)])
    drawn = np.interp(places * reached[-1], reached, edges)
    return _heaped(drawn, values, edges, shaped)


def _heaped(drawn: Points, values: Points, edges: Points, shaped: Points) -> Points:
    """Return the values with the file's heap put back where its tallest bin is one value."""
    summit = int(shaped.argmax())
    inside = values[(values >= edges[summit]) & (values <= edges[summit + 1])]
    if not len(inside) or np.ptp(inside) > 1e-9:
        return drawn
    heap = (drawn >= edges[summit]) & (drawn <= edges[summit + 1])
    return np.where(heap, inside[0], drawn)
