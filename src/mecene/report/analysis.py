"""Analysis: everything that is worked out about an association's donors, as of a day.

Two passes over the donors, a bucket at a time, so that memory does not grow with their number.
The first reduces each bucket to its summary and to counts that add up; from the counts of the
whole file come its thresholds and its value model. The second gives every donor a segment, a
score and a value, and adds up what the report draws.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
from pyarrow import parquet

from mecene import period
from mecene.engine.store import BUCKETS, FactStore
from mecene.features import summary as features
from mecene.lifetime_value import cautions, evidence, histories, value
from mecene.lifetime_value.evidence import Evidence
from mecene.report import roll
from mecene.report.pictures import values
from mecene.retention import measure
from mecene.retention.measure import Measures
from mecene.segments import context, flows, lifecycle, lists, profile, rfm, sentences, tags
from mecene.segments import rules as segment_rules
from mecene.segments.context import Context
from mecene.segments.lists import Built
from mecene.segments.rules import Rules

Progress = Callable[[str, int, int], None]

_YEARS_BACK = 2
_EVERYBODY = "all"
# Under it, a query over all the facts costs less than sixteen over a part of them.
_ROWS_AT_ONCE = 3_000_000
_NO_FLOWS = pl.DataFrame(
    schema={"stage": pl.Int32, "before": pl.String, "now": pl.String, "donors": pl.Int64}
)


class NoDonors(ValueError):
    """The fact store holds no donor on this day, so there is nobody to analyse."""


@dataclass(frozen=True)
class Analysis:
    """What was worked out; ``donors`` is a folder of Parquet parts, one row a donor."""

    as_of: date
    lang: str
    currency: str
    rules: Rules
    donors: Path
    count: int
    measures: Measures | None
    model: value.ValueModel | None
    segments: pl.DataFrame
    flows: pl.DataFrame
    stages: tuple[date, ...]
    grid: pl.DataFrame
    value_bands: pl.DataFrame
    value_totals: dict[str, float]
    lists: Built
    tags: dict[str, int]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """What the whole file says, and every donor of every bucket is held against."""

    model: value.ValueModel | None
    edges: rfm.Edges | None
    context: Context


@dataclass(frozen=True)
class _Piece:
    """What one bucket of donors adds to the whole."""

    donors: int
    sums: pl.DataFrame
    last_gifts: pl.DataFrame
    grid: pl.DataFrame
    bands: pl.DataFrame
    totals: pl.DataFrame
    lists: Built
    tags: pl.DataFrame


def analyse(
    store: FactStore,
    *,
    as_of: date,
    into: Path,
    lang: str,
    rules: Rules | None = None,
    fiscal_year_start: int = 1,
    on_progress: Progress | None = None,
) -> Analysis:
    """Return the analysis of a fact store.

    Args:
        store: The facts.
        as_of: Facts dated on or after it are not seen.
        into: A folder for the tables of donors, made here.
        lang: Language of the donors' sentences, ``fr`` or ``en``.
        rules: Thresholds; the defaults when left out.
        fiscal_year_start: The month, 1..12, in which the association's year starts.
        on_progress: Called with (stage, done, in all).

    Raises:
        NoDonors: no donor is known on that day.
    """
    rules = rules or segment_rules.load()
    tell = on_progress or (lambda stage, done, total: None)
    measures = _measures(store, as_of, fiscal_year_start, tell)
    currency = measures.currency if measures else _any_currency(store)
    parts = _summaries(store, as_of, into / "summary", fiscal_year_start, tell)
    if not parts:
        raise NoDonors(f"no donor is known before {as_of}: every gift is anonymous, or later")
    whole = _file(parts, rules=rules)
    pieces = []
    for done, part in enumerate(parts):
        tell("donors", done, len(parts))
        pieces.append(
            _piece(
                store,
                part,
                whole,
                as_of=as_of,
                into=into,
                lang=lang,
                currency=currency,
                rules=rules,
            )
        )
    tell("donors", len(parts), len(parts))
    moved, stages = _flows(store, as_of, rules, tell)
    return Analysis(
        as_of=as_of,
        lang=lang,
        currency=currency,
        rules=rules,
        donors=into / "donors",
        measures=measures,
        model=whole.model,
        flows=moved,
        stages=stages,
        warnings=_warnings(whole, lang),
        **_added(pieces),
    )


def _added(pieces: list[_Piece]) -> dict[str, Any]:
    """Return what the pieces say together."""
    sums = profile.added(*(piece.sums for piece in pieces))
    last_gifts = context.added(*(piece.last_gifts for piece in pieces))
    cells = pl.concat(piece.grid for piece in pieces)
    bands = pl.concat(piece.bands for piece in pieces)
    return {
        "count": sum(piece.donors for piece in pieces),
        "segments": profile.by_segment(sums, last_gifts),
        "grid": _summed(cells, "r_band", "f_band"),
        "value_bands": _summed(bands, "band"),
        "value_totals": pl.concat(piece.totals for piece in pieces).sum().row(0, named=True),
        "lists": lists.merged(*(piece.lists for piece in pieces)),
        "tags": pl.concat(piece.tags for piece in pieces).sum().row(0, named=True),
    }


def _measures(
    store: FactStore, as_of: date, fiscal_year_start: int, tell: Progress
) -> Measures | None:
    try:
        return measure.measure(
            store,
            as_of=as_of,
            fiscal_year_start=fiscal_year_start,
            on_progress=lambda done, total: tell("measures", done, total),
        )
    except measure.NoGifts:
        return None


def _summaries(
    store: FactStore, as_of: date, into: Path, fiscal_year_start: int, tell: Progress
) -> list[Path]:
    """Write the summary of each bucket of donors; return the files, in order."""
    into.mkdir(parents=True, exist_ok=True)
    files = []
    buckets = _buckets(store)
    for done, bucket in enumerate(buckets):
        tell("features", done, len(buckets))
        frame = features.of(
            store, as_of=as_of, bucket=bucket, year_starts_in_month=fiscal_year_start
        )
        running = pl.col("recurring_state").eq("active").fill_null(value=False)
        frame = frame.with_columns(recurring_active=running)
        if frame.height:
            files.append(into / f"{bucket or _EVERYBODY}.parquet")
            frame.write_parquet(files[-1])
    tell("features", len(buckets), len(buckets))
    return files


def _buckets(store: FactStore) -> tuple[str | None, ...]:
    """Return the buckets to go through: one by one, or all at once where there is room."""
    rows = sum(
        parquet.read_metadata(file).num_rows
        for table in ("gifts", "contacts", "interactions")
        for file in store.files(table)
    )
    return (None,) if rows <= _ROWS_AT_ONCE else BUCKETS


def _file(parts: list[Path], *, rules: Rules) -> _File:
    known: Evidence | None = None
    scored, amounts = [], []
    for part in parts:
        summary = pl.read_parquet(part)
        found = evidence.of(summary)
        known = found if known is None else known + found
        scored.append(rfm.counts(summary))
        amounts.append(context.counts(summary))
    gave = any(counts.height for counts in scored)
    return _File(
        model=_model(known),
        edges=rfm.edges(context.added(*scored)) if gave else None,
        context=context.of_file(context.added(*amounts), rules=rules)
        if amounts
        else context.fixed(rules=rules),
    )


def _piece(
    store: FactStore,
    part: Path,
    whole: _File,
    *,
    as_of: date,
    into: Path,
    lang: str,
    currency: str,
    rules: Rules,
) -> _Piece:
    summary = pl.read_parquet(part)
    worth = value.predict(whole.model, summary) if whole.model else _valueless(summary)
    valued = summary.join(worth, on="donor_id", how="left", validate="1:1")
    segments = lifecycle.classify(summary, rules=rules)
    tagged = tags.tag(summary, rules=rules, context=whole.context)
    bands = rfm.bands(summary, rules=rules)
    said = sentences.written(segments, lang=lang, currency=currency)
    scores = bands.join(rfm.score(summary, whole.edges), on="donor_id") if whole.edges else bands
    roll.write(
        roll.people(store, as_of=as_of, bucket=None if part.stem == _EVERYBODY else part.stem),
        roll.figures(valued, segments.with_columns(said), tagged, scores),
        into / "donors" / part.name,
    )
    return _Piece(
        donors=summary.height,
        sums=profile.parts(valued, segments),
        last_gifts=profile.gift_counts(valued, segments),
        grid=_grid(bands.with_columns(summary["amount_36m_minor"])),
        bands=values.bands(worth["expected_value_36m_minor"], currency=currency),
        totals=worth.select(pl.col("^expected_.*$").sum()),
        lists=lists.build(
            valued, segments, lang=lang, currency=currency, rules=rules, file_context=whole.context
        ),
        tags=tagged.select(pl.col(pl.Boolean).sum().cast(pl.Int64)),
    )


def _summed(cells: pl.DataFrame, *by: str) -> pl.DataFrame:
    return cells.group_by(*by).agg(pl.all().sum()).sort(*by)


def _grid(scored: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of the RFM map, with what their donors gave in three years."""
    return (
        scored.drop_nulls("r_band")
        .group_by("r_band", "f_band")
        .agg(donors=pl.len().cast(pl.Int64), amount_36m_minor=pl.col("amount_36m_minor").sum())
    )


