"""Who: which donor each person of a file is, among those already known.

The core says which records are one person (``mecene.identity``), old and new together. What it
says is followed with one restraint: an import never makes one donor of two that were known
apart; it proposes them, for a person to judge.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene.identity import resolve
from mecene.sources import people
from mecene_web.donors.models import Donor, Proposal, Record
from mecene_web.organisation import numbers, tables

_SAME = "reference"
_LOOKED_UP = ("external_id", "email", "phone", "postcode")
TOLD = tuple(name for name in people.PERSON if name != "person_key")
_EXTRA = {"declared": pl.Boolean(), "records": pl.Int64()}


@dataclass(frozen=True)
class Who:
    """Records and their donors.

    Attributes:
        mapping: (person_key, donor_id) of every record looked at, known or new.
        records: Every record looked at, as ``sources.people.PERSON`` has them.
        known: (person_key, id, donor_id) of those known before.
        joined: (person_key, rule, score, evidence_fr, evidence_en) of new records given to a
            donor known before.
        proposals: (one, other, score, evidence_fr, evidence_en): donors who may be one.
        new_donors: Numbers of donors who were not known.
        said: ``person_key`` of those the files name.
        merged: How many new records were recognised as somebody, by more than their reference.
    """

    mapping: pl.DataFrame
    records: pl.DataFrame
    known: pl.DataFrame
    joined: pl.DataFrame
    proposals: pl.DataFrame
    new_donors: tuple[int, ...]
    said: pl.Series
    merged: int = 0


def settle(persons: Path, *, on_progress: Callable[[str, float], None] | None = None) -> Who:
    """Return who the staged persons of an import are; nothing is written but numbers taken."""
    staged = pl.read_parquet(persons / "*.parquet").select(*people.PERSON, *_EXTRA)
    return among(staged, *_beside(staged), on_progress=on_progress)


def among(
    staged: pl.DataFrame,
    known: pl.DataFrame,
    remembered: pl.DataFrame,
    *,
    on_progress: Callable[[str, float], None] | None = None,
) -> Who:
    """Return who new persons are among records already known; nothing is written but numbers.

    Args:
        staged: New persons: ``sources.people.PERSON``, ``declared``, ``records``.
        known: (person_key, id, donor_id) of the records that may be theirs.
        remembered: What these records hold, as ``staged``.
        on_progress: Called with a stage and its share done.
    """
    records = pl.concat(
        [remembered, staged.filter(~pl.col("person_key").is_in(known["person_key"].implode()))]
    ).sort("person_key")
    found = resolve.resolve(records, undone=_never(), on_progress=on_progress)
    grouped = found.mapping.select("person_key", group="donor_id").join(
        known.select("person_key", owner="donor_id"), on="person_key", how="left"
    )
    mapping, new = _owned(grouped, found.merges)
    return Who(
        mapping=mapping,
        records=records,
        known=known,
        joined=_joined(mapping, known, found.merges, new),
        proposals=_proposals(mapping, found.merges),
        new_donors=tuple(new),
        said=staged.filter(pl.col("records") > 0)["person_key"],
        merged=_merged(mapping, known, found.merges),
    )


def _beside(staged: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the known records that share something with new ones, and what they hold."""
    keys = tables.read(Record, ["id", "key", "donor_id", *_LOOKED_UP])
    near = keys["key"].is_in(staged["person_key"].implode())
    for name in _LOOKED_UP:
        said = staged[name].drop_nulls().unique()
        near |= keys[name].is_in(said.implode()).fill_null(value=False)
    # A donor is taken whole: their records speak for one another.
    donors = keys.filter(near)["donor_id"].unique()
    return remember(keys.filter(pl.col("donor_id").is_in(donors.implode())))


