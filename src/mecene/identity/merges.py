"""Merges: which records become one donor, why, and how to take it back.

Pairs are joined from the surest down. A join that would put in one donor two records kept
apart (another given name, another birth date, a couple and its member) is refused: the chain
breaks at its weakest link. Undoing a merge keeps its two records apart for ever and never
creates another merge.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from mecene.identity import evidence

MERGES = pl.Schema(
    {
        "merge_id": pl.String,
        "donor_id": pl.Int64,
        "person_key_a": pl.Int64,
        "person_key_b": pl.Int64,
        "rule": pl.String,
        "score": pl.Float64,
        "evidence_fr": pl.String,
        "evidence_en": pl.String,
        "applied": pl.Boolean,
        "reason_fr": pl.String,
        "reason_en": pl.String,
    }
)

Pair = tuple[int, int]

# A rule of its own kind (e-mail and name, 0.997) beats one of another (name and postcode,
# 0.993); two of one kind do not beat each other.
_CLEARLY = 0.002


class UnknownMerge(ValueError):
    """A file of merges to undo names none: it has neither ``merge_id`` nor the two keys."""


def merge_id(a: int, b: int) -> str:
    """Return a merge's name: the same for the same two records, whatever else is in the files.

    Twelve letters and figures after « m- », which a spreadsheet leaves as they are; a 64-bit
    key it would round.
    """
    return "m-" + hashlib.blake2b(f"{a}:{b}".encode(), digest_size=6).hexdigest()


def undone_ids(undone: pl.DataFrame | None) -> set[str]:
    """Return the names of the merges to take back.

    Args:
        undone: Lines of ``merges.csv``: ``merge_id``, or ``person_key_a`` and ``person_key_b``.

    Raises:
        UnknownMerge: neither is there.
    """
    if undone is None or undone.is_empty():
        return set()
    if "merge_id" in undone.columns:
        return set(undone["merge_id"].drop_nulls().to_list())
    if {"person_key_a", "person_key_b"} <= set(undone.columns):
        keys = undone.select("person_key_a", "person_key_b").drop_nulls().rows()
        return {merge_id(min(pair), max(pair)) for pair in keys}
    raise UnknownMerge("undone: neither merge_id nor person_key_a and person_key_b; keep them")


def groups(
    edges: pl.DataFrame, *, apart: Iterable[Pair], stands_for: dict[int, int] | None = None
) -> dict[int, int]:
    """Return each record in a group of several → the smallest key of its group.

    Args:
        edges: Pairs (a, b, score) to join; of equal scores, the smaller keys first.
        apart: Pairs that must not end in one group.
        stands_for: Record → the record that speaks for it in ``apart``; by default itself.
    """
    enemies: dict[int, set[int]] = defaultdict(set)
    for a, b in apart:
        enemies[a].add(b)
        enemies[b].add(a)
    voice = stands_for or {}
    keys, pairs = _places(edges)
    above = list(range(len(keys)))
    weight = [1] * len(keys)
    # Who speaks in a group matters only for those who are kept apart from somebody.
    voices: dict[int, set[int]] = {
        place: spoken
        for place, key in enumerate(keys)
        if (spoken := {key, voice.get(key, key)} & enemies.keys())
    }
    for a, b in pairs:
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
    return _smallest(keys, [_root(above, place) for place in range(len(keys))])


_NOBODY: set[int] = set()


def _places(edges: pl.DataFrame) -> tuple[list[int], Iterator[Pair]]:
    """Return the records of the edges, sorted, and the edges as places in them, surest first."""
    order = edges.sort(["score", "a", "b"], descending=[True, False, False]).select("a", "b")
    keys = np.unique(np.concatenate([order["a"].to_numpy(), order["b"].to_numpy()]))
    left, right = (np.searchsorted(keys, order[side].to_numpy()).tolist() for side in ("a", "b"))
    return keys.tolist(), zip(left, right, strict=True)


def _root(above: list[int], place: int) -> int:
    while above[place] != place:
        above[place] = above[above[place]]
        place = above[place]
    return place


def _smallest(keys: list[int], roots: list[int]) -> dict[int, int]:
    """Return each record of a group of several → the smallest key of the group."""
    first: dict[int, int] = {}
    several: set[int] = set()
    for key, root in zip(keys, roots, strict=True):
        if first.setdefault(root, key) != key:
            several.add(root)
    return {key: first[root] for key, root in zip(keys, roots, strict=True) if root in several}


def torn(joins: pl.DataFrame, *, apart: Iterable[Pair], stands_for: dict[int, int]) -> pl.DataFrame:
    """Return the pairs (a, b) of records that could as well be somebody else.

    « J. Dupont » joined to Jean and to Julie, or a Jean Dupont without birth date joined to
    the father and to the son: neither, unless one pair is clearly surer.
    """
    voice = _table(stands_for, "key", "voice")
    foes = pl.DataFrame(list(apart), schema={"voice": pl.Int64, "foe": pl.Int64}, orient="row")
    foes = pl.concat([foes, foes.select(voice="foe", foe="voice")])
    loose = joins.filter(pl.col("rule") != "reference").select("a", "b", "score")
    every = joins.select("a", "b", "score")
    sides = [
        every.select(it="a", other="b", score="score"),
        every.select(it="b", other="a", score="score"),
    ]
    around = pl.concat(sides).join(voice.rename({"key": "other"}), on="other")
    rivals = (
        around.join(foes, on="voice")
        .join(around.select("it", foe="voice", rival="score"), on=["it", "foe"])
        .filter(pl.col("score") <= pl.col("rival") + _CLEARLY)
        .select(a=pl.min_horizontal("it", "other"), b=pl.max_horizontal("it", "other"))
    )
    return loose.select("a", "b").join(rivals.unique(), on=["a", "b"], how="semi")


def listed(edges: pl.DataFrame, donors: pl.DataFrame) -> pl.DataFrame:
    """Return ``merges``: one line a pair, with its evidence, and whether it was applied.

    Args:
        edges: (a, b, rule, score, held, detail_fr, detail_en), one line a pair.
        donors: person_key → donor_id.
    """
    of_a = donors.select(a="person_key", donor_id="donor_id")
    of_b = donors.select(b="person_key", other_id="donor_id")
    table = edges.join(of_a, on="a", how="left").join(of_b, on="b", how="left").sort("a", "b")
    # A weaker pair of one donor is carried by stronger ones: it is applied all the same.
    applied = pl.col("donor_id") == pl.col("other_id")
    held = pl.when(~applied).then(pl.coalesce("held", pl.lit("chain")))
    ids = [merge_id(a, b) for a, b in table.select("a", "b").rows()]
    return (
        table.with_columns(
            pl.Series("merge_id", ids, dtype=pl.String),
            applied.alias("applied"),
            held.alias("held"),
        )
        .select(
            "merge_id",
            "donor_id",
            person_key_a="a",
            person_key_b="b",
            rule="rule",
            score="score",
            evidence_fr=evidence.of("fr"),
            evidence_en=evidence.of("en"),
            applied="applied",
            reason_fr=evidence.why_not("fr"),
            reason_en=evidence.why_not("en"),
        )
        .cast(MERGES)
    )


def _table(numbers: dict[int, int], key: str, value: str) -> pl.DataFrame:
    columns = {key: list(numbers), value: list(numbers.values())}
    return pl.DataFrame(columns, schema={key: pl.Int64, value: pl.Int64})


def _at_odds(ours: set[int], theirs: set[int], enemies: dict[int, set[int]]) -> bool:
    few, many = sorted((ours, theirs), key=len)
    return any(not many.isdisjoint(enemies[key]) for key in few if key in enemies)
