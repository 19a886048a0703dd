"""Tags overlap; each is the formula of DOMAIN.md B."""

import polars as pl
import pytest
from hypothesis import given, settings

import summary_rows
from mecene.segments import context, rules, tags


def tagged(**row: object) -> set[str]:
    found = tags.tag(summary_rows.table(row)).row(0, named=True)
    return {name for name in tags.TAGS if found[name]}


class TestMembership:
    @pytest.mark.parametrize(
        ("fee_age_days", "expected"),
        [
            (None, set()),
            (0, {"member"}),
            (395, {"member"}),
            (396, {"membership_due"}),
            (791, {"membership_due"}),
            (792, set()),
        ],
    )
    def test_a_fee_makes_a_member_for_thirteen_months_then_is_due(
        self, fee_age_days: int | None, expected: set[str]
    ) -> None:
        assert tagged(last_membership_age_days=fee_age_days) == expected


class TestYears:
    # (this year, last year, the one before, earlier) → tags; NPSP reports LYBUNT and SYBUNT.
    @pytest.mark.parametrize(
        ("years", "expected"),
        [
            ((0, 5_000, 0, 0), {"lybunt", "sybunt"}),
            ((0, 0, 5_000, 0), {"sybunt", "pybunt"}),
            ((0, 0, 0, 5_000), {"sybunt", "pybunt"}),
            ((5_000, 5_000, 5_000, 0), set()),
            ((0, 0, 0, 0), set()),
            ((None, None, None, None), set()),
        ],
    )
    def test_who_gave_before_but_not_this_year(self, years: tuple, expected: set[str]) -> None:
        names = ("this_year", "last_year", "before_last_year", "earlier_years")
        row = {f"amount_{name}_minor": sum_ for name, sum_ in zip(names, years, strict=True)}

        assert tagged(**row) == expected

    def test_sybunt_without_lybunt_is_a_setting(self) -> None:
        apart = rules.of({"tags": {"sybunt_includes_lybunt": False}})
        last_year_only = summary_rows.table({"amount_last_year_minor": 5_000})

        found = tags.tag(last_year_only, rules=apart)

        assert found.select("lybunt", "sybunt").row(0) == (True, False)


class TestAmounts:
    @pytest.mark.parametrize(
        ("euros", "expected"),
        [(499, set()), (500, {"mid_value"}), (1_999, {"mid_value"}), (2_000, {"major"})],
    )
    def test_mid_value_stops_where_major_starts(self, euros: int, expected: set[str]) -> None:
        assert tagged(amount_12m_minor=euros * 100) == expected

    def test_a_yearly_gift_a_few_weeks_late_keeps_its_rank(self) -> None:
        assert tagged(amount_12m_minor=0, amount_previous_12m_minor=300_000) == {"major"}

    def test_the_files_own_top_tenth_is_worked_out_batch_by_batch(self) -> None:
        file = summary_rows.table(*({"amount_12m_minor": 100 * n} for n in range(1, 101)))
        asked = rules.of({"tags": {"mid_value_share": 0.10, "major_share": 0.01}})
        counts = context.added(context.counts(file[:30]), context.counts(file[30:]))

        of_file = context.of_file(counts, rules=asked)

        assert of_file == context.Context(mid_value_from_minor=9_100, major_from_minor=10_000)
        assert tags.tag(file, context=of_file)["mid_value"].sum() == 9
        assert tags.tag(file, context=of_file)["major"].sum() == 1


class TestEngagement:
    def test_four_signs_of_seven_make_a_most_engaged_donor(self) -> None:
        three = {"gifts_12m": 2, "clicks_90d": 3}

        assert "most_engaged" not in tagged(**three)
        assert "most_engaged" in tagged(**three | {"petitions_12m": 1, "replies_12m": 1})

    def test_a_file_of_gifts_alone_has_its_most_engaged_donors_too(self) -> None:
        assert "most_engaged" in tagged(gifts_12m=2, active_years=5)
        assert "most_engaged" not in tagged(gifts_12m=2, active_years=5, clicks_90d=0)

    def test_nobody_is_most_engaged_without_a_gift_in_the_year(self) -> None:
        signs = {"clicks_90d": 9, "petitions_12m": 1, "replies_12m": 1, "events_12m": 2}

        assert "most_engaged" not in tagged(**signs, gifts_12m=0)


@settings(deadline=None, max_examples=30)
@given(summary_rows.files())
def test_every_tag_is_yes_or_no_for_every_donor(file: pl.DataFrame) -> None:
    found = tags.tag(file)

    assert found["donor_id"].to_list() == file["donor_id"].to_list()
    assert found.select(tags.TAGS).null_count().sum_horizontal().item() == 0
    assert found["engagement_signs"].is_between(0, len(tags.SIGNS)).all()
