"""What writing to the first share leaves: nothing for nobody, everybody's value for everybody."""

import pytest

from mecene.uplift import curve, learning, policy, rewards
from mecene.uplift.policy import Terms
from uplift import known_effects

TERMS = Terms((known_effects.COST_MINOR,), 100.0)


@pytest.fixture(scope="module")
def learnt():
    known = known_effects.send(10_000, seed=5)
    return known, learning.fit(known.sent, seed=5, bases=("linear",))


def test_its_ends_are_nobody_and_everybody_as_policies_are_valued(learnt):
    known, told = learnt

    points = curve.of(told, TERMS, household=known.sent.household)
    compared = policy.compare(
        told.effects, told.outcomes, rewards.effects(told.rewards), TERMS, arms=known.sent.arms,
        part=told.part, household=known.sent.household,
    )  # fmt: skip
    everybody = compared.named("everybody:letter").net_minor

    assert [point.share for point in points] == pytest.approx([n / 20 for n in range(21)])
    assert points[0].net_minor.value == points[0].line_minor == 0
    assert points[-1].net_minor.value == pytest.approx(everybody.value)
    assert points[-1].net_minor.low == pytest.approx(everybody.low, rel=1e-6)
    assert points[-1].line_minor == pytest.approx(everybody.value)


def test_where_the_message_moves_some_it_rises_above_chance_and_falls_again(learnt):
    known, told = learnt

    points = curve.of(told, TERMS, household=known.sent.household)
    best = max(points, key=lambda point: point.net_minor.value)

    assert 0 < best.share < 1
    assert best.net_minor.value > best.line_minor
    assert best.net_minor.value > points[-1].net_minor.value


def test_it_is_of_one_arm_and_its_cost(learnt):
    known, told = learnt

    with pytest.raises(policy.UnknownTerms):
        curve.of(told, Terms((60.0, 90.0), 100.0), household=known.sent.household)
