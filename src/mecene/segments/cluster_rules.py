"""Cluster rules: how a group becomes a segment, once a person has adopted it under a name.

A group is a place among other donors; a segment is a condition anybody can read. The condition is
that of a shallow decision tree over the columns the group is made of, with thresholds one can say,
and it never says quite the same: what it keeps (recall) and what it adds (precision) is measured
on donors the tree was not grown on, and shown to whoever adopts it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from mecene.conditions import language
from mecene.segments import behaviour, clusters
from mecene.segments.cluster_count import one_thread
from mecene.segments.clusters import Clusters
from mecene.segments.rules import InvalidRules

# Below this precision or recall the segment is not the group any more.
FAITHFUL_FROM = 0.8
FEWEST_DONORS = 40
_DEPTHS = (2, 3, 4)
_LEAF_SHARE = 0.01
_POPULATION = "gifts > 0 and objects_profiling is not true and deceased is not true"
# What stands for an empty cell in the tree and in its condition.
_EMPTY = 0.0
# Of somebody who gave.
_NEVER_EMPTY = ("gifts", "gift_days", "last_gift_age_days", "first_gift_age_days")
# Read by several traits; the tree needs them for one only.
_UNREAD = ("gifts", "instalments")


class CannotAdopt(ValueError):
    """The group cannot become a segment: too few of its donors are in the sample, or of others."""


@dataclass(frozen=True)
class Adopted:
    """A group as a segment of one's own.

    Attributes:
        name: Letters, digits and _: the key in a rules file.
        title: What the person who adopted it calls it.
        condition: In the language of ``mecene.conditions``.
        precision: Of the donors who answer to it, the share in the group, 0 to 1.
        recall: Of the donors of the group, the share who answer to it, 0 to 1.
        donors: How many donors both are measured on.
    """

    name: str
    title: str
    condition: str
    precision: float
    recall: float
    donors: int

    @property
    def faithful(self) -> bool:
        """Return whether the condition may stand for the group."""
        return min(self.precision, self.recall) >= FAITHFUL_FROM

    def toml(self) -> str:
        """Return the lines to put in a rules file."""
        title = self.title.replace("\n", " ").replace("\r", " ")
        return (
            f"# {title}\n"
            f"# precision {self.precision:.2f}, recall {self.recall:.2f}, {self.donors} donors\n"
            f"[custom.{self.name}]\n"
            f'condition = "{self.condition}"\n'
        )


def adopt(
    found: Clusters,
    sample: pl.DataFrame,
    *,
    which: int,
    name: str,
    rng: np.random.Generator,
    title: str = "",
) -> Adopted:
    """Return a group as a condition, with how faithful it is.

    Args:
        found: The groups.
        sample: Donors of the summary; a drawn half grows the tree, the other judges it.
        which: The number of the cluster.
        name: What the segment is called in rules; a Python identifier.
        rng: Draws the halves.
        title: In words; the name when left out.

    Raises:
        KeyError: there is no such cluster.
        CannotAdopt: the group, or the rest, has under ``FEWEST_DONORS`` donors in the sample.
        InvalidRules: the name is no identifier.
    """
    found.cluster(which)
    if not name.isidentifier():
        raise InvalidRules("custom_name", where="adopt", name=name)
    donors = behaviour.complete(sample).filter(behaviour.comparable(sample)).sort("donor_id")
    mine = (clusters.assign(found, donors)["cluster"] == which).to_numpy()
    if min(mine.sum(), (~mine).sum()) < FEWEST_DONORS:
        raise CannotAdopt(
            f"cluster {which}: {mine.sum()} of {len(mine)} donors of the sample are in it; at "
            f"least {FEWEST_DONORS} must be, and {FEWEST_DONORS} outside; give a larger sample"
        )
    order = rng.permutation(len(mine))
    grown, judged = order[::2], order[1::2]
    columns = _columns(found)
    tried = []
    for depth in _DEPTHS:
        text = _condition(donors[grown], mine[grown], columns, depth)
        tried.append((text, *_fidelity(text, donors[judged], mine[judged])))
    # The simplest of those within a hundredth of the best.
    scores = [2 * p * r / (p + r) if p + r else 0.0 for _, p, r in tried]
    at = next(i for i, score in enumerate(scores) if score >= max(scores) - 0.01)
    condition, precision, recall = tried[at]
    return Adopted(name, title or name, condition, precision, recall, len(judged))


def _columns(found: Clusters) -> tuple[str, ...]:
    reads = {trait.name: trait.reads for trait in behaviour.TRAITS}
    listed = [column for trait in found.scaling.traits for column in reads[trait]]
    kept = [column for column in dict.fromkeys(listed) if column not in _UNREAD]
    if "commitment" in found.scaling.traits:
        kept += ["gifts", "instalments"]
    return tuple(kept)


def _fidelity(text: str, donors: pl.DataFrame, mine: np.ndarray) -> tuple[float, float]:
    types = {name: type_ for name, type_ in donors.schema.items() if not type_.is_nested()}
    answers = donors.select(a=language.compile(text, columns=types).expr)["a"].to_numpy()
    both = float((answers & mine).sum())
    return both / max(float(answers.sum()), 1.0), both / max(float(mine.sum()), 1.0)


def _condition(donors: pl.DataFrame, mine: np.ndarray, columns: tuple[str, ...], depth: int) -> str:
    from sklearn.tree import DecisionTreeClassifier

    values = donors.select(
        pl.col(name).cast(pl.Float64).fill_null(_EMPTY) for name in columns
    ).to_numpy()
    leaf = max(int(_LEAF_SHARE * len(mine)), 5)
    with one_thread():
        grown = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(
            values, mine
        )
    branches = [_said(bounds, columns) for bounds in _leaves(grown.tree_, grown.classes_)]
    told = [f"({branch})" if len(branches) > 1 else branch for branch in branches if branch]
    if not told:
        return f"{_POPULATION} and gifts < 0" if not branches else _POPULATION
    joined = " or ".join(told)
    return f"{_POPULATION} and ({joined})" if len(told) > 1 else f"{_POPULATION} and {joined}"


_Bounds = dict[int, tuple[float, float]]


def _leaves(tree: Any, classes: Any) -> list[_Bounds]:
    """Return the bounds (above, at most) of the branches whose donors are mostly in the group."""
    place = list(classes).index(True)
    found: list[_Bounds] = []

    def holds(node: int) -> bool:
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left == right:
            return bool(tree.value[node][0][place] > 0.5 * tree.value[node][0].sum())
        return holds(left) and holds(right)

    def walk(node: int, bounds: _Bounds) -> None:
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if holds(node):
            found.append(bounds)
        if left == right or holds(node):
            return
        column, at = int(tree.feature[node]), float(tree.threshold[node])
        above, most = bounds.get(column, (-np.inf, np.inf))
        walk(left, {**bounds, column: (above, min(most, at))})
        walk(right, {**bounds, column: (max(above, at), most)})

    walk(0, {})
    return found


def _said(bounds: _Bounds, columns: tuple[str, ...]) -> str:
    parts = []
    for column, (above, most) in sorted(bounds.items()):
        name = columns[column]
        name = name if name in _NEVER_EMPTY else f"coalesce({name}, 0)"
        if above > -np.inf:
            parts.append(f"{name} > {_round(above, columns[column])}")
        if most < np.inf:
            parts.append(f"{name} <= {_round(most, columns[column])}")
    return " and ".join(parts)


def _round(threshold: float, column: str) -> str:
    """Return a threshold one can say: whole, of two or three figures; shares to a hundredth."""
    if column.endswith("_share"):
        return f"{threshold:.2f}"
    whole = int(np.floor(threshold))
    if column.endswith("_minor") and whole >= 1_000:
        return str(int(round(threshold / 100) * 100))
    return str(whole)
