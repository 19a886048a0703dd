"""Every donor has one segment, and for the right reason.

Thresholds: DOMAIN.md B1 (fundraisers.be; European practice), as documented in rules.toml.
"""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summary_rows
from mecene.segments import lifecycle, rules, summary

MONTH = 365.25 / 12


def segment_of(**row: object) -> tuple[str, str]:
    found = lifecycle.classify(summary_rows.table(row))
    return found["segment"][0], found["reason"][0]


def giver(**changed: object) -> dict[str, object]:
    """Return a donor of six years with one gift every December, the last ten months ago."""
    return {
        "gifts": 6, "gift_days": 6, "active_years": 6, "first_gift_age_days": 2_130,
        "last_gift_age_days": 305, "median_gap_days": 365.0, "gap_before_last_days": 365,
        "usual_month": 12, "usual_month_share": 1.0, "last_gift_minor": 5_000,
        "last_one_off_age_days": 305, "gifts_12m": 1, "gifts_previous_12m": 1,
        "amount_12m_minor": 5_000, "amount_previous_12m_minor": 5_000,
        "amount_24m_minor": 10_000, "amount_36m_minor": 15_000,
    } | changed  # fmt: skip


class TestOwnRhythm:
    def test_a_december_donor_is_not_at_risk_in_october(self) -> None:
        assert segment_of(**giver()) == ("occasional", "gives")

    def test_nor_when_a_spring_gift_made_the_median_gap_shorter(self) -> None:
        # 1.5 times 180 days is 270: without the season, ten months would be too long.
        seasonal = giver(median_gap_days=180.0, usual_month_share=0.7)

        assert segment_of(**seasonal)[0] == "occasional"
        assert segment_of(**seasonal | {"usual_month_share": 0.4})[0] == "at_risk"

    def test_a_december_donor_is_at_risk_when_december_has_passed(self) -> None:
        assert segment_of(**giver(last_gift_age_days=425)) == ("at_risk", "beyond_rhythm")

    def test_a_monthly_donor_is_at_risk_after_three_months_not_before(self) -> None:
        monthly = giver(median_gap_days=30.0, usual_month_share=0.1, gap_before_last_days=30)

        assert segment_of(**monthly | {"last_gift_age_days": 89})[0] == "occasional"
        assert segment_of(**monthly | {"last_gift_age_days": 90})[0] == "at_risk"

    def test_somebody_who_gives_every_third_year_is_neither_lapsed_nor_reactivated(self) -> None:
        slow = giver(median_gap_days=1_096.0, gap_before_last_days=1_096, usual_month_share=0.4)

        assert segment_of(**slow | {"last_gift_age_days": 610})[0] == "occasional"
        assert segment_of(**slow | {"last_gift_age_days": 200})[0] == "occasional"

    def test_every_other_year_leaves_thirty_months_before_risk(self) -> None:
        slow = giver(median_gap_days=730.0, gap_before_last_days=730, usual_month_share=0.4)

        assert segment_of(**slow | {"last_gift_age_days": int(29 * MONTH)})[0] == "occasional"
        assert segment_of(**slow | {"last_gift_age_days": int(31 * MONTH)})[0] == "at_risk"

    def test_beyond_three_years_no_rhythm_holds(self) -> None:
        slow = giver(median_gap_days=1_500.0, last_gift_age_days=1_127)

        assert segment_of(**slow)[0] == "deep_lapsed"


class TestSilence:
    # Months of silence → segment, for a donor of two gifts and no rhythm; DOMAIN.md B1.
    @pytest.mark.parametrize(
        ("months", "segment"),
        [(12.9, "occasional"), (13.1, "at_risk"), (18.9, "at_risk"), (19.1, "lapsed"),
         (36.9, "lapsed"), (37.1, "deep_lapsed"), (90, "deep_lapsed")],
    )  # fmt: skip
    def test_the_published_months_are_the_boundaries(self, months: float, segment: str) -> None:
        row = {
            "gifts": 2,
            "first_gift_age_days": 4_000,
            "last_gift_age_days": round(months * MONTH),
        }

        assert segment_of(**row)[0] == segment

    def test_a_gift_after_two_years_of_silence_reactivates_for_a_year(self) -> None:
        back = {"gifts": 2, "first_gift_age_days": 1_500, "gap_before_last_days": 800}

        assert segment_of(**back, last_gift_age_days=300) == ("reactivated", "came_back")
        assert segment_of(**back, last_gift_age_days=370)[0] == "occasional"


NEW = {"gifts": 1, "first_gift_age_days": 60, "last_gift_age_days": 60}


class TestNewDonors:
    def test_a_small_single_gift_shows_no_potential_yet(self) -> None:
        assert segment_of(**NEW, largest_gift_minor=2_000) == ("new", "new")

    @pytest.mark.parametrize(
        ("sign", "reason"),
        [
            ({"recurring_state": "active"}, "new_recurring"),
            ({"gifts": 2, "days_first_to_second_gift": 20}, "new_quick_second_gift"),
            ({"largest_gift_minor": 8_000}, "new_large_gift"),
            ({"interactions_12m": 3}, "new_answers"),
        ],
    )
    def test_each_sign_of_potential_is_enough(self, sign: dict[str, object], reason: str) -> None:
        assert segment_of(**NEW | sign) == ("new_with_potential", reason)


