"""Clusters: which groups donors fall into that nobody drew by hand, and how sure of each we are.

Fitted on a sample, then every donor goes to the nearest centre, whatever batch they come in. A
cluster is not a segment until a person adopts it (``cluster_rules``). Where the file has no clear
groups there is one, of everybody: that is an answer.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from mecene.segments import behaviour, cluster_count
from mecene.segments.behaviour import Scale, Scaling
from mecene.segments.cluster_count import Candidate, Points

# Hennig 2007: under 0.6 a group is not to be trusted, https://doi.org/10.1016/j.csda.2006.11.025
FRAGILE_UNDER = 0.6
MOST = 8
SAMPLE_DONORS = 20_000
_DECIMALS = 6
_FORMAT = 1

ASSIGNED_SCHEMA = pl.Schema(
    {"donor_id": pl.Int64(), "cluster": pl.Int64(), "distance": pl.Float64()}
)


class InvalidClusters(ValueError):
    """A saved text is not clusters, or of a format this version does not read."""


@dataclass(frozen=True)
class Difference:
    """How a cluster differs on one trait from all other donors.

    ``standard`` is the difference of means over the spread of the file; ``mine`` and ``rest`` are
    figures one can say (days, gifts, minor units, shares 0-1): means, geometric for amounts,
    counts and delays.
    """

    trait: str
    standard: float
    mine: float
    rest: float


@dataclass(frozen=True)
class Cluster:
    """One group.

    Attributes:
        number: From 1, the largest group of the sample first.
        centre: Where its middle lies, a coordinate a trait.
        share: Part of the sample, 0 to 1.
        stability: Mean Jaccard overlap with its best match in resampled files, 0 to 1.
        valley: How empty it is before its least parted neighbour, 0 (parted) to 1 (not parted).
        differences: From the greatest standard difference to the least.
    """

    number: int
    centre: tuple[float, ...]
    share: float
    stability: float
    valley: float
    differences: tuple[Difference, ...]

    @property
    def fragile(self) -> bool:
        """Return whether another draw of the same file may not show this group."""
        return self.stability < FRAGILE_UNDER

    @property
    def blurred(self) -> bool:
        """Return whether no fewer donors stand on its border with a neighbour than beside it."""
        return self.valley > cluster_count.BLURRED_OVER


@dataclass(frozen=True)
class Clusters:
    """The groups of a file, fitted; no donor's figures are in it.

    ``reason`` is why there are that many: ``argued``, ``asked`` (a person chose the number),
    ``no_clear_groups`` or ``too_few`` donors. ``candidates`` is the argument, a row a number
    of groups.
    """

    scaling: Scaling
    clusters: tuple[Cluster, ...]
    candidates: tuple[Candidate, ...]
    reason: str
    sampled: int

    @property
    def k(self) -> int:
        """Return how many groups there are; 1 where none is clear."""
        return len(self.clusters)

    @property
    def centres(self) -> Points:
        """Return the centres. Shape (k, traits)."""
        return np.array([cluster.centre for cluster in self.clusters]).reshape(self.k, -1)

    def cluster(self, number: int) -> Cluster:
        """Return the cluster of that number.

        Raises:
            KeyError: there is none.
        """
        if not 1 <= number <= self.k:
            raise KeyError(f"no cluster {number}; there are {self.k}, numbered from 1")
        return self.clusters[number - 1]


def fit(
    sample: pl.DataFrame,
    *,
    rng: np.random.Generator,
    groups: int | None = None,
    most: int = MOST,
) -> Clusters:
    """Return the groups of a file.

    Args:
        sample: A sample of its summary (``behaviour.sample``); the order of rows does not matter.
        rng: The only source of chance.
        groups: A number of groups a person insists on, 1 to ``most``; argued when left out.
        most: The largest number considered, 2 to 20.

    Raises:
        behaviour.NobodyToGroup: nobody of the sample may be grouped.
        ValueError: ``groups`` or ``most`` out of range.
    """
    if not 2 <= most <= 20 or (groups is not None and not 1 <= groups <= most):
        raise ValueError(f"groups is 1 to most, most 2 to 20; got {groups} and {most}")
    donors = sample.filter(behaviour.comparable(sample)).sort("donor_id")
    scaling = behaviour.learn(donors)
    points = behaviour.points(donors, scaling)
    candidates = cluster_count.compare(points, most=most, rng=rng)
    k = cluster_count.best(candidates) if groups is None else groups
    if len(np.unique(points, axis=0)) < k or not candidates:
        k = 1
    reason = "no_clear_groups" if candidates else "too_few"
    if k > 1:
        reason = "argued" if groups is None else "asked"
    return Clusters(scaling, _grouped(points, k, scaling, rng), candidates, reason, len(points))


def assign(clusters: Clusters, summary: pl.DataFrame) -> pl.DataFrame:
    """Return the group of each donor, in the order given.

    Returns:
        ``donor_id``; ``cluster`` (1 to k; null for those who never gave, are known to be dead or
        refused profiling); ``distance`` to its centre, in spreads of the file, >= 0.
    """
    table = behaviour.complete(summary)
    labels, distances = cluster_count.nearest(
        behaviour.points(summary, clusters.scaling), clusters.centres
    )
    grouped = behaviour.comparable(summary)
    return table.select(
        "donor_id",
        cluster=pl.when(grouped).then(pl.Series(labels + 1)),
        distance=pl.when(grouped).then(pl.Series(distances)),
    ).cast(ASSIGNED_SCHEMA)


def to_json(clusters: Clusters) -> str:
    """Return the clusters as text that runs nothing when it is read."""
    return json.dumps({"format": _FORMAT} | asdict(clusters), ensure_ascii=False, indent=1)


def from_json(text: str) -> Clusters:
    """Return the clusters a text holds.

    Raises:
        InvalidClusters: it holds none this version can read.
    """
    try:
        said = json.loads(text)
        if said.get("format") != _FORMAT:
            raise InvalidClusters(f"clusters: format {said.get('format')!r}; known: {_FORMAT}")
        scaling = Scaling(said["scaling"]["currency"], _all(Scale, said["scaling"]["scales"]))
        found = Clusters(
            scaling,
            tuple(_read(each) for each in said["clusters"]),
            _all(Candidate, said["candidates"]),
            str(said["reason"]),
            int(said["sampled"]),
        )
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as wrong:
        raise InvalidClusters(f"not saved clusters: {wrong!r}") from wrong
    unknown = set(scaling.traits) - {trait.name for trait in behaviour.TRAITS}
    if unknown or found.centres.shape != (max(found.k, 1), len(scaling.scales)):
        raise InvalidClusters("clusters: traits and centres do not fit together; fit them again")
    return found


def _grouped(
    points: Points, k: int, scaling: Scaling, rng: np.random.Generator
) -> tuple[Cluster, ...]:
    with cluster_count.one_thread():
        found = (
            points.mean(axis=0, keepdims=True)
            if k == 1
            else cluster_count.centres(points, k, rng, starts=10)
        )
        found = np.round(found, _DECIMALS)
        labels, _ = cluster_count.nearest(points, found)
        sizes = np.bincount(labels, minlength=k)
        order = np.lexsort([*found.T[::-1], -sizes])
        found, labels = found[order], np.argsort(order)[labels]
        stability = np.ones(1) if k == 1 else cluster_count.overlaps(points, found, rng=rng)[0]
    valleys = np.ones(1) if k == 1 else cluster_count.valleys(points, labels, found)
    return tuple(
        Cluster(
            number=place + 1,
            centre=tuple(float(value) for value in found[place]),
            share=float((labels == place).mean()),
            stability=round(float(stability[place]), _DECIMALS),
            valley=round(float(valleys[place]), _DECIMALS),
            differences=_differences(points, labels == place, scaling),
        )
        for place in range(k)
    )


def _differences(points: Points, mine: Any, scaling: Scaling) -> tuple[Difference, ...]:
    if mine.all() or not mine.any():
        return ()
    inside, outside = points[mine].mean(axis=0), points[~mine].mean(axis=0)
    found = [
        Difference(
            scale.trait,
            round(float(inside[at] - outside[at]) / scale.weight, _DECIMALS),
            behaviour.figure(float(inside[at]), scale),
            behaviour.figure(float(outside[at]), scale),
        )
        for at, scale in enumerate(scaling.scales)
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.standard), each.trait)))


def _all(kind: Callable[..., Any], rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**row) for row in rows)


def _read(row: dict[str, Any]) -> Cluster:
    differences = _all(Difference, row["differences"])
    return Cluster(**{**row, "centre": tuple(row["centre"]), "differences": differences})
