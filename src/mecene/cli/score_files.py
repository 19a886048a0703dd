"""Score files: the scores of all donors, written batch by batch as they are worked out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pyarrow import parquet

from mecene.cli import telling
from mecene.cli.lexicon import LEXICON, say
from mecene.features import summary
from mecene.report import spreadsheet
from mecene.scores import prediction, targets, totals, training
from mecene.scores.model import ScoreModel
from mecene.scores.totals import Total
from mecene.sources import safe_writing

PARQUET, CSV = "scores.parquet", "scores.csv"
_CODES = {"next_act": "acts", "score_confidence": "confidence"}


class NobodyToScore(ValueError):
    """Nobody known on that day may be profiled; what was written before stays."""


@dataclass
class _Sums:
    donors: int = 0
    alarms: int = 0
    expected: float = 0.0
    variance: float = 0.0
    confidence: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """How many donors were scored, how many under the alarm, and what they give in a year."""

    donors: int
    alarms: int
    income_12m: Total
    by_confidence: dict[str, int]


def write(
    fitted: ScoreModel,
    store: Any,
    out: Path,
    *,
    as_of: date,
    lang: str,
    mid_minor: float | None = None,
    major_minor: float | None = None,
    on_progress: telling.Progress,
) -> Written:
    """Write ``scores.parquet`` (codes, minor units) and ``scores.csv`` (words) into a folder.

    Args:
        fitted: The model that speaks.
        store: A ``FactStore``; its summary goes through in batches, memory does not grow with it.
        out: The folder.
        as_of: The day.
        lang: Of the CSV.
        mid_minor: What a mid-value donor gives in a year.
        major_minor: The same of a major donor.
        on_progress: Told ``(stage, done, total)``.

    Raises:
        NobodyToScore: nobody is known, or nobody may be profiled.
    """
    sums = _Sums()

    def scored() -> Iterator[pl.DataFrame]:
        for batch in summary.batches(store, as_of=as_of, families=training.FAMILIES):
            found = prediction.scores(
                fitted,
                batch.sort("donor_id"),
                as_of=as_of,
                mid_minor=mid_minor,
                major_minor=major_minor,
            ).with_columns(currency=pl.lit(fitted.currency))
            _add(sums, found)
            on_progress("scores", sums.donors, 0)
            yield found
        if not sums.donors:
            raise NobodyToScore(f"nobody to score as of {as_of}")

    with _parquet(out / PARQUET) as keep:
        french = lang == "fr"
        safe_writing.write_csv(
            (worded(keep(part), lang=lang) for part in scored()),
            out / CSV,
            delimiter=";" if french else ",",
            decimal="," if french else ".",
            bom=True,
        )
    spread = np.array([sums.variance])
    income = totals.of(np.array([sums.expected]), spread, year_effect=fitted.year_effect)
    return Written(sums.donors, sums.alarms, income, sums.confidence)


def worded(scores: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return scores as a person reads them: columns and codes in words, money in its unit."""
    codes = [
        pl.col(name).replace(LEXICON.labels(section, lang=lang)) for name, section in _CODES.items()
    ]
    shown = spreadsheet.worded(scores.with_columns(codes), lang=lang)
    return shown.rename({name: label(name, lang=lang) for name in scores.columns}, strict=False)


def label(column: str, *, lang: str) -> str:
    """Return the name of a column of scores in words."""
    told = {f"p_{each.name}": each for each in targets.declared()}
    if column in told:
        name = told[column].label_fr if lang == "fr" else told[column].label_en
        return say("scores.p_target", lang=lang, target=name)
    return LEXICON.labels("score_columns", lang=lang).get(column, column)


def _add(sums: _Sums, found: pl.DataFrame) -> None:
    sums.donors += found.height
    sums.alarms += int(found["retention_alarm"].sum())
    sums.expected += float(found["expected_12m_minor"].sum())
    sums.variance += float((found["spread_12m_minor"] ** 2).sum())
    for name, count in found["score_confidence"].value_counts().iter_rows():
        sums.confidence[name] = sums.confidence.get(name, 0) + count


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    """Yield what keeps a part and hands it back; the file appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    writers: list[parquet.ParquetWriter] = []

    def keep(frame: pl.DataFrame) -> pl.DataFrame:
        table = frame.to_arrow()
        if not writers:
            writers.append(parquet.ParquetWriter(part, table.schema, compression="zstd"))
        writers[0].write_table(table)
        return frame

    try:
        yield keep
        for writer in writers:
            writer.close()
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
