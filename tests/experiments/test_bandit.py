"""A bandit shows the better content more and more, and never gives up on the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.experiments import bandit, moments
from mecene.experiments.bandit import Answers, Gifts
from mecene.experiments.plan import Arm

CONTENT = (Arm("photo", 1), Arm("dessin", 1), Arm("texte", 1))
COUNTS = st.tuples(st.integers(100, 100_000), st.floats(0, 1)).map(
    lambda drawn: Answers(drawn[0], int(drawn[0] * drawn[1]))
)


def run(rates, *, days, a_day, seed, minimum_share=0.05):
    """Return arm → how many it was shown to, a day after the other."""
    rng = np.random.default_rng(seed)
    chosen = bandit.of([Arm(name, 1) for name in rates], minimum_share=minimum_share)
    results = {name: Answers(0, 0) for name in rates}
    for _ in range(days):
        shares = bandit.shares(chosen, results, rng=rng, draws=2_000)
        shown = rng.multinomial(a_day, list(shares.values()))
        for (name, rate), count in zip(rates.items(), shown, strict=True):
            results[name] += Answers(int(count), int(rng.binomial(count, rate)))
    return results


class TestShares:
    @given(st.tuples(COUNTS, COUNTS, COUNTS), st.floats(0.01, 1 / 3), st.integers(0, 99))
    def test_every_arm_has_its_minimum_whatever_happened_and_all_make_one(
        self, counts, minimum, seed
    ):
        chosen = bandit.of(CONTENT, minimum_share=minimum)
        results = dict(zip(chosen.arms, counts, strict=True))

        shares = bandit.shares(chosen, results, rng=np.random.default_rng(seed), draws=500)

        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= minimum - 1e-12

    def test_one_seed_gives_one_answer(self):
        results = {"photo": Answers(200, 20), "dessin": Answers(200, 18), "texte": Answers(200, 9)}
        chosen = bandit.of(CONTENT)

        twice = [bandit.shares(chosen, results, rng=np.random.default_rng(4)) for _ in range(2)]

        assert twice[0] == twice[1]

    def test_shares_are_equal_until_every_arm_has_been_tried(self):
        results = {"photo": Answers(99, 0), "dessin": Answers(900, 90), "texte": Answers(100, 0)}

        shares = bandit.shares(bandit.of(CONTENT), results, rng=np.random.default_rng(1))

        assert set(shares.values()) == {1 / 3}

    def test_how_likely_an_arm_is_the_best_is_that_of_the_integral(self):
        """P(Beta(a) > Beta(b)) by numerical integration, against the draws."""
        from scipy import integrate, stats

        one, other = Answers(300, 30), Answers(280, 22)
        left, right = stats.beta(31, 271), stats.beta(23, 259)
        exact, _ = integrate.quad(lambda x: left.pdf(x) * right.cdf(x), 0, 1, points=[0.1])

        found = bandit.best({"a": one, "b": other}, rng=np.random.default_rng(2), draws=200_000)

        assert found["a"] == pytest.approx(exact, abs=0.004)

    def test_the_better_arm_takes_all_but_the_minimum_of_the_others(self):
        shown = run({"a": 0.05, "b": 0.08, "c": 0.05}, days=120, a_day=500, seed=11)

        last = bandit.shares(
            bandit.of([Arm(name, 1) for name in "abc"]), shown, rng=np.random.default_rng(1)
        )
        assert last["b"] == pytest.approx(0.90, abs=0.02)
        total = sum(result.shown for result in shown.values())
        # Equal shares would have shown it to a third.
        assert shown["b"].shown > 0.7 * total
        assert min(shown["a"].shown, shown["c"].shown) > 0.04 * total

    def test_fewer_answers_are_lost_than_by_equal_shares(self):
        """Over 20 seeds, so that no luck of one is taken for a law."""
        rates = {"a": 0.05, "b": 0.08, "c": 0.06}
        lost = []
        for seed in range(20):
            shown = run(rates, days=40, a_day=500, seed=seed)
            lost.append(sum((0.08 - rates[name]) * each.shown for name, each in shown.items()))

        equal = 40 * 500 * np.mean([0.08 - rate for rate in rates.values()])
        assert np.mean(lost) < 0.5 * equal


class TestAmounts:
    def gifts(self, rng, *, shown, rate, usual):
        given = np.minimum(rng.lognormal(np.log(usual), 1.0, rng.binomial(shown, rate)), 50_000)
        return Gifts(shown, moments.of(given))

    def test_a_rarer_but_larger_gift_wins_where_it_brings_more_a_person(self):
        rng = np.random.default_rng(7)
        results = {
            "photo": self.gifts(rng, shown=8_000, rate=0.06, usual=3_000),
            "dessin": self.gifts(rng, shown=8_000, rate=0.04, usual=9_000),
        }

        shares = bandit.shares(bandit.of(CONTENT[:2], minimum_share=0.1), results, rng=rng)

        assert shares == pytest.approx({"photo": 0.1, "dessin": 0.9}, abs=0.01)

    def test_the_draws_have_the_mean_and_the_spread_of_the_estimate(self):
        rng = np.random.default_rng(9)
        result = self.gifts(rng, shown=20_000, rate=0.05, usual=3_000)
        rate, mean = result.gifts.n / result.shown, float(result.gifts.means[0])

        drawn = result.draw(rng, 100_000)

        # Delta method for a product of two independent estimates.
        spread = np.sqrt(
            mean**2 * rate * (1 - rate) / result.shown
            + rate**2 * result.gifts.covariance[0, 0] / result.gifts.n
        )
        assert drawn.mean() == pytest.approx(rate * mean, rel=0.01)
        assert drawn.std() == pytest.approx(spread, rel=0.02)

    def test_an_arm_where_nobody_gave_yet_is_drawn_all_the_same(self):
        nothing = Gifts(500, moments.of([]))
        results = {"photo": nothing, "dessin": Gifts(500, moments.of([2_000.0] * 5))}

        shares = bandit.shares(bandit.of(CONTENT[:2]), results, rng=np.random.default_rng(1))

        assert shares["dessin"] > 0.9

    def test_results_of_two_days_add_up(self):
        both = Gifts(3, moments.of([5.0])) + Gifts(4, moments.of([7.0, 9.0]))

        assert (both.shown, both.gifts.n, float(both.gifts.means[0])) == (7, 3, 7.0)
        assert Answers(3, 1) + Answers(4, 2) == Answers(7, 3)


class TestRefusals:
    def test_people_held_out_are_no_arm(self):
        with pytest.raises(bandit.HoldOutInBandit, match="témoin"):
            bandit.of((*CONTENT, Arm("témoin", 1, held_out=True)))

    @pytest.mark.parametrize("minimum", [0.0, -0.1, 0.34])
    def test_minimum_shares_fit_into_one(self, minimum):
        with pytest.raises(bandit.ImpossibleShare):
            bandit.of(CONTENT, minimum_share=minimum)

    def test_one_arm_is_no_choice(self):
        with pytest.raises(bandit.ImpossibleShare):
            bandit.of(CONTENT[:1])

    def test_results_are_of_every_arm_and_of_no_other(self):
        with pytest.raises(bandit.UnknownArm, match="texte"):
            bandit.shares(
                bandit.of(CONTENT), {"photo": Answers(1, 0)}, rng=np.random.default_rng(1)
            )

    def test_more_answers_than_people_are_a_mistake(self):
        with pytest.raises(ValueError, match="3 answers of 2"):
            Answers(2, 3)
        with pytest.raises(ValueError, match="2 gifts of 1"):
            Gifts(1, moments.of([1.0, 2.0]))
