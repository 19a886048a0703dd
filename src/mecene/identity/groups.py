"""Groups: which records the pairs judged one person make one, and which pairs could go either way.

Pairs are joined from the surest down. A join that would put in one group two records kept apart
(another given name, another birth date, a couple and its member) is refused: the chain breaks at
its weakest link.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

PAIRS = pl.Schema({"a": pl.Int64, "b": pl.Int64})
HOMES = pl.Schema({"person_key": pl.Int64, "home": pl.Int64})
VOICES = pl.Schema({"person_key": pl.Int64, "voice": pl.Int64})

# A rule of its own kind (e-mail and name, 0.997) beats one of another (name and postcode,
# 0.993); two of one kind do not beat each other.
_CLEARLY = 0.002

Places = NDArray[np.int64]


def of(edges: pl.DataFrame, *, apart: pl.DataFrame, voices: pl.DataFrame) -> pl.DataFrame:
    """Return (person_key, home) of each record in a group of several: its smallest key.

    Args:
        edges: Pairs (a, b, score) to join; of equal scores, the smaller keys first.
        apart: Pairs (a, b) that must not end in one group.
        voices: (person_key, voice): the record that speaks for it in ``apart``; by default itself.
    """
    if edges.is_empty():
        return pl.DataFrame(schema=HOMES)
    keys, left, right = _places(edges)
    group = linked(left, right, size=len(keys))
    foes = np.unique(_column(apart, "a", "b"))
    said = np.isin(keys, foes) | np.isin(_voice(keys, voices), foes)
    # Only a group in which somebody is kept apart from somebody can break.
    disputed = np.isin(group, group[said])
    if disputed.any():
        some = edges.filter(pl.Series(disputed[left], dtype=pl.Boolean))
        group = _broken(keys, group, disputed, some, apart, voices)
    _, first, of_each, size = np.unique(
        group, return_index=True, return_inverse=True, return_counts=True
    )
    several = size[of_each] > 1
    homes = {"person_key": keys[several], "home": keys[first[of_each[several]]]}
    return pl.DataFrame(homes, schema=HOMES)


def linked(left: Places, right: Places, *, size: int) -> Places:
    """Return for each of ``size`` places the number of the group that links put it in."""
    if not len(left):
        return np.arange(size)
    # Who only draws portraits need not wait, nor pay, for scipy.
    from scipy import sparse

    links = sparse.coo_matrix((np.ones(len(left), dtype=np.bool_), (left, right)), (size, size))
    groups: Places = sparse.csgraph.connected_components(links, directed=False)[1]
    return groups.astype(np.int64)


def torn(joins: pl.DataFrame, *, apart: pl.DataFrame, voices: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs (a, b) of records that could as well be somebody else.

    « J. Dupont » joined to Jean and to Julie, or a Jean Dupont without birth date joined to
    the father and to the son: neither, unless one pair is clearly surer.
    """
    foes = apart.select(voice="a", foe="b")
    foes = pl.concat([foes, foes.select(voice="foe", foe="voice")])
    # Few records are kept apart from anybody: the others are left out first.
    heard = voices.join(foes.select("voice").unique(), on="voice", how="semi")
    loose = joins.filter(pl.col("rule") != "reference").select("a", "b")
    every = joins.select("a", "b", "score")
    sides = [
        every.select(it="a", other="b", score="score"),
        every.select(it="b", other="a", score="score"),
    ]
    around = pl.concat(
        [side.join(heard.rename({"person_key": "other"}), on="other") for side in sides]
    )
    rivals = (
        around.join(foes, on="voice")
        .join(around.select("it", foe="voice", rival="score"), on=["it", "foe"])
        .filter(pl.col("score") <= pl.col("rival") + _CLEARLY)
        .select(a=pl.min_horizontal("it", "other"), b=pl.max_horizontal("it", "other"))
    )
    return loose.join(rivals.unique(), on=["a", "b"], how="semi")


def _column(pairs: pl.DataFrame, *names: str) -> Places:
    return np.concatenate([pairs[name].to_numpy() for name in names])


def _places(edges: pl.DataFrame) -> tuple[Places, Places, Places]:
    """Return the records of the edges, sorted, and both sides of each edge as places in them."""
    keys = np.unique(_column(edges, "a", "b"))
    left, right = (np.searchsorted(keys, edges[side].to_numpy()) for side in ("a", "b"))
    return keys, left.astype(np.int64), right.astype(np.int64)


def _voice(keys: Places, voices: pl.DataFrame) -> Places:
    spoken = pl.DataFrame({"person_key": keys}).join(
        voices, on="person_key", how="left", maintain_order="left"
    )
    return spoken.select(pl.coalesce("voice", "person_key")).to_series().to_numpy()


def _broken(
    keys: Places,
    group: Places,
    disputed: NDArray[np.bool_],
    edges: pl.DataFrame,
    apart: pl.DataFrame,
    voices: pl.DataFrame,
) -> Places:
    """Return the groups again, those with a dispute in them joined pair by pair."""
    theirs = keys[disputed]
    spoken = _voice(theirs, voices)
    enemies: dict[int, set[int]] = defaultdict(set)
    ours = pl.Series(np.union1d(theirs, spoken)).implode()
    known = apart.filter(pl.any_horizontal(pl.col("a", "b").is_in(ours)))
    for a, b in known.iter_rows():
        enemies[a].add(b)
        enemies[b].add(a)
    order = edges.sort(["score", "a", "b"], descending=[True, False, False])
    above = _joined(theirs.tolist(), spoken.tolist(), order.select("a", "b"), enemies)
    again = group.copy()
    again[disputed] = len(keys) + np.array(above, dtype=np.int64)
    return again


def _joined(
    keys: list[int], spoken: list[int], edges: pl.DataFrame, enemies: dict[int, set[int]]
) -> list[int]:
    """Return the root of each record when edges are followed in order, wars left out."""
    above = list(range(len(keys)))
    weight = [1] * len(keys)
    # Who speaks in a group matters only for those who are kept apart from somebody.
    voices: dict[int, set[int]] = {
        place: said
        for place, (key, voice) in enumerate(zip(keys, spoken, strict=True))
        if (said := {key, voice} & enemies.keys())
    }
    for a, b in _steps(keys, edges):
        left, right = _root(above, a), _root(above, b)
        if left == right or _at_odds(
            voices.get(left, _NOBODY), voices.get(right, _NOBODY), enemies
        ):
            continue
        small, large = sorted((left, right), key=lambda root: (weight[root], root))
        above[small] = large
        weight[large] += weight[small]
        if small in voices:
            voices[large] = voices.get(large, set()) | voices.pop(small)
    return [_root(above, place) for place in range(len(keys))]


_NOBODY: set[int] = set()


def _steps(keys: list[int], edges: pl.DataFrame) -> Iterator[tuple[int, int]]:
    sides = (np.searchsorted(keys, edges[side].to_numpy()).tolist() for side in ("a", "b"))
    return zip(*sides, strict=True)


def _root(above: list[int], place: int) -> int:
    while above[place] != place:
        above[place] = above[above[place]]
        place = above[place]
    return place


def _at_odds(ours: set[int], theirs: set[int], enemies: dict[int, set[int]]) -> bool:
    few, many = sorted((ours, theirs), key=len)
    return any(not many.isdisjoint(enemies[key]) for key in few if key in enemies)
