"""RFM: fixed bands where the published grid puts them, and quintiles that ties cannot break.

Grid: DOMAIN.md B1 (0-6, 7-12, 13-24, 25-36, 37-60, 60+ months; 1, 2, 3-5, 6-10, 11+ gifts;
0-29, 30-49, 50-79, 80-149, 150-499, 500-1 999, 2 000+ €).
"""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summary_rows
from mecene.segments import context, rfm

MONTH = 365.25 / 12


def giver(*, silence: int = 30, gifts: int = 1, largest: int = 5_000, **more: object) -> dict:
    return {
        "gifts": gifts, "one_off_gifts": gifts, "first_gift_age_days": 4_000,
        "last_gift_age_days": silence, "largest_one_off_minor": largest,
    } | more  # fmt: skip


class TestBands:
    @pytest.mark.parametrize(
        ("months", "band"),
        [(6.5, 6), (7.5, 5), (12.5, 5), (13.5, 4), (25.5, 3), (37.5, 2), (61.5, 1)],
    )
    def test_recency_counts_down_with_silence(self, months: float, band: int) -> None:
        scored = rfm.bands(summary_rows.table(giver(silence=round(months * MONTH))))

        assert scored["r_band"].to_list() == [band]

    def test_frequency_and_amount_follow_the_published_grid(self) -> None:
        counts = summary_rows.table(*(giver(gifts=n) for n in (1, 2, 3, 5, 6, 10, 11)))
        euros = (29, 30, 49, 50, 80, 150, 500, 1_999, 2_000)
        amounts = summary_rows.table(*(giver(largest=euro * 100) for euro in euros))

        assert rfm.bands(counts)["f_band"].to_list() == [1, 2, 3, 3, 4, 4, 5]
        assert rfm.bands(amounts)["m_band"].to_list() == [1, 2, 2, 3, 4, 5, 6, 6, 7]

    def test_the_code_reads_best_first(self) -> None:
        best = summary_rows.table(giver(silence=3, gifts=30, largest=300_000))

        assert rfm.bands(best)["rfm"].to_list() == ["R6F5M7"]

    def test_twelve_debits_count_as_one_gift_of_the_year(self) -> None:
        monthly = giver(gifts=36, recurring_monthly_minor=1_000) | {
            "one_off_gifts": 0, "largest_one_off_minor": None,
        }  # fmt: skip

        assert rfm.bands(summary_rows.table(monthly))["rfm"].to_list() == ["R6F3M4"]

    def test_those_who_never_gave_have_no_score(self) -> None:
        file = summary_rows.table({"gifts": 0}, giver())
        scored = rfm.score(file, rfm.edges(rfm.counts(file)))

        assert rfm.bands(file)["rfm"].to_list() == [None, "R6F1M3"]
        assert scored["rfm_quintiles"].to_list() == [None, "R3F3M3"]


class TestQuintiles:
    def test_a_hundred_different_amounts_make_five_equal_fifths(self) -> None:
        file = summary_rows.table(*(giver(largest=100 * n) for n in range(1, 101)))

        scored = rfm.score(file, rfm.edges(rfm.counts(file)))

        assert scored["m_quintile"].value_counts(sort=True)["count"].to_list() == [20] * 5
        assert scored["m_quintile"][-1] == 5

    def test_heaped_amounts_stay_together(self) -> None:
        # 60 % give 50 €: ordinary quintiles would give these equal donors three scores.
        heaped = [2_000] * 2 + [5_000] * 6 + [10_000] * 2
        file = summary_rows.table(*(giver(largest=amount) for amount in heaped))

        scored = rfm.score(file, rfm.edges(rfm.counts(file)))

        assert scored["m_quintile"].to_list() == [1] * 2 + [3] * 6 + [5] * 2

    def test_a_file_without_gifts_is_refused(self) -> None:
        with pytest.raises(rfm.NoCounts, match="no donor has a recency"):
            rfm.edges(rfm.counts(summary_rows.table({"gifts": 0})))


givers = st.lists(
    st.builds(
        giver,
        silence=st.integers(1, 900),
        gifts=st.integers(1, 15),
        largest=st.sampled_from([2_000, 3_000, 5_000, 10_000]) | st.integers(1, 100_000),
    ),
    min_size=1,
    max_size=25,
)


class TestLaws:
    @settings(deadline=None, max_examples=60)
    @given(givers)
    def test_equal_values_score_equally_and_larger_never_lower(self, rows: list[dict]) -> None:
        file = summary_rows.table(*rows)
        scored = rfm.score(file, rfm.edges(rfm.counts(file)))

        for value, score, sign in (
            ("largest_one_off_minor", "m_quintile", 1),
            ("gifts", "f_quintile", 1),
            ("last_gift_age_days", "r_quintile", -1),
        ):
            pairs = sorted(
                zip((file[value] * sign).to_list(), scored[score].to_list(), strict=True)
            )
            assert [score for _, score in pairs] == sorted(score for _, score in pairs)
            assert len(set(pairs)) == len({value for value, _ in pairs})

    @settings(deadline=None, max_examples=60)
    @given(givers, st.integers(0, 25))
    def test_a_file_read_in_two_batches_scores_as_one(self, rows: list[dict], cut: int) -> None:
        file = summary_rows.table(*rows)
        left, right = file[:cut], file[cut:]

        whole = rfm.edges(rfm.counts(file))
        added = rfm.edges(context.added(rfm.counts(right), rfm.counts(left)))

        assert added == whole
        assert pl.concat([rfm.score(left, added), rfm.score(right, added)]).equals(
            rfm.score(file, whole)
        )


def test_the_map_counts_every_giver_once() -> None:
    file = summary_rows.table(
        {"gifts": 0}, *(giver(gifts=n, amount_12m_minor=1_000) for n in (1, 1, 4))
    )

    cells = rfm.grid(rfm.bands(file).join(file, on="donor_id"))

    assert cells.rows() == [(6, 1, 2, 2_000), (6, 3, 1, 1_000)]
