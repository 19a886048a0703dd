"""Lists: which donors to act on now, in which order, and for what reason.

====================  ======================================================  ==================
``thank_now``         a one-off gift, or a commitment, of the last 14 days    last gift
``second_gift``       new, one single gift, thanked long enough ago           that gift
``at_risk``           at risk, the failed debits apart                        last 12 + 12 months
``reactivate``        lapsed, up to five years of silence                     largest gift
``propose_recurring`` one-off gifts often enough, no regular gift, not major  monthly suggested
``failed_debit``      a regular gift whose last debits came back              monthly amount
``major``             major donors (``mecene.segments.tags``)                 best of two years
====================  ======================================================  ==================

The last column is what a list is sorted by, largest first. Where the summary has
``expected_value_12m_minor``, that comes instead; for ``propose_recurring``, where it has
``p_starts_recurring`` too, that chance times a year of the suggested amount. Donors without one
come last: they object to profiling. Ties: lowest ``donor_id``.

**Nobody deceased, opposed or unreachable is in any list**; they are counted, by cause.
"""

from dataclasses import dataclass

import polars as pl

from mecene.segments import audience, context, list_reasons, return_codes
from mecene.segments import rules as segment_rules
from mecene.segments import summary as segment_summary
from mecene.segments.context import Context
from mecene.segments.rules import DAYS_A_MONTH, Rules
from mecene.segments.rules import Lists as ListRules
from mecene.segments.summary import or_zero

NAMES = (
    "thank_now", "second_gift", "at_risk", "reactivate", "propose_recurring", "failed_debit",
    "major",
)  # fmt: skip

# To thank for a gift and to repair a debit need no reading of anybody's history.
_WITHOUT_PROFILING = ("thank_now", "failed_debit")

_EXPECTED = "expected_value_12m_minor"
_STARTS = "p_starts_recurring"
# How sure that is, beside it.
_SURE = ("p_gives_12m", "score_confidence")

_COLUMNS = (
    "donor_id", "segment", "reason", "order_minor", "currency", "last_gift_minor",
    "last_gift_age_days", "suggested_monthly_minor", "return_code", "return_class",
)  # fmt: skip


@dataclass(frozen=True)
class Built:
    """The lists by name, and those who were left out: ``list``, ``cause``, ``donors``."""

    lists: dict[str, pl.DataFrame]
    excluded: pl.DataFrame


def build(
    summary: pl.DataFrame,
    segments: pl.DataFrame,
    *,
    lang: str,
    currency: str,
    rules: Rules | None = None,
    file_context: Context | None = None,
) -> Built:
    """Return every action list, and the count of those who may not be in them.

    Args:
        summary: One row a donor (``mecene.features``), with ``expected_value_12m_minor``,
            ``p_gives_12m``, ``p_starts_recurring`` and ``score_confidence`` or not.
        segments: What ``lifecycle.classify`` returned for the same donors.
        lang: Language of the reasons, ``fr`` or ``en``.
        currency: ISO 4217 code for donors whose own is not known.
        rules: Thresholds; the default rules when left out.
        file_context: What a major donor is in this file; the rules' absolute amount if left out.

    Returns:
        Each list has ``donor_id``, ``segment``, ``reason`` (a sentence), ``order_minor`` (sorted,
        largest first), ``currency``, ``last_gift_minor``, ``last_gift_age_days``,
        ``suggested_monthly_minor`` (propose_recurring only), ``return_code`` and
        ``return_class`` (failed_debit only).
    """
    rules = rules or segment_rules.load()
    file_context = file_context or context.fixed(rules=rules)
    table = _prepared(summary, segments, currency=currency, rules=rules.lists)
    wanted = _wanted(rules.lists, major_from_minor=file_context.major_from_minor)
    keys = _keys(table.columns)
    lists, excluded = {}, []
    for name in NAMES:
        cause = audience.barred(
            by_profile=name not in _WITHOUT_PROFILING, by_debit=name == "failed_debit"
        )
        asked = table.filter(wanted[name]).with_columns(cause=cause)
        excluded.append(_counted(asked, name))
        kept = asked.filter(pl.col("cause").is_null())
        reason = list_reasons.written(kept, name, lang=lang, currency=currency)
        lists[name] = _sorted(kept.with_columns(reason=reason, order_minor=keys[name]), name)
    return Built(lists, pl.concat(excluded))


def merged(*batches: Built) -> Built:
    """Return the lists of several batches of donors as those of one; of none, empty lists."""
    batches = batches or (_of_nobody(),)
    lists = {name: _in_order(pl.concat([batch.lists[name] for batch in batches])) for name in NAMES}
    order = {name: place for place, name in enumerate((*NAMES, *audience.CAUSES))}
    excluded = (
        pl.concat([batch.excluded for batch in batches])
        .group_by("list", "cause")
        .agg(pl.col("donors").sum())
        .sort(
            pl.col("list").replace_strict(order, return_dtype=pl.Int64),
            pl.col("cause").replace_strict(order, return_dtype=pl.Int64),
        )
    )
    return Built(lists, excluded)


