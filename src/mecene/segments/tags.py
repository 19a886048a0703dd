"""Tags: what else is true of a donor, beside their one segment.

Tags overlap: a donor may be seasonal, major and LYBUNT at once. "This year" is the accounting year
under way on the day before the summary's ``as_of``.

=================  ==============================================================================
``mid_value``      the better of the last two twelve-month totals is 500 € or more, below major
``major``          the same, 2,000 € or more
``lybunt``         gave last year, not this year (last year but unfortunately not this)
``sybunt``         gave some earlier year, not this year (NPSP: LYBUNT included; a setting)
``pybunt``         gave some year before last, neither last year nor this one
``first_year``     first gift less than twelve months ago
``seasonal``       most gifts in one month of the year, in three years or more
``most_engaged``   four or more of the seven ``SIGNS`` (the three of gifts, if no other is known)
=================  ==============================================================================
"""

import polars as pl

from mecene.segments import context as segment_context
from mecene.segments import rules as segment_rules
from mecene.segments import summary as segment_summary
from mecene.segments.context import Context
from mecene.segments.rules import Rules, Tags
from mecene.segments.summary import or_zero

TAGS = (
    "mid_value", "major", "lybunt", "sybunt", "pybunt", "first_year", "seasonal", "most_engaged",
    "member", "membership_due",
)  # fmt: skip
# Those a reader is shown: PYBUNT is a part of SYBUNT.
SHOWN = tuple(name for name in TAGS if name != "pybunt")

# What `most_engaged` counts; no sign needs e-mail opens.
SIGNS = (
    "gave_this_year", "gives_often", "faithful", "clicks", "replies", "comes_to_events", "signs",
)  # fmt: skip


def tag(
    summary: pl.DataFrame, *, rules: Rules | None = None, context: Context | None = None
) -> pl.DataFrame:
    """Return the tags of every donor.

    Args:
        summary: One row a donor (``mecene.features``).
        rules: Thresholds; the default rules when left out.
        context: What a large amount is in this file (``context.of_file``); the absolute amounts of
            the rules when left out.

    Returns:
        One row a donor, in the order given: ``donor_id``, one boolean a tag (``TAGS``), never
        null, and ``engagement_signs`` (0-7).

    Raises:
        InvalidSummary: the summary breaks its contract.
    """
    rules = rules or segment_rules.load()
    context = context or segment_context.fixed(rules=rules)
    table = segment_summary.complete(summary)
    signs = pl.sum_horizontal(*(sign.cast(pl.Int64) for sign in _signs(rules.tags).values()))
    best = segment_context.best_year_minor()
    life = rules.lifecycle
    years = _years(rules.tags)
    fee_age, member_days = pl.col("last_membership_age_days"), rules.tags.member_days
    tags: dict[str, pl.Expr] = {
        "mid_value": best.is_between(
            context.mid_value_from_minor, context.major_from_minor, closed="left"
        ),
        "major": best >= context.major_from_minor,
        **years,
        "first_year": pl.col("first_gift_age_days") < life.new_days,
        "seasonal": (pl.col("usual_month_share") >= life.seasonal_share)
        & (pl.col("active_years") >= life.seasonal_years),
        "most_engaged": (signs >= _signs_needed(rules.tags)) & (or_zero("gifts_12m") > 0),
        "member": fee_age < member_days,
        # For as long again as a membership lasts: afterwards they are former members.
        "membership_due": fee_age.is_between(member_days, 2 * member_days, closed="left"),
    }
    return table.select(
        "donor_id",
        *(value.fill_null(value=False).alias(name) for name, value in tags.items()),
        engagement_signs=signs,
    )


def _years(tags: Tags) -> dict[str, pl.Expr]:
    this = or_zero("amount_this_year_minor") > 0
    last = or_zero("amount_last_year_minor") > 0
    earlier = (or_zero("amount_before_last_year_minor") + or_zero("amount_earlier_years_minor")) > 0
    some_year = (last | earlier) if tags.sybunt_includes_lybunt else (earlier & ~last)
    return {"lybunt": last & ~this, "sybunt": some_year & ~this, "pybunt": earlier & ~last & ~this}


def _signs_needed(tags: Tags) -> pl.Expr:
    answers = ("clicks_90d", "replies_12m", "events_12m", "petitions_12m")
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in answers)
    return (
        pl.when(known)
        .then(pl.lit(tags.most_engaged_signs))
        .otherwise(pl.lit(tags.most_engaged_signs_by_gifts))
    )


def _signs(tags: Tags) -> dict[str, pl.Expr]:
    often = (or_zero("gifts_12m") >= 2) | (pl.col("recurring_state") == "active")
    signs = {
        "gave_this_year": or_zero("gifts_12m") > 0,
        "gives_often": often,
        "faithful": or_zero("active_years") >= tags.engaged_years,
        "clicks": or_zero("clicks_90d") >= tags.engaged_clicks,
        "replies": or_zero("replies_12m") > 0,
        "comes_to_events": or_zero("events_12m") > 0,
        "signs": or_zero("petitions_12m") > 0,
    }
    return {name: sign.fill_null(value=False) for name, sign in signs.items()}
