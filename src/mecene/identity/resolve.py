"""Resolve: which donor each person record is.

Exact rules first, then likelihood for what they leave; groups are built from the surest pair
down and never hold two people kept apart. The same records give the same donors, whatever
their order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from mecene import facts
from mecene.identity import (
    candidates,
    compare,
    evidence,
    exact,
    households,
    merges,
    portraits,
    probable,
    references,
    traits,
)  # fmt: skip

THRESHOLD = 0.99
_WORTH_A_LOOK = 0.6

Progress = Callable[[str, float], None]


class InvalidThreshold(ValueError):
    """The score from which a merge is applied is not between 0.5 and 1."""


@dataclass(frozen=True)
class Resolution:
    """Who is who.

    Attributes:
        mapping: (person_key, donor_id, declared), one row a key, sorted by key.
        donors: ``facts.DONORS``, sorted by ``donor_id``, 1 to n.
        merges: One line a pair of records judged one person, applied or not (``merges.MERGES``).
        households: How many households hold at least two donors.
    """

    mapping: pl.DataFrame
    donors: pl.DataFrame
    merges: pl.DataFrame
    households: int

    @property
    def proposals(self) -> pl.DataFrame:
        """Return the merges not applied: for a person to judge."""
        return self.merges.filter(~pl.col("applied"))


def resolve(
    persons: pl.DataFrame | Path,
    *,
    threshold: float = THRESHOLD,
    undone: pl.DataFrame | None = None,
    on_progress: Progress | None = None,
) -> Resolution:
    """Return who is who among person records.

    Args:
        persons: The staged person records, or the Parquet file or directory that holds them.
        threshold: Score from which a merge is applied, in [0.5, 1].
        undone: Pairs never to merge: lines of ``merges.csv`` (``merge_id``), or
            ``person_key_a`` and ``person_key_b``.
        on_progress: Called with a stage and its share done, 0 to 1.

    Raises:
        InvalidThreshold: the threshold is out of its range.
        traits.InvalidPersons: a record has no key, or two have the same.
        merges.UnknownMerge: ``undone`` names no merge.
    """
    if not 0.5 <= threshold <= 1:
        raise InvalidThreshold(f"threshold is {threshold}; it is a score between 0.5 and 1")
    tell = on_progress or _silent
    tell("names", 0.0)
    people = _people(persons)
    tell("pairs", 0.3)
    edges, groups = _grouped(people, threshold, merges.undone_ids(undone), tell)
    tell("donors", 0.8)
    # Read again: what is only shown is not held while pairs are compared.
    table = traits.complete(_read(persons))
    edges, mapping = _numbered(table, edges, groups, merges.undone_ids(undone))
    numbers = mapping.select("person_key", "donor_id")
    homes = households.of(people, numbers)
    donors = portraits.of(table, people, numbers).drop("household_id")
    donors = donors.join(homes, on="donor_id", how="left", maintain_order="left")
    tell("donors", 1.0)
    return Resolution(
        mapping=mapping,
        donors=facts.check(donors, facts.DONORS),
        merges=merges.listed(edges, numbers),
        households=homes["household_id"].n_unique(),
    )


def _people(persons: pl.DataFrame | Path) -> pl.DataFrame:
    table = traits.complete(_read(persons))
    held = traits.comparable(table)
    return traits.of(table if held.all() else table.filter(held))


def _read(persons: pl.DataFrame | Path) -> pl.DataFrame:
    if isinstance(persons, pl.DataFrame):
        return persons
    return pl.read_parquet(persons / "*.parquet" if persons.is_dir() else persons)


def _grouped(
    people: pl.DataFrame, threshold: float, undone: set[str], tell: Progress
) -> tuple[pl.DataFrame, dict[int, int]]:
    """Return every judged pair, and record → group."""
    found = candidates.pairs(people)
    database = compare.opened()
    try:
        tell("pairs", 0.4)
        compared = compare.worthwhile(
            database, people, found, on_progress=lambda share: tell("pairs", 0.4 + 0.2 * share)
        )
        known, compared = compare.without_shared(people, compared)
        edges = _judged(database, known, compared, threshold)
        tell("pairs", 0.7)
        joins = edges.filter(pl.col("held").is_null())
        stands_for, apart = _kept_apart(database, known, joins)
    finally:
        database.close()
    doubtful = merges.torn(joins, apart=apart, stands_for=stands_for)
    edges = _held(edges, doubtful, "ambiguous")
    sure = edges.filter(pl.col("held").is_null())
    groups = merges.groups(sure, apart=apart, stands_for=stands_for)
    return _undo(edges, groups, undone, apart, stands_for)


def _judged(
    database: duckdb.DuckDBPyConnection,
    known: pl.DataFrame,
    compared: pl.DataFrame,
    threshold: float,
) -> pl.DataFrame:
    """Return the pairs worth a line: rule, score, why held back, what agrees, who is vague."""
    ruled = exact.edges(compared, known)
    left = compared.filter(_evident()).select("a", "b").join(ruled, on=["a", "b"], how="anti")
    scored = probable.scores(database, known, left).filter(pl.col("score") >= _WORTH_A_LOOK)
    likely = scored.select(
        "a", "b", pl.lit("probable").alias("rule"), "score", pl.lit(None, pl.String).alias("held")
    )
    both = pl.concat([ruled, likely.cast(exact.EDGES)])
    weak = pl.when(pl.col("score") < threshold).then(pl.lit("below_threshold"))
    sure = pl.col("rule") != "probable"
    both = both.with_columns(pl.coalesce("held", pl.when(~sure).then(weak)).alias("held"))
    told = compared.join(both, on=["a", "b"], how="semi")
    # The same few words again and again: kept once each, they weigh nothing on a large file.
    seen = told.select(
        "a",
        "b",
        evidence.seen("fr").cast(pl.Categorical).alias("detail_fr"),
        evidence.seen("en").cast(pl.Categorical).alias("detail_en"),
    )
    return both.join(seen, on=["a", "b"], how="left", maintain_order="left")


def _held(edges: pl.DataFrame, pairs: pl.DataFrame, reason: str) -> pl.DataFrame:
    why = pairs.with_columns(pl.lit(reason).alias("why"))
    edges = edges.join(why, on=["a", "b"], how="left", maintain_order="left")
    return edges.with_columns(pl.coalesce("held", "why").alias("held")).drop("why")


def _evident() -> pl.Expr:
    """Return which undecided pairs hold more than a name: homonyms alone are never scored."""
    crossed = pl.col("swapped")
    named = pl.col("last").is_in(["same", "close", "part"]) | crossed
    given = pl.col("first").is_in(["same", "close"]) | crossed
    brief = pl.col("first") == "initial"
    personal = pl.col("email") | pl.col("phone") | pl.col("local") | (pl.col("birth") == "same")
    address = pl.col("place").is_in(["address", "street"])
    near = pl.col("place").is_in(["postcode", "elsewhere", "city", "town"])
    return pl.col("apart").is_null() & (
        (personal & (named | given)) | (address & named & (given | brief)) | (near & named & given)
    )


def _kept_apart(
    database: duckdb.DuckDBPyConnection, known: pl.DataFrame, joins: pl.DataFrame
) -> tuple[dict[int, int], list[merges.Pair]]:
    """Return who speaks for whom, and the pairs of one chain that cannot be one person."""
    chains = merges.groups(joins, apart=())
    members = pl.DataFrame(
        {"person_key": list(chains), "chain": list(chains.values())},
        schema={"person_key": pl.Int64, "chain": pl.Int64},
    )
    told = ["chain", "ref", "kind", "first", "last", "gender", "birth_date"]
    spoken = members.join(known, on="person_key").with_columns(
        pl.col("person_key").min().over(told).alias("voice")
    )
    stands_for = dict(spoken.select("person_key", "voice").iter_rows())
    voices = spoken.select("chain", a="voice").unique()
    pairs = voices.join(voices.rename({"a": "b"}), on="chain").filter(pl.col("a") < pl.col("b"))
    pairs = pairs.select("a", "b").unique().sort("a", "b")
    compared = compare.pairs(database, known, pairs)
    # Jean and Jean-Pierre are one only where something says so of the two of them.
    spoken_of = joins.select("a", "b")
    partial = (pl.col("first") == "partial") & pl.col("unsaid")
    compared = compared.join(
        spoken_of.with_columns(pl.lit(value=False).alias("unsaid")), on=["a", "b"], how="left"
    ).with_columns(pl.col("unsaid").fill_null(value=True))
    at_odds = compared.filter((pl.col("apart").is_not_null() | partial) & ~pl.col("ref"))
    return stands_for, at_odds.select("a", "b").rows()


def _undo(
    edges: pl.DataFrame,
    groups: dict[int, int],
    undone: set[str],
    apart: list[merges.Pair],
    stands_for: dict[int, int],
) -> tuple[pl.DataFrame, dict[int, int]]:
    """Take merges back: from those applied only, so that undoing never creates a merge."""
    if not undone:
        return edges, groups
    ids = [merges.merge_id(a, b) in undone for a, b in edges.select("a", "b").iter_rows()]
    taken = pl.Series("taken", ids, dtype=pl.Boolean)
    home = _homes(groups)
    applied = (
        edges.with_columns(taken)
        .join(home.rename({"person_key": "a", "home": "home_a"}), on="a", how="left")
        .join(home.rename({"person_key": "b", "home": "home_b"}), on="b", how="left")
        .filter(pl.col("held").is_null() & (pl.col("home_a") == pl.col("home_b")))
    )
    again = applied.filter(~pl.col("taken"))
    never = edges.filter(taken).select("a", "b").rows()
    edges = edges.with_columns(
        pl.when(taken).then(pl.lit("undone")).otherwise("held").alias("held")
    )
    return edges, merges.groups(again, apart=[*apart, *never], stands_for=stands_for)


def _numbered(
    table: pl.DataFrame, edges: pl.DataFrame, groups: dict[int, int], undone: set[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give every record its donor, numbered from 1 by smallest key; bare references follow."""
    keyed = table.select("person_key", "declared").join(
        _homes(groups), on="person_key", how="left", maintain_order="left"
    )
    keyed = keyed.with_columns(pl.coalesce("home", "person_key").alias("home"))
    followed = references.followers(table, undone=undone)
    led = followed.filter(pl.col("held").is_null()).select("anchor", person_key="follower")
    led = led.join(keyed.select(anchor="person_key", led="home"), on="anchor").drop("anchor")
    keyed = keyed.join(led, on="person_key", how="left", maintain_order="left")
    root = pl.coalesce("led", "home")
    smallest = pl.col("person_key").min().over(root)
    mapping = keyed.with_columns(smallest.rank("dense").cast(pl.Int64).alias("donor_id"))
    bare = followed.select(
        "a", "b", "held", pl.lit("reference").alias("rule"), pl.lit(1.0).alias("score")
    )
    return (
        pl.concat([edges, bare], how="diagonal"),
        mapping.select("person_key", "donor_id", "declared"),
    )


def _homes(groups: dict[int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        {"person_key": list(groups), "home": list(groups.values())},
        schema={"person_key": pl.Int64, "home": pl.Int64},
    )


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""
