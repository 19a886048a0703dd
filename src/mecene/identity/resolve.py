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
    groups,
    households,
    merges,
    portraits,
    probable,
    records,
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
    back = merges.undone_ids(undone)
    edges, homes = _grouped(people, threshold, back, tell)
    tell("donors", 0.8)
    edges, mapping = _numbered(persons, people["person_key"], edges, homes, back)
    together = households.of(people, mapping)
    people = people.select(portraits.TOLD)
    donors = portraits.of(records.slices(persons), people, mapping, together)
    tell("donors", 1.0)
    return Resolution(
        mapping=mapping,
        donors=facts.check(donors, facts.DONORS),
        merges=merges.listed(edges, mapping),
        households=together["household_id"].n_unique(),
    )


def drawn(persons: pl.DataFrame | Path, mapping: pl.DataFrame) -> pl.DataFrame:
    """Return ``facts.DONORS`` of records whose donors are known already, sorted by ``donor_id``.

    Households are numbered from 1 among these donors.

    Args:
        persons: As for ``resolve``.
        mapping: (person_key, donor_id), one row a record, whatever the numbers.

    Raises:
        traits.InvalidPersons: a record has no key, or two have the same.
    """
    people = _people(persons)
    told = mapping.select("person_key", "donor_id").sort("person_key")
    together = households.of(people, told)
    slices = records.slices(persons)
    donors = portraits.of(slices, people.select(portraits.TOLD), told, together)
    return facts.check(donors, facts.DONORS)


def _people(persons: pl.DataFrame | Path) -> pl.DataFrame:
    """Return the traits of those who hold anything but a reference.

    A record's traits depend on nothing but itself; what is on the way to them is large.
    """
    parts = [
        traits.of(part.filter(traits.comparable(part)))
        for part in records.slices(persons, columns=traits.READ)
    ]
    # Pairs look records up in any order, much faster in one piece; a column at a time, so that
    # no more than one is held twice.
    pieces = {name: [part.drop_in_place(name) for part in parts] for name in list(parts[0].columns)}
    return pl.DataFrame([pl.concat(pieces.pop(name), rechunk=True) for name in list(pieces)])


