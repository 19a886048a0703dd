"""Looking every day announces what is not there in at most five tests of a hundred."""

from math import exp, inf

import numpy as np
import pytest
from scipy import special

import resampled_gifts
from mecene.experiments import amounts, means, moments, sequential
from mecene.experiments.difference import TooFewDonors
from mecene.experiments.proportions import Answers

PEOPLE = 20_000
LOOKS = np.unique(np.geomspace(200, PEOPLE, 300).astype(int))
TESTS = 600


def ever_announced(values, treated, *, cap=inf, givers=0, guarded=True):
    """Return whether an effect is announced at any look, of which there are three hundred.

    The same arithmetic as `means.difference` and `sequential.watched`, on running sums (checked
    against them below), from the first look at which they do not refuse.
    """
    counted = np.minimum(values, cap)

    def sums(each):
        return np.cumsum(each)[LOOKS - 1]

    n1, s1, q1 = (sums(each * treated) for each in (np.ones(PEOPLE), counted, counted**2))
    n, s, q = LOOKS, sums(counted), sums(counted**2)
    n0, s0, q0 = n - n1, s - s1, q - q1
    within0, within1 = q0 - s0**2 / n0, q1 - s1**2 / n1
    variance = within0 / (n0 - 1) / n0 + within1 / (n1 - 1) / n1
    if guarded:
        pooled = (within0 + within1) / (n - 2) * (1 / n0 + 1 / n1)
        variance = np.maximum(variance, pooled)
    gave1, gave = sums((values > 0) * treated), sums(values > 0)
    asked = (np.minimum(n0, n1) >= sequential.MIN_DONORS) & (
        np.minimum(gave - gave1, gave1) >= givers
    )
    reach = np.array([sequential.boundary(int(each)) for each in LOOKS])
    moved = np.abs(s1 / n1 - s0 / n0)
    return bool((asked & (moved > reach * np.sqrt(variance))).any())


def binary(rate):
    return lambda rng: (rng.random(PEOPLE) < rate).astype(float)


def giving(source, rate):
    population = resampled_gifts.gifts(source)
    return lambda rng: (
        population[rng.integers(0, population.size, PEOPLE)] * (rng.random(PEOPLE) < rate)
    )


KINDS = {
    "normals": (lambda rng: rng.normal(50, 15, PEOPLE), {}),
    "answers, 1 %": (binary(0.01), {}),
    "answers, 20 %": (binary(0.2), {}),
    "invented gifts, capped": (giving("invented", 0.05), {"cap": 256, "givers": 50}),
    "invented gifts of givers, capped": (giving("invented", 1), {"cap": 256, "givers": 50}),
}


@pytest.mark.slow
@pytest.mark.parametrize("treated_share", [0.5, 0.9])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_false_announcements_under_three_hundred_looks(kind, treated_share):
    assert false_announcements(kind, treated_share) <= 0.05


@pytest.mark.slow
@pytest.mark.data
@resampled_gifts.needs_gdq
@pytest.mark.parametrize("treated_share", [0.5, 0.9])
def test_false_announcements_on_real_gifts(treated_share):
    kind = giving("gdq", 0.05), {"cap": 256, "givers": 50}

    assert false_announcements(kind, treated_share) <= 0.05


def false_announcements(kind, treated_share):
    draw, asked = kind
    rng = np.random.default_rng(30)
    return np.mean([ever_announced(draw(rng), rng.random(PEOPLE) < treated_share, **asked)
                    for _ in range(TESTS)])  # fmt: skip


def test_a_fixed_interval_looked_at_as_often_announces_one_in_three(monkeypatch):
    monkeypatch.setattr(sequential, "boundary", lambda people: 1.96)

    assert false_announcements(KINDS["normals"], 0.5) > 0.3


