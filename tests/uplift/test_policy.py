"""A policy spends what it may, leaves what it says, and is proposed only where it is better."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.uplift import policy, rewards
from mecene.uplift.policy import Terms
from uplift import known_effects


def compared(effects, outcomes, effect, terms):
    n = len(effects)
    return policy.compare(
        effects, outcomes, effect, terms, arms=("none", "letter"),
        part=np.zeros(n, dtype=np.int64), household=np.arange(n),
    )  # fmt: skip


class TestChoose:
    def test_by_hand(self):
        # A letter at 1 € and a call at 6 €; what each changes, in euros.
        effects = np.array([[0.5, 5.0], [2.0, 7.5], [2.0, 9.0], [-3.0, 6.0]])

        chosen = policy.choose(effects, Terms((100.0, 600.0), 100.0))

        assert chosen.tolist() == [0, 2, 2, 0]  # nets: (-.5, -1) (1, 1.5) (1, 3) (-4, 0)

    @settings(max_examples=60)
    @given(
        st.lists(st.tuples(st.integers(-5, 9), st.integers(-5, 9)), min_size=1, max_size=5),
        st.integers(0, 6),
    )
    def test_a_budget_is_kept_and_spent_as_well_as_its_parts_allow(self, rows, budget):
        effects, costs = np.array(rows, float), np.array([1.0, 3.0])
        terms = Terms((1.0, 3.0), 1.0, budget_minor=float(budget))
        purse = budget * len(rows)

        chosen = policy.choose(effects, terms)

        spent = np.append(0, costs)[chosen].sum()
        assert spent <= purse + 1e-9
        net = np.column_stack([np.zeros(len(rows)), effects - costs])
        ours = net[np.arange(len(rows)), chosen].sum()
        best = max(
            sum(net[each, arm] for each, arm in enumerate(arms))
            for arms in itertools.product(range(3), repeat=len(rows))
            if sum((0, 1, 3)[arm] for arm in arms) <= purse
        )
        # One person at most stands where the purse ends (Dantzig 1957).
        assert best - ours <= net.max() + 1e-9

    def test_without_a_limit_a_budget_changes_nothing(self):
        effects = np.random.default_rng(2).normal(size=(500, 2))

        free = policy.choose(effects, Terms((0.3, 0.5), 1.0))
        rich = policy.choose(effects, Terms((0.3, 0.5), 1.0, budget_minor=0.5))

        assert (free == rich).all()

    def test_among_equals_the_seed_draws(self):
        alike = np.full((1_000, 1), 2.0)
        terms = Terms((1.0,), 1.0, budget_minor=0.25)

        chosen = policy.choose(alike, terms, seed=4)

        assert chosen.sum() == 250
        assert 80 < chosen[:500].sum() < 170

    def test_a_contact_that_costs_nothing_is_made_where_it_adds(self):
        chosen = policy.choose(np.array([[1.0], [-1.0]]), Terms((0.0,), 1.0, budget_minor=0.0))

        assert chosen.tolist() == [1, 0]

    @pytest.mark.parametrize("costs", [(1.0, 1.0), ()])
    def test_a_cost_is_asked_for_each_arm(self, costs):
        with pytest.raises(policy.UnknownTerms, match="One cost"):
            policy.choose(np.ones((5, 1)), Terms(costs, 1.0)) if costs else Terms(costs, 1.0)


class TestValue:
    """On people drawn by lot, the mean of what each adds is what a choice truly leaves."""

    def test_weighted_and_robust_values_hold_the_truth_and_robust_ones_stray_less(self):
        widths = {"weighted": [], "robust": []}
        inside = {"weighted": 0, "robust": 0}
        terms = Terms((known_effects.COST_MINOR,), 100.0)
        runs = 60
        for seed in range(runs):
            known = known_effects.send(10_000, seed=seed)
            chosen = (known.table["clicks_12m"].to_numpy() > 1).astype(np.int64)
            truth = known_effects.net_minor(known, chosen)
            foretold = np.column_stack([known.alone, known.alone + known.effect])
            for name, told in (
                ("weighted", rewards.weighted(known.sent)),
                ("robust", rewards.robust(known.sent, foretold)),
            ):
                effect = rewards.effects(told)
                found = compared(chosen[:, None] * 9.0, foretold, effect, terms)
                value = found.named(policy.AIMED).net_minor
                widths[name].append(value.error)
                inside[name] += value.low <= truth <= value.high

        # Of 60 runs, 95 % less one point less two standard errors: 53.
        assert min(inside.values()) >= 53
        assert np.mean(widths["robust"]) < np.mean(widths["weighted"])


class TestCompare:
    def test_what_surely_does_better_is_proposed(self):
        rng = np.random.default_rng(1)
        good = rng.random(5_000) < 0.3
        effects = np.where(good, 4.0, -1.0)[:, None]
        outcomes = np.column_stack([rng.random(5_000), rng.random(5_000) + 3])

        found = compared(
            effects, outcomes, effects + rng.normal(size=(5_000, 1)), Terms((100.0,), 100.0)
        )

        assert found.proposed == policy.AIMED
        assert found.named(policy.AIMED).contacted == good.mean()
        assert found.named(policy.NOBODY).net_minor.value == 0

    def test_what_only_seems_better_is_not(self):
        rng = np.random.default_rng(2)
        effects = rng.normal(3, 2, (5_000, 1))  # said of them; in truth all are moved by 3
        outcomes = np.column_stack([rng.random(5_000), rng.random(5_000) + 3])

        found = compared(effects, outcomes, 3 + rng.normal(size=(5_000, 1)), Terms((100.0,), 100.0))

        assert found.proposed == "everybody:letter"
        assert found.leads["everybody:letter"].below()

    def test_a_lead_on_a_handful_of_people_is_no_lead(self):
        rng = np.random.default_rng(6)
        handful = np.arange(5_000) < 20
        effect = np.where(handful, 0.5, 3.0)[:, None] + 0.01 * rng.normal(size=(5_000, 1))

        found = compared(effect, np.full((5_000, 2), 9.0), effect, Terms((100.0,), 100.0))

        assert found.leads["everybody:letter"].above()
        assert found.proposed == "everybody:letter"

    def test_where_nothing_pays_nobody_is(self):
        rng = np.random.default_rng(3)
        effects = rng.normal(0.2, 0.1, (5_000, 1))

        found = compared(effects, np.zeros((5_000, 2)), effects + rng.normal(size=(5_000, 1)),
                         Terms((100.0,), 100.0))  # fmt: skip

        assert found.proposed == policy.NOBODY

    def test_within_a_budget_everybody_is_as_many_at_random_as_it_pays(self):
        rng = np.random.default_rng(4)
        effect = 3 + rng.normal(size=(5_000, 1))

        found = compared(effect * 0, effect * [[0, 0]], effect, Terms((100.0,), 100.0, 25.0))

        everybody = found.named("everybody:letter")
        assert (everybody.contacted, everybody.cost_minor) == (0.25, 25.0)
        assert everybody.net_minor.value == pytest.approx(0.25 * 100 * (effect.mean() - 1))

    def test_the_likeliest_are_as_many_as_are_aimed_at(self):
        rng = np.random.default_rng(5)
        effects, outcomes = rng.normal(size=(1_000, 1)), rng.random((1_000, 2))

        found = compared(effects, outcomes, effects, Terms((50.0,), 100.0))

        aimed, likeliest = found.named(policy.AIMED), found.named(policy.LIKELIEST_AS_MANY)
        assert aimed.contacted == likeliest.contacted == (effects > 0.5).mean()
