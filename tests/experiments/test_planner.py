"""What is planned is what the tests then show, on gifts as they are."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import resampled_gifts
from mecene.experiments import amounts, moments, planner, proportions
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.proportions import Answers

STATSMODELS = tomllib.loads(
    (Path(__file__).parent / "oracle" / "numbers.toml").read_text(encoding="utf-8")
)
CAP = 256


def past(source, *, rate=0.05, people=400_000):
    """Return the moments of a past appeal without noise: the population itself, and zeros."""
    given = resampled_gifts.gifts(source)[:: resampled_gifts.gifts(source).size // 10_000]
    return resampled_gifts.group(given, people=round(given.size / rate), cap=CAP)


class TestOtherImplementations:
    def test_power_of_two_shares_in_statsmodels(self):
        told = planner.chance(planner.of_share(0.05), lift=0.2, control=4_000, treated=4_000)

        # It takes the variance under the null pooled; 0.5 point apart at these shares.
        assert told == pytest.approx(STATSMODELS["power"]["shares_4000_5_to_6"], abs=0.006)

    def test_size_for_means_in_statsmodels(self):
        """Control of n, treatment of 9 n, an effect of a tenth of a standard deviation."""
        rng = np.random.default_rng(1)
        drawn = rng.normal(0, 1, 100_000)
        level = planner.of_mean(moments.of(10 + (drawn - drawn.mean()) / drawn.std(ddof=1)))

        told = planner.size(level, lift=0.01, control_share=0.1)

        assert told.control == pytest.approx(
            STATSMODELS["power"]["normal_ratio_9_effect_01"], abs=2
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    ["invented", pytest.param("gdq", marks=[pytest.mark.data, resampled_gifts.needs_gdq])],
)
@pytest.mark.parametrize("control_share", [0.5, 0.1])
@pytest.mark.parametrize("lift", [0.25, 0.5])
def test_the_planned_power_is_that_of_tests_on_resampled_gifts(source, control_share, lift):
    population, rng = resampled_gifts.gifts(source), np.random.default_rng(40)
    size = planner.size(planner.of_giving(past(source)), lift=lift, control_share=control_share)

    shown = []
    for _ in range(600):
        arms = [
            resampled_gifts.group(
                resampled_gifts.drawn(population, rng, people=people, rate=rate),
                people=people, cap=CAP,
            )
            for people, rate in ((size.control, 0.05), (size.treated, 0.05 * (1 + lift)))
        ]  # fmt: skip
        shown.append(amounts.mean(*arms).low > 0)

    # 0.80 asked; the error of 600 tests is 1.6 points.
    assert np.mean(shown) == pytest.approx(0.80, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "lift"), [(0.01, 0.3), (0.1, 0.15)])
def test_the_planned_power_is_that_of_tests_of_shares(rate, lift):
    rng = np.random.default_rng(41)
    size = planner.size(planner.of_share(rate), lift=lift)
    drawn = rng.binomial([size.control, size.treated], [rate, rate * (1 + lift)], (2_000, 2))

    low, _ = proportions.newcombe_limits(
        drawn[:, 0], np.full(2_000, size.control), drawn[:, 1], np.full(2_000, size.treated),
        z=1.959964,
    )  # fmt: skip

    assert (low > 0).mean() == pytest.approx(0.80, abs=0.03)


LEVELS = st.builds(planner.of_share, st.floats(0.01, 0.9))


class TestLaws:
    @given(level=LEVELS, control=st.integers(2_000, 10**6), treated=st.integers(2_000, 10**6))
    def test_what_is_detectable_is_detected_with_the_power_asked(self, level, control, treated):
        try:
            lift = planner.detectable(level, control=control, treated=treated)
        except TooFewDonors:
            return

        told = planner.chance(level, lift=lift, control=control, treated=treated)

        assert told == pytest.approx(0.8, abs=1e-6)

    @given(level=LEVELS, lift=st.floats(0.02, 0.1), share=st.floats(0.05, 0.5))
    def test_smaller_effects_and_looking_early_ask_for_more(self, level, lift, share):
        fixed = planner.size(level, lift=lift, control_share=share)

        half = planner.size(level, lift=lift / 2, control_share=share)
        watched = planner.size(level, lift=lift, control_share=share, tightest_at=fixed.people)

        assert half.people >= 3 * fixed.people or fixed.control == level.least
        assert watched.people >= fixed.people

    def test_past_giving_that_explains_half_saves_half(self):
        level = planner.of_giving(past("invented"))

        plain = planner.size(level, lift=0.1)
        adjusted = planner.size(level, lift=0.1, explained=0.5)

        assert adjusted.people == pytest.approx(plain.people / 2, rel=0.01)

    def test_what_is_planned_is_not_refused(self):
        """A large effect would ask for few: never fewer than the comparison accepts."""
        level = planner.of_giving(past("invented"))

        told = planner.size(level, lift=5.0)

        assert told.control * 0.05 > amounts.MIN_GIVERS
        rare = planner.size(planner.of_share(0.3), lift=2.0)
        assert proportions.difference(Answers(30, rare.control), Answers(90, rare.treated))


class TestWeeks:
    def test_are_rounded_up(self):
        size = planner.Size(control=1_000, treated=1_001, power=0.8)

        assert planner.weeks(size, donors_a_week=500) == 5


class TestRefusals:
    def test_an_effect_that_no_number_would_show(self):
        with pytest.raises(TooFewDonors, match="no number"):
            planner.size(planner.of_share(0.001), lift=0.0001)

    def test_arms_that_the_comparison_would_refuse(self):
        with pytest.raises(TooFewDonors, match="asks for 1500"):
            planner.detectable(planner.of_giving(past("invented")), control=400, treated=4_000)

    def test_a_past_without_gifts(self):
        with pytest.raises(TooFewDonors):
            planner.of_giving(amounts.of(np.zeros(100), cap=10))
        with pytest.raises(NoVariation):
            planner.of_share(0.0)
