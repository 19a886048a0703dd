"""A ranking is marked as an independent count of it says, with intervals that hold."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.uplift import estimate, qini

SCORED = st.lists(st.tuples(st.integers(0, 4), st.floats(-100, 100)), min_size=1, max_size=25)


def area_by_hand(scores, effects):
    """The area between the gain curve and the straight line, person after person, no equals."""
    order = sorted(range(len(scores)), key=lambda each: -scores[each])
    n, height, area = len(scores), 0.0, 0.0
    for each in order:
        before, height = height, height + effects[each] / n
        area += (before + height) / 2 / n
    return area - height / 2


def coefficient(score, effect, household=None):
    score, effect = np.asarray(score, float), np.asarray(effect, float)
    home = np.arange(len(score)) if household is None else household
    return qini.coefficient(qini.places(score), effect, household=home)


class TestCoefficient:
    def test_is_the_area_between_curve_and_line_counted_person_by_person(self):
        rng = np.random.default_rng(1)
        score, effect = rng.normal(size=200), rng.normal(size=200)

        assert coefficient(score, effect).value == pytest.approx(area_by_hand(score, effect))

    def test_equals_are_worth_the_mean_of_every_order_of_them(self):
        score, effect = [2, 1, 1, 1, 0], [3.0, -1.0, 4.0, 0.5, 2.0]
        orders = [
            area_by_hand([9, *order, 0], effect) for order in itertools.permutations((1, 2, 3))
        ]

        assert coefficient(score, effect).value == pytest.approx(np.mean(orders))

    def test_by_hand(self):
        # Two of four are moved by 1 and ranked first: the curve is ¼, ½, ½, ½, its area
        # 1/32 + 3/32 + 4/32 + 4/32 = 3/8; the line's is ¼.
        assert coefficient([4, 3, 2, 1], [1, 1, 0, 0]).value == pytest.approx(1 / 8)

    @given(SCORED)
    def test_the_other_way_round_it_is_the_opposite(self, rows):
        score, effect = np.array(rows).T

        assert coefficient(-score, effect).value == pytest.approx(
            -coefficient(score, effect).value, abs=1e-9
        )

    @given(SCORED)
    def test_only_the_order_of_scores_counts(self, rows):
        score, effect = np.array(rows).T
        one, other = coefficient(score, effect), coefficient(np.exp(score), effect)

        assert (one.value, one.error) == (other.value, other.error)

    @given(SCORED)
    def test_a_ranking_of_equals_is_worth_nothing(self, rows):
        effect = np.array(rows)[:, 1]

        assert coefficient(np.ones(len(effect)), effect).value == pytest.approx(0, abs=1e-9)

    def test_its_error_is_that_of_households_drawn_again(self):
        rng = np.random.default_rng(5)
        home = np.sort(rng.integers(0, 300, 600))
        shared = rng.normal(size=300)[home]
        score = shared + rng.normal(size=600) * 0.3
        effect = score + 2 * shared + rng.normal(size=600)
        rows = [np.flatnonzero(home == each) for each in range(300)]

        drawn = []
        for _ in range(600):
            again = [rows[each] for each in rng.integers(0, 300, 300)]
            picked = np.concatenate(again)
            drawn.append(area_by_hand(score[picked] + 1e-9 * rng.random(len(picked)),
                                      effect[picked]))  # fmt: skip

        assert coefficient(score, effect, home).error == pytest.approx(np.std(drawn), rel=0.12)


class TestUpliftAt:
    def test_is_the_mean_of_the_first_share(self):
        found = qini.places(np.arange(10.0))
        effect = np.arange(10.0)

        first = qini.uplift_at(found, effect, share=0.3, household=np.arange(10))

        assert first.value == pytest.approx((9 + 8 + 7) / 3)

    @given(SCORED)
    def test_of_everybody_is_the_mean(self, rows):
        score, effect = np.array(rows).T
        home = np.arange(len(score))

        whole = qini.uplift_at(qini.places(score), effect, share=1.0, household=home)

        mean = estimate.mean(effect, household=home)
        assert whole.value == pytest.approx(mean.value, abs=1e-9)
        assert whole.error == pytest.approx(mean.error, abs=1e-9)

    def test_parts_are_ranked_apart(self):
        score, effect = np.array([9.0, 8.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0])
        found = qini.places(score, part=np.array([0, 0, 1, 1]))

        first = qini.uplift_at(found, effect, share=0.5, household=np.arange(4))

        assert first.value == 1.0


class TestCounted:
    def test_by_hand(self):
        """Radcliffe (2007): contacted n=3, others n=3, equals taken together."""
        score = np.array([3.0, 3.0, 2.0, 2.0, 1.0, 1.0])
        contacted = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
        did = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0])

        shares, curve = qini.counted(score, did, contacted)

        assert shares.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
        assert curve.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 0])

    def test_is_what_a_loop_over_people_counts(self):
        rng = np.random.default_rng(8)
        score, did = rng.integers(0, 20, 300).astype(float), rng.random(300).round()
        contacted = (rng.random(300) < 0.7).astype(float)

        shares, curve = qini.counted(score, did, contacted)

        for place, bar in enumerate(sorted(set(score), reverse=True), start=1):
            sums = {(arm, what): 0.0 for arm in (0, 1) for what in ("n", "y")}
            for one, y, arm in zip(score, did, contacted, strict=True):
                if one >= bar:
                    sums[int(arm), "n"] += 1
                    sums[int(arm), "y"] += y
            scale = sums[1, "n"] / sums[0, "n"] if sums[0, "n"] else 0
            assert curve[place] == pytest.approx(
                (sums[1, "y"] - sums[0, "y"] * scale) / contacted.sum()
            )
            assert shares[place] == np.mean(score >= bar)


class TestIntervals:
    """Each holds the truth as often as it says, households and all."""

    def test_hold_the_truth(self):
        rng = np.random.default_rng(11)
        n, runs, inside = 1_500, 600, np.zeros(3)
        # S uniform, E[effect | S] = S: Q = Cov(S, S) = 1/12; the first 30 % have .85.
        for _ in range(runs):
            home = rng.integers(0, 1_000, n)
            score = rng.random(n)
            effect = score + rng.normal(size=1_000)[home] + rng.exponential(2, n) - 2
            found = qini.places(score)
            told = (
                qini.coefficient(found, effect, household=home),
                qini.uplift_at(found, effect, share=0.3, household=home),
                estimate.mean(effect, household=home),
            )
            truth = (1 / 12, 0.85, 0.5)
            inside += [e.low <= t <= e.high for e, t in zip(told, truth, strict=True)]

        # 95 % less one point, less two standard errors of 600 runs.
        assert (inside / runs > 0.94 - 2 * np.sqrt(0.95 * 0.05 / runs)).all(), inside / runs
