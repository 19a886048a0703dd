"""Weak signals: what was found of one donor beside the report: alarm, how to reach them, motive."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from mecene import period
from mecene.channels import sentences as reach_sentences
from mecene.report import left_beside, lexicon
from mecene.segments import motive_words
from mecene.signals import sentences as alarm_sentences


@dataclass(frozen=True)
class WeakSignals:
    """One row of ``watch.parquet`` and one of ``groups.parquet``, each with its day, or None."""

    watched: tuple[pl.DataFrame, date] | None = None
    grouped: tuple[pl.DataFrame, date] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; nothing of what is not known."""
        return {
            name: {"as_of": found[1], **found[0].row(0, named=True)}
            for name, found in (
                ("alarm_and_reach", self.watched),
                ("group_and_motive", self.grouped),
            )
            if found
        }


def of(folder: Path, donor_id: int) -> WeakSignals:
    """Return what ``mecene watch`` and ``mecene groups`` left of a donor in a report's folder."""
    return WeakSignals(
        left_beside.of_donor(folder, left_beside.WATCH, donor_id),
        left_beside.of_donor(folder, left_beside.GROUPS, donor_id),
    )


def lines(found: WeakSignals, *, lang: str, folder: Path) -> list[str]:
    """Return it as lines for a person, or which command would tell."""
    if found.watched is None:
        told = [lexicon.say("weak.not_watched", lang=lang, folder=folder)]
    else:
        told = _alarm(*found.watched, lang=lang)
    if found.grouped is not None:
        told += _group(*found.grouped, lang=lang)
    return told


def _alarm(row: pl.DataFrame, day: date, *, lang: str) -> list[str]:
    state, level = row["state"][0], row["level"][0]
    key = "lapsed" if state == "lapsed" else (level or "never_gave")
    told = row.select("group", "learnt_from", "currency", "evidence").with_columns(
        pl.col("evidence").fill_null([])
    )
    why = alarm_sentences.written(told, lang=lang)[0]
    said = lexicon.say(
        f"weak.{key}", lang=lang, day=period.written(day, lang=lang), why=why or ""
    ).strip()
    reach = reach_sentences.written(row, lang=lang)[0]
    return [said, lexicon.say("weak.reach", lang=lang, how=reach)]


def _group(row: pl.DataFrame, day: date, *, lang: str) -> list[str]:
    told = []
    if name := row[f"cluster_name_{lang}"][0]:
        words = {"name": name, "day": period.written(day, lang=lang)}
        told.append(lexicon.say("weak.group", lang=lang, **words))
    return [*told, motive_words.written(row, lang=lang)[0]]
