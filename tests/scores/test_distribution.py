"""The law of a donor: nothing read off it can contradict the rest, and draws of it agree."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.lifetime_value.attrition import PUBLISHED_HAZARDS, Attrition
from mecene.scores import commitment
from mecene.scores.continuation import PUBLISHED_GAVE, PUBLISHED_SILENT, Continuation
from mecene.scores.distribution import Distribution
from mecene.scores.frequency import Frequency

EXPECTED_ROUNDING = 1e-9
SHARES = st.lists(st.floats(0.01, 1), min_size=12, max_size=12)


@st.composite
def laws(draw):
    """Draw the laws of up to four donors, likely or not, some with a regular gift."""
    n = draw(st.integers(1, 4))
    odds = np.array(draw(st.lists(st.floats(-6, 6), min_size=n, max_size=n)))
    mean = np.array(draw(st.lists(st.floats(0.001, 30), min_size=n, max_size=n)))
    step = draw(st.sampled_from([12, 6]))
    steady = Continuation(PUBLISHED_SILENT, PUBLISHED_GAVE)
    first, giving = steady.chances(odds, periods=24 // step)
    within_year = steady.chances(odds, periods=12 // step)[1]
    weights = np.array(draw(SHARES))[:step]
    weights /= weights.sum()
    months = np.concatenate([first[:, [k]] * weights for k in range(24 // step)], axis=1)
    often = Frequency((0.0,) * 5, draw(st.floats(0.1, 10)))
    centre = np.array(draw(st.lists(st.floats(2, 12), min_size=n, max_size=n)))
    spread = np.sort(np.array(draw(st.lists(st.floats(-3, 3), min_size=6, max_size=6))))
    runs = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    will = np.array(draw(st.lists(st.floats(0, 0.5), min_size=n, max_size=n)))
    table = Attrition(PUBLISHED_HAZARDS, 0, 0)
    return Distribution(
        first=months,
        counts_12m=often.at_least(mean, within_year),
        counts_24m=often.at_least(mean, giving),
        amounts=np.exp(centre[:, None] + spread),
        ending=commitment.ahead(table, _summary(runs), will=will, failure=will / 3),
        monthly_minor=1500.0 * runs,
        starts=np.full(n, 0.02),
        raises=np.full(n, 0.1),
    )


def _summary(runs):
    import polars as pl

    return pl.DataFrame(
        {
            "recurring_state": ["active" if run else None for run in runs],
            "recurring_age_months": [7 if run else None for run in runs],
        },
        schema={"recurring_state": pl.String, "recurring_age_months": pl.Int64},
    )


class TestCoherence:
    @settings(max_examples=40, deadline=None)
    @given(laws())
    def test_more_time_never_lowers_the_chance_of_a_gift(self, law):
        chances = np.array([law.p_gives(months) for months in range(1, 25)])

        assert np.all(np.diff(chances, axis=0) >= -EXPECTED_ROUNDING)
        assert np.all((chances >= 0) & (chances <= 1 + EXPECTED_ROUNDING))

    @settings(max_examples=40, deadline=None)
    @given(laws(), st.lists(st.floats(0, 1e7), min_size=2, max_size=6))
    def test_a_larger_sum_is_never_likelier(self, law, sums):
        over = np.array([law.p_total_over(minor, 12) for minor in sorted(sums)])

        assert np.all(np.diff(over, axis=0) <= EXPECTED_ROUNDING)

    @settings(max_examples=40, deadline=None)
    @given(laws(), st.floats(0, 1e7))
    def test_two_years_bring_at_least_what_one_does(self, law, minor):
        assert np.all(
            law.p_total_over(minor, 24) >= law.p_total_over(minor, 12) - EXPECTED_ROUNDING
        )
        assert np.all(law.expected_minor(24) >= law.expected_minor(12) - EXPECTED_ROUNDING)

    @settings(max_examples=40, deadline=None)
    @given(laws())
    def test_giving_something_is_giving(self, law):
        np.testing.assert_allclose(law.p_total_over(0.0, 12), law.p_gives(12), atol=1e-9)
        np.testing.assert_allclose(law.p_total_over(0.0, 24), law.p_gives(24), atol=1e-9)

    @settings(max_examples=40, deadline=None)
    @given(laws())
    def test_quantiles_are_in_order(self, law):
        lows, middles, highs = (law.total_quantile(share, 12) for share in (0.1, 0.5, 0.9))

        assert np.all(lows <= middles)
        assert np.all(middles <= highs)

    @settings(max_examples=40, deadline=None)
    @given(laws())
    def test_the_window_of_the_next_gift_is_in_order(self, law):
        starts, middles, ends = (law.next_gift_month(share) for share in (0.1, 0.5, 0.9))

        assert np.all((starts <= middles) & (middles <= ends) & (ends <= 24) & (starts > 0))

    @settings(max_examples=40, deadline=None)
    @given(laws())
    def test_the_kinds_of_next_act_and_none_are_everything(self, law):
        acts = law.next_act()

        np.testing.assert_allclose(sum(acts.values()), 1.0, atol=1e-9)
        assert all(np.all(chance >= -EXPECTED_ROUNDING) for chance in acts.values())

    @settings(max_examples=40, deadline=None)
    @given(laws())
    def test_months_of_income_add_up_to_the_donors_sums(self, law):
        income = law.income_by_month()

        assert income[:12].sum() == pytest.approx(law.expected_minor(12).sum(), rel=1e-9)
        assert income.sum() == pytest.approx(law.expected_minor(24).sum(), rel=1e-9)

    @pytest.mark.parametrize("months", [0, 25, -1])
    def test_no_chance_beyond_two_years(self, months):
        law = _plain()

        with pytest.raises(ValueError, match="1 to 24"):
            law.p_gives(months)

    def test_sums_are_of_one_year_or_two(self):
        with pytest.raises(ValueError, match="12 or 24"):
            _plain().expected_minor(6)


def _plain():
    first, giving = Continuation(PUBLISHED_SILENT, PUBLISHED_GAVE).chances(
        np.array([0.3, -1.0]), periods=2
    )
    within_year = np.column_stack([1 - first[:, 0], first[:, 0]])
    often = Frequency((0.0,) * 5, 1.4)
    mean = np.array([0.8, 0.1])
    return Distribution(
        first=np.repeat(first / 12, 12, axis=1),
        counts_12m=often.at_least(mean, within_year),
        counts_24m=often.at_least(mean, giving),
        amounts=np.array([[1000.0, 2000.0, 9000.0], [500.0, 500.0, 600.0]]),
        ending=commitment.ahead(
            Attrition(PUBLISHED_HAZARDS, 0, 0),
            _summary([True, False]),
            will=np.array([0.1, 0.0]),
            failure=np.array([0.1, 0.0]),
        ),
        monthly_minor=np.array([1500.0, 0.0]),
        starts=np.array([0.0, 0.02]),
        raises=np.array([0.1, 0.0]),
    )


class TestAgainstDraws:
    """Independent: donors of the law are drawn one by one, and counted."""

    def test_mean_variance_and_tail_of_a_year_are_those_of_a_hundred_thousand_draws(self):
        law, rng, draws = _plain(), np.random.default_rng(11), 100_000
        chance, mean, size = law.first[:, :12].sum(axis=1), np.array([0.8, 0.1]), 1.4
        for donor in (0, 1):
            gives = rng.random(draws) < chance[donor]
            further = rng.negative_binomial(size, size / (size + mean[donor]), draws)
            amount = rng.choice(law.amounts[donor], draws)
            lasts = law.ending.lasts[donor, :12]
            debits = (rng.random(draws)[:, None] < lasts).sum(axis=1)

            total = gives * (1 + further) * amount + debits * law.monthly_minor[donor]

            error = total.std() / np.sqrt(draws)
            assert abs(total.mean() - law.expected_minor(12)[donor]) < 4 * error
            assert total.var() == pytest.approx(law.variance_minor(12)[donor], rel=0.06)
            for minor in (0, 900, 5000, 20_000):
                seen = (total > minor).mean()
                assert seen == pytest.approx(law.p_total_over(minor, 12)[donor], abs=0.007)

    def test_amounts_of_unequal_chance_are_those_of_a_hundred_thousand_draws(self):
        shares = np.array([0.7, 0.25, 0.05])
        law, rng, draws = replace(_plain(), shares=shares), np.random.default_rng(12), 100_000
        chance, mean, size, donor = law.first[0, :12].sum(), 0.8, 1.4, 0
        gives = rng.random(draws) < chance
        further = rng.negative_binomial(size, size / (size + mean), draws)
        debits = (rng.random(draws)[:, None] < law.ending.lasts[donor, :12]).sum(axis=1)
        amount = rng.choice(law.amounts[donor], draws, p=shares)

        total = gives * (1 + further) * amount + debits * law.monthly_minor[donor]

        error = total.std() / np.sqrt(draws)
        assert abs(total.mean() - law.expected_minor(12)[donor]) < 4 * error
        assert total.var() == pytest.approx(law.variance_minor(12)[donor], rel=0.06)
        over = (total > 9_000).mean()
        assert over == pytest.approx(law.p_total_over(9_000, 12)[donor], abs=0.007)
