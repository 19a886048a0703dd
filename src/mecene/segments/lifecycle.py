"""Life cycle: where each donor stands, and for which reason.

Ten segments, exclusive and exhaustive. A donor enters the first that fits, in this order:

1. ``prospect``: never gave.
2. a regular gift that is *failing*, or *stopped* with no gift of another kind since: ``at_risk``
   (once silent long enough: ``lapsed``, ``deep_lapsed``).
3. ``new_with_potential``, ``new``: first gift less than twelve months ago.
4. ``ambassador``: a regular gift under way, and one-off gifts beside it in twelve months.
5. ``recurring``: a regular gift under way, or paused.
6. ``deep_lapsed``, ``lapsed``: silent for 37 months, for 19 (later for slow rhythms).
7. ``reactivated``: a gift within twelve months broke a silence of 24 months or more.
8. ``at_risk``: silent beyond their own rhythm or for 13 months; giving ever less; or no longer
   answering.
9. ``occasional``: everybody else who gave.

A donor's segment depends on their own row and the rules only. Sources: docs/methods/segments.md.
"""

from collections.abc import Sequence

import polars as pl

from mecene.segments import rules as segment_rules
from mecene.segments import summary as segment_summary
from mecene.segments.rules import DAYS_A_MONTH, Lifecycle, Rules
from mecene.segments.summary import or_zero

SEGMENTS = (
    "prospect", "new_with_potential", "new", "occasional", "recurring", "ambassador",
    "at_risk", "lapsed", "deep_lapsed", "reactivated",
)  # fmt: skip

# Every reason, and the segment it leads to; words.toml has one sentence for each.
REASONS = {
    "never_gave": "prospect",
    "commitment_without_gift": "prospect",
    "recurring_failing": "at_risk",
    "recurring_stopped": "at_risk",
    "recurring_stopped_lapsed": "lapsed",
    "recurring_stopped_deep_lapsed": "deep_lapsed",
    "new_recurring": "new_with_potential",
    "new_quick_second_gift": "new_with_potential",
    "new_large_gift": "new_with_potential",
    "new_answers": "new_with_potential",
    "new": "new",
    "recurring_and_one_off": "ambassador",
    "recurring_active": "recurring",
    "recurring_paused": "recurring",
    "silent_deep_lapsed": "deep_lapsed",
    "silent_lapsed": "lapsed",
    "came_back": "reactivated",
    "beyond_rhythm": "at_risk",
    "silent": "at_risk",
    "falling_amounts": "at_risk",
    "no_longer_answers": "at_risk",
    "gives": "occasional",
}

# The figures the sentence of a donor needs, carried along.
FIGURES = (
    "gifts", "active_years", "currency", "first_gift_age_days", "last_gift_age_days",
    "last_gift_minor", "median_gap_days", "gap_before_last_days", "amount_12m_minor",
    "amount_previous_12m_minor", "one_off_gifts_12m", "one_off_amount_12m_minor",
    "recurring_monthly_minor", "recurring_started_age_days", "recurring_ended_age_days",
    "failed_in_a_row", "interactions_12m", "interactions_previous_12m",
    "days_first_to_second_gift", "largest_gift_minor",
)  # fmt: skip


def classify(summary: pl.DataFrame, *, rules: Rules | None = None) -> pl.DataFrame:
    """Return the segment of every donor, with its reason and the figures behind it.

    Args:
        summary: One row a donor (``mecene.features``).
        rules: Thresholds; the default rules when left out.

    Returns:
        One row a donor, in the order given: ``donor_id``, ``segment`` (one of ``SEGMENTS``),
        ``reason`` (one of ``REASONS``), ``recurring_state``, ``usual_month`` (1-12, for
        seasonal donors only), ``late_from_days`` (silence at which this donor is at risk) and
        the ``FIGURES``.

    Raises:
        InvalidSummary: the summary breaks its contract.
    """
    life = (rules or segment_rules.load()).lifecycle
    seasonal = _is_seasonal(life)
    table = segment_summary.complete(summary).with_columns(
        late_from_days=_late_from_days(life, seasonal=seasonal),
        usual_month=pl.when(seasonal).then("usual_month"),
    )
    reason = _first_that_fits(_reasons(life)).alias("reason")
    segment = pl.col("reason").replace_strict(REASONS, return_dtype=pl.String).alias("segment")
    return (
        table.with_columns(reason)
        .with_columns(segment)
        .select(
            "donor_id", "segment", "reason", "recurring_state", "usual_month",
            "late_from_days", *FIGURES,
        )
    )  # fmt: skip


