"""Merges: which records become one donor, why, and how to take it back.

One line a pair of records judged one person, applied or not, with its evidence in words. Undoing
a merge keeps its two records apart for ever and never creates another merge.
"""

import hashlib

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

_AT_ONCE = 200_000


class UnknownMerge(ValueError):
    """A file of merges to undo names none: it has neither ``merge_id`` nor the two keys."""


def merge_id(a: int, b: int) -> str:
    """Return a merge's name: the same for the same two records, whatever else is in the files.

    Twelve letters and figures after « m- », which a spreadsheet leaves as they are; a 64-bit
    key it would round.
    """
    return "m-" + hashlib.blake2b(f"{a}:{b}".encode(), digest_size=6).hexdigest()


def taken_back(pairs: pl.DataFrame, undone: set[str]) -> pl.Series:
    """Return which pairs (a, b) are among the merges taken back."""
    rows = pairs.select("a", "b").iter_rows() if undone else ()
    taken = [merge_id(a, b) in undone for a, b in rows] or [False] * pairs.height
    return pl.Series("taken", taken, dtype=pl.Boolean)


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


def listed(edges: pl.DataFrame, donors: pl.DataFrame) -> pl.DataFrame:
    """Return ``merges``: one line a pair, with its evidence, and whether it was applied.

    Args:
        edges: (a, b, rule, score, held, detail_fr, detail_en), one line a pair.
        donors: person_key → donor_id, sorted by key.
    """
    ordered = edges.sort("a", "b")
    parts = [
        _lines(ordered.slice(start, _AT_ONCE), donors)
        for start in range(0, max(ordered.height, 1), _AT_ONCE)
    ]
    return pl.concat(parts)


def _lines(edges: pl.DataFrame, donors: pl.DataFrame) -> pl.DataFrame:
    keys, numbers = donors["person_key"], donors["donor_id"]
    of_a, of_b = (numbers[keys.search_sorted(edges[side])] for side in ("a", "b"))
    # A weaker pair of one donor is carried by stronger ones: it is applied all the same.
    applied = pl.col("donor_id") == pl.col("other_id")
    held = pl.when(~applied).then(pl.coalesce("held", pl.lit("chain")))
    ids = [merge_id(a, b) for a, b in edges.select("a", "b").iter_rows()]
    return (
        edges.with_columns(of_a.alias("donor_id"), of_b.alias("other_id"))
        .with_columns(
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
