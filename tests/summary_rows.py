"""Invented rows of the summary, one a donor, for tests of what reads it."""

import polars as pl
from hypothesis import strategies as st

from mecene.segments import summary

STATES = st.sampled_from([None, "active", "paused", "failing", "stopped"])
CODES = st.sampled_from(
    [None, "AM04", "am04", "AC04", "MD01", "MD07", "AG02", "payer_deceased", "??"]
)
AMOUNTS = st.none() | st.sampled_from([0, 2_000, 3_000, 5_000, 10_000, 250_000, 123_456])
COUNTS = st.none() | st.integers(0, 12)
AGES = st.integers(1, 3_000)
YES_NO = st.none() | st.booleans()

_AMOUNT_NAMES = [name for name in summary.READ if name.endswith("_minor")]
_AGE_NAMES = [
    "last_one_off_age_days", "last_membership_age_days", "recurring_started_age_days",
    "recurring_ended_age_days", "days_first_to_second_gift", "gap_before_last_days",
]  # fmt: skip


def table(*rows: dict[str, object]) -> pl.DataFrame:
    """Return rows as a summary; what a row does not say is null."""
    numbered = [{"donor_id": place} | row for place, row in enumerate(rows, start=1)]
    columns = {name: [row.get(name) for row in numbered] for name in summary.READ}
    return pl.DataFrame(columns, schema=summary.READ, strict=False)


@st.composite
def donors(draw: st.DrawFn) -> dict[str, object]:
    """Draw any donor the contract allows, likely or not."""
    row: dict[str, object] = {name: draw(AMOUNTS) for name in _AMOUNT_NAMES}
    counted = [
        name for name, type_ in summary.READ.items()
        if type_ == pl.Int64 and name not in row and name not in _AGE_NAMES and name != "donor_id"
    ]  # fmt: skip
    row |= {name: draw(COUNTS) for name in counted}
    row |= {name: draw(st.none() | AGES) for name in _AGE_NAMES}
    row |= {name: draw(YES_NO) for name in ("deceased", "objects_appeal", "objects_profiling")}
    silence = draw(AGES)
    return row | {
        "last_gift_age_days": silence,
        "first_gift_age_days": silence + draw(st.integers(0, 4_000)),
        "median_gap_days": draw(st.none() | st.floats(0, 2_500)),
        "usual_month": draw(st.none() | st.integers(1, 12)),
        "usual_month_share": draw(st.none() | st.floats(0, 1)),
        "currency": draw(st.sampled_from([None, "EUR", "CHF", "XOF"])),
        "recurring_state": draw(STATES),
        "last_return_code": draw(CODES),
        "reachable": draw(YES_NO),
    }


def files(max_size: int = 5) -> st.SearchStrategy[pl.DataFrame]:
    """Draw a summary of several donors."""
    return st.lists(donors(), min_size=1, max_size=max_size).map(lambda rows: table(*rows))
