"""Cluster count: how many groups donors fall into, argued, and whether they fall into any.

Any cut of a crowd gives pieces. Pieces are groups only if they come back in another half of the
file (prediction strength, Tibshirani & Walther 2005), hold together better than the same cut of
one shapeless crowd with the same correlations (silhouette, as in SigClust, Liu et al. 2008), and
are parted somewhere by fewer donors than on either side (a valley). Else there is one group.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mecene.segments import shapeless

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

# Tibshirani & Walther 2005: 0.8 to 0.9, https://doi.org/10.1198/106186005X59243
REPEATABLE = 0.8
# How far above the best of the shapeless crowds' a silhouette must stand.
BETTER_BY = 0.02
# Between two groups, at most this share of the smaller one's own density: else no border.
BLURRED_OVER = 0.8
# A cut without a border keeps at least this part of the best coarser cut's lead on the crowds.
_LEAD_KEPT = 0.7
FEWEST_DONORS = 100
_COMPARED = 3_000
_HALVES = 8
_CROWDS = 6
_RESAMPLES = 15
_GRID = np.linspace(-0.3, 1.3, 81)


@dataclass(frozen=True)
class Candidate:
    """What speaks for a number of groups, and against it.

    Attributes:
        k: How many groups.
        silhouette: How much nearer donors are to their own group than to the next, -1 to 1.
        silhouette_of_one: The same of shapeless crowds cut in as many, at best.
        prediction_strength: How surely two donors of a group meet again in the groups of another
            half, in the worst group, 0 to 1; the mean of several halves.
        standard_error: Of that mean.
        jaccard: Mean overlap of the groups with those of resampled files, 0 to 1.
        ari: Mean agreement with them, chance aside (Hubert & Arabie 1985), at most 1.
        valley: Density between the two least parted groups over the smaller's own, 0 to 1.
        refused_for: ``""``, ``not_repeatable``, ``no_better_than_one`` or ``cuts_a_group``
            (two pieces without a border, and a coarser cut stands well above).
    """

    k: int
    silhouette: float
    silhouette_of_one: float
    prediction_strength: float
    standard_error: float
    jaccard: float
    ari: float
    valley: float
    refused_for: str = ""

    @property
    def lead(self) -> float:
        """Return how far the silhouette stands above that of shapeless crowds."""
        return self.silhouette - self.silhouette_of_one


def compare(points: Points, *, most: int, rng: np.random.Generator) -> tuple[Candidate, ...]:
    """Return what speaks for 2 to ``most`` groups; nothing under ``FEWEST_DONORS`` donors.

    Args:
        points: Donors as ``behaviour.points`` gives them.
        most: The largest number considered, >= 2.
        rng: Draws the halves, the resamples and the shapeless crowds.
    """
    distinct = len(np.unique(points, axis=0)) if points.shape[1] else 0
    if len(points) < FEWEST_DONORS or distinct <= most:
        return ()
    drawn = _at_most(points, _COMPARED, rng)
    with one_thread():
        crowds = [shapeless.crowd(drawn, rng=rng) for _ in range(_CROWDS)]
        found = [_candidate(drawn, crowds, k, rng) for k in range(2, most + 1)]
    kept: list[Candidate] = []
    for each in found:
        coarser = max((other.lead for other in kept if not other.refused_for), default=0.0)
        cuts = each.valley > BLURRED_OVER and each.lead < _LEAD_KEPT * coarser
        refused_for = each.refused_for or ("cuts_a_group" if cuts else "")
        kept.append(replace(each, refused_for=refused_for))
    return tuple(kept)


def best(candidates: tuple[Candidate, ...]) -> int:
    """Return the largest number of groups nothing speaks against; 1 where there is none."""
    return max((each.k for each in candidates if not each.refused_for), default=1)


def centres(points: Points, k: int, rng: np.random.Generator, *, starts: int = 4) -> Points:
    """Return the centres of ``k`` groups (k-means, the best of several starts). Shape (k, traits).

    At equal seeds the same, if called within ``one_thread``.
    """
    from sklearn.cluster import KMeans

    seed = int(rng.integers(2**31 - 1))
    fitted = KMeans(k, n_init=starts, random_state=seed).fit(points)
    return np.asarray(fitted.cluster_centers_, dtype=np.float64)


def nearest(points: Points, centres: Points) -> tuple[Labels, Points]:
    """Return the place of the nearest centre (the first, at equal distance), and the distance."""
    squares = (
        (points**2).sum(axis=1)[:, None]
        - 2 * points @ centres.T
        + (centres**2).sum(axis=1)[None, :]
    )
    labels = squares.argmin(axis=1).astype(np.int64)
    chosen = np.take_along_axis(squares, labels[:, None], axis=1)[:, 0]
    return labels, np.sqrt(np.maximum(chosen, 0.0))


def overlaps(points: Points, centres: Points, *, rng: np.random.Generator) -> tuple[Points, float]:
    """Return how well each group comes back when the file is resampled (Hennig 2007).

    Returns:
        Mean Jaccard overlap of each group with its best match, 0 to 1, shape (k,); and the mean
        adjusted Rand index.
    """
    from sklearn.metrics import adjusted_rand_score

    k, drawn = len(centres), _at_most(points, _COMPARED, rng)
    own, _ = nearest(drawn, centres)
    jaccards, agreements = [], []
    for _ in range(_RESAMPLES):
        resample = drawn[rng.integers(0, len(drawn), len(drawn))]
        again, _ = nearest(drawn, _centres_if_any(resample, k, rng))
        shared = np.zeros((k, k))
        np.add.at(shared, (own, again), 1)
        either = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
        jaccards.append((shared / np.maximum(either, 1)).max(axis=1))
        agreements.append(float(adjusted_rand_score(own, again)))
    return np.mean(jaccards, axis=0), float(np.mean(agreements))


def valleys(points: Points, labels: Labels, centres: Points) -> Points:
    """Return, group by group, how empty it is before the neighbour it is least parted from.

    The density of both along the line that joins their centres: its lowest point between the
    two peaks over the lower peak. 1: one slope, no valley; near 0: nobody between. Shape (k,).
    """
    k = len(centres)
    depth = np.zeros((k, k))
    for i in range(k):
        for j in range(i + 1, k):
            both = points[(labels == i) | (labels == j)]
            depth[i, j] = depth[j, i] = _valley(both, centres[i], centres[j])
    return np.asarray(depth.max(axis=1))


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold the numerical libraries to one thread: the order of their sums stays the same."""
    # Loaded first: the limit holds for the libraries that are there when it is set.
    import sklearn.cluster  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


