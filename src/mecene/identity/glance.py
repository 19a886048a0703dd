"""Glance: which pairs could be found one person at all, seen from numbers alone.

Most records that share a town and a given name, or a surname, have nothing else in common. Saying
so from a few numbers costs a tenth of comparing their texts; what is doubtful is compared.
"""

import string

import polars as pl

from mecene.identity import codes

OWN = ("email", "local", "phone", "ref", "siren", "birth_date")


def numbers(traits: pl.DataFrame) -> pl.DataFrame:
    """Return what a glance reads of each record, in the order of ``traits``."""
    last, first = pl.col("last"), pl.col("first")
    person = pl.col("kind") == "person"
    known = person & pl.col("first_known")
    told = traits.select(
        first.str.slice(0, 1).alias("letter"),
        # Texts of equal hash may differ: such a pair is compared, and no harm is done.
        last.hash().alias("last_hash"),
        first.str.replace_all(" ", "").hash().alias("first_hash"),
        last.str.len_chars().cast(pl.Int64).alias("length"),
        pl.col("last_parts").is_not_null().alias("parted"),
        person.alias("person"),
        known.alias("known"),
        # Neither a short form of another nor the initials of one.
        (known & ~pl.col("first_brief") & (first.str.len_chars() > 2)).alias("whole"),
    )
    coded = codes.of(traits, ("last", "first", *OWN))
    letters = _letters(traits["last"])
    return coded.with_columns(
        codes.of(told, ["letter"])["letter"], *told.drop("letter").get_columns(), letters
    )


def hopeful(keys: pl.Series, numbers: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
    """Return which pairs share something of their own, or could be of one name.

    The others are neither of one surname, nor a slip apart, nor swapped; or they are two people
    of two known given names.

    Args:
        keys: Person keys, sorted, as the rows of ``numbers``.
        numbers: What ``numbers`` returned.
        found: Pairs of person keys (a, b).
    """
    sides = [numbers[keys.search_sorted(found[name])] for name in ("a", "b")]
    x, y = (
        side.rename({name: f"{mark}_{name}" for name in side.columns})
        for side, mark in zip(sides, "xy", strict=True)
    )
    own = pl.any_horizontal(_same(name) for name in OWN)
    crossed = (pl.col("x_first_hash") == pl.col("y_last_hash")) | (
        pl.col("y_first_hash") == pl.col("x_last_hash")
    )
    crossed = crossed & _both_hold("first") & _both_hold("last")
    hope = own | crossed | (_one_surname() & _one_given_name())
    table = pl.concat([x, y], how="horizontal")
    return table.select(hope.fill_null(value=False).alias("hopeful")).to_series()


def _same(name: str) -> pl.Expr:
    return (pl.col(f"x_{name}") == pl.col(f"y_{name}")).fill_null(value=False)


def _both_hold(name: str) -> pl.Expr:
    return pl.col(f"x_{name}").is_not_null() & pl.col(f"y_{name}").is_not_null()


def _one_surname() -> pl.Expr:
    """Return whether surnames are the same, one a part of the other, or maybe a slip apart.

    A slip adds, drops, changes or moves a letter: it changes two letters of the set at most. Two
    slips are forgiven from seven letters on (``compare``: the macro ``slip``).
    """
    shortest = pl.min_horizontal("x_length", "y_length")
    longest = pl.max_horizontal("x_length", "y_length")
    changed = (pl.col("x_letters") ^ pl.col("y_letters")).bitwise_count_ones()
    most = pl.when(shortest < 7).then(2).otherwise(4)
    slip = (longest - shortest <= 2) & (shortest >= 4) & (changed <= most)
    parted = pl.col("x_parted") | pl.col("y_parted")
    return _same("last") | (_both_hold("last") & (parted | slip))


def _one_given_name() -> pl.Expr:
    """Return whether given names could be one: two known ones that differ are two people's."""
    people = pl.col("x_person") & pl.col("y_person")
    start_otherwise = (
        (pl.col("x_letter") != pl.col("y_letter")) & pl.col("x_known") & pl.col("y_known")
    )
    others = (pl.col("x_first") != pl.col("y_first")) & pl.col("x_whole") & pl.col("y_whole")
    two = ~_both_hold("first") | (start_otherwise | others).fill_null(value=False)
    return ~people | ~two


def _letters(last: pl.Series) -> pl.Series:
    """Return the set of letters of each surname, a bit each; worked out once a surname."""
    distinct = last.drop_nulls().unique().to_frame("last")
    bits = [
        pl.col("last").str.contains(letter, literal=True).cast(pl.UInt32) * 2**place
        for place, letter in enumerate(string.ascii_lowercase)
    ]
    known = distinct.with_columns(pl.sum_horizontal(bits).cast(pl.UInt32).alias("letters"))
    return last.to_frame().join(known, on="last", how="left", maintain_order="left")["letters"]
