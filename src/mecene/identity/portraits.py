"""Portraits: what is known of a donor, taken from the best of their records.

The record a donors file declares comes first, then the one that says most, then the one most
often seen, then the smallest key. A name, and an address, each come whole from one record.
"""

from collections.abc import Iterable, Iterator

import polars as pl

from mecene import facts
from mecene.identity import names

_NAME = ("civility", "first_name", "last_name")
_ADDRESS = ("address", "postcode", "city", "country")
_ALONE = (
    "organisation_name", "email", "phone", "birth_date", "language", "acquisition_channel",
)  # fmt: skip
TOLD = ("person_key", "kind", "gender", "first_shown", "last_shown")
_TEXTS = (*_NAME, *_ADDRESS, *_ALONE)


def of(
    records: Iterable[pl.DataFrame],
    traits: pl.DataFrame,
    donors: pl.DataFrame,
    households: pl.DataFrame,
) -> pl.DataFrame:
    """Return ``facts.DONORS``, one row a donor, sorted.

    Args:
        records: Complete person records in the order of their keys, part by part.
        traits: ``TOLD`` of those that hold more than a reference, sorted by key.
        donors: (person_key, donor_id), sorted by key, nobody left out.
        households: (donor_id, household_id).
    """
    keys, numbers = donors["person_key"], donors["donor_id"]
    several = (numbers.value_counts(name="rows").filter(pl.col("rows") > 1))["donor_id"].implode()
    alone, merged = [], []
    for part in records:
        numbered = _described(part, _within(traits, part["person_key"])).with_columns(
            numbers[keys.search_sorted(part["person_key"])].alias("donor_id")
        )
        shared = numbered["donor_id"].is_in(several)
        alone.append(_alone(numbered.filter(~shared)))
        merged.append(numbered.filter(shared))
    return _housed(pl.concat(_in_order(alone, merged)), households)


def _within(traits: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Return the traits of the records of a part."""
    if keys.is_empty():
        return traits.clear()
    first = int(traits["person_key"].search_sorted(keys[0]))
    after = int(traits["person_key"].search_sorted(keys[-1], side="right"))
    return traits.slice(first, after - first)


def _alone(table: pl.DataFrame) -> pl.DataFrame:
    references = (
        pl.when(pl.col("external_id").is_not_null())
        .then(pl.concat_list("external_id"))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
    )
    return _columns(table.with_columns(references.alias("external_ids")))


def _columns(table: pl.DataFrame) -> pl.DataFrame:
    known = [name for name in facts.DONORS.schema if name in table.columns]
    return facts.complete(table.select(known), facts.DONORS)


def _in_order(alone: list[pl.DataFrame], merged: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield donors sorted, part by part; each part of those alone is let go once it is used.

    Donors are numbered by their smallest key, as the records come: who is alone in a part stands
    between the donors alone in the part before and in the part after.
    """
    together = pl.concat(merged)
    merged.clear()
    since = 0
    while alone:
        some = alone.pop(0)
        theirs = pl.col("donor_id") > since
        if alone:
            since = some["donor_id"][-1] if some.height else since
            theirs &= pl.col("donor_id") <= since
        best = _columns(_best(together.filter(theirs)))
        yield pl.concat([some, best]).sort("donor_id")


def _housed(donors: pl.DataFrame, households: pl.DataFrame) -> pl.DataFrame:
    """Put donors in their households; the other columns are not copied."""
    numbers = donors.select("donor_id").join(
        households, on="donor_id", how="left", maintain_order="left"
    )
    return donors.with_columns(numbers["household_id"])


def _described(persons: pl.DataFrame, traits: pl.DataFrame) -> pl.DataFrame:
    """Return records with kind and gender settled and names read where they were in one piece."""
    said = traits.select(
        "person_key", "kind", pl.col("gender").alias("told"), "first_shown", "last_shown"
    )
    table = persons.join(said, on="person_key", how="left", maintain_order="left")
    kind = pl.col("kind").fill_null("person")
    body = kind == "organisation"
    gender = pl.col("gender").str.to_lowercase().str.slice(0, 1)
    gender = pl.when(gender.is_in(["f", "m", "x"])).then(gender)
    return table.with_columns(
        kind.alias("kind"),
        pl.when(body).then("first_name")
        .otherwise(pl.coalesce("first_shown", "first_name")).alias("first_name"),
        pl.when(body & pl.col("organisation_name").is_null()).then(None)
        .when(body).then("last_name")
        .otherwise(pl.coalesce("last_shown", "last_name")).alias("last_name"),
        pl.when(body).then(pl.coalesce("organisation_name", "last_shown", "full_name"))
        .otherwise("organisation_name").alias("organisation_name"),
        pl.when(kind == "person").then(pl.coalesce(gender, "told")).alias("gender"),
        pl.col("postcode").str.replace_all(r"\s", ""),
    )  # fmt: skip


def _best(table: pl.DataFrame) -> pl.DataFrame:
    said = pl.sum_horizontal(pl.col(name).is_not_null() for name in _TEXTS)
    # « J. » is less of a name than « Jean ».
    letters = names.folded(pl.col("first_name")).str.len_chars().fill_null(0).clip(0, 3)
    ranked = table.with_columns(said.alias("said"), letters.alias("letters")).sort(
        ["donor_id", "declared", "said", "records", "person_key"],
        descending=[False, True, True, True, False],
    )
    return ranked.group_by("donor_id", maintain_order=True).agg(
        pl.col("external_id").drop_nulls().unique().sort().alias("external_ids"),
        pl.col("kind").first(),
        *(_whole(_NAME, "last_name")),
        *(_whole(_ADDRESS, "postcode")),
        *(pl.col(name).drop_nulls().first() for name in (*_ALONE, "gender")),
        pl.col("acquired_on").min(),
        pl.col("deceased_on").min(),
        pl.col("undeliverable_on").max(),
    )


def _whole(columns: tuple[str, ...], must: str) -> list[pl.Expr]:
    """Return columns taken together from the first record that has the one that must be."""
    has = pl.col(must).is_not_null()
    return [
        pl.coalesce(pl.col(name).filter(has).first(), pl.col(name).drop_nulls().first()).alias(name)
        if name != "first_name"
        else pl.coalesce(
            pl.col(name).filter(has & (pl.col("letters") >= 2)).first(),
            pl.col(name).drop_nulls().first(),
        ).alias(name)
        for name in columns
    ]
