"""Movement: who moved between segments over the last years, and how each segment did since.

Segments are worked out again as they would have been seen on each day, knowing nothing of what
followed: today's segments would make every rate true by definition.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from mecene import period
from mecene.features import summary as features
from mecene.report import one_currency
from mecene.report.question import EVERYBODY, Question
from mecene.segments import context, flows, lifecycle, profile

_YEARS_BACK = 2
# Those with a column that ``lifecycle.classify`` reads; the others are not worked out again.
_FAMILIES = ("giving", "calendar", "recurring", "engagement")
_NO_FLOWS = pl.DataFrame(
    schema={"stage": pl.Int32, "before": pl.String, "now": pl.String, "donors": pl.Int64}
)


@dataclass(frozen=True)
class Movement:
    """The days looked at; the flows between them; and how each segment of a year ago did.

    ``flows``: ``stage`` (passage 0, 1 …), ``before``, ``now``, ``donors``. ``performance``: what
    ``profile.by_segment`` returns, of the donors known a year ago by their segment then.
    """

    stages: tuple[date, ...]
    flows: pl.DataFrame
    performance: pl.DataFrame


def over(question: Question, *, currency: str) -> Movement:
    """Return the movement of the last years, amounts in one currency."""
    stages = tuple(
        period.add_months(question.as_of, -12 * back) for back in range(_YEARS_BACK, -1, -1)
    )
    passages: list[list[pl.DataFrame]] = [[] for _ in range(_YEARS_BACK)]
    sums, last_gifts = [], []
    for done, bucket in enumerate(question.buckets):
        question.on_progress("flows", done, len(question.buckets))
        today = question.into / "summary" / f"{bucket or EVERYBODY}.parquet"
        if not today.exists():
            continue
        moved, added, counted = _of_bucket(question, bucket, today, stages, currency)
        for passage, flow in zip(passages, moved, strict=True):
            passage.append(flow)
        sums.append(added)
        last_gifts.append(counted)
    question.on_progress("flows", len(question.buckets), len(question.buckets))
    return Movement(
        stages,
        _numbered(passages),
        profile.by_segment(profile.added(*sums), context.added(*last_gifts)),
    )


def _of_bucket(
    question: Question, bucket: str | None, today: Path, stages: tuple[date, ...], currency: str
) -> tuple[list[pl.DataFrame], pl.DataFrame, pl.DataFrame]:
    """Return what one bucket adds: flows by passage, sums, last gifts; the rest is let go."""
    summary = pl.read_parquet(today)
    known = [_classified(question, day, bucket) for day in stages[:-1]]
    known.append(lifecycle.classify(summary, rules=question.rules))
    moved = [flows.between(then, now) for then, now in pairwise(known)]
    addable = one_currency.addable(summary, currency)
    return moved, profile.parts(addable, known[-2]), profile.gift_counts(addable, known[-2])


def _classified(question: Question, day: date, bucket: str | None) -> pl.DataFrame:
    frame = features.of(
        question.store,
        as_of=day,
        bucket=bucket,
        year_starts_in_month=question.fiscal_year_start,
        families=_FAMILIES,
        columns=lifecycle.reads(rules=question.rules),
    )
    return lifecycle.classify(frame, rules=question.rules)


def _numbered(passages: list[list[pl.DataFrame]]) -> pl.DataFrame:
    moved = [
        flows.added(*parts).select(
            stage=pl.lit(stage), before="segment_then", now="segment_now", donors="donors"
        )
        for stage, parts in enumerate(passages)
        if parts
    ]
    return pl.concat(moved) if moved else _NO_FLOWS
