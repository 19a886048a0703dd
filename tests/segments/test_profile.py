"""Profiles and flows: sums that add up, rates that compare, flags that chance does not raise."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summary_rows
from mecene.segments import context, flows, lifecycle, profile


def file_of(segment: str, *, gave_before: int, gave_again: int, first_id: int) -> pl.DataFrame:
    rows = [
        {"donor_id": first_id + n, "gifts": 2, "first_gift_age_days": 900, "last_gift_age_days": 40,
         "gifts_previous_12m": 1, "amount_previous_12m_minor": 5_000, "last_gift_minor": 5_000,
         "gifts_12m": int(n < gave_again), "amount_12m_minor": 6_000 * int(n < gave_again)}
        for n in range(gave_before)
    ]  # fmt: skip
    return summary_rows.table(*rows).with_columns(segment=pl.lit(segment))


def profiled(*files: pl.DataFrame) -> pl.DataFrame:
    sums = profile.added(*(profile.parts(file, file) for file in files))
    gifts = context.added(*(profile.gift_counts(file, file) for file in files))
    return profile.by_segment(sums, gifts)


def test_rates_are_those_worked_by_hand() -> None:
    found = profiled(file_of("occasional", gave_before=4, gave_again=3, first_id=1))

    row = found.row(0, named=True)

    assert row["retention"] == pytest.approx(3 / 4)
    assert row["amount_retention"] == pytest.approx(18_000 / 20_000)
    assert row["mean_gift_minor"] == pytest.approx(6_000)
    assert row["median_last_gift_minor"] == 5_000
    assert row["expected_value_12m_minor"] is None
    assert row["flag"] == "too_few"


def test_a_segment_is_flagged_when_it_differs_from_the_file_beyond_chance() -> None:
    found = profiled(
        file_of("ambassador", gave_before=200, gave_again=180, first_id=1),
        file_of("at_risk", gave_before=200, gave_again=60, first_id=1_000),
        file_of("occasional", gave_before=200, gave_again=122, first_id=2_000),
    )

    assert dict(found.select("segment", "flag").iter_rows()) == {
        "ambassador": "works", "at_risk": "needs_work", "occasional": "like_the_file",
    }  # fmt: skip


def test_nobody_gave_the_year_before_is_no_rate_rather_than_zero() -> None:
    prospects = summary_rows.table({"gifts": 0}, {"gifts": 0})

    found = profiled(prospects.with_columns(segment=pl.lit("prospect"))).row(0, named=True)

    assert (found["retention"], found["mean_gift_minor"], found["flag"]) == (None, None, "too_few")


@settings(deadline=None, max_examples=25)
@given(summary_rows.files(max_size=8), st.integers(0, 8))
def test_two_batches_add_up_to_the_file(file: pl.DataFrame, cut: int) -> None:
    segments = lifecycle.classify(file)
    left, right = file[:cut], file[cut:]

    assert profile.added(
        profile.parts(left, segments[:cut]), profile.parts(right, segments[cut:])
    ).equals(profile.parts(file, segments))


def test_flows_count_who_stayed_moved_came_and_went() -> None:
    then = pl.DataFrame({"donor_id": [1, 2, 3], "segment": ["new", "new", "lapsed"]})
    now = pl.DataFrame({"donor_id": [1, 2, 4], "segment": ["occasional", "at_risk", "new"]})

    assert flows.between(then, now).rows() == [
        ("absent", "new", 1),
        ("lapsed", "absent", 1),
        ("new", "at_risk", 1),
        ("new", "occasional", 1),
    ]
