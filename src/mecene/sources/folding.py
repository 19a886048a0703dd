"""Folding: when two writings say the same word.

Case, accents, punctuation and runs of spaces do not count: « Prénom », ``PRENOM`` and
``pre-nom`` fold to ``prenom`` or ``pre nom``. What is folded is compared, never shown.
"""

import re
import unicodedata

import polars as pl

# Letters that Unicode does not take apart.
_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"}


def fold(text: str) -> str:
    """Return a word or a header as it is compared: lower case, no accent, single spaces."""
    lowered = text.lower()
    for letter, plain in _LIGATURES.items():
        lowered = lowered.replace(letter, plain)
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign)
    )
    return re.sub(r"[^0-9a-z]+", " ", bare).strip()


def folded(text: pl.Expr) -> pl.Expr:
    """Return a String column folded as ``fold`` does, empty values as nulls."""
    lowered = text.str.to_lowercase().str.replace_many(
        list(_LIGATURES.keys()), list(_LIGATURES.values())
    )
    bare = lowered.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    spaced = bare.str.replace_all(r"[^0-9a-z]+", " ").str.strip_chars()
    return pl.when(spaced != "").then(spaced)


def tidy(text: pl.Expr) -> pl.Expr:
    """Return a String column trimmed, every run of spaces as one space, empties as nulls."""
    spaced = text.str.replace_all(r"[\s\u00a0\u202f\u200b\ufeff]+", " ").str.strip_chars()
    return pl.when(spaced != "").then(spaced)