def _flows(
    store: FactStore, as_of: date, rules: Rules, tell: Progress
) -> tuple[pl.DataFrame, tuple[date, ...]]:
    """Return who moved from which segment to which, over each of the last years."""
    stages = tuple(period.add_months(as_of, -12 * back) for back in range(_YEARS_BACK, -1, -1))
    passages: list[list[pl.DataFrame]] = [[] for _ in range(_YEARS_BACK)]
    buckets = _buckets(store)
    for done, bucket in enumerate(buckets):
        tell("flows", done, len(buckets))
        if not store.files("donors", bucket=bucket):
            continue
        known = [
            lifecycle.classify(features.of(store, as_of=day, bucket=bucket), rules=rules)
            for day in stages
        ]
        for passage, (then, now) in enumerate(pairwise(known)):
            passages[passage].append(flows.between(then, now))
    tell("flows", len(buckets), len(buckets))
    moved = [
        flows.added(*parts).select(
            stage=pl.lit(stage), before="segment_then", now="segment_now", donors="donors"
        )
        for stage, parts in enumerate(passages)
        if parts
    ]
    return (pl.concat(moved) if moved else _NO_FLOWS), stages


def _model(known: Evidence | None) -> value.ValueModel | None:
    try:
        return value.learn(known) if known else None
    except histories.TooFewDonors:
        return None


def _warnings(whole: _File, lang: str) -> tuple[str, ...]:
    if whole.model is None:
        return ()
    return tuple(cautions.sentence(caution, lang=lang) for caution in whole.model.warnings)


def _valueless(summary: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of a value that nobody can be given: nobody gave anything."""
    return summary.select("donor_id").with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in roll.VALUE[:-1]),
        value_confidence=pl.lit("low"),
    )


def _any_currency(store: FactStore) -> str:
    files = store.files("gifts") or store.files("recurring_gifts")
    held = pl.scan_parquet(list(files)).select("currency").head(1).collect() if files else None
    return str(held["currency"][0]) if held is not None and held.height else "EUR"
