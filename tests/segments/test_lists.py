"""Action lists: the right donors, in order; never the dead, the opposed or the unreachable."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summary_rows
from mecene.segments import lifecycle, lists, return_codes


def built(*rows: dict[str, object], **settings: object) -> lists.Built:
    return of_file(summary_rows.table(*rows), **settings)


def of_file(file: pl.DataFrame, **settings: object) -> lists.Built:
    asked = {"lang": "fr", "currency": "EUR"} | settings
    return lists.build(file, lifecycle.classify(file), **asked)


def members(result: lists.Built, name: str) -> list[int]:
    return result.lists[name]["donor_id"].to_list()


def giver(**changed: object) -> dict[str, object]:
    """Return a donor in no list: two gifts a year for three years, the last five months ago."""
    return {
        "gifts": 6, "gift_days": 6, "one_off_gifts": 6, "first_gift_age_days": 1_100,
        "last_gift_age_days": 150, "last_one_off_age_days": 150, "median_gap_days": 180.0,
        "last_gift_minor": 5_000, "amount_12m_minor": 10_000, "amount_previous_12m_minor": 10_000,
        "largest_gift_minor": 5_000,
    } | changed  # fmt: skip


REGULAR = giver(recurring_state="active", recurring_monthly_minor=1_000)
NEW = giver(gifts=1, gift_days=1, one_off_gifts=1, first_gift_age_days=60, last_gift_age_days=60)


class TestWhoIsIn:
    def test_a_donor_who_needs_nothing_is_in_no_list(self) -> None:
        assert all(found.is_empty() for found in built(giver(), REGULAR).lists.values())

    @pytest.mark.parametrize(
        ("name", "row"),
        [
            ("thank_now", giver(last_gift_age_days=14, last_one_off_age_days=14)),
            ("thank_now", REGULAR | {"recurring_started_age_days": 3}),
            ("second_gift", NEW),
            ("at_risk", giver(last_gift_age_days=300)),
            ("reactivate", giver(last_gift_age_days=700)),
            ("propose_recurring", giver(one_off_gifts_24m=2)),
            ("failed_debit", REGULAR | {"recurring_state": "failing", "last_return_code": "AM04"}),
            ("major", giver(amount_previous_12m_minor=200_000)),
        ],
    )
    def test_each_list_finds_its_donor(self, name: str, row: dict[str, object]) -> None:
        result = built(giver(), row)

        assert members(result, name) == [2]

    def test_an_instalment_is_not_a_gift_to_thank_for_every_month(self) -> None:
        assert members(built(REGULAR | {"last_gift_age_days": 3}), "thank_now") == []

    def test_the_second_gift_waits_for_the_first_thanks(self) -> None:
        soon = NEW | {"first_gift_age_days": 10, "last_gift_age_days": 10}

        assert members(built(soon), "second_gift") == []

    def test_who_stopped_a_regular_gift_lately_is_not_asked_again(self) -> None:
        stopped = giver(
            one_off_gifts_24m=4, recurring_state="stopped", recurring_ended_age_days=200
        )

        assert members(built(stopped), "propose_recurring") == []

    def test_after_five_years_of_silence_nobody_is_written_to(self) -> None:
        assert members(built(giver(last_gift_age_days=1_830)), "reactivate") == []


class TestFailedDebits:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [("AM04", "soft"), ("am04 ", "soft"), ("AC04", "fixable"), ("MD01", "human"),
         (None, "unknown"), ("ZZ99", "unknown")],
    )  # fmt: skip
    def test_the_code_decides_what_to_do(self, code: str | None, kind: str) -> None:
        found = built(REGULAR | {"recurring_state": "failing", "last_return_code": code})

        assert found.lists["failed_debit"]["return_class"].to_list() == [kind]
        assert found.lists["at_risk"].is_empty()

    def test_an_error_in_our_file_is_counted_and_not_the_donors_business(self) -> None:
        found = built(REGULAR | {"recurring_state": "failing", "last_return_code": "AG02"})

        assert found.lists["failed_debit"].is_empty()
        assert left_out(found, "failed_debit") == {"technical": 1}

    @pytest.mark.parametrize("code", ["MD07", "payer_deceased"])
    def test_a_bank_that_reports_a_death_empties_every_list(self, code: str) -> None:
        wanted_by_all = WANTED | {"recurring_state": "failing", "last_return_code": code}

        found = built(wanted_by_all)

        assert all(table.is_empty() for table in found.lists.values())
        assert left_out(found, "failed_debit") == {"deceased": 1}

    def test_no_code_has_two_classes(self) -> None:
        codes = [code.upper() for body in return_codes.load().values() for code in body["codes"]]

        assert len(codes) == len(set(codes))


WANTED = giver(
    last_gift_age_days=5, last_one_off_age_days=5, one_off_gifts_24m=4, amount_12m_minor=300_000
)


def left_out(found: lists.Built, name: str) -> dict[str, int]:
    rows = found.excluded.filter((pl.col("list") == name) & (pl.col("donors") > 0))
    return dict(rows.select("cause", "donors").iter_rows())


class TestWhoIsLeftOut:
    @pytest.mark.parametrize(
        ("bar", "cause"),
        [
            ({"deceased": True, "reachable": False}, "deceased"),
            ({"objects_appeal": True, "reachable": False}, "opposed"),
            ({"reachable": False}, "unreachable"),
        ],
    )
    def test_they_are_counted_once_by_the_first_cause(self, bar: dict, cause: str) -> None:
        found = built(WANTED | bar)

        assert all(table.is_empty() for table in found.lists.values())
        for name in ("thank_now", "propose_recurring", "major"):
            assert left_out(found, name) == {cause: 1}

    def test_an_objection_to_profiling_leaves_only_thanks_and_debits(self) -> None:
        found = built(WANTED | {"objects_profiling": True})

        assert members(found, "thank_now") == [1]
        assert members(found, "major") == []
        assert left_out(found, "major") == {"opposed_to_profiling": 1}

    @settings(deadline=None, max_examples=40)
    @given(summary_rows.files(max_size=8))
    def test_no_list_ever_holds_one_of_them(self, file: pl.DataFrame) -> None:
        found = of_file(file)

        dead = pl.col("deceased").fill_null(value=False) | pl.col("last_return_code").is_in(
            ["MD07", "payer_deceased"]
        ).fill_null(value=False)
        barred = file.filter(
            dead | (pl.col("objects_appeal") == True) | (pl.col("reachable") == False)  # noqa: E712
        )
        profiled = file.filter(pl.col("objects_profiling"))["donor_id"].to_list()
        for name, table in found.lists.items():
            assert not set(table["donor_id"]) & set(barred["donor_id"]), name
            if name not in ("thank_now", "failed_debit"):
                assert not set(table["donor_id"]) & set(profiled), name
            assert all(text and text.endswith(".") for text in table["reason"])
        assert not set(found.lists["failed_debit"]["return_class"]) & {"technical", "deceased"}


class TestOrder:
    def test_the_largest_comes_first_and_ties_go_by_number(self) -> None:
        found = built(*(giver(amount_12m_minor=sum_) for sum_ in (200_000, 300_000, 200_000)))

        assert members(found, "major") == [2, 1, 3]

    def test_the_expected_value_comes_before_the_amount_where_it_is_known(self) -> None:
        file = summary_rows.table(*(giver(amount_12m_minor=sum_) for sum_ in (300_000, 200_000)))
        valued = file.with_columns(expected_value_12m_minor=pl.Series([10.0, 20.0]))

        assert members(of_file(valued), "major") == [2, 1]

    @settings(deadline=None, max_examples=15)
    @given(summary_rows.files(max_size=6), st.integers(0, 6))
    def test_a_file_in_two_batches_gives_the_lists_of_one(self, file, cut) -> None:
        halves = lists.merged(of_file(file[:cut]), of_file(file[cut:]))

        whole = of_file(file)

        assert halves.excluded.equals(whole.excluded)
        assert all(halves.lists[name].equals(whole.lists[name]) for name in lists.NAMES)


class TestSuggestedAmount:
    @pytest.mark.parametrize(
        ("yearly_euros", "monthly_euros"), [(30, 5), (60, 5), (61, 8), (150, 15), (100_000, 200)]
    )
    def test_is_the_first_usual_amount_at_or_above_a_twelfth(
        self, yearly_euros: int, monthly_euros: int
    ) -> None:
        row = giver(one_off_gifts_24m=3, one_off_amount_12m_minor=yearly_euros * 100)
        found = built(row).lists["propose_recurring"]

        assert found["suggested_monthly_minor"].to_list() == [monthly_euros * 100]

    def test_the_sentence_says_it(self) -> None:
        row = giver(one_off_gifts_24m=3, one_off_amount_12m_minor=12_000)

        reason = built(row, lang="en").lists["propose_recurring"]["reason"][0]

        assert reason == "3 one-off gifts in 24 months: propose €10 a month."
