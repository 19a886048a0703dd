"""Records: the donor cards as an association holds them, some people on two or three.

The truth is one card a donor. A dirty file has the same person again, typed by someone else
another year: a letter wrong, a short given name, no accents, no e-mail, an old address. A
second card always keeps one thing to know the person by (e-mail, telephone, or place).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from mecene.simulator import identities, spelling

IDENTITY = (
    "civility", "first_name", "last_name", "organisation_name", "email", "phone", "address",
    "postcode", "city", "birth_date",
)  # fmt: skip


@dataclass(frozen=True)
class Dirt:
    """How dirty a file is: shares of the cards, rows or cells concerned.

    Attributes:
        duplicates: Donors with a second card; one in ten of them has a third.
        capitals: Cards in capitals, most without accents.
        shared_emails: Couples on two cards with one e-mail address.
        merged_couples: Couples on two cards who also have a card together.
        phones: Telephone numbers without their usual spaces.
        dates: Dates written in another way than the rest of the file.
        amounts: Amounts written in another way.
        pledges: Rows that are promises, against rows that are gifts; so for the next three.
        tests: Rows someone typed to try the form.
        bad_dates: Rows whose day does not exist.
        no_amounts: Rows without an amount.
    """

    duplicates: float = 0.09
    capitals: float = 0.30
    shared_emails: float = 0.40
    merged_couples: float = 0.20
    phones: float = 0.40
    dates: float = 0.04
    amounts: float = 0.06
    pledges: float = 0.002
    tests: float = 0.0004
    bad_dates: float = 0.0005
    no_amounts: float = 0.0008


CLEAN = Dirt(*(0.0,) * 11)


def of(donors: pl.DataFrame, *, dirt: Dirt, rng: np.random.Generator) -> pl.DataFrame:
    """Return the cards of some donors.

    Args:
        donors: The donors' fact table.
        dirt: How dirty; ``CLEAN`` for one exact card each.
        rng: What draws the dirt.

    Returns:
        ``donor_id``, ``card`` (0: their own, 1 and more: the others), ``reference`` (empty on
        some of the others), ``ambiguous`` (a card of two people), then the identity columns.
    """
    own = donors.select(
        "donor_id",
        pl.lit(0, dtype=pl.Int64).alias("card"),
        pl.col("external_ids").list.first().alias("reference"),
        pl.lit(value=False).alias("ambiguous"),
        *IDENTITY,
    )
    if dirt == CLEAN or own["city"].is_null().all():
        return own
    own = _two_given_names(_shared_emails(own, donors, dirt, rng), donors, rng)
    others = _others(own, dirt, rng) + _together(own, donors, dirt, rng)
    cards = pl.concat([own, pl.DataFrame(others, schema=own.schema)]) if others else own
    return _capitals(cards, dirt, rng)


def _shared_emails(
    own: pl.DataFrame, donors: pl.DataFrame, dirt: Dirt, rng: np.random.Generator
) -> pl.DataFrame:
    """Give some couples the address of the first of the two."""
    home = donors["household_id"]
    draw = np.random.default_rng(rng.integers(2**32)).random(len(home) + 1)
    first = pl.DataFrame({"household_id": own["donor_id"], "theirs": own["email"]})
    shared = pl.DataFrame({"household_id": home, "row": np.arange(len(home))}).join(
        first, on="household_id", how="left", maintain_order="left"
    )
    # The draw is by the position of the first of the two, hence common to both.
    at = np.maximum((home - own["donor_id"].min()).fill_null(0).to_numpy(), 0)
    chosen = pl.Series(draw[at] < dirt.shared_emails) & shared["theirs"].is_not_null()
    email = pl.select(pl.when(chosen).then(shared["theirs"]).otherwise(own["email"])).to_series()
    return own.with_columns(email.alias("email"))


def _others(own: pl.DataFrame, dirt: Dirt, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the second and third cards, as rows."""
    draw = rng.random(own.height)
    twice = np.flatnonzero(draw < dirt.duplicates)
    rows = own[twice].to_dicts()
    thrice = [row for row, chance in zip(rows, draw[twice], strict=True)
              if chance < dirt.duplicates / 10]  # fmt: skip
    return [_retyped(row, 1, rng) for row in rows] + [_retyped(row, 2, rng) for row in thrice]


