"""Analysis: everything that is worked out about an association's donors, as of a day.

Two passes over the donors, a bucket at a time, so that memory does not grow with their number:
``whole`` learns what the file says, ``standing`` holds every donor against it. Where donors are
few enough to be taken at once, the years are measured and the past is learnt from meanwhile.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TypeVar

import polars as pl

from mecene.lifetime_value import cautions, value
from mecene.report import foresight, movement, outside, standing, whole
from mecene.report.foresight import Foresight
from mecene.report.question import Question
from mecene.retention import measure
from mecene.retention.measure import Measures
from mecene.segments import rules as segment_rules
from mecene.segments.lists import Built
from mecene.segments.rules import Rules

T = TypeVar("T")


class NoDonors(ValueError):
    """The fact store holds no donor and no gift on this day, so there is nothing to analyse."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        super().__init__(f"no donor and no gift is known before {as_of}; is the day right?")


@dataclass(frozen=True)
class Analysis:
    """What was worked out; ``donors`` is a folder of Parquet parts, one row a donor.

    ``in_currency`` counts the donors whose amounts are in ``currency``, or who gave none yet.
    ``measures`` is None where no gift counts, ``model`` where nobody gave. ``segments`` is
    ``profile.by_segment`` of today, ``performance`` that of the segments of a year ago.
    ``recurring_states`` counts donors by the state of their regular gift, ``kept_out`` those who
    may be in no list, by cause. ``foretold`` sums what donors should do, by chance of a gift
    (``foretold.counted``); ``foresight`` is where it comes from. ``series`` holds external
    series beside income (``outside.months``).
    """

    as_of: date
    lang: str
    currency: str
    rules: Rules
    donors: Path
    count: int
    in_currency: int
    measures: Measures | None
    model: value.ValueModel | None
    segments: pl.DataFrame
    performance: pl.DataFrame
    flows: pl.DataFrame
    stages: tuple[date, ...]
    grid: pl.DataFrame
    value_bands: pl.DataFrame
    value_totals: dict[str, float]
    lists: Built
    tags: dict[str, int]
    discount_rate: float
    recurring_states: dict[str, int]
    kept_out: dict[str, int]
    foresight: Foresight
    foretold: pl.DataFrame
    warnings: tuple[str, ...] = ()
    series: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=outside.SCHEMA))


@dataclass(frozen=True)
class Measured:
    """What is known before any donor is foretold: the measures, and series beside income."""

    measures: Measures
    currency: str
    series: pl.DataFrame


def analyse(
    question: Question, *, on_measured: Callable[[Measured], None] | None = None
) -> Analysis:
    """Return the analysis of a fact store.

    Args:
        question: Of which store, as of which day.
        on_measured: Told what is known first, while the rest is worked out; not without a gift.

    Raises:
        NoDonors: no donor is known on that day, and no gift either.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as other:
        measuring = _begun(other, question, lambda: _measures(question))
        parts = whole.summaries(question)
        measures = measuring.result()
        currency = measures.currency if measures else question.any_currency()
        # Thresholds are in euros until it is known which currency the file is in.
        question = replace(question, rules=segment_rules.in_currency(question.rules, currency))
        if not parts and measures is None:
            raise NoDonors(question.as_of)
        if not parts:
            # Every gift is anonymous: there is an income to tell, and a roll without a row.
            parts = [whole.summary_of_nobody(question)]
        # What takes longest goes first; all that can be said without it is worked out beside.
        foreseeing = _begun(other, question, lambda: foresight.learnt(question, parts))
        learnt = whole.learnt(parts, rules=question.rules)
        settled = (standing.settle(part, learnt, question, currency=currency) for part in parts)
        first = next(settled)
        moved = movement.over(question, currency=currency)
        series = outside.months(question, measures)
        if measures and on_measured:
            on_measured(Measured(measures, currency, series))
        foreseen = foreseeing.result()
    standings = []
    for done, donors in enumerate(chain([first], settled)):
        question.on_progress("donors", done, len(parts))
        standings.append(
            standing.of(donors, learnt, question, currency=currency, foresight=foreseen)
        )
    question.on_progress("donors", len(parts), len(parts))
    doubts = learnt.model.warnings if learnt.model else ()
    return Analysis(
        as_of=question.as_of,
        lang=question.lang,
        currency=currency,
        rules=question.rules,
        donors=question.into / "donors",
        measures=measures,
        model=learnt.model,
        performance=moved.performance,
        flows=moved.flows,
        stages=moved.stages,
        discount_rate=question.discount_rate,
        foresight=foreseen,
        warnings=tuple(cautions.sentence(doubt, lang=question.lang) for doubt in doubts),
        series=series,
        **standing.added(standings),
    )


def _begun(other: ThreadPoolExecutor, question: Question, work: Callable[[], T]) -> Future[T]:
    """Return some work, begun; done already where donors are taken bucket by bucket."""
    begun = other.submit(work)
    if len(question.buckets) > 1:
        # Two buckets in memory would be twice the memory.
        wait([begun])
    return begun


def _measures(question: Question) -> Measures | None:
    try:
        return measure.measure(
            question.store,
            as_of=question.as_of,
            fiscal_year_start=question.fiscal_year_start,
            on_progress=lambda done, total: question.on_progress("measures", done, total),
        )
    except measure.NoGifts:
        return None