def _grouped(
    people: pl.DataFrame, threshold: float, undone: set[str], tell: Progress
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return every judged pair, and record → home (``groups.HOMES``)."""
    found = candidates.pairs(people)
    database = compare.opened()
    try:
        tell("pairs", 0.4)
        compared = compare.worthwhile(
            database, people, found, on_progress=lambda share: tell("pairs", 0.4 + 0.2 * share)
        )
        del found
        known, compared = compare.without_shared(people, compared)
        edges = _judged(database, known, compared, threshold)
        del compared
        tell("pairs", 0.7)
        joins = edges.filter(pl.col("held").is_null()).select("a", "b", "rule", "score")
        voices, apart = _kept_apart(database, known, joins)
    finally:
        database.close()
    edges = _held(edges, groups.torn(joins, apart=apart, voices=voices))
    sure = edges.filter(pl.col("held").is_null()).select("a", "b", "score")
    homes = groups.of(sure, apart=apart, voices=voices)
    return _undo(edges, homes, undone, apart, voices)


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
    weak = pl.when(pl.col("score") < threshold).then(pl.lit("below_threshold"))
    likely = scored.select("a", "b", pl.lit("probable").alias("rule"), "score", weak.alias("held"))
    # An exact rule says itself what agrees.
    told = compared.join(likely, on=["a", "b"], how="semi").select(
        "a",
        "b",
        evidence.seen("fr").cast(pl.Categorical).alias("detail_fr"),
        evidence.seen("en").cast(pl.Categorical).alias("detail_en"),
    )
    both = pl.concat([ruled, likely.cast(exact.EDGES)])
    return both.join(told, on=["a", "b"], how="left", maintain_order="left")


def _held(edges: pl.DataFrame, doubtful: pl.DataFrame) -> pl.DataFrame:
    """Hold back the pairs that could as well be with somebody else."""
    why = doubtful.with_columns(pl.lit("ambiguous", evidence.HELD).alias("why"))
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
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return who speaks for whom, and the pairs of one chain that cannot be one person."""
    nobody = pl.DataFrame(schema=groups.PAIRS), pl.DataFrame(schema=groups.VOICES)
    chains = groups.of(joins, apart=nobody[0], voices=nobody[1])
    told = ["home", "ref", "kind", "first", "last", "gender", "birth_date"]
    spoken = chains.join(known.select("person_key", *told[1:]), on="person_key")
    spoken = spoken.select("person_key", "home", voice=pl.col("person_key").min().over(told))
    heard = spoken.select("home", a="voice").unique()
    heard = heard.filter(pl.col("home").is_duplicated())
    pairs = heard.join(heard.rename({"a": "b"}), on="home").filter(pl.col("a") < pl.col("b"))
    pairs = pairs.select("a", "b").sort("a", "b")
    if pairs.is_empty():
        return spoken.select(groups.VOICES.names()), pairs
    # Jean and Jean-Pierre are one only where something says so of the two of them.
    partial = pl.col("first") == "partial"
    at_odds = compare.pairs(
        database, known, pairs, kept=(pl.col("apart").is_not_null() | partial) & ~pl.col("ref")
    ).select("a", "b", sure=pl.col("apart").is_not_null())
    said = joins.select("a", "b", said=pl.lit(value=True))
    at_odds = at_odds.join(said, on=["a", "b"], how="left", maintain_order="left")
    apart = at_odds.filter(pl.col("sure") | pl.col("said").is_null()).select("a", "b")
    return spoken.select(groups.VOICES.names()), apart


def _undo(
    edges: pl.DataFrame,
    homes: pl.DataFrame,
    undone: set[str],
    apart: pl.DataFrame,
    voices: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take merges back: from those applied only, so that undoing never creates a merge."""
    if not undone:
        return edges, homes
    taken = merges.taken_back(edges, undone)
    applied = (
        edges.with_columns(taken)
        .join(homes.rename({"person_key": "a", "home": "home_a"}), on="a", how="left")
        .join(homes.rename({"person_key": "b", "home": "home_b"}), on="b", how="left")
        .filter(pl.col("held").is_null() & (pl.col("home_a") == pl.col("home_b")))
    )
    again = applied.filter(~pl.col("taken"))
    apart = pl.concat([apart, edges.filter(taken).select("a", "b")])
    undo = pl.when(taken).then(pl.lit("undone", evidence.HELD)).otherwise("held")
    edges = edges.with_columns(undo.alias("held"))
    return edges, groups.of(again, apart=apart, voices=voices)


def _numbered(
    persons: pl.DataFrame | Path,
    comparable: pl.Series,
    edges: pl.DataFrame,
    homes: pl.DataFrame,
    undone: set[str],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give every record its donor, numbered from 1 by smallest key; bare references follow."""
    table = pl.concat(list(records.slices(persons, columns=references.READ)))
    keyed = table.select("person_key", "declared").join(
        homes, on="person_key", how="left", maintain_order="left"
    )
    keyed = keyed.with_columns(pl.coalesce("home", "person_key").alias("home"))
    known = table["person_key"].is_in(comparable.implode())
    followed = references.followers(table, comparable=known, undone=undone)
    led = followed.filter(pl.col("held").is_null()).select("anchor", person_key="follower")
    led = led.join(keyed.select(anchor="person_key", led="home"), on="anchor").drop("anchor")
    keyed = keyed.join(led, on="person_key", how="left", maintain_order="left")
    root = pl.coalesce("led", "home")
    smallest = pl.col("person_key").min().over(root)
    mapping = keyed.with_columns(smallest.rank("dense").cast(pl.Int64).alias("donor_id"))
    bare = followed.select(
        "a", "b", "held", pl.lit("reference", evidence.RULE).alias("rule"),
        pl.lit(1.0).alias("score"),
    )  # fmt: skip
    return (
        pl.concat([edges, bare], how="diagonal"),
        mapping.select("person_key", "donor_id", "declared"),
    )


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""
