"""Whole: what the whole file says, against which each of its donors is held.

The first of two passes: each bucket of donors is reduced to its summary, kept on disk, and to
counts that add up; from the sums come the file's thresholds and its value model.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene.channels.habits import Habits
from mecene.features import summary as features
from mecene.lifetime_value import evidence, histories, value
from mecene.lifetime_value.evidence import Evidence
from mecene.report import reach
from mecene.report.question import EVERYBODY, Question
from mecene.scores import training
from mecene.segments import context, rfm
from mecene.segments.context import Context
from mecene.segments.rules import Rules

# What a report reads; drift serves those who look for it.
FAMILIES = (*training.FAMILIES, "motives")
# Read where something was sent or done besides giving: gifts alone tell of no channel.
_OF_CONTACTS = ("habits",)


@dataclass(frozen=True)
class Whole:
    """The file's value model (None: nobody gave), its quintiles, and what a large gift is.

    ``habits`` of answering: None where files hold gifts alone.
    """

    model: value.ValueModel | None
    edges: rfm.Edges | None
    context: Context
    habits: Habits | None = None


def summaries(question: Question) -> list[Path]:
    """Write the summary of each bucket of donors; return the files, in order."""
    folder = question.into / "summary"
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for done, bucket in enumerate(question.buckets):
        question.on_progress("features", done, len(question.buckets))
        file = folder / f"{bucket or EVERYBODY}.parquet"
        if _summarised(question, bucket, file):
            files.append(file)
    question.on_progress("features", len(question.buckets), len(question.buckets))
    return files


def summary_of_nobody(question: Question) -> Path:
    """Write the summary of a file where every gift is anonymous: its columns, and no row."""
    file = question.into / "summary" / f"{EVERYBODY}.parquet"
    features.of(
        question.store,
        as_of=question.as_of,
        bucket=None,
        families=_families(question),
        year_starts_in_month=question.fiscal_year_start,
    ).write_parquet(file)
    return file


def learnt(parts: list[Path], *, rules: Rules) -> Whole:
    """Return what the summaries of all buckets say together."""
    counted = [_counted(part) for part in parts]
    known: Evidence | None = None
    for found, _, _ in counted:
        known = found if known is None else known + found
    return Whole(
        habits=reach.learnt(parts),
        model=_model(known),
        edges=_edges([scored for _, scored, _ in counted]),
        context=context.of_file(context.added(*(large for _, _, large in counted)), rules=rules),
    )


def _families(question: Question) -> tuple[str, ...]:
    return (*FAMILIES, *_OF_CONTACTS) if question.has_contacts else FAMILIES


def _summarised(question: Question, bucket: str | None, file: Path) -> bool:
    """Write the summary of a bucket, if it has a donor; nothing is held for the next one."""
    frame = features.of(
        question.store,
        as_of=question.as_of,
        bucket=bucket,
        families=_families(question),
        year_starts_in_month=question.fiscal_year_start,
    )
    if frame.height:
        frame.write_parquet(file)
    return frame.height > 0


def _counted(part: Path) -> tuple[Evidence, pl.DataFrame, pl.DataFrame]:
    summary = pl.read_parquet(part)
    return evidence.of(summary), rfm.counts(summary), context.counts(summary)


def _model(known: Evidence | None) -> value.ValueModel | None:
    try:
        return value.learn(known) if known else None
    except histories.TooFewDonors:
        return None


def _edges(counts: list[pl.DataFrame]) -> rfm.Edges | None:
    try:
        return rfm.edges(context.added(*counts))
    except rfm.NoCounts:
        return None
