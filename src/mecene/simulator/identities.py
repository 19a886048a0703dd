"""Identities: the names, addresses and numbers of people who do not exist.

Given names follow the year of birth; towns exist, streets are everywhere, and no one lives at
the address they make. E-mail domains are reserved (RFC 2606, 6761) and telephone numbers are
those the French regulator keeps for fiction (ARCEP: 06 39 98, 01 99 00, 02 61 91, 03 53 01,
04 65 71, 05 36 49).
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.simulator import words
from mecene.simulator.log import Ints
from mecene.simulator.people import People
from mecene.simulator.recipe import BLOCK, Association

_PHONES = ("+3363998", "+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
_LINES = 10_000 * len(_PHONES)  # donors past this many have no telephone number
_IDENTITY = 7  # the generator's purpose


def of(spec: Association, people: People, *, block: int, ends: int) -> pl.DataFrame:
    """Return the donors of a block, with or without names, as the fact table has them."""
    place = np.arange(people.size)
    donor_id = place + block * BLOCK + 1
    household = np.where(
        people.partner >= 0, np.minimum(place, people.partner) + donor_id - place, -1
    )
    gender = np.where(people.kind == words.PERSON, people.gender, words.NONE)
    known = pl.DataFrame(
        {
            "donor_id": donor_id,
            "external_ids": pl.Series(donor_id).cast(pl.String).str.zfill(8),
            "kind": _words(words.DONOR_KINDS, people.kind),
            "acquired_on": _days(people.acquired_day, ends),
            "acquisition_channel": _words(words.CAME_BY, people.origin),
            "household_id": household,
            "deceased_on": _days(people.death_day, ends),
            "undeliverable_on": _days(_undeliverable(people), ends),
            "gender": _words(words.GENDERS, gender),
            "birth_date": _days(people.birth_day, ends),
        }
    ).with_columns(
        pl.format("D{}", "external_ids").reshape((-1, 1)).cast(pl.List(pl.String)),
        pl.when(pl.col("household_id") > 0).then("household_id"),
        # One person in three has said when they were born.
        pl.when((pl.col("kind") == "person") & (pl.col("donor_id") * 7919 % 3 == 0)).then(
            "birth_date"
        ),
    )  # fmt: skip
    if not spec.names:
        return known
    rng = spec.generator(block, _IDENTITY)
    return known.hstack(_named(people, donor_id, rng))


def short(first_name: str) -> str:
    """Return a given name as its bearer signs some days, or the name itself."""
    return str(_names()["short"].get(first_name, first_name))


def given_names(size: int, rng: np.random.Generator) -> pl.Series:
    """Return women's given names, whatever their age: the second name on a couple's card."""
    chosen = _drawn(_names()["f"], size, rng)
    return _words(tuple(row[0] for row in _names()["f"]), chosen)


def elsewhere(rng: np.random.Generator) -> dict[str, str]:
    """Return another address, as after a move."""
    places = _places()
    town = places["towns"][int(rng.integers(0, len(places["towns"])))]
    street = places["streets"][int(rng.integers(0, len(places["streets"])))]
    number = int(rng.integers(1, 90))
    return {"address": f"{number} {street}", "postcode": town[1], "city": town[0]}


def _named(people: People, donor_id: Ints, rng: np.random.Generator) -> pl.DataFrame:
    size = people.size
    names, places = _names(), _places()
    first = _given_names(people, rng)
    family = _drawn(names["family"], size, rng)
    town = _rows_drawn([row[2] for row in places["towns"]], size, rng)
    street = rng.integers(0, len(places["streets"]), size)
    number = rng.geometric(0.03, size)
    trade = rng.integers(0, len(places["companies"]), size)
    mail = rng.integers(0, len(places["mail_domains"]), size)
    digits = rng.integers(0, 10_000, size)
    line = (donor_id * 38_557) % _LINES  # coprime: no two donors share one
    follower = people.partner >= 0
    follower &= people.partner < np.arange(size)
    for shared in (family, town, street, number):
        shared[follower] = shared[people.partner[follower]]
    titled = np.where(people.kind == words.HOUSEHOLD, 2, 1 - people.gender)
    titled = np.where(people.kind == words.ORGANISATION, words.NONE, titled)
    towns = [row[0] for row in places["towns"]]
    codes = [row[1] for row in places["towns"]]
    frame = pl.DataFrame(
        {
            "civility": _words(("M.", "Mme", "M. et Mme"), titled),
            "first_name": first,
            "last_name": _words(tuple(row[0] for row in names["family"]), family),
            "trade": _words(tuple(places["companies"]), trade),
            "street": _words(tuple(places["streets"]), street),
            "number": number,
            "postcode": _words(tuple(codes), town),
            "city": _words(tuple(towns), town),
            "domain": _words(tuple(places["mail_domains"]), mail),
            "digits": digits,
            "prefix": _words(_PHONES, line // 10_000),
            "line": line % 10_000,
            "organisation": people.kind == words.ORGANISATION,
            "has_email": people.has_email,
            "has_phone": people.has_phone & (donor_id <= _LINES),
            "style": rng.integers(0, 3, size),
        }
    )
    return _written(frame)


def _written(frame: pl.DataFrame) -> pl.DataFrame:
    """Return names, addresses, e-mails and telephone numbers as columns of text."""
    plain = pl.col("last_name").str.to_lowercase().str.replace_all(r"[ '’]", "")
    given = pl.col("first_name").str.to_lowercase().str.replace_all(" ", "")
    local = (
        pl.when(pl.col("style") == 0).then(pl.format("{}.{}", given, plain))
        .when(pl.col("style") == 1).then(pl.format("{}{}", given.str.slice(0, 1), plain))
        .otherwise(pl.format("{}.{}", plain, given))
    )  # fmt: skip
    email = pl.format("{}{}@{}", local, pl.col("digits"), pl.col("domain"))
    company = pl.format("{} {}", "trade", "last_name")
    person = ~pl.col("organisation")
    return frame.select(
        "civility",
        first_name=pl.when(person).then("first_name"),
        last_name=pl.when(person).then("last_name"),
        organisation_name=pl.when(~person).then(company),
        email=pl.when("has_email").then(_without_accents(email)),
        phone=pl.when("has_phone").then(
            pl.format("{}{}", "prefix", pl.col("line").cast(pl.String).str.zfill(4))
        ),
        address=pl.format("{} {}", "number", "street"),
        postcode="postcode",
        city="city",
        country=pl.lit("FR"),
        language=pl.lit("fr"),
    )


def _without_accents(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFD").str.replace_all(r"\p{M}", "")


def _given_names(people: People, rng: np.random.Generator) -> pl.Series:
    """Return given names of each person's generation."""
    names = _names()
    born = 1970 + people.birth_day / 365.25
    decade = np.clip(((born - 1920) // 10).astype(np.int64), 0, 8)
    chosen = np.zeros(people.size, dtype=np.int64)
    women = names["f"]
    for gender, rows in enumerate((women, names["m"])):
        height = np.array([row[1] for row in rows])
        share = np.array([row[2] for row in rows], dtype=float)
        for ten in range(9):
            who = np.flatnonzero((people.gender == gender) & (decade == ten))
            weight = share * np.exp(-(((1925 + 10 * ten) - height) ** 2) / (2 * 11**2)) + 1e-4
            chosen[who] = rng.choice(len(rows), size=len(who), p=weight / weight.sum())
    chosen += np.where(people.gender == 1, len(women), 0)
    return _words(tuple(row[0] for row in women + names["m"]), chosen)


def _drawn(rows: list[Any], size: int, rng: np.random.Generator) -> Ints:
    return _rows_drawn([row[-1] for row in rows], size, rng)


def _rows_drawn(weights: list[float], size: int, rng: np.random.Generator) -> Ints:
    share = np.array(weights, dtype=float)
    return rng.choice(len(share), size=size, p=share / share.sum()).astype(np.int64)


def _undeliverable(people: People) -> Ints:
    """Return the day post came back: some weeks after half the moves, forwarded otherwise."""
    place = np.arange(people.size)
    return np.where(place % 2 == 0, people.move_day + 20 + place % 60, words.NEVER)


def _words(known: tuple[str, ...], positions: NDArray[Any]) -> pl.Series:
    where = pl.Series(positions).cast(pl.Int64)
    return pl.Series(known, dtype=pl.String).gather(
        pl.select(pl.when(where >= 0).then(where)).to_series().cast(pl.UInt32)
    )


def _days(values: Ints, ends: int) -> pl.Series:
    day = pl.Series(values)
    return pl.select(pl.when(day < ends).then(day)).to_series().cast(pl.Int32).cast(pl.Date)


@cache
def _names() -> dict[str, Any]:
    return tomllib.loads(_data("names.toml"))


@cache
def _places() -> dict[str, Any]:
    return tomllib.loads(_data("places.toml"))


def _data(name: str) -> str:
    return resources.files("mecene.simulator").joinpath(name).read_text(encoding="utf-8")