def reads(*, rules: Rules | None = None) -> frozenset[str]:
    """Return the columns of the summary that decide a segment; the ``FIGURES`` only tell of it."""
    life = (rules or segment_rules.load()).lifecycle
    seasonal = _is_seasonal(life)
    asked = [condition for _, condition in _reasons(life)]
    asked += [seasonal, _late_from_days(life, seasonal=seasonal)]
    return frozenset(name for each in asked for name in each.meta.root_names()) - {"late_from_days"}


def _reasons(life: Lifecycle) -> Sequence[tuple[str, pl.Expr]]:
    """Return each reason with its condition, in the order in which they are tried."""
    state, silence = pl.col("recurring_state"), pl.col("last_gift_age_days")
    gave = or_zero("gifts") > 0
    deep = silence >= life.deep_lapsed_months * DAYS_A_MONTH
    lapsed = silence >= _lapsed_from_days(life)
    stopped = _stopped_without_gift_since()
    active = state == "active"
    # A commitment is under way as long as its debits may still come: a pause that
    # outlasts the silence of a lapsed donor is no longer one.
    under_way = active | ((state == "paused") & ~lapsed)
    new = pl.col("first_gift_age_days") < life.new_days
    return (
        ("commitment_without_gift", ~gave & state.is_in(["active", "paused", "failing"])),
        ("never_gave", ~gave),
        ("recurring_stopped_deep_lapsed", stopped & deep),
        ("recurring_stopped_lapsed", stopped & lapsed),
        ("recurring_stopped", stopped),
        ("recurring_failing", (state == "failing") & ~lapsed),
        ("new_recurring", new & under_way),
        ("new_quick_second_gift", new & _quick_second_gift(life)),
        ("new_large_gift", new & (or_zero("largest_gift_minor") >= life.potential_gift_minor)),
        ("new_answers", new & (or_zero("interactions_12m") >= life.potential_interactions)),
        ("new", new),
        ("recurring_and_one_off", active & _gives_beside(life)),
        ("recurring_active", active),
        ("recurring_paused", under_way),
        ("silent_deep_lapsed", deep),
        ("silent_lapsed", lapsed),
        ("came_back", _came_back(life)),
        ("beyond_rhythm", (silence >= pl.col("late_from_days")) & _has_rhythm(life)),
        ("silent", silence >= pl.col("late_from_days")),
        ("falling_amounts", _falling(life)),
        ("no_longer_answers", _no_longer_answers(life)),
        ("gives", pl.lit(value=True)),
    )


def _first_that_fits(reasons: Sequence[tuple[str, pl.Expr]]) -> pl.Expr:
    chosen: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, condition in reversed(reasons):
        chosen = pl.when(condition.fill_null(value=False)).then(pl.lit(name)).otherwise(chosen)
    return chosen


def _has_rhythm(life: Lifecycle) -> pl.Expr:
    # Monthly debits are no rhythm of the donor's own: theirs is the mandate's.
    days = pl.coalesce("gift_days", "gifts").fill_null(0)
    enough = (days >= life.rhythm_gifts) & pl.col("recurring_state").is_null()
    return enough & (pl.col("median_gap_days") > 0).fill_null(value=False)


def _is_seasonal(life: Lifecycle) -> pl.Expr:
    share = pl.col("usual_month_share").fill_null(0.0) >= life.seasonal_share
    years = or_zero("active_years") >= life.seasonal_years
    return share & years & pl.col("usual_month").is_between(1, 12).fill_null(value=False)


