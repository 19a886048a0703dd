"""Profile: how each segment performs, and which ones work or need work.

Kept as sums that can be added batch by batch (``parts``), turned into rates at the end
(``by_segment``). For an honest comparison give the segments *of a year ago* beside today's figures:
today's segments are defined by what happened, so "lapsed" always does badly.
"""

import polars as pl

from mecene.segments import context
from mecene.segments import summary as segment_summary
from mecene.segments.summary import or_zero

# Two-sided 95 %: a segment is flagged only when chance alone would rarely explain it.
_Z = 1.959964
_FEWEST_DONORS = 30

SUMS = (
    "donors", "gave_12m", "gave_previous_12m", "gave_both", "gifts_12m", "amount_12m_minor",
    "amount_previous_12m_minor", "amount_again_minor", "reachable", "expected_value_12m_minor",
)  # fmt: skip
_SCHEMA = pl.Schema(
    {"segment": pl.String(), **dict.fromkeys(SUMS, pl.Int64())}
    | {"expected_value_12m_minor": pl.Float64()}
)


def parts(summary: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of each segment over a batch of donors.

    Args:
        summary: One row a donor, with ``expected_value_12m_minor`` or not.
        segments: ``donor_id`` and ``segment``; a year ago's for rates that compare.

    Returns:
        ``segment`` and ``SUMS``; two batches are joined by ``added``. Expected value is null where
        the summary has none.
    """
    table = _joined(summary, segments)
    gave, gave_before = or_zero("gifts_12m") > 0, or_zero("gifts_previous_12m") > 0
    both = gave & gave_before
    sums = {
        "donors": pl.len(),
        "gave_12m": gave.sum(),
        "gave_previous_12m": gave_before.sum(),
        "gave_both": both.sum(),
        # A mean gift is of gifts whose amount is known.
        "gifts_12m": or_zero("gifts_12m").filter(pl.col("amount_12m_minor").is_not_null()).sum(),
        "amount_12m_minor": or_zero("amount_12m_minor").sum(),
        "amount_previous_12m_minor": or_zero("amount_previous_12m_minor").sum(),
        "amount_again_minor": or_zero("amount_12m_minor").filter(both).sum(),
        "reachable": pl.col("reachable").fill_null(value=True).sum(),
    }
    expected: pl.Expr = pl.lit(None, dtype=pl.Float64)
    if "expected_value_12m_minor" in table.columns:
        expected = pl.col("expected_value_12m_minor").cast(pl.Float64).fill_nan(None).sum()
    return (
        table.group_by("segment")
        .agg(
            *(value.cast(pl.Int64).alias(name) for name, value in sums.items()),
            expected_value_12m_minor=expected,
        )
        .sort("segment")
    )


def gift_counts(summary: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Return how many donors of each segment have each last gift, for medians over batches.

    Returns:
        ``figure`` (the segment), ``value`` (last gift, minor units), ``donors``; put together by
        ``context.added``.
    """
    gave = _joined(summary, segments).filter(pl.col("last_gift_minor").is_not_null())
    return (
        gave.group_by(figure="segment", value="last_gift_minor")
        .agg(donors=pl.len().cast(pl.Int64))
        .cast(context.COUNTS_SCHEMA)
        .sort("figure", "value")
    )


def added(*batches: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of several batches of donors as those of one."""
    known = pl.col("expected_value_12m_minor").is_not_null().any()
    expected = pl.when(known).then(pl.col("expected_value_12m_minor").sum())
    whole = [name for name in SUMS if name != "expected_value_12m_minor"]
    together = pl.concat([pl.DataFrame(schema=_SCHEMA), *batches]).group_by("segment")
    return together.agg(pl.col(whole).sum(), expected_value_12m_minor=expected).sort("segment")


def by_segment(sums: pl.DataFrame, last_gifts: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of each segment, and its flag.

    Args:
        sums: What ``parts`` returned, added over the whole file.
        last_gifts: What ``gift_counts`` returned, added over the whole file.

    Returns:
        ``segment``, ``SUMS``, and: ``donors_share``, ``amount_12m_share`` (0-1);
        ``mean_gift_minor`` over twelve months; ``median_last_gift_minor``;
        ``retention`` (gave both years / gave the year before, 0-1); ``amount_retention`` (what
        those gave again / what all gave the year before, >= 0); ``flag``: ``works`` or
        ``needs_work`` when retention is above or below the whole file's with 95 % confidence
        (Wilson), ``like_the_file``, or ``too_few`` (under 30 donors who gave the year before).
        A rate whose denominator is empty is null.
    """
    medians = _medians(last_gifts)
    file_retention = _ratio(pl.col("gave_both").sum(), pl.col("gave_previous_12m").sum())
    return (
        sums.join(medians, on="segment", how="left")
        .with_columns(
            donors_share=_ratio(pl.col("donors"), pl.col("donors").sum()),
            amount_12m_share=_ratio(pl.col("amount_12m_minor"), pl.col("amount_12m_minor").sum()),
            mean_gift_minor=_ratio(pl.col("amount_12m_minor"), pl.col("gifts_12m")),
            retention=_ratio(pl.col("gave_both"), pl.col("gave_previous_12m")),
            amount_retention=_ratio(
                pl.col("amount_again_minor"), pl.col("amount_previous_12m_minor")
            ),
        )
        .with_columns(flag=_flag(file_retention))
        .sort("segment")
    )


def _joined(summary: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    table = segment_summary.complete(summary).drop("segment", strict=False)
    return table.join(segments.select("donor_id", "segment"), on="donor_id", validate="1:1")


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(above / below)


def _medians(last_gifts: pl.DataFrame) -> pl.DataFrame:
    """Return the lower median of each segment: an amount that somebody really gave."""
    cumulated = pl.col("donors").cum_sum().over("figure")
    total = pl.col("donors").sum().over("figure")
    return (
        last_gifts.sort("figure", "value")
        .filter(2 * cumulated >= total)
        .group_by(segment="figure", maintain_order=True)
        .agg(median_last_gift_minor=pl.col("value").first())
    )


def _flag(file_retention: pl.Expr) -> pl.Expr:
    # Wilson's interval: https://doi.org/10.1080/01621459.1927.10502953
    share, n = pl.col("retention"), pl.col("gave_previous_12m")
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * (share * (1 - share) / n + _Z**2 / (4 * n**2)).sqrt()
    return (
        pl.when(n < _FEWEST_DONORS)
        .then(pl.lit("too_few"))
        .when(centre - half > file_retention)
        .then(pl.lit("works"))
        .when(centre + half < file_retention)
        .then(pl.lit("needs_work"))
        .otherwise(pl.lit("like_the_file"))
    )
