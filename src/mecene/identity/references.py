"""References: which donor a record that holds nothing but a reference is.

Most gift files name their donor by a number alone; the donors file says who it is. Such a
record follows the record of the same reference that says most, and is compared with nobody.
"""

import polars as pl

from mecene.identity import evidence, merges

READ = ("person_key", "external_namespace", "external_id", "declared", "records")

FOLLOWERS = pl.Schema(
    {
        "anchor": pl.Int64(),
        "follower": pl.Int64(),
        "a": pl.Int64(),
        "b": pl.Int64(),
        "held": evidence.HELD,
    }
)


def followers(persons: pl.DataFrame, *, comparable: pl.Series, undone: set[str]) -> pl.DataFrame:
    """Return (anchor, follower, a, b, held): whom each bare reference follows, a < b.

    Args:
        persons: ``READ`` of complete person records.
        comparable: Which of them hold anything else.
        undone: Names of the merges taken back; those are held.
    """
    known = persons.with_columns(comparable.alias("comparable")).drop_nulls("external_id")
    reference = ["external_namespace", "external_id"]
    shared = known.filter(pl.struct(reference).is_duplicated())
    anchors = (
        shared.sort(
            ["comparable", "declared", "records", "person_key"],
            descending=[True, True, True, False],
        )
        .group_by(reference, maintain_order=True)
        .agg(pl.col("person_key").first().alias("anchor"))
    )
    led = shared.filter(~pl.col("comparable")).join(anchors, on=reference, nulls_equal=True)
    led = led.filter(pl.col("person_key") != pl.col("anchor")).select(
        "anchor",
        follower="person_key",
        a=pl.min_horizontal("anchor", "person_key"),
        b=pl.max_horizontal("anchor", "person_key"),
    )
    return _held(led, undone).cast(FOLLOWERS).sort("a", "b")


def _held(led: pl.DataFrame, undone: set[str]) -> pl.DataFrame:
    taken = merges.taken_back(led, undone)
    return led.with_columns(pl.when(taken).then(pl.lit("undone", evidence.HELD)).alias("held"))
