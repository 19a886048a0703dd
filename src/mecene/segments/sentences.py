"""Sentences: why a donor is in their segment, in one sentence with its figures.

« Donne chaque année depuis 6 ans, en décembre ; dernier don de 50 € il y a 14 mois, contre 12 mois
d'habitude : à risque. »
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from mecene.segments import lifecycle, wording
from mecene.segments.rules import DAYS_A_MONTH

_YEARLY_DAYS = (300, 430)


def written(frame: pl.DataFrame, *, lang: str, currency: str) -> pl.Series:
    """Return one sentence a donor, in the order of the frame.

    Args:
        frame: What ``lifecycle.classify`` returned; more columns do no harm.
        lang: ``fr`` or ``en``.
        currency: ISO 4217 code for donors whose own is not known.

    Returns:
        A string series named ``sentence``; never empty, never null.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    words = wording.load(lang)
    needed = frame.select("reason", "usual_month", *lifecycle.FIGURES)

    def sentence(code: str, reason: str) -> pl.Expr:
        segment = pl.lit(words["segment"][lifecycle.REASONS[reason]])
        pieces = _pieces(words, currency=code, lang=lang)
        return wording.filled(words["reason"][reason], **pieces, segment=segment)

    return wording.by_group(needed, sentence, group="reason", currency=currency)


def segment_name(segment: str, *, lang: str) -> str:
    """Return how a segment is called: ``at_risk`` → « à risque »."""
    return str(wording.load(lang)["segment"][segment])


def _pieces(words: Mapping[str, Any], *, currency: str, lang: str) -> dict[str, pl.Expr]:
    """Return every piece a sentence may hold, none of them ever null."""

    def amount(name: str) -> pl.Expr:
        return wording.amount(pl.col(name).fill_null(0), currency=currency, lang=lang)

    def duration(name: str) -> pl.Expr:
        return wording.duration(pl.col(name).fill_null(0), lang=lang)

    def answers(name: str) -> pl.Expr:
        return wording.counted(
            pl.col(name),
            one=words["one_answer"], many=words["many_answers"], none=words["no_answer"],
        )  # fmt: skip

    silence = duration("last_gift_age_days")
    known = pl.col("last_gift_minor") > 0
    dated = wording.filled(words["last_gift"], amount=amount("last_gift_minor"), silence=silence)
    bare = wording.filled(words["last_gift_bare"], silence=silence)
    last = pl.when(known).then(dated).otherwise(bare)
    often = _often(words)
    tenure = duration("first_gift_age_days")
    largest = amount("largest_gift_minor")
    only = wording.filled(words["first_gift"], amount=amount("last_gift_minor"), tenure=tenure)
    many = wording.filled(words["first_of_many"], tenure=tenure, last=last)
    large = wording.filled(words["first_of_large"], tenure=tenure, largest=largest)
    single = (pl.col("gifts") == 1) & known
    return {
        "first": pl.when(single).then(only).otherwise(many),
        "first_large": pl.when(single).then(only).otherwise(large),
        **_regular(words, amount=amount("recurring_monthly_minor"), lang=lang),
        "gives": _habit(words, often, lang=lang, key="gives"),
        "gave": _habit(words, often, lang=lang, key="gave"),
        "last": last,
        "usual": _usual(words, silence=silence, lang=lang),
        "tenure": tenure,
        "second": duration("days_first_to_second_gift"),
        "gap": duration("gap_before_last_days"),
        "now": amount("amount_12m_minor"),
        "previous": amount("amount_previous_12m_minor"),
        "answers": answers("interactions_12m"),
        "answers_before": answers("interactions_previous_12m"),
        "one_offs": wording.counted(
            pl.col("one_off_gifts_12m"), one=words["one_one_off"], many=words["many_one_offs"]
        ),
        "failures": wording.counted(
            pl.col("failed_in_a_row"), one=words["one_failure"], many=words["many_failures"]
        ),
    }


def _regular(words: Mapping[str, Any], *, amount: pl.Expr, lang: str) -> dict[str, pl.Expr]:
    def maybe(name: str, key: str) -> pl.Expr:
        known = pl.col(name).is_not_null()
        text = wording.filled(
            words[key].replace("{}", "{length}"),
            length=wording.duration(pl.col(name).fill_null(0), lang=lang),
        )
        return pl.when(known).then(text).otherwise(pl.lit(""))

    named = wording.filled(words["regular"], amount=amount)
    known = pl.col("recurring_monthly_minor") > 0
    return {
        "regular": pl.when(known).then(named).otherwise(pl.lit(words["regular_bare"])),
        "since": maybe("recurring_started_age_days", "since"),
        "ended": maybe("recurring_ended_age_days", "ago"),
    }


def _often(words: Mapping[str, Any]) -> pl.Expr:
    """Return how often a donor gives, in words; null when nothing regular can be said."""
    gap = pl.col("median_gap_days")
    months = (gap / DAYS_A_MONTH).round().cast(pl.Int64)
    years = (gap / 365.25).round().cast(pl.Int64)
    whole_years = (pl.col("first_gift_age_days") / 365.25).floor()
    yearly = gap.is_between(*_YEARLY_DAYS)
    each_year = yearly & (pl.col("active_years") >= whole_years)
    return (
        pl.when((pl.col("gifts") < 3) | gap.is_null() | (gap <= 0))
        .then(pl.lit(None, dtype=pl.String))
        .when(each_year)
        .then(pl.lit(words["each_year"]))
        .when(yearly)
        .then(pl.lit(words["every_year"]))
        .when(months < 2)
        .then(pl.lit(words["every_month"]))
        .when(months < 24)
        .then(wording.counted(months, one=words["every_months"], many=words["every_months"]))
        .otherwise(wording.counted(years, one=words["every_years"], many=words["every_years"]))
    )


def _habit(words: Mapping[str, Any], often: pl.Expr, *, lang: str, key: str) -> pl.Expr:
    counted = wording.counted(
        pl.col("gifts").clip(1), one=words["one_gift"], many=words["many_gifts"]
    )
    few = pl.when(pl.col("gifts") == 2).then(pl.lit(words["two_gifts"])).otherwise(counted)
    habit = wording.filled(
        words[key],
        often=often,
        tenure=wording.duration(pl.col("first_gift_age_days").fill_null(0), lang=lang),
    )
    months = pl.col("usual_month")
    names = dict(enumerate(words["in_month"], start=1))
    season = months.replace_strict(names, default=None, return_dtype=pl.String)
    seasonal = pl.concat_str(habit, pl.lit(", "), season)
    return pl.coalesce(seasonal, habit, few)


def _usual(words: Mapping[str, Any], *, silence: pl.Expr, lang: str) -> pl.Expr:
    usual = wording.duration(pl.col("median_gap_days").fill_null(0), lang=lang)
    text = wording.filled(words["usual"].replace("{}", "{length}"), length=usual)
    said = pl.col("median_gap_days").is_not_null() & (usual != silence)
    return pl.when(said).then(text).otherwise(pl.lit(""))