def suggested_monthly_minor(rules: ListRules) -> pl.Expr:
    """Return the first usual amount at or above a twelfth of a year of one-off gifts.

    At or above: a monthly gift is there to give a little more, without it being felt; and the
    barometer's mean monthly gift (149 € a year) is well above the mean cheque (81 €).
    """
    half_of_two = (or_zero("amount_24m_minor") / 2).round().cast(pl.Int64)
    year = pl.max_horizontal(or_zero("one_off_amount_12m_minor"), half_of_two)
    steps = rules.recurring_steps_minor
    chosen: pl.Expr = pl.lit(steps[-1], dtype=pl.Int64)
    for step in reversed(steps):
        chosen = pl.when(year <= 12 * step).then(pl.lit(step, dtype=pl.Int64)).otherwise(chosen)
    return chosen


def _of_nobody() -> Built:
    segments = {"segment": pl.String, "reason": pl.String, "usual_month": pl.Int64}
    return build(
        pl.DataFrame(schema=segment_summary.READ),
        pl.DataFrame(schema={"donor_id": pl.Int64, **segments}),
        lang="en",
        currency="EUR",
    )


def _prepared(
    summary: pl.DataFrame, segments: pl.DataFrame, *, currency: str, rules: ListRules
) -> pl.DataFrame:
    named = segments.select("donor_id", "segment", why="reason", seasonal_month="usual_month")
    read = (*segment_summary.READ, _EXPECTED, _STARTS, *_SURE)
    given = [name for name in read if name in summary.columns]
    return (
        segment_summary.complete(summary.select(given))
        .join(named, on="donor_id", how="inner", validate="1:1")
        .with_columns(
            pl.col("currency").fill_null(currency),
            suggested_monthly_minor=suggested_monthly_minor(rules),
            return_code=pl.col("last_return_code"),
            return_class=return_codes.classified(pl.col("last_return_code")),
        )
    )


def _wanted(rules: ListRules, *, major_from_minor: int) -> dict[str, pl.Expr]:
    state, segment = pl.col("recurring_state"), pl.col("segment")
    one_off_age, silence = pl.col("last_one_off_age_days"), pl.col("last_gift_age_days")
    recent_one_off = one_off_age <= rules.thank_days
    kinds_unknown = pl.col("one_off_gifts").is_null() & (silence <= rules.thank_days)
    recent_commitment = (state == "active") & (
        pl.col("recurring_started_age_days") <= rules.thank_days
    )
    no_regular = ~state.is_in(["active", "paused", "failing"]).fill_null(value=False)
    lately_stopped = (
        pl.col("recurring_ended_age_days") <= rules.propose_recurring_after_stop_days
    ).fill_null(value=False)
    failing = (state == "failing") | (
        (or_zero("failed_in_a_row") > 0) & state.ne_missing("stopped")
    )
    lapsed = segment.is_in(["lapsed", "deep_lapsed"])
    wanted = {
        "thank_now": recent_one_off | kinds_unknown | recent_commitment,
        "second_gift": segment.is_in(["new", "new_with_potential"])
        & (pl.col("gifts") == 1)
        & no_regular
        & (silence >= rules.second_gift_from_days),
        "at_risk": (segment == "at_risk") & (pl.col("why") != "recurring_failing"),
        "reactivate": lapsed & (silence < rules.reactivate_until_months * DAYS_A_MONTH),
        "propose_recurring": no_regular
        & ~lately_stopped
        # Major donors are talked to in person.
        & (context.best_year_minor() < major_from_minor)
        & (or_zero("one_off_gifts_24m") >= rules.propose_recurring_gifts)
        & (one_off_age <= rules.propose_recurring_silence_days),
        "failed_debit": failing,
        "major": context.best_year_minor() >= major_from_minor,
    }
    return {name: condition.fill_null(value=False) for name, condition in wanted.items()}


def _keys(known: list[str]) -> dict[str, pl.Expr]:
    two_years = or_zero("amount_12m_minor") + or_zero("amount_previous_12m_minor")
    keys = {
        "thank_now": or_zero("last_gift_minor"),
        "second_gift": or_zero("last_gift_minor"),
        "at_risk": two_years,
        "reactivate": or_zero("largest_gift_minor"),
        "propose_recurring": pl.col("suggested_monthly_minor"),
        "failed_debit": or_zero("recurring_monthly_minor"),
        "major": context.best_year_minor(),
    }
    if _EXPECTED in known:
        keys |= dict.fromkeys(NAMES, _whole(pl.col(_EXPECTED)))
    if _STARTS in known:
        yearly = 12 * pl.col("suggested_monthly_minor")
        keys["propose_recurring"] = _whole(pl.col(_STARTS) * yearly)
    return keys


def _whole(minor: pl.Expr) -> pl.Expr:
    return minor.cast(pl.Float64).fill_nan(None).round().cast(pl.Int64)


def _counted(asked: pl.DataFrame, name: str) -> pl.DataFrame:
    causes = asked["cause"]
    return pl.DataFrame(
        {
            "list": [name] * len(audience.CAUSES),
            "cause": list(audience.CAUSES),
            "donors": [int((causes == cause).sum()) for cause in audience.CAUSES],
        },
        schema={"list": pl.String, "cause": pl.String, "donors": pl.Int64},
    )


def _sorted(kept: pl.DataFrame, name: str) -> pl.DataFrame:
    dropped = [] if name == "propose_recurring" else ["suggested_monthly_minor"]
    dropped += [] if name == "failed_debit" else ["return_code", "return_class"]
    sure = [column for column in _SURE if column in kept.columns]
    return _in_order(kept.select(*_COLUMNS, *sure).drop(dropped))


def _in_order(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort(["order_minor", "donor_id"], descending=[True, False], nulls_last=True)