class TestRegularDonors:
    regular = giver(median_gap_days=30.0, recurring_state="active", last_gift_age_days=20)

    def test_regular_gift_and_one_off_gift_make_an_ambassador(self) -> None:
        assert segment_of(**self.regular)[0] == "recurring"
        assert segment_of(**self.regular, one_off_gifts_12m=1)[0] == "ambassador"

    def test_only_gifts_to_campaigns_count_where_the_rules_say_so(self) -> None:
        strict = rules.of({"lifecycle": {"ambassador_on_campaigns": True}})
        row = summary_rows.table(self.regular | {"one_off_gifts_12m": 1, "campaign_gifts_12m": 0})

        assert lifecycle.classify(row, rules=strict)["segment"][0] == "recurring"

    @pytest.mark.parametrize("state", ["failing", "stopped"])
    def test_failing_or_stopped_is_at_risk_at_once(self, state: str) -> None:
        row = self.regular | {"recurring_state": state, "last_one_off_age_days": None}

        assert segment_of(**row) == ("at_risk", f"recurring_{state}")

    def test_a_stop_followed_by_another_gift_is_no_loss(self) -> None:
        row = self.regular | {"recurring_state": "stopped", "recurring_ended_age_days": 200}

        assert segment_of(**row | {"last_one_off_age_days": 20})[0] == "occasional"
        assert segment_of(**row | {"last_one_off_age_days": 400})[0] == "at_risk"

    def test_a_pause_is_not_a_risk_until_it_outlasts_nineteen_months(self) -> None:
        paused = self.regular | {"recurring_state": "paused"}

        assert segment_of(**paused | {"last_gift_age_days": 500})[0] == "recurring"
        assert segment_of(**paused | {"last_gift_age_days": 600})[0] == "lapsed"


class TestFallingAmounts:
    falling = giver(
        amount_12m_minor=3_000, amount_previous_12m_minor=8_000,
        amount_24m_minor=11_000, amount_36m_minor=19_000,
    )  # fmt: skip

    def test_less_than_both_years_before_is_a_fall(self) -> None:
        assert segment_of(**self.falling) == ("at_risk", "falling_amounts")

    def test_the_year_after_one_exceptional_gift_is_not(self) -> None:
        usual_before_that = self.falling | {"amount_36m_minor": 14_000}

        assert segment_of(**usual_before_that)[0] == "occasional"

    def test_a_gift_a_few_days_late_is_not(self) -> None:
        # Two gifts of the same size in the year before, one in this: the calendar moved, not she.
        late = self.falling | {"gifts_previous_12m": 2, "amount_12m_minor": 4_000}

        assert segment_of(**late)[0] == "occasional"


class TestNoLongerAnswers:
    quiet = giver(interactions_previous_12m=8, interactions_12m=1, contacts_12m=6)

    def test_eight_answers_then_one_is_a_risk(self) -> None:
        assert segment_of(**self.quiet) == ("at_risk", "no_longer_answers")

    def test_not_answering_what_was_never_sent_is_not(self) -> None:
        assert segment_of(**self.quiet | {"contacts_12m": 0})[0] == "occasional"


class TestLaws:
    @settings(max_examples=40, deadline=None)
    @given(summary_rows.files())
    def test_every_donor_has_exactly_one_known_segment(self, file: pl.DataFrame) -> None:
        found = lifecycle.classify(file)

        assert found["donor_id"].to_list() == file["donor_id"].to_list()
        assert set(found["segment"]) <= set(lifecycle.SEGMENTS)
        assert found["segment"].to_list() == [lifecycle.REASONS[why] for why in found["reason"]]

    @settings(max_examples=40, deadline=None)
    @given(summary_rows.files(), st.randoms(use_true_random=False))
    def test_a_donors_segment_depends_on_their_own_row_only(self, file, shuffler) -> None:
        order = list(range(file.height))
        shuffler.shuffle(order)
        whole = lifecycle.classify(file)

        assert lifecycle.classify(file[order]).equals(whole[order])
        assert lifecycle.classify(file[:1]).equals(whole[:1])

    @settings(max_examples=100, deadline=None)
    @given(summary_rows.donors(), st.integers(1, 900))
    def test_more_silence_never_makes_a_donor_better(self, donor, days) -> None:
        later = donor | {
            "last_gift_age_days": donor["last_gift_age_days"] + days,
            "first_gift_age_days": donor["first_gift_age_days"] + days,
        }

        before, after = lifecycle.classify(summary_rows.table(donor, later))["segment"]

        assert _RANK[after] <= _RANK[before]


# Segments of one rank are different, not better or worse.
_RANK = {
    "ambassador": 5, "recurring": 5, "new_with_potential": 5, "new": 5, "occasional": 5,
    "reactivated": 5, "at_risk": 4, "lapsed": 3, "deep_lapsed": 2, "prospect": 1,
}  # fmt: skip


class TestContract:
    def test_a_donor_who_gave_has_a_last_gift(self) -> None:
        with pytest.raises(summary.InvalidSummary, match="last_gift_age_days is empty for donor 1"):
            segment_of(gifts=1, first_gift_age_days=3)

    def test_an_unknown_recurring_state_is_refused(self) -> None:
        with pytest.raises(summary.InvalidSummary, match="recurring_state is not one of"):
            segment_of(gifts=0, recurring_state="sleeping")

    def test_what_it_does_not_read_decides_no_segment(self) -> None:
        donors = summary_rows.table(giver(), giver(last_gift_age_days=700), giver(gifts=0))

        alone = lifecycle.classify(donors.select("donor_id", *sorted(lifecycle.reads())))

        whole = lifecycle.classify(donors)
        decided = ["donor_id", "segment", "reason"]
        assert alone.select(decided).equals(whole.select(decided))
        assert "first_gift_age_days" in lifecycle.reads()
        assert "last_gift_minor" not in lifecycle.reads()

    def test_columns_left_out_are_not_known(self) -> None:
        bare = pl.DataFrame(
            {"donor_id": [1], "gifts": [1], "first_gift_age_days": [9], "last_gift_age_days": [9]}
        )

        assert lifecycle.classify(bare)["segment"].to_list() == ["new"]
