"""Credit comes with its uncertainty, and with what hold-outs say of it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from mecene.attribution import credit, paths, tallies
from mecene.experiments import means, moments
from mecene.experiments.difference import Difference

RATES = {"email": 0.10, "post": 0.25, "phone": 0.40}


def drawn(rng, people):
    """Return the paths of invented people: one to three steps, each of a channel drawn by lot."""
    steps = rng.integers(1, 4, people)
    channels = np.array(list(RATES))[rng.integers(0, 3, (people, 3))]
    last = np.array([RATES[channel] for channel in channels[np.arange(people), steps - 1]])
    acts = rng.random(people) < last
    frame = pl.DataFrame({
        "path": [">".join(row[:count]) for row, count in zip(channels, steps, strict=True)],
        "total_conversions": acts * 1, "total_null": ~acts * 1,
    })  # fmt: skip
    return paths.of_counts(frame, rng=rng, nulls="total_null")


def side_by_side(found, *, order=1, draws=200, seed=5):
    return credit.side_by_side(
        tallies.of(found, order=order), rng=np.random.default_rng(seed), draws=draws
    )


class TestSideBySide:
    def test_each_rule_credits_every_act_that_a_touch_preceded_once(self):
        found = drawn(np.random.default_rng(1), 4_000)
        alone = paths.of_counts(
            pl.DataFrame({"path": [""], "total_conversions": [7]}), rng=np.random.default_rng(1)
        )

        rules = side_by_side(paths.added(found, alone))

        for rule in credit.RULES:
            acts = sum(each.acts for each in rules.credits if each.rule == rule)
            shares = sum(each.share for each in rules.credits if each.rule == rule)
            assert acts == pytest.approx(found["conversions"].sum())
            assert shares == pytest.approx(1)
        assert rules.acts == found["conversions"].sum()
        assert rules.untouched == 7

    def test_the_last_touch_is_the_last_step_of_each_path(self):
        found = drawn(np.random.default_rng(2), 3_000)

        rules = side_by_side(found)

        last = found.group_by(pl.col("path").list.last()).agg(pl.col("conversions").sum())
        for channel, acts in last.iter_rows():
            assert rules.of(channel, rule="last_touch").acts == acts

    def test_one_seed_gives_one_answer(self):
        found = drawn(np.random.default_rng(3), 500)

        assert side_by_side(found).credits == side_by_side(found).credits
        assert side_by_side(found).credits != side_by_side(found, seed=6).credits

    def test_the_spread_of_the_last_touch_is_that_of_counting(self):
        """A channel's acts are counted: their variance is that of people drawn from many."""
        found = drawn(np.random.default_rng(4), 20_000)

        one = side_by_side(found, draws=1_000).of("phone", rule="last_touch")

        rate = one.acts / 20_000
        # 200 groups tell a standard error within 5 %: 3 of these.
        assert one.std_error == pytest.approx(np.sqrt(20_000 * rate * (1 - rate)), rel=0.15)

    def test_a_channel_on_no_path_is_named(self):
        with pytest.raises(credit.UnknownChannel, match="sms"):
            side_by_side(drawn(np.random.default_rng(3), 500)).of("sms", rule="markov")

    @pytest.mark.slow
    def test_intervals_hold_what_all_people_would_say(self):
        """150 files of 3,000 people drawn from one world, three channels each; 2.5 standard errors
        of a coverage over 150 are 4.4 points, below 95."""
        truth = side_by_side(drawn(np.random.default_rng(99), 300_000), draws=2)
        held = {rule: [] for rule in credit.RULES}
        for seed in range(150):
            rules = side_by_side(drawn(np.random.default_rng(seed), 3_000), draws=150)
            for one in rules.credits:
                true = truth.of(one.channel, rule=one.rule).acts / 100
                held[one.rule].append(one.low <= true <= one.high)

        assert min(np.mean(found) for found in held.values()) > 0.95 - 0.044


def caused(acts, error):
    return credit.Caused(acts, acts - 1.96 * error, acts + 1.96 * error, error)


class TestAgainstHoldOuts:
    def found(self):
        return side_by_side(drawn(np.random.default_rng(8), 20_000))

    def test_a_channel_that_causes_nothing_is_credited_all_the_same_and_the_hold_out_tells(self):
        """Everybody gives one time in five, written to or not; one in ten is held out by lot."""
        rng, people = np.random.default_rng(12), 20_000
        gives, held_out = rng.random(people) < 0.2, rng.random(people) < 0.1
        frame = pl.DataFrame({
            "path": np.where(held_out, "", "email"), "total_conversions": gives * 1,
            "total_null": ~gives * 1,
        })  # fmt: skip
        rules = side_by_side(paths.of_counts(frame, rng=rng, nulls="total_null"))
        a_person = means.difference(
            moments.of(gives[held_out]), moments.of(gives[~held_out])
        ).times((~held_out).sum())

        gaps = credit.against(rules, caused={"email": credit.caused_by(a_person)})

        assert a_person.low < 0 < a_person.high
        assert [gap.credit.acts for gap in gaps] == [gives[~held_out].sum()] * 2
        assert [gap.state for gap in gaps] == ["too_much", "too_much"]

    def test_a_rule_that_credits_more_than_was_caused_is_told_so(self):
        rules = self.found()
        phone = rules.of("phone", rule="last_touch").acts

        gaps = credit.against(
            rules, caused={"phone": caused(phone / 2, 60.0), "post": caused(1_700.0, 80.0)}
        )

        assert [(gap.credit.channel, gap.credit.rule) for gap in gaps] == [
            ("phone", "last_touch"), ("phone", "markov"),
            ("post", "last_touch"), ("post", "markov"),
        ]  # fmt: skip
        assert gaps[0].state == "too_much"
        assert gaps[0].excess == pytest.approx(phone / 2)
        assert credit.distance(gaps, rule="last_touch") == pytest.approx(
            abs(gaps[0].excess) + abs(gaps[2].excess)
        )

    def test_too_little_and_consistent_are_told_apart_by_the_interval(self):
        rules = self.found()
        acts = rules.of("email", rule="last_touch").acts

        states = [
            credit.against(rules, caused={"email": caused(acts + more, 10.0)})[0].state
            for more in (0.0, 30.0, 2_000.0)
        ]

        assert states == ["consistent", "consistent", "too_little"]

    def test_both_uncertainties_count(self):
        rules = self.found()
        one = rules.of("email", rule="markov")

        gap = credit.against(rules, caused={"email": caused(one.acts, 100.0)})[1]

        assert gap.high - gap.excess == pytest.approx(
            1.959964 * np.hypot(one.std_error, 100.0), rel=1e-6
        )

    def test_a_hold_out_of_a_channel_on_no_path_is_a_mistake(self):
        with pytest.raises(credit.UnknownChannel):
            credit.against(self.found(), caused={"sms": caused(1.0, 1.0)})

    def test_what_was_caused_is_the_difference_times_the_people_treated(self):
        a_person = Difference(0.01, 0.004, 0.016, 0.01, 500, 5_000, 0.1, 0.11, 0.003, "score")

        cause = credit.caused_by(a_person.times(5_000))

        assert cause == credit.Caused(50.0, 20.0, 80.0, 15.0)
        with pytest.raises(ValueError, match="share of the control"):
            credit.caused_by(replace(a_person, relative=True))
