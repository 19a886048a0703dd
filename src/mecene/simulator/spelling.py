"""Spelling: the ways the same name, address, date or amount gets written."""

import unicodedata

import numpy as np
import polars as pl
from numpy.typing import NDArray

_NEIGHBOURS = {
    "a": "z", "e": "r", "i": "o", "o": "p", "u": "i", "n": "b", "m": "l", "r": "t", "t": "r",
    "s": "d", "d": "s", "l": "m", "c": "v", "p": "o", "b": "v", "g": "h", "h": "g", "v": "b",
}  # fmt: skip
_SHORTER = {
    "rue ": "r. ", "avenue ": "av ", "boulevard ": "bd ", "place ": "pl ", "chemin ": "ch ",
    "impasse ": "imp ", "allée ": "all ", "route ": "rte ", "quai ": "q ",
}  # fmt: skip
_DATES = ("%d/%m/%y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y")


def mistyped(word: str, rng: np.random.Generator) -> str:
    """Return a word with one slip of the hand: swapped, dropped, doubled or neighbouring."""
    if len(word) < 4:
        return word
    at = int(rng.integers(1, len(word) - 1))
    slip = int(rng.integers(0, 4))
    if slip == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == 1:
        return word[:at] + word[at + 1 :]
    if slip == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _NEIGHBOURS.get(word[at], "e") + word[at + 1 :]


def without_accents(word: str) -> str:
    """Return a word without its accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )


def abbreviated(address: str) -> str:
    """Return an address with its kind of street cut short: ``12 av de Verdun``."""
    for long, cut in _SHORTER.items():
        address = address.replace(long, cut)
    return address


def plain_capitals(column: str) -> pl.Expr:
    """Return a column of text in capitals without accents."""
    return (
        pl.col(column).str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    )  # fmt: skip


def dates(days: pl.Series, *, lang: str, odd: NDArray[np.float64], share: float) -> pl.Series:
    """Return days as text, those whose draw is below the share in another way than the rest.

    Args:
        days: Dates.
        lang: ``fr`` writes ``24/12/2025``, ``en`` writes ``2025-12-24``.
        odd: A draw in [0, 1) for each.
        share: Share written otherwise.
    """
    usual = days.dt.strftime("%d/%m/%Y" if lang == "fr" else "%Y-%m-%d")
    if not share:
        return usual
    way = pl.Series((odd / share * len(_DATES)).astype(np.int64))
    written = usual
    for number, form in enumerate(_DATES):
        this_way = days.dt.strftime(form)
        written = pl.select(pl.when(way == number).then(this_way).otherwise(written)).to_series()
    return written.alias(days.name)


def amounts(minor: pl.Series, *, lang: str, odd: NDArray[np.float64], share: float) -> pl.Series:
    """Return cents as text: ``50,00``, or below the share ``50``, ``1 234,50 €``, ``50.00``."""
    mark = "," if lang == "fr" else "."
    frame = pl.DataFrame({"minor": minor, "way": (odd / max(share, 1e-9) * 3).clip(0, 3)})
    whole, cents = pl.col("minor").abs() // 100, pl.col("minor").abs() % 100
    sign = pl.when(pl.col("minor") < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = cents.cast(pl.String).str.zfill(2)
    usual = pl.format(f"{{}}{{}}{mark}{{}}", sign, whole, digits)
    thousands = pl.format(
        "{}\u00a0{}", whole // 1_000, (whole % 1_000).cast(pl.String).str.zfill(3)
    )
    spaced = pl.when(whole >= 1_000).then(thousands).otherwise(whole.cast(pl.String))
    with_sign = pl.format(f"{{}}{{}}{mark}{{}}\u00a0€", sign, spaced, digits)
    bare = pl.when(cents == 0).then(pl.format("{}{}", sign, whole)).otherwise(usual)
    way = pl.col("way").floor()
    written = (
        pl.when(way == 0).then(with_sign)
        .when(way == 1).then(bare)
        .when(way == 2).then(pl.format("{}{}.{}", sign, whole, digits))
        .otherwise(usual)
    )  # fmt: skip
    return frame.select(written.alias(minor.name)).to_series()


def phones(numbers: pl.Series, *, odd: NDArray[np.float64], share: float) -> pl.Series:
    """Return telephone numbers as in France: ``06 39 98 12 34``, or below the share otherwise."""
    frame = pl.DataFrame({"phone": numbers, "way": (odd / max(share, 1e-9) * 3).clip(0, 3)})
    number = pl.concat_str(pl.lit("0"), pl.col("phone").str.slice(3))
    pairs = [number.str.slice(start, 2) for start in range(0, 10, 2)]
    way = pl.col("way").floor()
    written = (
        pl.when(way == 0).then(number)
        .when(way == 1).then(pl.concat_str(pairs, separator="."))
        .when(way == 2).then(pl.format("0033 {} {}", number.str.slice(1, 1), number.str.slice(2)))
        .otherwise(pl.concat_str(pairs, separator=" "))
    )  # fmt: skip
    return frame.select(written.alias(numbers.name)).to_series()
