"""Why: in sentences, what moves each donor's chance and which weak signals they give.

A reason is asked of the model that gave the score, in both languages, at night: pages only show
it. Past ``MOST`` donors, those of most value are told of.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from mecene.channels import sentences as reach_sentences
from mecene.report.analysis import Analysis
from mecene.report.question import Question
from mecene.report.watch import looking
from mecene.scores import reasons
from mecene.signals import sentences as alarm_sentences

MOST = 200_000
_LANGUAGES = ("fr", "en")
_AT_ONCE = 20_000
_SCHEMA = {"id": pl.Int64, "reasons_fr": pl.String, "reasons_en": pl.String,
           "alarm_level": pl.String, "alarm_fr": pl.String, "alarm_en": pl.String,
           "reach_fr": pl.String, "reach_en": pl.String}  # fmt: skip
_ALARMING = ("alarm", "strong")

Progress = Callable[[str, int, int], None]


def of(found: Analysis, question: Question, on_progress: Progress) -> pl.DataFrame:
    """Return a row of ``scores.Why`` of each donor of whom there is something to say."""
    value = pl.read_parquet(
        sorted(found.donors.glob("*.parquet")), columns=["donor_id", "expected_value_12m_minor"]
    )
    chosen = value.sort("expected_value_12m_minor", descending=True, nulls_last=True).head(MOST)
    told = _reasons(found, question, chosen["donor_id"], on_progress)
    signs = _signs(question, value, on_progress)
    rows = told.join(signs, on="id", how="full", coalesce=True)
    known = pl.col("id").is_in(value["donor_id"].implode())
    return (
        rows.filter(known)
        .with_columns(pl.col("reasons_fr", "reasons_en").fill_null("[]"))
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
        .sort("id")
    )


def _reasons(
    found: Analysis, question: Question, chosen: pl.Series, on_progress: Progress
) -> pl.DataFrame:
    """Return (id, reasons_fr, reasons_en), lists of sentences as JSON."""
    model, typical = found.foresight.model, found.foresight.typical
    parts = [] if typical is None else list(_summaries(question.into, chosen))
    rows = []
    for done, part in enumerate(parts):
        on_progress("reasons", done, len(parts))
        said = [reasons.of(model, typical, part, lang=lang) for lang in _LANGUAGES]
        rows += [
            (one["donor_id"], _json(one), _json(other))
            for one, other in zip(*(each.to_dicts() for each in said), strict=True)
        ]
    schema = {"id": pl.Int64, "reasons_fr": pl.String, "reasons_en": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _summaries(place: Path, chosen: pl.Series) -> Iterator[pl.DataFrame]:
    for file in sorted((place / "summary").glob("*.parquet")):
        part = pl.read_parquet(file).filter(pl.col("donor_id").is_in(chosen.implode()))
        yield from (part.slice(first, _AT_ONCE) for first in range(0, part.height, _AT_ONCE))


def _json(row: dict[str, object]) -> str:
    told = (row[f"reason_{rank}"] for rank in range(1, reasons.MOST_REASONS + 1))
    return json.dumps([str(one) for one in told if one], ensure_ascii=False)


def _signs(question: Question, value: pl.DataFrame, on_progress: Progress) -> pl.DataFrame:
    """Return the alarm of each donor who gives one, and how best to reach them."""
    schema = {name: kind for name, kind in _SCHEMA.items() if not name.startswith("reasons")}
    into = question.into / "watch"
    into.mkdir()
    asked = looking.Asked(question.store, question.as_of, question.lang, into, worth=value,
                          tried=False)  # fmt: skip
    try:
        watch = looking.look(asked, on_progress=on_progress)
    except looking.NobodyToWatch:
        return pl.DataFrame(schema=schema)
    told = [_said(pl.read_parquet(file)) for file in sorted(watch.donors.glob("*.parquet"))]
    return pl.concat([pl.DataFrame(schema=schema), *told])


def _said(part: pl.DataFrame) -> pl.DataFrame:
    alarmed = pl.col("level").is_in(_ALARMING)
    evidence = part.with_columns(pl.col("evidence").fill_null([]))
    words = {}
    for lang in _LANGUAGES:
        words[f"alarm_{lang}"] = alarm_sentences.written(evidence, lang=lang)
        words[f"reach_{lang}"] = reach_sentences.written(part, lang=lang)
    told = part.select(pl.col("donor_id").alias("id"), "level").with_columns(
        pl.Series(name, list(said), dtype=pl.String) for name, said in words.items()
    )
    return told.select(
        "id",
        pl.when(alarmed).then("level").alias("alarm_level"),
        *(pl.when(alarmed).then(f"alarm_{lang}").alias(f"alarm_{lang}") for lang in _LANGUAGES),
        *(f"reach_{lang}" for lang in _LANGUAGES),
    )
