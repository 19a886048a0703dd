"""Chances of being best and losses are those of the laws themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from mecene.experiments import beliefs, moments
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.proportions import Answers

ARMS = st.lists(
    st.tuples(st.integers(1, 5_000), st.floats(0, 1)).map(
        lambda drawn: Answers(round(drawn[0] * drawn[1]), drawn[0])
    ),
    min_size=2, max_size=5,
)  # fmt: skip


def closed_form(control, treated):
    """P(treated > control), Beta posteriors: E. Miller (2015), "Formulas for Bayesian A/B
    testing": Σ B(α₀ + i, β₀ + β₁) / ((β₁ + i) B(1 + i, β₁) B(α₀, β₀)), i < α₁."""
    a0, b0 = 1 + control.answered, 1 + control.people - control.answered
    a1, b1 = 1 + treated.answered, 1 + treated.people - treated.answered
    i = np.arange(a1)
    terms = (special.betaln(a0 + i, b0 + b1) - np.log(b1 + i) - special.betaln(1 + i, b1)
             - special.betaln(a0, b0))  # fmt: skip
    return float(np.exp(terms).sum())


class TestShares:
    @pytest.mark.parametrize(
        ("control", "treated"),
        [(Answers(100, 1_000), Answers(120, 1_000)), (Answers(1, 50), Answers(0, 4_000)),
         (Answers(5_000, 90_000), Answers(560, 10_000))],
    )  # fmt: skip
    def test_the_chance_of_two_arms_is_the_closed_form(self, control, treated):
        told = beliefs.of_shares({"control": control, "treated": treated})

        assert told["treated"].best == pytest.approx(closed_form(control, treated), abs=1e-6)

    def test_chances_and_losses_of_several_are_those_of_draws(self):
        arms = {"a": Answers(100, 1_000), "b": Answers(120, 1_000), "c": Answers(35, 300)}
        rng = np.random.default_rng(1)
        drawn = np.stack([rng.beta(1 + each.answered, 1 + each.people - each.answered, 400_000)
                          for each in arms.values()])  # fmt: skip

        told = beliefs.of_shares(arms)

        best = np.bincount(drawn.argmax(axis=0), minlength=3) / 400_000
        losses = (drawn.max(axis=0) - drawn).mean(axis=1)
        assert [each.best for each in told.values()] == pytest.approx(best, abs=0.003)
        assert [each.expected_loss for each in told.values()] == pytest.approx(losses, rel=0.02)

    @given(groups=ARMS)
    def test_chances_add_up_to_one_and_losses_are_not_below_0(self, groups):
        told = beliefs.of_shares({str(place): each for place, each in enumerate(groups)})

        assert sum(each.best for each in told.values()) == pytest.approx(1)
        assert all(0 <= each.best <= 1 and each.expected_loss >= 0 for each in told.values())
        assert all(each.low <= each.level <= each.high for each in told.values())


class TestMeans:
    def test_an_early_large_difference_is_drawn_in(self):
        rng = np.random.default_rng(2)
        few = {
            "control": moments.of(rng.gamma(1, 10, 40)),
            "letter": moments.of(rng.gamma(1, 20, 40)),
        }
        many = {"control": moments.of(rng.gamma(1, 10, 40_000)),
                "letter": moments.of(rng.gamma(1, 20, 40_000))}  # fmt: skip

        drawn_in = [_gap(beliefs.of_means(each)) / _seen(each) for each in (few, many)]

        assert 0 < drawn_in[0] < 0.8
        assert drawn_in[1] > 0.97

    def test_of_two_arms_is_the_normal_closed_form(self):
        rng = np.random.default_rng(3)
        arms = {
            "control": moments.of(rng.gamma(2, 10, 500)),
            "letter": moments.of(rng.gamma(2, 11, 500)),
        }

        told = beliefs.of_means(arms)

        spread = [(each.high - each.low) / 2 / 1.959964 for each in told.values()]
        gap = told["letter"].level - told["control"].level
        assert told["letter"].best == pytest.approx(special.ndtr(gap / np.hypot(*spread)), abs=1e-6)


class TestRefusals:
    def test_nobody_in_an_arm(self):
        with pytest.raises(TooFewDonors):
            beliefs.of_shares({"a": Answers(1, 10), "b": Answers(0, 0)})

    def test_everybody_alike(self):
        alike = moments.of(np.full(30, 5.0))

        with pytest.raises(NoVariation):
            beliefs.of_means({"a": alike, "b": alike})


def _gap(told):
    return told["letter"].level - told["control"].level


def _seen(arms):
    return arms["letter"].means[0] - arms["control"].means[0]
