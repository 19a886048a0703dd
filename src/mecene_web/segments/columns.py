"""Columns: what a segment's condition may name, in the reader's words, and where it is worked out.

The columns of the summary, from the core's dictionary, and those the night's scores add. What
gives them is a family of features, worked out again after each event, or the night.
"""

from dataclasses import dataclass
from functools import cache

import polars as pl

from mecene import facts
from mecene.features import dictionary
from mecene.journeys import vocabulary
from mecene.report import lexicon, spreadsheet
from mecene.segments.tags import SHOWN as TAGS
from mecene_web.design import words

# Drift serves those who look for it, and is not part of the night.
FAMILIES = tuple(name for name in dictionary.families() if name != "drift")
NIGHT = "scores"
STAGES = "tags"
# Columns of the roll that the summary has not.
SCORES: dict[str, pl.DataType] = {
    "segment": pl.String(), "rfm": pl.String(), "p_gives_12m": pl.Float64(),
    "retention_alarm": pl.Boolean(), "p_starts_recurring": pl.Float64(),
    "suggested_monthly_minor": pl.Int64(), "score_confidence": pl.String(),
    "expected_value_12m_minor": pl.Float64(), "expected_value_36m_minor": pl.Float64(),
    "value_confidence": pl.String(),
}  # fmt: skip
# What the conditions of a journey may name besides: the event at hand, and the person.
EVENT: dict[str, pl.DataType] = {**vocabulary.EVENT, **vocabulary.PERSON}
AT_HAND = "event"
# What keeps donors out of what is solicited.
BARRED = ("deceased", "objects_profiling")


@dataclass(frozen=True)
class Named:
    """A column as the builder offers it; ``group`` is a family of features, or of the night."""

    name: str
    group: str
    kind: str
    unit: str
    label: str
    meaning: str
    choices: tuple[tuple[str, str], ...] = ()


def types() -> dict[str, pl.DataType]:
    """Return every column that may be named, with its type."""
    summary = {column.name: column.type for column in dictionary.columns(FAMILIES)}
    return summary | SCORES | dict.fromkeys(TAGS, pl.Boolean())


@cache
def families(names: frozenset[str]) -> tuple[str, ...]:
    """Return the families of features that columns come from, in order."""
    return tuple(
        family
        for family in FAMILIES
        if any(column.family == family and column.name in names
               for column in dictionary.columns(FAMILIES))
    )  # fmt: skip


@cache
def named(lang: str) -> tuple[Named, ...]:
    """Return the columns in the order of the builder: the night's first, then families."""
    told = lexicon.labels("columns", lang=lang)
    night = [
        Named(name, STAGES if name in TAGS else NIGHT, kind(type_), "",
              told.get(name, name), "", _choices(name, lang))
        for name, type_ in {**SCORES, **dict.fromkeys(TAGS, pl.Boolean())}.items()
    ]  # fmt: skip
    features = [
        Named(column.name, column.family, kind(column.type), column.unit,
              column.label_fr if lang == "fr" else column.label_en,
              column.meaning_fr if lang == "fr" else column.meaning_en,
              _choices(column.name, lang))
        for column in dictionary.columns(FAMILIES)
        if column.name != "donor_id"
    ]  # fmt: skip
    return (*night, *features)


def at_hand() -> tuple[Named, ...]:
    """Return the columns of the event at hand, and of the person beside the summary."""
    return tuple(
        Named(name, AT_HAND, kind(type_), "minor" if "minor" in name else "",
              words.say("segments", f"event.{name}"), "",
              tuple((one, words.say("segments", f"gift_kinds.{one}")) for one in facts.GIFT_KINDS)
              if name == "event_kind" else ())
        for name, type_ in EVENT.items()
    )  # fmt: skip


def kind(type_: pl.DataType) -> str:
    """Return ``number``, ``date``, ``truth`` or ``text``."""
    if type_.is_numeric():
        return "number"
    if type_ == pl.Date():
        return "date"
    return "truth" if type_ == pl.Boolean() else "text"


def _choices(name: str, lang: str) -> tuple[tuple[str, str], ...]:
    section = spreadsheet.CODES.get(name)
    return tuple(lexicon.labels(section, lang=lang).items()) if section else ()
