"""Roll: every donor on one row, with who they are, where they stand, why, and what they are worth.

The same roll is a Parquet table for machines (code names, whole cents) and a CSV and a workbook
for people (their language, euros).
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from mecene.engine import duck
from mecene.engine.store import BUCKETS, FactStore
from mecene.report import foretold, reach, spreadsheet
from mecene.segments import tags as segment_tags
from mecene.words import LANGUAGES

PERSON = (
    "external_ids", "kind", "civility", "first_name", "last_name", "organisation_name", "email",
    "phone", "address", "postcode", "city", "country",
)  # fmt: skip
STANDING = ("segment", "sentence", "recurring_state", "rfm", "rfm_quintiles")
GIVING = (
    "currency", "first_gift_on", "last_gift_on", "gifts", "amount_minor", "gifts_12m",
    "amount_12m_minor", "last_gift_minor", "largest_gift_minor", "mean_one_off_minor",
    "recurring_monthly_minor", "last_membership_on", "most_answered_channel",
)  # fmt: skip
VALUE = (
    "p_active", "expected_gifts_12m", "expected_gifts_36m", "expected_gifts_60m",
    "expected_value_12m_minor", "expected_value_36m_minor", "expected_value_60m_minor",
    "discounted_value_60m_minor", "value_confidence",
)  # fmt: skip
TAGS = segment_tags.SHOWN
_NOT_TAGS = ("donor_id", "engagement_signs")
_OTHERWISE = tuple(f"sentence_{lang}" for lang in LANGUAGES)
REACH = ("reachable", "objects_appeal", "objects_profiling", "deceased")


def sentence_in(lang: str) -> str:
    """Return the column that holds the sentence in the language that the report is not in."""
    return f"sentence_{lang}"


def people(store: FactStore, *, as_of: date, bucket: str | None) -> pl.DataFrame:
    """Return who the donors of a bucket are: ``donor_id`` and ``PERSON``."""
    return duck.run(
        f"select donor_id, {', '.join(PERSON)} from donors",
        store=store,
        as_of=as_of,
        bucket=bucket,
    )


def named(store: FactStore, *, as_of: date, only: pl.DataFrame) -> pl.DataFrame:
    """Return who some donors are, ``donor_id`` and ``PERSON``, a bucket of the store at a time.

    Args:
        store: The facts.
        as_of: The day.
        only: ``donor_id`` of those wanted.
    """
    wanted = only.select("donor_id")
    held = [bucket for bucket in BUCKETS if store.files("donors", bucket=bucket)]
    parts = [
        people(store, as_of=as_of, bucket=bucket).join(wanted, on="donor_id", how="semi")
        for bucket in held
    ]
    return pl.concat(parts)


def figures(
    valued: pl.DataFrame, segments: pl.DataFrame, tagged: pl.DataFrame, scores: pl.DataFrame
) -> pl.DataFrame:
    """Return what is known of each donor: standing, giving, value, tags and reach.

    Args:
        valued: The summary joined with the expected values.
        segments: ``lifecycle.classify`` with its ``sentence``, and the same in another language
            as ``sentence_in`` names it.
        tagged: ``tags.tag``, and the tags of the association's own rules.
        scores: ``rfm.bands`` and, where somebody gave, ``rfm.score``.
    """
    otherwise = [name for name in _OTHERWISE if name in segments.columns]
    said = segments.select("donor_id", "segment", "reason", "sentence", *otherwise)
    table = valued.join(said, on="donor_id").join(tagged, on="donor_id").join(scores, on="donor_id")
    own = [name for name in tagged.columns if name not in (*segment_tags.TAGS, *_NOT_TAGS)]
    wanted = (
        *STANDING,
        "reason",
        *otherwise,
        *GIVING,
        *reach.COLUMNS,
        *foretold.SHOWN,
        *VALUE,
        *TAGS,
        *own,
        *REACH,
    )
    return table.select("donor_id", *(name for name in wanted if name in table.columns))


def write(persons: pl.DataFrame, known: pl.DataFrame, file: Path) -> None:
    """Write one part of the roll as Parquet, sorted by donor."""
    file.parent.mkdir(parents=True, exist_ok=True)
    named = known.select("donor_id").join(persons, on="donor_id", how="left", validate="1:1")
    named.join(known, on="donor_id", validate="1:1").sort("donor_id").write_parquet(file)


def parts(folder: Path) -> Iterator[pl.DataFrame]:
    """Yield the parts of a roll, in order."""
    for file in sorted(folder.glob("*.parquet")):
        yield pl.read_parquet(file)


def for_people(part: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return a part of the roll as a person reads it, in euros and in their language."""
    return spreadsheet.worded(part.drop("reason", *_OTHERWISE, strict=False), lang=lang)