class TestWatched:
    def test_reach_is_that_of_the_paper(self):
        """Waudby-Smith et al. (2021), theorem 2.2, and std_conjmix_margin of their R code
        (https://rdrr.io/github/WannabeSmith/sequential.causal/src/R/asymptotic_confseq.R).

        By hand: t = 1,000, ρ² = 0.01, α = 0.05.

        √(2 (10 + 1)/10 · ln(√11 / 0.05)) = √(2.2 × 4.19468) = 3.03782.
        """
        tightest_at = round((5.99146 + np.log(6.99146)) / 0.01)

        assert sequential.boundary(1_000, tightest_at=tightest_at) == pytest.approx(
            3.0378, abs=2e-3
        )

    def test_is_tightest_relative_to_the_fixed_interval_near_where_it_was_asked(self):
        reach = {n: sequential.boundary(n, tightest_at=5_000) for n in (500, 5_000, 500_000)}

        assert reach[5_000] == min(reach.values())
        assert 1.96 < reach[5_000] < 3.1

    def test_p_is_below_the_level_where_the_interval_leaves_out_0(self):
        rng = np.random.default_rng(31)
        for shift in np.linspace(0, 4, 25):
            arms = moments.of(rng.normal(50, 15, 500)), moments.of(rng.normal(50 + shift, 15, 500))

            told = sequential.mean(*arms)

            assert told.excludes_zero == (told.p < 0.05)

    def test_is_the_running_arithmetic_of_the_simulation(self):
        values = np.random.default_rng(32).gamma(0.3, 60, PEOPLE)
        treated = np.random.default_rng(33).random(PEOPLE) < 0.5
        values[treated] *= 1.1

        ours = any(
            sequential.mean(
                *(moments.of(values[:n][treated[:n] == arm]) for arm in (0, 1))
            ).excludes_zero
            for n in LOOKS
            if min(treated[:n].sum(), n - treated[:n].sum()) >= sequential.MIN_DONORS
        )

        assert ours == ever_announced(values, treated)

    def test_capped_giving_may_be_watched(self):
        rng = np.random.default_rng(34)
        gifts = resampled_gifts.gifts("invented")
        arms = [amounts.of(gifts[rng.integers(0, 100_000, 400)], cap=256)
                for _ in range(2)]  # fmt: skip

        fixed = amounts.mean(*arms)

        told = sequential.watched(fixed)
        assert told.low < fixed.low
        assert told.high > fixed.high

    def test_refusals(self):
        rng = np.random.default_rng(35)
        small = [moments.of(rng.normal(50, 5, 99)) for _ in range(2)]

        with pytest.raises(TooFewDonors, match="first look"):
            sequential.mean(*small)
        with pytest.raises(ValueError, match="watch the difference"):
            sequential.watched(means.lift(*small))


class TestRatioOfAnswers:
    def test_evidence_against_no_effect_is_the_mixture(self):
        """Robbins's mixture over Beta(1, 1): B(s₁ + 1, s₀ + 1) / 2^−(s₁ + s₀), here 14 and 4."""
        evidence = exp(special.betaln(15, 5)) * 2.0**18

        told = sequential.ratio(Answers(4, 500), Answers(14, 500), share_treated=0.5)

        assert told.p == pytest.approx(1 / evidence, rel=1e-9)

    @pytest.mark.parametrize(("share_treated", "lift"), [(0.5, 0.0), (0.9, 0.0), (0.5, 0.5)])
    def test_the_truth_is_never_left_out_more_than_five_times_in_a_hundred(
        self, share_treated, lift
    ):
        """At every single answer of a thousand, from the first one."""
        rng = np.random.default_rng(36)
        odds = share_treated / (1 - share_treated) * (1 + lift)
        ones = np.cumsum(rng.random((2_000, 1_000)) < odds / (1 + odds), axis=1)
        zeros = np.arange(1, 1_001) - ones

        # Where the interval is, by the evidence against the truth that it is made of.
        level = np.log(odds)
        against = special.betaln(ones + 1, zeros + 1) - (
            ones * special.log_expit(level) + zeros * special.log_expit(-level)
        )
        left_out = (against > np.log(20)).any(axis=1)

        assert left_out.mean() <= 0.05
        held = self._holds(ones[:20, ::111], zeros[:20, ::111], share_treated, lift)
        assert (held == (against[:20, ::111] <= np.log(20))).all()

    def _holds(self, ones, zeros, share_treated, lift):
        told = [
            sequential.ratio(Answers(int(b), 10_000), Answers(int(a), 10_000),
                             share_treated=share_treated)
            for a, b in zip(ones.ravel(), zeros.ravel(), strict=True)
        ]  # fmt: skip
        return np.array([each.low <= lift <= each.high for each in told]).reshape(ones.shape)

    def test_has_no_upper_bound_while_the_control_is_silent(self):
        told = sequential.ratio(Answers(0, 500), Answers(12, 500), share_treated=0.5)

        assert told.high == inf
        assert told.low > 0
