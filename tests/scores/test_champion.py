"""Which of two models is kept: the one that foretold better what neither had seen."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.scores import champion, model
from scores.associations import AS_OF, fitted, store

DAY = date(2025, 1, 1)


def duel(before, anew, outcome):
    said = (np.asarray(each, dtype=np.float64) for each in (before, anew, outcome))
    return champion.of(*said, origin=DAY, months=12)


class TestVerdict:
    def test_it_is_the_paired_difference_by_hand(self):
        # Losses −ln .5, −ln .5 against −ln .8, −ln .6; differences −.4700, −.1823; deviation .1438.
        found = duel([0.5, 0.5], [0.8, 0.4], [1, 0])

        assert found.worse_by == pytest.approx((np.log(0.5 / 0.8) + np.log(0.5 / 0.6)) / 2)
        assert found.se == pytest.approx(0.1438 / np.sqrt(2), abs=1e-4)
        assert found.verdict == "better"
        assert (found.donors, found.outcomes) == (2, 1)

    def test_a_challenger_that_is_clearly_worse_does_not_win(self):
        found = duel([0.9] * 50 + [0.1] * 50, [0.6] * 50 + [0.4] * 50, [1] * 50 + [0] * 50)

        assert (found.verdict, found.challenger_wins) == ("worse", False)

    def test_worse_by_less_than_one_standard_error_still_wins(self):
        found = duel([0.5] * 10, [0.52] * 10, [1] * 4 + [0] * 6)

        assert found.worse_by > 0
        assert (found.verdict, found.challenger_wins) == ("even", True)

    def test_equal_models_are_the_same_and_the_newer_wins(self):
        found = duel([0.3, 0.7], [0.3, 0.7], [0, 1])

        assert (found.worse_by, found.verdict, found.challenger_wins) == (0.0, "same", True)

    @given(
        st.lists(
            st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.integers(0, 1)), min_size=1
        )
    )
    def test_changing_places_changes_the_sign_only(self, rows):
        before, anew, outcome = zip(*rows, strict=True)

        one, other = duel(before, anew, outcome), duel(anew, before, outcome)

        assert one.worse_by == pytest.approx(-other.worse_by)
        assert one.se == pytest.approx(other.se)


class TestUnseen:
    def test_a_champion_of_a_year_ago_is_asked_about_the_whole_year(self):
        assert champion.unseen(DAY, as_of=AS_OF, period_months=12) == (DAY, 12)
        assert champion.unseen(date(2022, 3, 4), as_of=AS_OF, period_months=12) == (DAY, 12)

    def test_a_newer_one_only_about_what_is_over_since(self):
        found = champion.unseen(date(2025, 9, 15), as_of=AS_OF, period_months=12)

        assert found == (date(2025, 9, 15), 3)

    def test_within_a_month_there_is_nothing_to_compare_on(self):
        with pytest.raises(champion.NoDuel) as refused:
            champion.unseen(date(2025, 12, 15), as_of=AS_OF, period_months=12)

        assert refused.value.why == "too_soon"

    @given(st.dates(date(2020, 1, 1), date(2025, 12, 1)), st.sampled_from([1, 3, 6, 12]))
    def test_nothing_the_champion_saw_is_asked_and_all_of_it_is_over(self, learnt_on, months):
        origin, length = champion.unseen(learnt_on, as_of=AS_OF, period_months=months)

        assert origin >= learnt_on
        assert champion.period.add_months(origin, length) <= AS_OF
        assert 1 <= length <= months


@pytest.mark.slow
@pytest.mark.xdist_group("scores_learnt")
class TestRun:
    def test_the_same_way_of_learning_as_of_the_same_day_is_the_same(self):
        found = champion.run(store(), champion=fitted(DAY), as_of=AS_OF, period_months=12)

        assert found.verdict == "same"
        assert (found.origin, found.challenger_wins) == (DAY, True)
        assert 0 < found.outcomes < found.donors

    def test_a_champion_who_expects_everybody_loses(self):
        from dataclasses import replace

        taught = fitted(DAY)
        wrong = replace(
            taught, giving=replace(taught.giving, method="mixture",
                                   mixture=replace(taught.giving.mixture, shift=4.0))
        )  # fmt: skip

        found = champion.run(store(), champion=wrong, as_of=AS_OF, period_months=12)

        assert found.verdict == "better"

    def test_nobody_known_is_said(self, tmp_path):
        from mecene.engine.store import FactStore

        empty = FactStore(tmp_path)
        before = model.fit(empty, as_of=DAY)

        with pytest.raises(champion.NoDuel, match="nobody"):
            champion.run(empty, champion=before, as_of=AS_OF, period_months=12)
