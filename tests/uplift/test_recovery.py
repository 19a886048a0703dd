"""On invented people, whose every effect is known, what is found is what is true."""

import numpy as np
import pytest

from mecene.uplift import estimate, experiment, learning, policy, rewards, study
from mecene.uplift.policy import Terms
from uplift import known_effects
from uplift.real_gifts import gifts

LINEAR = ("linear",)
TERMS = Terms((known_effects.COST_MINOR,), 100.0)


def least(runs: int) -> float:
    """Of 95 %, the least share inside: one point less, and two standard errors of so many runs."""
    return 0.94 - 2 * np.sqrt(0.95 * 0.05 / runs)


def held(told, truth) -> bool:
    return bool(told.low <= truth <= told.high)


@pytest.fixture(scope="module")
def sends():
    drawn = [(seed, known_effects.send(30_000, seed=seed)) for seed in range(300, 310)]
    return [(known, study.of(known.sent, TERMS, seed=seed)) for seed, known in drawn]


@pytest.mark.slow
@pytest.mark.proof
class TestAssociations:
    """Ten sends of 30,000, by trees and lines together."""

    def test_aiming_truly_leaves_more_than_everybody_nobody_and_the_likeliest(self, sends):
        for known, found in sends:
            told = found.learnt
            aimed = policy.choose(told.effects, TERMS, part=told.part)
            likeliest = policy.choose(told.outcomes[:, 1:], TERMS, part=told.part)
            left = known_effects.net_minor(known, aimed)

            assert left > 0
            assert left > known_effects.net_minor(known, np.ones_like(aimed))
            assert left > known_effects.net_minor(known, likeliest)

    def test_it_is_seen_and_proposed_most_of_the_time(self, sends):
        proposed = [found.comparison.proposed for _, found in sends]

        assert proposed.count(policy.AIMED) >= 6

    def test_the_value_told_is_the_true_one_within_its_interval(self, sends):
        inside = []
        for known, found in sends:
            aimed = policy.choose(found.learnt.effects, TERMS, part=found.learnt.part)
            truth = known_effects.net_minor(known, aimed)
            inside.append(held(found.comparison.named(policy.AIMED).net_minor, truth))

        assert np.mean(inside) >= least(10)

    def test_effects_are_those_of_the_people(self, sends):
        for known, found in sends:
            assert np.corrcoef(found.learnt.effects[:, 0], known.effect)[0, 1] > 0.5

    def test_tenths_hold_what_they_truly_owe(self, sends):
        inside = []
        for known, found in sends:
            ranked = found.rankings[0].calibration.tenths
            places = study.qini.places(found.learnt.effects[:, 0], part=found.learnt.part)
            group = np.minimum((places.middle * 10).astype(int), 9)
            inside += [held(ranked[t].found, known.effect[group == t].mean()) for t in range(10)]

        assert np.mean(inside) >= least(len(inside))
        slopes = [found.rankings[0].calibration.slope.value for _, found in sends]
        assert np.mean(slopes) == pytest.approx(1, abs=0.15)


@pytest.mark.slow
class TestNominalRate:
    """Many sends, by lines alone, which are quick."""

    def test_out_of_fold_values_and_qini_hold_the_truth(self):
        inside = []
        for seed in range(400, 500):
            known = known_effects.send(10_500, seed=seed)
            try:
                found = study.of(known.sent, TERMS, seed=seed, bases=LINEAR)
            except study.learning.randomness.Refusal:
                continue  # a fair lot in a thousand is refused
            told = found.learnt
            aimed = policy.choose(told.effects, TERMS, part=told.part)
            ranking, places = (
                found.rankings[0],
                study.qini.places(told.effects[:, 0], part=told.part),
            )
            if ranking.qini is None:
                continue
            inside.append((
                held(found.comparison.named(policy.AIMED).net_minor,
                     known_effects.net_minor(known, aimed)),
                held(ranking.qini, float((known.effect * (0.5 - places.middle)).mean())),
                held(ranking.at[0.3], float((known.effect * places.within(0.3)).mean() / 0.3)),
                held(ranking.mean, float(known.effect.mean())),
            ))  # fmt: skip

        assert len(inside) > 90
        assert (np.mean(inside, axis=0) >= least(len(inside))).all(), np.mean(inside, axis=0)

    def test_on_another_send_they_do_without_widening(self):
        known = known_effects.send(20_000, seed=1)
        model = learning.fit(known.sent, seed=1, bases=LINEAR).model
        inside = []
        for seed in range(700, 790):
            other = known_effects.send(10_000, seed=seed)
            marks = study.on_another(model, other.sent, TERMS)
            effects = model.effects(other.table)
            aimed = policy.choose(effects, TERMS)
            places = study.qini.places(effects[:, 0])
            inside.append((
                held(marks.comparison.named(policy.AIMED).net_minor,
                     known_effects.net_minor(other, aimed)),
                held(marks.rankings[0].qini, float((other.effect * (0.5 - places.middle)).mean())),
            ))  # fmt: skip

        assert (np.mean(inside, axis=0) >= least(len(inside))).all(), np.mean(inside, axis=0)

    def test_where_the_contact_changes_nothing_aiming_is_hardly_ever_proposed(self):
        proposed = []
        for seed in range(800, 830):
            known = known_effects.send(10_500, seed=seed, strength=0.0)
            try:
                found = study.of(known.sent, TERMS, seed=seed, bases=LINEAR)
            except study.learning.randomness.Refusal:
                continue
            proposed.append(found.comparison.proposed)

        assert proposed.count(policy.AIMED) <= 1
        assert proposed.count(policy.NOBODY) >= 25


@pytest.mark.data
@pytest.mark.slow
class TestRealAmounts:
    def test_intervals_hold_the_truth_on_amounts_as_they_are(self):
        """Gifts of Games Done Quick drawn again: median 20, largest 200,556."""
        amounts, rng = gifts(), np.random.default_rng(3)
        runs, people, inside = 300, 10_000, np.zeros(2)
        household = np.arange(people)
        for _ in range(runs):
            sent = rng.random(people) < 0.5
            gives = rng.random(people) < np.where(sent, 0.06, 0.05)
            did = np.where(gives, rng.choice(amounts, people), 0.0)
            told = experiment.Experiment(
                None, ("none", "letter"), sent.astype(np.int64), np.full((people, 2), 0.5),
                True, did, household,
            )  # fmt: skip
            weighted = rewards.effects(rewards.weighted(told))
            robust = rewards.effects(rewards.robust(told, np.full((people, 2), did.mean())))
            for place, effect in enumerate((weighted, robust)):
                truth = 0.01 * amounts.mean()
                inside[place] += held(estimate.mean(effect[:, 0], household=household), truth)

        assert (inside / runs >= least(runs)).all(), inside / runs
