"""Flags: what happened to a donor that speaks for itself: a failed debit, a pause, a complaint.

Each is a yes or no of the last 90 days; how rare it is in the file makes what it weighs.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

RECENT_DAYS = 90
CARD_DAYS = 60
SETTLING_DAYS = 75

# Flag → the column with its figure, how many donors in a hundred have it in an ordinary quarter
# (assumed; outweighed by a file of some thousand donors).
FIGURES = {
    "failed_debit": "failed_in_a_row",
    "pause": "last_pause_age_days",
    "lowering": "last_lowering_age_days",
    "card": "card_expires_in_days",
    "never_collected": "recurring_started_age_days",
    "complaint": "last_complaint_age_days",
    "objection": "last_objection_age_days",
}
USUAL_SHARE = {
    "failed_debit": 0.03, "pause": 0.01, "lowering": 0.005, "card": 0.02,
    "never_collected": 0.01, "complaint": 0.003, "objection": 0.01,
}  # fmt: skip


def of(donors: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Return flag → whether it is up, a donor of ``watched.of`` at a time."""
    regular = pl.col("group") == "regular"
    up = {
        "failed_debit": regular
        & (pl.col("failed_in_a_row") > 0)
        & (pl.col("last_failure_age_days") <= RECENT_DAYS),
        "pause": regular & (pl.col("recurring_state") == "paused"),
        "lowering": regular & (pl.col("last_lowering_age_days") <= RECENT_DAYS),
        "card": regular & pl.col("card_expires_in_days").is_between(-CARD_DAYS, CARD_DAYS),
        "never_collected": regular
        & pl.col("never_collected")
        & (pl.col("recurring_started_age_days") > SETTLING_DAYS),
        "complaint": pl.col("last_complaint_age_days") <= RECENT_DAYS,
        "objection": pl.col("last_objection_age_days") <= RECENT_DAYS,
    }
    found = donors.select(up_.fill_null(value=False).alias(name) for name, up_ in up.items())
    return {name: found[name].to_numpy() for name in up}
