"""Foretold: what each donor is expected to do, beside what they are worth, and their sums.

The year ahead is the scores': its chance, gifts and value are read off one law of each donor.
The years after are the lifetime value's, added to it, so that three years never hold less than
one. Of who objects to profiling, and of the dead, nothing is foretold.
"""

from datetime import date

import numpy as np
import polars as pl

from mecene.report.question import Question
from mecene.scores import prediction, totals
from mecene.scores.model import ScoreModel
from mecene.scores.totals import Total
from mecene.segments import lists

SHOWN = (
    "p_gives_12m", "retention_alarm", "next_gift_from", "next_gift_until", "p_starts_recurring",
    "suggested_monthly_minor", "score_confidence",
)  # fmt: skip
# Of the scores too, under names of their own here.
_ADDED = ("spread_12m_minor", "expected_gifts_12m", "expected_12m_minor")
CONFIDENCES = ("low", "medium", "high")
# Chances of a gift within a year at which bands begin; the first is the alarm.
BANDS = (0.0, prediction.ALARM, 0.5, 0.8)
_OF_EACH = (
    "p_active", "expected_gifts_12m", "expected_gifts_36m", "expected_gifts_60m",
    "expected_value_12m_minor", "expected_value_36m_minor", "expected_value_60m_minor",
    "discounted_value_60m_minor",
)  # fmt: skip


def joined(valued: pl.DataFrame, model: ScoreModel, question: Question) -> pl.DataFrame:
    """Return donors with what the scores say of them, their year ahead in the place of another.

    Args:
        valued: The summary joined with the expected values.
        model: Learnt from the same file.
        question: Of the report.
    """
    scored = _scores(valued, model, question.as_of)
    asked = lists.suggested_monthly_minor(question.rules.lists)
    # The value model has a chance of its own, by the same name.
    others = valued.drop(
        name for name in scored.columns if name != "donor_id" and name in valued.columns
    )
    known = others.join(scored, on="donor_id", how="left", maintain_order="left", validate="1:1")
    foreseen = pl.col("expected_value_12m_minor").is_not_null()
    gave = pl.col("scored_gifts").is_not_null() & ((pl.col("gifts") > 0) | foreseen)
    barred = pl.col("objects_profiling").fill_null(value=False) | pl.col("deceased").fill_null(
        value=False
    )
    return (
        known.with_columns(
            pl.when(pl.col("suggested_monthly_minor").is_not_null())
            .then(asked)
            .alias("suggested_monthly_minor"),
            *_first_year(gave, discount_rate=question.discount_rate),
        )
        .with_columns(pl.when(~barred).then(pl.col(name)).alias(name) for name in _OF_EACH)
        .drop("scored_gifts", "scored_minor")
    )


def counted(addable: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of donors with a value to expect, one row a band of chance; parts add up.

    Columns: ``band`` (index into ``BANDS``), ``donors``; ``gave_12m``, of them; ``alarmed``,
    those under the alarm who gave in the last twelve months; ``expected_minor`` and
    ``variance_minor``, of the year ahead; ``amount_12m_minor``; ``starts``, the expected new
    regular gifts; a count a confidence.
    """
    known = addable.filter(
        pl.col("p_gives_12m").is_not_null() & pl.col("expected_value_12m_minor").is_not_null()
    )
    gave = pl.col("gifts_12m").fill_null(0) > 0
    bands = pl.sum_horizontal((pl.col("p_gives_12m") >= edge).cast(pl.Int64) for edge in BANDS[1:])
    return (
        known.group_by(band=bands)
        .agg(
            donors=pl.len().cast(pl.Int64),
            gave_12m=gave.sum().cast(pl.Int64),
            alarmed=(gave & pl.col("retention_alarm")).sum().cast(pl.Int64),
            expected_minor=pl.col("expected_value_12m_minor").sum(),
            variance_minor=(pl.col("spread_12m_minor") ** 2).sum(),
            amount_12m_minor=pl.col("amount_12m_minor").sum().cast(pl.Int64),
            alarmed_12m_minor=pl.col("amount_12m_minor")
            .filter(gave & pl.col("retention_alarm"))
            .sum()
            .cast(pl.Int64),
            likely=pl.col("p_gives_12m").sum(),
            starts=pl.col("p_starts_recurring").sum(),
            **{
                f"confidence_{word}": (pl.col("score_confidence") == word).sum().cast(pl.Int64)
                for word in CONFIDENCES
            },
        )
        .sort("band")
    )


def income(bands: pl.DataFrame, *, year_effect: float) -> Total:
    """Return what all donors of the bands give together in a year, with an 80 % interval."""
    return totals.of(
        bands["expected_minor"].fill_null(0).to_numpy().astype(np.float64),
        bands["variance_minor"].fill_null(0).to_numpy().astype(np.float64),
        year_effect=year_effect,
    )


def _scores(summary: pl.DataFrame, model: ScoreModel, as_of: date) -> pl.DataFrame:
    found = prediction.scores(model, summary, as_of=as_of, columns={*SHOWN, *_ADDED})
    wanted = [name for name in SHOWN if name in found.columns]
    missing = [name for name in SHOWN if name not in wanted]
    return found.select(
        "donor_id",
        *wanted,
        # A target that nobody taught has no column.
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in missing),
        pl.col("spread_12m_minor"),
        scored_gifts="expected_gifts_12m",
        scored_minor="expected_12m_minor",
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def _first_year(gave: pl.Expr, *, discount_rate: float) -> list[pl.Expr]:
    """Return the expectations of who gave, their first year the scores', then as they were."""
    replaced = []
    for what, unit, scored in (("gifts", "", "scored_gifts"), ("value", "_minor", "scored_minor")):
        year = f"expected_{what}_12m{unit}"
        more = pl.col(scored) - pl.col(year)
        replaced.append(_where(gave, pl.col(scored), year))
        for horizon in ("36m", "60m"):
            later = f"expected_{what}_{horizon}{unit}"
            replaced.append(_where(gave, pl.col(later) + more, later))
    # What changes comes within the year: half a year from now, on average.
    today = (1 + discount_rate) ** -0.5
    changed = (pl.col("scored_minor") - pl.col("expected_value_12m_minor")) * today
    discounted = "discounted_value_60m_minor"
    return [*replaced, _where(gave, pl.col(discounted) + changed, discounted)]


def _where(gave: pl.Expr, value: pl.Expr, name: str) -> pl.Expr:
    return pl.when(gave).then(value).otherwise(pl.col(name)).alias(name)