def remember(taken: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ``known`` and ``remembered`` of records, for ``among``: (id, key, donor_id)."""
    held = tables.read(Record, ["key", *TOLD, "declared"], among=taken["id"].to_list()).rename(
        {"key": "person_key"}
    )
    remembered = held.with_columns(records=pl.lit(1, pl.Int64)).select(*people.PERSON, *_EXTRA)
    known = taken.select(pl.col("key").alias("person_key"), "id", "donor_id")
    return known, remembered.cast(dict(people.PERSON))


def _never() -> pl.DataFrame | None:
    """Return the pairs of records a person said are two people."""
    refused = Proposal.objects.filter(refused_at__isnull=False).values_list("one_id", "other_id")
    pairs = list(refused)
    if not pairs:
        return None
    keys = tables.read(
        Record, ["key", "donor_id"], among={number for pair in pairs for number in pair},
        by="donor_id",
    )  # fmt: skip
    apart = pl.DataFrame(pairs, schema={"one": pl.Int64, "other": pl.Int64}, orient="row")
    return apart.join(
        keys.rename({"key": "person_key_a", "donor_id": "one"}), on="one"
    ).join(keys.rename({"key": "person_key_b", "donor_id": "other"}), on="other").select(
        "person_key_a", "person_key_b"
    )  # fmt: skip


def _owned(grouped: pl.DataFrame, merges: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Return record → donor, and the numbers of new donors."""
    owners = grouped.group_by("group").agg(
        owners=pl.col("owner").drop_nulls().n_unique(), first=pl.col("owner").min()
    )
    told = grouped.join(owners, on="group")
    # Between several known donors, a new record follows its surest neighbour.
    torn = told.filter(pl.col("owner").is_null() & (pl.col("owners") > 1))["person_key"]
    near = _neighbours(torn, grouped, merges)
    fresh = told.filter(pl.col("owners") == 0)["group"].unique().sort()
    new = list(numbers.block(Donor, size=fresh.len()))
    told = told.join(near, on="person_key", how="left").join(
        pl.DataFrame({"group": fresh, "new": pl.Series(new, dtype=pl.Int64)}),
        on="group",
        how="left",
    )
    mapping = told.select(
        "person_key", donor_id=pl.coalesce("owner", "neighbour", "first", "new")
    ).sort("person_key")
    return mapping, new


def _neighbours(torn: pl.Series, grouped: pl.DataFrame, merges: pl.DataFrame) -> pl.DataFrame:
    """Return (person_key, neighbour): the known donor the surest pair leads to."""
    pairs = _both_ways(merges.filter("applied"))
    owner = grouped.drop_nulls("owner").select(other="person_key", neighbour="owner")
    return (
        pairs.filter(pl.col("person_key").is_in(torn.implode()))
        .join(owner, on="other")
        .sort("score", "neighbour", descending=[True, False])
        .unique("person_key", keep="first", maintain_order=True)
        .select("person_key", "neighbour")
    )


def _both_ways(merges: pl.DataFrame) -> pl.DataFrame:
    told = ["rule", "score", "evidence_fr", "evidence_en"]
    one = merges.select(pl.col("person_key_a").alias("person_key"),
                        pl.col("person_key_b").alias("other"), *told)  # fmt: skip
    back = one.select(
        pl.col("other").alias("person_key"), pl.col("person_key").alias("other"), *told
    )
    return pl.concat([one, back])


def _joined(
    mapping: pl.DataFrame, known: pl.DataFrame, merges: pl.DataFrame, new: list[int]
) -> pl.DataFrame:
    fresh = mapping.filter(
        ~pl.col("person_key").is_in(known["person_key"].implode())
        & ~pl.col("donor_id").is_in(pl.Series(new, dtype=pl.Int64).implode())
    )
    surest = (
        _both_ways(merges.filter("applied"))
        .sort("score", "other", descending=[True, False])
        .unique("person_key", keep="first", maintain_order=True)
    )
    return fresh.join(surest, on="person_key", how="left").drop("other", "donor_id")


def _merged(mapping: pl.DataFrame, known: pl.DataFrame, merges: pl.DataFrame) -> int:
    """Count the pairs with a new record that were followed, but those of the same reference."""
    told = merges.filter(pl.col("applied") & (pl.col("rule") != _SAME))
    old = known["person_key"].implode()
    fresh = told.filter(~(pl.col("person_key_a").is_in(old) & pl.col("person_key_b").is_in(old)))
    return (
        fresh.join(mapping.rename({"donor_id": "a"}), left_on="person_key_a", right_on="person_key")
        .join(mapping.rename({"donor_id": "b"}), left_on="person_key_b", right_on="person_key")
        .filter(pl.col("a") == pl.col("b"))
        .height
    )


def _proposals(mapping: pl.DataFrame, merges: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of records that are of two donors still, as pairs of donors."""
    of = mapping.rename({"person_key": "key"})
    told = merges.join(of.rename({"key": "person_key_a", "donor_id": "a"}), on="person_key_a").join(
        of.rename({"key": "person_key_b", "donor_id": "b"}), on="person_key_b"
    )
    return (
        told.filter(pl.col("a") != pl.col("b"))
        .select(
            one=pl.min_horizontal("a", "b"), other=pl.max_horizontal("a", "b"), score="score",
            evidence_fr="evidence_fr", evidence_en="evidence_en",
        )
        .sort("score", descending=True)
        .unique(["one", "other"], keep="first", maintain_order=True)
    )  # fmt: skip
