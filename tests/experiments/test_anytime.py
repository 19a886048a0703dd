"""The interval of a difference of shares is exact at every look, at the rates of fundraising."""

import numpy as np
import pytest
from scipy import special

from mecene.experiments import anytime, sequential
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.proportions import Answers, NotAShare

# Every person while they are few, then some 15 looks more.
LOOKS = np.unique(np.concatenate([np.arange(1, 40, 2), np.geomspace(40, 20_000, 16).astype(int)]))
RUNS = 400


def watched(rng, control, treated):
    """Return the counts of both arms at each look of each run."""
    steps = np.diff(LOOKS, prepend=0)
    x0, x1 = (np.cumsum(rng.binomial(steps, p, (RUNS, steps.size)), axis=1).astype(float)
              for p in (control, treated))  # fmt: skip
    people = np.broadcast_to(LOOKS, x0.shape).astype(float)
    return x0, people, x1, people


class TestCoverage:
    @pytest.mark.parametrize("rate", [0.005, 0.02, 0.05])
    @pytest.mark.parametrize("apart", [0.0, 0.004])
    def test_the_truth_is_in_every_interval_at_once(self, rate, apart):
        counts = watched(np.random.default_rng(1), rate, rate + apart)
        missed = {
            # The truth is refuted at a look exactly where the wealth against it passes 20.
            usual: (anytime.wealth(*counts, delta=np.full(counts[0].shape, apart), usual=usual)
                    > np.log(20)).any(axis=1).mean()
            for usual in (None, rate, 4 * rate)
        }  # fmt: skip

        # 95 % and more, at a look or at any of them; 400 runs tell 5 from 8 %.
        assert max(missed.values()) <= 0.05, missed

    def test_an_ordinary_interval_would_miss_it_far_more_often(self):
        x0, n, x1, _ = watched(np.random.default_rng(2), 0.05, 0.05)
        spread = np.sqrt((x0 / n * (1 - x0 / n) + x1 / n * (1 - x1 / n)) / n)

        missed = ((np.abs(x1 - x0) / n > 1.96 * spread) & (x0 + x1 > 0)).any(axis=1).mean()

        assert missed > 0.15


class TestLimits:
    def test_they_are_where_the_wealth_of_every_pair_passes_its_limit(self):
        # Independently: the least wealth over a fine grid of pairs that differ by delta.
        x0, n0, x1, n1, evidence = 12.0, 900.0, 31.0, 850.0, np.log(20)
        grid = np.linspace(1e-6, 1 - 1e-6, 200_001)

        def least(delta):
            p0 = grid[(grid + delta > 0) & (grid + delta < 1)]
            mixtures = sum(special.betaln(0.5 + x, 0.5 + n - x) - special.betaln(0.5, 0.5)
                           for x, n in ((x0, n0), (x1, n1)))  # fmt: skip
            control = special.xlogy(x0, p0) + special.xlog1py(n0 - x0, -p0)
            treated = special.xlogy(x1, p0 + delta) + special.xlog1py(n1 - x1, -p0 - delta)
            return mixtures - (control + treated).max()

        low, high = (float(each[0]) for each in anytime.limits([x0], [n0], [x1], [n1]))

        assert least(low) == pytest.approx(evidence, abs=1e-3)
        assert least(high) == pytest.approx(evidence, abs=1e-3)

    def test_a_thought_that_is_right_narrows_it_and_a_wrong_one_hardly_widens_it(self):
        arms = Answers(120, 6_000), Answers(150, 6_000)
        plain, right, wrong = (anytime.difference(*arms, usual=usual, weight=2_000.0)
                               for usual in (None, 0.02, 0.3))  # fmt: skip

        def width(found):
            return found.high - found.low

        assert width(right) < 0.8 * width(plain)
        assert width(wrong) < 1.1 * width(plain)

    def test_it_holds_what_the_asymptotic_one_says_and_p_agrees(self):
        control, treated = Answers(100, 5_000), Answers(240, 5_000)
        found = anytime.difference(control, treated)
        other = sequential.watched(found, tightest_at=10_000)

        assert found.low < other.low < other.high < found.high
        assert found.low > 0
        assert found.p < 0.05
        assert anytime.difference(control, Answers(104, 5_000)).p == 1.0

    def test_both_ways_round_are_each_others_mirror(self):
        one, other = Answers(3, 400), Answers(11, 300)
        found, back = anytime.difference(one, other), anytime.difference(other, one)

        assert (found.low, found.high) == pytest.approx((-back.high, -back.low), abs=1e-9)

    def test_what_cannot_be_compared_is_refused(self):
        with pytest.raises(TooFewDonors):
            anytime.difference(Answers(0, 0), Answers(1, 3))
        with pytest.raises(NoVariation):
            anytime.difference(Answers(0, 9), Answers(0, 9))
        with pytest.raises(NotAShare):
            anytime.difference(Answers(1, 9), Answers(2, 9), usual=1.5)