def _late_from_days(life: Lifecycle, *, seasonal: pl.Expr) -> pl.Expr:
    """Return the silence, in days, at which a donor is beyond their own rhythm.

    A donor of one month of the year is waited for until that month has come round again; a
    donor slower than once in 13 months is given their gap and six months; others one and a
    half gap, never below 90 days, never past 13 months.
    """
    yearly = life.at_risk_months * DAYS_A_MONTH
    ceiling = life.deep_lapsed_months * DAYS_A_MONTH
    gap = pl.col("median_gap_days")
    slow = pl.min_horizontal(
        gap * life.rhythm_factor,
        gap + life.rhythm_slack_months * DAYS_A_MONTH,
        pl.lit(ceiling),
    )
    floor = min(life.rhythm_floor_days, yearly)
    own = (
        pl.when(gap > yearly)
        .then(pl.max_horizontal(slow, pl.lit(yearly)))
        .when(seasonal)
        .then(pl.lit(yearly))
        .otherwise((gap * life.rhythm_factor).clip(floor, yearly))
    )
    return pl.when(_has_rhythm(life)).then(own).otherwise(pl.lit(yearly))


def _lapsed_from_days(life: Lifecycle) -> pl.Expr:
    usual = life.lapsed_months * DAYS_A_MONTH
    after_late = (life.lapsed_months - life.at_risk_months) * DAYS_A_MONTH
    deep = life.deep_lapsed_months * DAYS_A_MONTH
    return (pl.col("late_from_days") + after_late).clip(usual, deep)


def _stopped_without_gift_since() -> pl.Expr:
    stopped = pl.col("recurring_state") == "stopped"
    other = pl.min_horizontal("last_one_off_age_days", "last_membership_age_days")
    # Where the day of the stop is not known, any other gift at all is given the benefit.
    ended = pl.col("recurring_ended_age_days")
    since = other.is_not_null() & (ended.is_null() | (other <= ended))
    return stopped & ~since


def _quick_second_gift(life: Lifecycle) -> pl.Expr:
    return pl.col("days_first_to_second_gift") <= life.potential_second_gift_days


def _gives_beside(life: Lifecycle) -> pl.Expr:
    enough = or_zero("one_off_gifts_12m") >= life.ambassador_one_off_gifts
    if life.ambassador_on_campaigns:
        return enough & (or_zero("campaign_gifts_12m") >= life.ambassador_one_off_gifts)
    return enough


def _came_back(life: Lifecycle) -> pl.Expr:
    gap = pl.col("gap_before_last_days")
    broken = gap >= life.reactivated_gap_months * DAYS_A_MONTH
    # Somebody who gives every third year is not coming back: they never left.
    beyond_own = gap >= pl.col("late_from_days")
    return broken & beyond_own & (pl.col("last_gift_age_days") < life.reactivated_days)


def _falling(life: Lifecycle) -> pl.Expr:
    """Return whether the last year is well below each of the two before, gift by gift too.

    Two earlier years, so that the year after one exceptional gift is not a fall; the mean gift,
    so that a gift a few days late is not one either.
    """
    now, previous = pl.col("amount_12m_minor"), pl.col("amount_previous_12m_minor")
    before = pl.col("amount_36m_minor") - pl.col("amount_24m_minor")
    lower = (now <= previous * life.falling_share) & (now <= before * life.falling_share)
    mean_now = now / pl.col("gifts_12m")
    mean_previous = previous / pl.col("gifts_previous_12m")
    fewer = (pl.col("gifts_previous_12m") - pl.col("gifts_12m")) >= life.falling_fewer_gifts
    smaller = mean_now <= mean_previous * life.falling_gift_share
    gave = (now > 0) & (previous > 0) & (before > 0)
    return gave & lower & (smaller | fewer)


def _no_longer_answers(life: Lifecycle) -> pl.Expr:
    previous, now = pl.col("interactions_previous_12m"), or_zero("interactions_12m")
    # Nobody answers where nothing is sent.
    spoken_to = pl.col("contacts_12m").fill_null(1) > 0
    return (
        spoken_to
        & (previous >= life.disengaged_interactions)
        & (now <= previous * life.disengaged_share)
        & (pl.col("last_gift_age_days") >= life.disengaged_silence_days)
    )
