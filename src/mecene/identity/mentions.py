"""Mentions: how a record reads in one line, for a person to judge a merge.

« Mme Marie DURAND, marie@exemple.fr, 3 rue Saint-Paul, 75011 Paris »: what the file says, as it
says it, and nothing that is absent.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from mecene.identity import records

_READ = (
    "person_key", "external_id", "civility", "first_name", "last_name", "full_name",
    "organisation_name", "email", "phone", "address", "postcode", "city", "birth_date",
)  # fmt: skip
_REFERENCE = {"fr": "réf. ", "en": "ref. "}
_AT_ONCE = 100_000


def beside(
    merges: pl.DataFrame, persons: pl.DataFrame | Path, *, lang: str
) -> Iterator[pl.DataFrame]:
    """Yield merges part by part, at least one, with ``record_a`` and ``record_b`` in words.

    Args:
        merges: ``person_key_a`` and ``person_key_b``, and what else is to be shown.
        persons: The person records, or the Parquet file or directory that holds them.
        lang: ``fr`` or ``en``, for the word before a reference.
    """
    said = _of(persons, _keys(merges), lang=lang)
    for start in range(0, max(merges.height, 1), _AT_ONCE):
        part = merges.slice(start, _AT_ONCE)
        yield part.with_columns(
            said["said"][said["person_key"].search_sorted(part[f"person_key_{side}"])].alias(
                f"record_{side}"
            )
            for side in ("a", "b")
        )


def _keys(merges: pl.DataFrame) -> pl.Series:
    both = pl.concat([merges["person_key_a"], merges["person_key_b"]])
    return both.unique().implode()


def _of(persons: pl.DataFrame | Path, keys: pl.Series, *, lang: str) -> pl.DataFrame:
    """Return (person_key, said) of the records of these keys, sorted by key."""
    parts = [
        part.filter(pl.col("person_key").is_in(keys)).select("person_key", said=_said(lang))
        for part in records.slices(persons, columns=_READ)
    ]
    return pl.concat(parts)


def _said(lang: str) -> pl.Expr:
    parts = [
        "organisation_name",
        _together("civility", "first_name", "last_name"),
        "full_name",
        "email",
        "phone",
        "address",
        _together("postcode", "city"),
        pl.col("birth_date").dt.to_string("%d/%m/%Y" if lang == "fr" else "%Y-%m-%d"),
        pl.lit(_REFERENCE[lang]) + pl.col("external_id"),
    ]
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)


def _together(*names: str) -> pl.Expr:
    text = pl.concat_str(names, separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text)
