"""Standing: where the donors of one bucket stand, and what they add to the whole.

The second of two passes: every donor gets a segment, a sentence, a score and a value, written as
a row of the roll; what the report draws is kept as counts and sums that add up.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from mecene.lifetime_value import value
from mecene.report import foretold, one_currency, reach, roll, value_bands, why
from mecene.report.foresight import Foresight
from mecene.report.question import EVERYBODY, Question
from mecene.report.whole import Whole
from mecene.segments import (
    audience,
    context,
    custom,
    lifecycle,
    lists,
    profile,
    rfm,
    sentences,
    tags,
)
from mecene.segments import summary as segment_summary
from mecene.segments.lists import Built
from mecene.words import LANGUAGES


@dataclass(frozen=True)
class Standing:
    """What one bucket of donors adds to the whole."""

    donors: int
    in_currency: int
    sums: pl.DataFrame
    last_gifts: pl.DataFrame
    grid: pl.DataFrame
    bands: pl.DataFrame
    totals: pl.DataFrame
    lists: Built
    tags: pl.DataFrame
    recurring: pl.DataFrame
    apart: pl.DataFrame
    foretold: pl.DataFrame


@dataclass(frozen=True)
class Settled:
    """What one bucket's donors are, before what they will do is known: a row a donor each."""

    part: Path
    summary: pl.DataFrame
    valued: pl.DataFrame
    segments: pl.DataFrame
    told: pl.DataFrame
    bands: pl.DataFrame
    rfm: pl.DataFrame
    tagged: pl.DataFrame


def settle(part: Path, whole: Whole, question: Question, *, currency: str) -> Settled:
    """Return the donors of one summary, each with a segment, a sentence, cells and a value."""
    rules = question.rules
    summary = pl.read_parquet(part)
    worth = _worth(summary, whole.model, question.discount_rate)
    segments = lifecycle.classify(summary, rules=rules)
    bands = rfm.bands(summary, rules=rules)
    # Who opens the report, and who asks for one donor, may not read the same language.
    other = next(lang for lang in LANGUAGES if lang != question.lang)
    said = sentences.written(segments, lang=question.lang, currency=currency)
    said_otherwise = sentences.written(segments, lang=other, currency=currency)
    return Settled(
        part=part,
        summary=summary,
        valued=summary.join(worth, on="donor_id", how="left", validate="1:1"),
        segments=segments,
        told=segments.with_columns(said, said_otherwise.alias(roll.sentence_in(other))),
        bands=bands,
        rfm=bands.join(rfm.score(summary, whole.edges), on="donor_id") if whole.edges else bands,
        tagged=tags.tag(summary, rules=rules, context=whole.context),
    )


def of(
    settled: Settled, whole: Whole, question: Question, *, currency: str, foresight: Foresight
) -> Standing:
    """Return the standing of the donors of one bucket; write their part of the roll."""
    rules, summary, segments = question.rules, settled.summary, settled.segments
    reached = reach.of(summary, whole.habits)
    valued = reach.joined(foretold.joined(settled.valued, foresight.model, question), reached)
    own = custom.tag(
        valued.join(segments.select("donor_id", "segment"), on="donor_id"), rules=rules
    )
    tagged = settled.tagged.join(own, on="donor_id")
    with ThreadPoolExecutor(1, thread_name_prefix="roll") as beside:
        written = beside.submit(
            lambda: roll.write(
                roll.people(question.store, as_of=question.as_of, bucket=_bucket(settled.part)),
                roll.figures(valued, settled.told, tagged, settled.rfm),
                question.into / "donors" / settled.part.name,
            )
        )
        built = lists.build(
            valued,
            segments,
            lang=question.lang,
            currency=currency,
            rules=rules,
            file_context=whole.context,
        )
        built = reach.beside(why.beside(built, summary, foresight, lang=question.lang), reached)
        written.result()
    addable = one_currency.addable(valued, currency)
    return Standing(
        donors=summary.height,
        in_currency=one_currency.holders(summary, currency),
        sums=profile.parts(addable, segments),
        last_gifts=profile.gift_counts(addable, segments),
        grid=_grid(settled.bands.with_columns(addable["amount_36m_minor"])),
        bands=value_bands.counted(addable["expected_value_36m_minor"], currency=currency),
        totals=addable.select(pl.col("^expected_.*$").sum()),
        lists=built,
        tags=tagged.select(pl.col(pl.Boolean).sum().cast(pl.Int64)),
        recurring=_counted(segments["recurring_state"]),
        apart=_counted(_kept_out(summary)),
        foretold=foretold.counted(addable),
    )


def added(standings: list[Standing]) -> dict[str, Any]:
    """Return what all buckets say together, by the names of ``analysis.Analysis``."""
    sums = profile.added(*(each.sums for each in standings))
    last_gifts = context.added(*(each.last_gifts for each in standings))
    return {
        "count": sum(each.donors for each in standings),
        "in_currency": sum(each.in_currency for each in standings),
        "segments": profile.by_segment(sums, last_gifts),
        "grid": _summed([each.grid for each in standings], "r_band", "f_band"),
        "value_bands": _summed([each.bands for each in standings], "band"),
        "value_totals": pl.concat(each.totals for each in standings).sum().row(0, named=True),
        "lists": lists.merged(*(each.lists for each in standings)),
        "tags": pl.concat(each.tags for each in standings).sum().row(0, named=True),
        "recurring_states": _numbers([each.recurring for each in standings]),
        "foretold": _summed([each.foretold for each in standings], "band"),
        "kept_out": _numbers([each.apart for each in standings]),
    }


def _bucket(part: Path) -> str | None:
    return None if part.stem == EVERYBODY else part.stem


def _worth(
    summary: pl.DataFrame, model: value.ValueModel | None, discount_rate: float
) -> pl.DataFrame:
    """Return what to expect of each donor; nothing of anybody where nobody ever gave."""
    if model is not None:
        return value.predict(model, summary, discount_rate=discount_rate)
    return summary.select("donor_id").with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in roll.VALUE[:-1]),
        value_confidence=pl.lit("low"),
    )


def _kept_out(summary: pl.DataFrame) -> pl.Series:
    """Return why each donor may be in no list at all, null for who may."""
    cause = audience.barred(by_profile=False, by_debit=False)
    return segment_summary.complete(summary).select(cause=cause)["cause"]


def _counted(words: pl.Series) -> pl.DataFrame:
    known = pl.DataFrame({"word": words}, schema={"word": pl.String}).drop_nulls()
    return known.group_by("word").agg(donors=pl.len().cast(pl.Int64))


def _numbers(counts: list[pl.DataFrame]) -> dict[str, int]:
    return {str(word): int(donors) for word, donors in _summed(counts, "word").iter_rows()}


def _grid(scored: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of the RFM map, with what their donors gave in three years."""
    return (
        scored.drop_nulls("r_band")
        .group_by("r_band", "f_band")
        .agg(donors=pl.len().cast(pl.Int64), amount_36m_minor=pl.col("amount_36m_minor").sum())
    )


def _summed(cells: list[pl.DataFrame], *by: str) -> pl.DataFrame:
    return pl.concat(cells).group_by(*by).agg(pl.all().sum()).sort(*by)
