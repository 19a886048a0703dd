"""Watched: whose habits there are to compare with, and how silent each of them is today.

A donor with a running commitment is watched by their instalments (group ``regular``), anybody
else who gave by their other gifts (group ``free``). Who has died or objects to profiling is absent.
"""

import polars as pl

from mecene.features import profiled

FAMILIES = ("giving", "recurring", "people", "reach", "drift")
GROUPS = ("free", "regular")
COUNTS = ("clicks", "visits", "replies", "opens", "campaigns")
COLUMNS = (
    "donor_id", "acquisition_channel", "currency", "gifts", "last_gift_age_days",
    "first_gift_age_days",
    "recurring_state", "recurring_age_months", "recurring_started_age_days",
    "last_instalment_age_days", "failed_in_a_row", "last_failure_age_days", "never_collected",
    "deceased", "objects_profiling", "free_gift_days", "free_gap_log_mean",
    "free_gap_log_variance", "instalment_days", "instalment_gap_log_mean",
    "instalment_gap_log_variance", "instalment_months", "last_free_day_minor",
    "earlier_free_amounts",
    "earlier_free_amount_log_mean", "earlier_free_amount_log_variance", "recent_emails",
    "earlier_emails", "recent_contacts", "earlier_contacts", "recent_clicks", "earlier_clicks",
    "last_click_age_days", "recent_visits", "earlier_visits", "last_visit_age_days",
    "recent_replies", "earlier_replies", "last_reply_age_days", "recent_opens", "earlier_opens",
    "last_open_age_days", "web_granted_age_days", "open_granted_age_days", "recent_campaigns",
    "recent_campaigns_answered", "earlier_campaigns", "earlier_campaigns_answered",
    "last_complaint_age_days", "last_objection_age_days", "last_pause_age_days",
    "last_lowering_age_days", "card_expires_in_days",
)  # fmt: skip

_LOG_INTERVAL = (
    pl.when("is_regular").then("instalment_months").fill_null(1).clip(1).cast(pl.Float64).log()
)
_RECENT_DAYS = 90
_EARLIER_DAYS = 730


def of(summary: pl.DataFrame) -> pl.DataFrame:
    """Return one row a donor who gave, with everything the laws of habit need.

    Columns beside those of the summary: ``group``, ``stage`` (what is known of their standing),
    ``origin`` (how a regular donor came; null for the free), ``peers`` (whom an alarm compares
    them with: the regular with all the regular, the free with those of their stage),
    ``silence_days`` (null before the first debit), ``gaps``, ``gap_log_mean``,
    ``gap_log_variance``, ``interval_months`` (of a regular gift, else 1: gaps are in units of it,
    so that a yearly debit is not late after a month), and for each of ``COUNTS`` ``recent_x``,
    ``earlier_x`` and the exposures ``recent_x_exposure``, ``earlier_x_exposure`` (messages or
    campaigns received; days without such a count in the file).

    Raises:
        profiled.IncompleteSummary: a column of ``COLUMNS`` is missing.
    """
    allowed = profiled.of(summary, columns=COLUMNS, families=FAMILIES)
    gave = allowed.filter(pl.col("gifts") > 0)
    regular = pl.col("recurring_state").is_in(["active", "failing", "paused"])
    return (
        gave.with_columns(is_regular=regular.fill_null(value=False))
        .with_columns(*_rhythm(), *_exposures())
        .with_columns(stage=_stage())
        .with_columns(
            origin=pl.when("is_regular").then(pl.col("acquisition_channel").fill_null("")),
            peers=pl.when("is_regular").then(pl.lit("regular")).otherwise("stage"),
        )
    )


def _rhythm() -> list[pl.Expr]:
    regular = pl.col("is_regular")

    def either(ours: str, theirs: str) -> pl.Expr:
        return pl.when(regular).then(pl.col(ours)).otherwise(pl.col(theirs))

    silence = either("last_instalment_age_days", "last_gift_age_days")
    return [
        pl.when(regular).then(pl.lit("regular")).otherwise(pl.lit("free")).alias("group"),
        silence.cast(pl.Float64).alias("silence_days"),
        (either("instalment_days", "free_gift_days").fill_null(0) - 1).clip(0).alias("gaps"),
        (either("instalment_gap_log_mean", "free_gap_log_mean") - _LOG_INTERVAL).alias(
            "gap_log_mean"
        ),
        either("instalment_gap_log_variance", "free_gap_log_variance").alias("gap_log_variance"),
        pl.when(regular).then("instalment_months").fill_null(1).clip(1).alias("interval_months"),
    ]


def _exposures() -> list[pl.Expr]:
    """Return what each count is out of; zero before is no habit, and nothing to miss."""
    known = pl.col("first_gift_age_days").fill_null(0).clip(0, _RECENT_DAYS + _EARLIER_DAYS)
    found = []
    for name, sent, since in (
        ("clicks", "emails", None), ("replies", "contacts", None),
        ("opens", "emails", "open_granted_age_days"), ("visits", None, "web_granted_age_days"),
    ):  # fmt: skip
        days = known if since is None else pl.min_horizontal(known, pl.col(since))
        recent = pl.min_horizontal(days, pl.lit(_RECENT_DAYS))
        earlier = days - recent
        if sent is not None and since is None:
            recent = pl.coalesce(pl.col(f"recent_{sent}"), recent)
            earlier = pl.coalesce(pl.col(f"earlier_{sent}"), earlier)
        found += [
            recent.cast(pl.Float64).alias(f"recent_{name}_exposure"),
            earlier.cast(pl.Float64).alias(f"earlier_{name}_exposure"),
        ]
    for when in ("recent", "earlier"):
        found += [
            pl.col(f"{when}_campaigns_answered").alias(f"{when}_campaigns"),
            pl.col(f"{when}_campaigns").cast(pl.Float64).alias(f"{when}_campaigns_exposure"),
        ]
    return found


def _stage() -> pl.Expr:
    """Return what is known of a donor's standing: people leave most when they are new."""
    age, days = pl.col("recurring_age_months"), pl.col("free_gift_days")
    former = pl.col("recurring_state").is_not_null()
    return (
        pl.when(pl.col("is_regular") & (age < 3)).then(pl.lit("regular_settling"))
        .when(pl.col("is_regular") & (age < 12)).then(pl.lit("regular_first_year"))
        .when(pl.col("is_regular")).then(pl.lit("regular_settled"))
        .when(former & (days < 2)).then(pl.lit("free_former_regular"))
        .when(days < 2).then(pl.lit("free_once"))
        .when(days == 2).then(pl.lit("free_twice"))
        .when(days < 6).then(pl.lit("free_often"))
        .otherwise(pl.lit("free_long"))
    )  # fmt: skip
