"""Neutral: the same donor, ordinary in one respect and unchanged in all others.

What moves together is moved together: a last gift that is more recent brings gifts into the last
twelve months, never more than the donor made. Reasons are the score's answer to these donors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from mecene.scores import pasts
from mecene.scores.typical import LIKE, SHARE_OF_YEARS, Typical, running

Changes = Mapping[str, pl.Expr]

GAVE = pl.col("gifts") > 0
# A rhythm of one's own needs two gaps.
OWN_RHYTHM = (pl.col("gift_days") >= 3) & (pl.col("median_gap_days") >= 1)
_FREE = GAVE & ~running()
_SEVERAL = _FREE & (pl.col("gift_days") >= 2)

_ANSWERS = (
    "interactions_12m", "interactions_previous_12m", "last_interaction_age_days", "clicks_90d",
    "clicks_previous_90d", "clicks_12m", "replies_12m", "page_views_90d", "page_views_12m",
    "events_12m", "petitions_12m", "surveys_12m", "shares_12m", "forms_abandoned_12m",
    "responses_12m", "most_answered_channel_share",
)  # fmt: skip
_CONTACTS = (
    "contacts", "contacts_12m", "contacts_90d", "last_contact_age_days", "contacts_email_12m",
    "contacts_post_12m", "contacts_phone_12m", "contacts_sms_12m",
)  # fmt: skip
_REFUSALS = (
    "objects_appeal", "objects_email", "objects_post", "objects_phone", "objects_sms",
    "unsubscribes", "complaints_12m", "bounces_12m", "undeliverable_post",
)  # fmt: skip
_ADDRESSES = ("has_email", "has_phone", "has_address")
_SEASON = ("gifts_december_share", "gifts_last_quarter_share", "usual_month_share")
_PAYMENTS = ("failed_debits_6m", "failed_in_a_row", "last_failure_age_days")
_RECURRING = (
    "recurring_gifts", "recurring_state", "recurring_started_age_days", "recurring_age_months",
    "recurring_ended_age_days", "recurring_end_reason", "recurring_monthly_minor",
    "last_instalment_age_days", "never_collected", *_PAYMENTS,
)  # fmt: skip
_MEMBERSHIP = ("membership_fees", "last_membership_age_days")
_AMOUNTS = (
    "amount_minor", "amount_12m_minor", "amount_24m_minor", "amount_36m_minor",
    "amount_previous_12m_minor", "one_off_amount_minor", "one_off_amount_12m_minor",
    "instalment_amount_12m_minor", "largest_gift_minor", "largest_one_off_minor",
    "first_gift_minor", "last_gift_minor", "last_one_off_minor", "mean_gift_minor",
    "mean_one_off_minor", "amount_slope_minor_per_year", "recurring_monthly_minor",
)  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """A respect in which donors differ; ``among`` is who may, ``changes`` makes them ordinary.

    ``changes`` reads the summary beside the figures of donors alike (``Typical.beside``).
    """

    name: str
    among: pl.Expr
    changes: Callable[[Typical], Changes]


def of(theme: Theme, summary: pl.DataFrame, *, typical: Typical) -> pl.DataFrame:
    """Return the donors the theme concerns, made ordinary in it; others are left out."""
    types = dict(summary.schema)
    told = typical.beside(summary.filter(theme.among))
    changed = [
        _cast(value, types[name]).alias(name)
        for name, value in theme.changes(typical).items()
        if name in types
    ]
    return told.with_columns(changed).select(summary.columns)


def _cast(value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind.is_integer():
        return value.cast(pl.Float64).round().cast(kind)
    return value.cast(pl.Float64).round().cast(kind) if kind == pl.Boolean else value.cast(kind)


def _as_alike(*names: str) -> Callable[[Typical], Changes]:
    return lambda _: {name: pl.col(LIKE + name) for name in names}


def _as_nobody(*names: str) -> Callable[[Typical], Changes]:
    """Return changes to the absence of it: none, never, no."""
    never = ("_age_days", "_age_months", "_state", "_reason")
    return lambda _: {name: pl.lit(None if name.endswith(never) else 0) for name in names}


def _silence(_: Typical) -> Changes:
    """Return their past, moved as a whole until the last gift is as old as usual."""
    usual = pl.when(OWN_RHYTHM).then("median_gap_days").otherwise(LIKE + "last_gift_age_days")
    return pasts.moved(days=usual.fill_null(pl.col("last_gift_age_days")))


def _frequency(typical: Typical) -> Changes:
    return pasts.as_often(gifts=max(2.0, round(typical.whole["gifts"] or 2)))


def _regularity(typical: Typical) -> Changes:
    share = typical.whole[SHARE_OF_YEARS] or 0.0
    return pasts.years(
        first=pl.col("first_gift_age_days"),
        last=pl.col("last_gift_age_days"),
        repeat=(pl.col("yearly_opportunities") * share).round(),
    )


def _tenure(_: Typical) -> Changes:
    return pasts.begun(days=pl.col(LIKE + "first_gift_age_days"))


def _amount(_: Typical) -> Changes:
    usual = pl.col(LIKE + "mean_gift_minor").fill_null(pl.col("mean_gift_minor"))
    factor = usual / pl.col("mean_gift_minor")
    return {name: pl.col(name) * factor for name in _AMOUNTS}


def _trend(_: Typical) -> Changes:
    mean, free_mean = pl.col("mean_gift_minor"), pl.col("mean_one_off_minor")
    windows = {
        f"amount_{months}_minor": pl.col(f"gifts_{months}") * mean
        for months in ("12m", "24m", "36m", "previous_12m")
    }
    return windows | {
        "last_gift_minor": mean,
        "first_gift_minor": mean,
        "last_one_off_minor": free_mean,
        "one_off_amount_12m_minor": pl.col("one_off_gifts_12m") * free_mean,
        "amount_slope_minor_per_year": pl.col("amount_slope_minor_per_year") * 0,
    }


def _recurring(typical: Typical) -> Changes:
    """Return the same gifts, each made freely: no commitment, past or present."""
    same = {
        "one_off_gifts": "gifts", "one_off_gifts_12m": "gifts_12m",
        "one_off_gifts_24m": "gifts_24m", "one_off_amount_minor": "amount_minor",
        "one_off_amount_12m_minor": "amount_12m_minor",
        "largest_one_off_minor": "largest_gift_minor", "last_one_off_minor": "last_gift_minor",
        "last_one_off_age_days": "last_gift_age_days", "mean_one_off_minor": "mean_gift_minor",
    }  # fmt: skip
    none = ("instalments", "instalments_12m", "instalment_amount_12m_minor")
    return (
        dict(_as_nobody(*_RECURRING, *none)(typical))
        | {name: pl.col(other) for name, other in same.items()}
        | {name: pl.col(name).fill_null(typical.whole[name]) for name in _SEASON}
    )


def _payments(typical: Typical) -> Changes:
    state = pl.col("recurring_state")
    mended = pl.when(state == "failing").then(pl.lit("active")).otherwise(state)
    return dict(_as_nobody(*_PAYMENTS)(typical)) | {"recurring_state": mended}


THEMES = (
    Theme("silence", _FREE, _silence),
    Theme("frequency", _FREE, _frequency),
    Theme("regularity", _SEVERAL & (pl.col("yearly_opportunities") > 0), _regularity),
    Theme("tenure", _SEVERAL, _tenure),
    Theme("amount", GAVE & (pl.col("mean_gift_minor") > 0), _amount),
    Theme("trend", GAVE & (pl.col("gift_days") >= 2), _trend),
    Theme("season", GAVE & pl.col("usual_month_share").is_not_null(), _as_alike(*_SEASON)),
    Theme("recurring", GAVE & pl.col("recurring_state").is_not_null(), _recurring),
    Theme("payments", running() & (pl.col("last_failure_age_days") >= 0), _payments),
    Theme("answers", pl.lit(value=True), _as_alike(*_ANSWERS)),
    Theme("contacts", pl.lit(value=True), _as_alike(*_CONTACTS)),
    Theme("refusals", pl.lit(value=True), _as_nobody(*_REFUSALS)),
    Theme("addresses", pl.lit(value=True), _as_alike(*_ADDRESSES)),
    Theme("membership", pl.lit(value=True), _as_nobody(*_MEMBERSHIP)),
)

# The columns of each theme, for what watches them (`drift`); those that several move are given
# to the one that says them.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "silence": (
        "last_gift_age_days", "last_one_off_age_days", "gifts_12m", "gifts_24m", "gifts_36m",
        "gifts_previous_12m", "one_off_gifts_12m", "one_off_gifts_24m", "campaign_gifts_12m",
        "last_repeat_year",
    ),
    "frequency": (
        "gifts", "one_off_gifts", "gift_days", "repeat_gift_days", "mean_gap_days",
        "median_gap_days", "longest_gap_days", "gap_before_last_days", "days_first_to_second_gift",
    ),
    "regularity": ("active_years", "repeat_years"),
    "tenure": (
        "first_gift_age_days", "second_gift_age_days", "first_to_last_gift_days",
        "yearly_opportunities",
    ),
    "amount": _AMOUNTS[:4] + _AMOUNTS[5:10] + _AMOUNTS[13:15],
    "trend": (
        "amount_previous_12m_minor", "first_gift_minor", "last_gift_minor", "last_one_off_minor",
        "amount_slope_minor_per_year",
    ),
    "season": _SEASON,
    "recurring": (
        *(name for name in _RECURRING if name not in _PAYMENTS), "instalments", "instalments_12m",
    ),
    "payments": _PAYMENTS,
    "answers": _ANSWERS,
    "contacts": _CONTACTS,
    "refusals": _REFUSALS,
    "addresses": _ADDRESSES,
    "membership": _MEMBERSHIP,
}  # fmt: skip