def _retyped(own: dict[str, Any], card: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return another card of the same person, as someone else typed it."""
    row = own | {"card": card, "birth_date": None}
    row["reference"] = f"W{own['reference'][1:]}-{card}" if rng.random() < 0.6 else None
    keeps_email = own["email"] is not None and rng.random() < 0.55
    keeps_phone = own["phone"] is not None and rng.random() < 0.5
    row["email"] = own["email"] if keeps_email else None
    row["phone"] = own["phone"] if keeps_phone else None
    place = rng.random()
    if place < 0.10 and (keeps_email or keeps_phone):
        row |= {"address": None, "postcode": None, "city": None}
    elif place < 0.18 and (keeps_email or keeps_phone):
        row |= identities.elsewhere(rng)
    elif place < 0.40:
        row["address"] = spelling.abbreviated(own["address"])
    if own["organisation_name"] is not None:
        if rng.random() < 0.5:
            row["organisation_name"] = spelling.mistyped(own["organisation_name"], rng)
        return row
    return row | _renamed(own["first_name"], own["last_name"], rng)


def _renamed(first: str, last: str, rng: np.random.Generator) -> dict[str, Any]:
    if rng.random() < 0.35:
        last = spelling.mistyped(last, rng)
    fate = rng.random()
    if fate < 0.15:
        first = spelling.mistyped(first, rng)
    elif fate < 0.32:
        first = identities.short(first)
    if rng.random() < 0.05:
        first, last = last, first
    if rng.random() < 0.3:
        first, last = spelling.without_accents(first), spelling.without_accents(last)
    return {"first_name": first, "last_name": last}


def _together(
    own: pl.DataFrame, donors: pl.DataFrame, dirt: Dirt, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return the cards « M. et Mme » of couples who also have a card each."""
    homes = own.with_columns(donors["household_id"]).filter(pl.col("household_id").is_not_null())
    both = homes.group_by("household_id", maintain_order=True).agg(
        pl.col("donor_id").first(), pl.col("first_name"), pl.len()
    )
    rows = []
    for _home, donor_id, given, size in both.iter_rows():
        if size == 2 and rng.random() < dirt.merged_couples:
            row = homes.drop("household_id").row(by_predicate=pl.col("donor_id") == donor_id,
                                                 named=True)  # fmt: skip
            rows.append(
                row | {"card": 9, "reference": None, "ambiguous": True, "birth_date": None,
                       "civility": "M. et Mme", "first_name": " et ".join(given)}
            )  # fmt: skip
    return rows


def _two_given_names(
    cards: pl.DataFrame, donors: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """Write the second given name on half the cards of couples who are one donor."""
    couples = donors.filter(pl.col("kind") == "household").select("donor_id")
    couples = couples.with_columns(
        second=identities.given_names(couples.height, rng),
        both=pl.Series(rng.random(couples.height) < 0.5),
    )
    return (
        cards.join(couples, on="donor_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("both"))
            .then(pl.format("{} et {}", "first_name", "second"))
            .otherwise("first_name")
            .alias("first_name")
        )
        .drop("second", "both")
    )


def _capitals(cards: pl.DataFrame, dirt: Dirt, rng: np.random.Generator) -> pl.DataFrame:
    """Write some cards in capitals, as old software does; the family name alone on others."""
    draw = pl.Series(rng.random(cards.height))
    whole = pl.lit(draw) < dirt.capitals / 2
    family = pl.lit(draw) < dirt.capitals
    loud = spelling.plain_capitals
    return cards.with_columns(
        pl.when(family).then(loud("last_name")).otherwise("last_name").alias("last_name"),
        *(
            pl.when(whole).then(loud(name)).otherwise(name).alias(name)
            for name in ("first_name", "address", "city")
        ),
    )