def _candidate(points: Points, crowds: list[Points], k: int, rng: np.random.Generator) -> Candidate:
    found = centres(points, k, rng, starts=8)
    labels, _ = nearest(points, found)
    jaccard, ari = overlaps(points, found, rng=rng)
    silhouette = _silhouette(points, labels)
    of_one = max(
        _silhouette(crowd, nearest(crowd, centres(crowd, k, rng, starts=2))[0]) for crowd in crowds
    )
    strengths = _prediction_strengths(points, k, rng)
    strength, error = float(strengths.mean()), float(strengths.std(ddof=1) / len(strengths) ** 0.5)
    refused_for = "" if silhouette >= of_one + BETTER_BY else "no_better_than_one"
    return Candidate(
        k=k,
        silhouette=silhouette,
        silhouette_of_one=of_one,
        prediction_strength=strength,
        standard_error=error,
        jaccard=float(jaccard.mean()),
        ari=ari,
        valley=float(valleys(points, labels, found).max()),
        # Tibshirani & Walther: the largest k within one standard error of the threshold.
        refused_for=refused_for if strength + error >= REPEATABLE else "not_repeatable",
    )


def _silhouette(points: Points, labels: Labels) -> float:
    from sklearn.metrics import silhouette_score

    if len(np.unique(labels)) < 2:
        return 0.0
    return float(silhouette_score(points, labels))


def _prediction_strengths(points: Points, k: int, rng: np.random.Generator) -> Points:
    worst = []
    for _ in range(_HALVES):
        order = rng.permutation(len(points))
        one, other = points[order[::2]], points[order[1::2]]
        foreign, _ = nearest(other, centres(one, k, rng))
        own, _ = nearest(other, centres(other, k, rng))
        shared = np.zeros((k, k))
        np.add.at(shared, (own, foreign), 1)
        size = shared.sum(axis=1)
        pairs = (shared * (shared - 1)).sum(axis=1) / np.maximum(size * (size - 1), 1)
        worst.append(float(pairs.min()))
    return np.array(worst)


def _valley(both: Points, one: Points, other: Points) -> float:
    axis = other - one
    along = (both - one) @ axis / max(float(axis @ axis), 1e-12)
    # Silverman's rule, https://doi.org/10.1201/9781315140919 eq. 3.31
    quartiles = np.quantile(along, (0.25, 0.75))
    spread = min(float(along.std()), float(quartiles[1] - quartiles[0]) / 1.34 or np.inf)
    width = max(0.9 * spread * len(along) ** -0.2, 1e-3)
    # Binned: a density at 81 places of thousands of donors, in one small product.
    counts, edges = np.histogram(along, bins=200)
    middles = (edges[:-1] + edges[1:]) / 2
    density = np.exp(-0.5 * ((_GRID[:, None] - middles[None, :]) / width) ** 2) @ counts
    near = _GRID <= 0.5
    first, second = int(density[near].argmax()), int(near.sum() + density[~near].argmax())
    lower = min(density[first], density[second])
    return float(density[first : second + 1].min() / lower) if lower > 0 else 1.0


def _centres_if_any(points: Points, k: int, rng: np.random.Generator) -> Points:
    """Return the centres of a resample, which may hold fewer distinct donors than groups."""
    distinct: Any = np.unique(points, axis=0)
    return centres(points, k, rng) if len(distinct) > k else np.asarray(distinct)[:k]


def _at_most(points: Points, rows: int, rng: np.random.Generator) -> Points:
    if len(points) <= rows:
        return points
    return points[np.sort(rng.choice(len(points), rows, replace=False))]
