"""The card says what a score is worth where it had not looked, and for whom."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mecene.scores import (
    backtest,
    card,
    card_words,
    contact,
    drift,
    fairness,
    gaps,
    goodness,
    model,
    saved,
    unseen,
)
from mecene.scores.backtest import Backtest
from mecene.scores.card import Card
from mecene.scores.history import History
from mecene.scores.totals import Total
from mecene.scores.training import Rows
from mecene.scores.unseen import Unseen
from scores.explained import association, summary_of


def invented(n: int = 2_000, **columns: object) -> Unseen:
    """Return a test in which every chance is right."""
    rng = np.random.default_rng(5)
    chance = rng.beta(1, 4, n)
    gave = (rng.random(n) < chance) * 1.0
    table = summary_of(*({"gifts": 1 + place % 12} for place in range(n)))
    rule = np.full(n, gave.mean())
    said = {"score": chance, "rfm": rule, "repeat": rule, "habit": rule}
    return Unseen(
        origin=date(2025, 1, 1), period_months=12, summary=table.with_columns(**columns),
        said=said, worth_minor=chance * 5_000, rfm=rng.random(n), gave=gave,
        gave_minor=gave * 5_000, alarmed=chance < 0.2,
        backtest=Backtest(
            date(2025, 1, 1), 12, "mixture",
            {name: goodness.of(each, gave) for name, each in said.items()},
            (), 1e6, 1e6, float("nan"), 0, (), (), float("nan"), Total(1e6, 9e5, 1.1e6),
        ),
    )  # fmt: skip


def misled(tested: Unseen, chance: np.ndarray) -> Unseen:
    """Return the same test with other chances."""
    return replace(tested, said={**tested.said, "score": chance})


class TestGaps:
    def test_by_hand(self):
        # given 60 donors foretold a half, of whom 15 gave
        groups = pl.Series(["a"] * 60 + ["b"] * 10)
        chance = np.full(70, 0.5)
        gave = np.array([1.0] * 15 + [0.0] * 55)

        table = gaps.by(groups, chance, gave, alarmed=chance > 1)

        a, b = table.rows(named=True)
        assert (a["donors"], a["seen"], a["foretold"], a["gap"]) == (60, 0.25, 0.5, 0.25)
        # 1.96 √(¼ / 60)
        assert a["gap_high"] - a["gap"] == pytest.approx(1.959964 * np.sqrt(0.25 / 60))
        assert (b["too_few"], b["seen"], b["auc"]) == (True, None, None)

    def test_wilsons_interval_is_the_published_one(self):
        # Newcombe (1998), table I: 81 of 263 gives .2553 to .3662; 0 of 20, 0 to .1611
        assert gaps.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
        assert gaps.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


class TestFairness:
    def test_a_group_that_is_foretold_wrongly_is_found_and_others_are_not(self):
        # given right chances but for women, who give a good deal less than foretold
        tested = invented(gender=pl.when(pl.col("donor_id") % 2 == 0).then(pl.lit("f"))
                          .otherwise(pl.lit("m")))  # fmt: skip
        women = (tested.summary["gender"] == "f").to_numpy()
        wrong = misled(tested, np.where(women, tested.chance + 0.25, tested.chance))

        found = fairness.of(wrong)

        assert set(found.filter("unequal")["group"]) == {"f", "m"}  # each is far from the whole
        assert fairness.of(tested).filter("unequal").is_empty()
        assert fairness.widest(found)["spread"].item() == pytest.approx(0.25, abs=0.05)

    def test_a_bad_year_for_all_is_unfair_to_nobody(self):
        tested = invented(age_years=pl.lit(40) + pl.col("donor_id") % 40)
        worse = misled(tested, np.minimum(tested.chance + 0.1, 1.0))

        assert fairness.of(worse).filter("unequal").is_empty()

    def test_small_departments_are_put_together_and_too_few_are_said(self):
        where = pl.when(pl.col("donor_id") <= 30).then(pl.lit("48")).otherwise(pl.lit("75"))

        found = fairness.of(invented(department=where)).filter(dimension="department")

        assert dict(found.select("group", "too_few").rows()) == {"75": False, "other": True}

    def test_ages_are_in_bands(self):
        ages = pl.Series([17, 18, 34, 75, None] + [50] * 1995)

        found = fairness.of(invented(age_years=ages))

        counted = dict(found.select("group", "donors").rows())
        assert counted == {"0-17": 1, "18-34": 2, "45-54": 1995, "75+": 1, "unknown": 1}


class TestDrift:
    def test_psi_by_hand(self):
        # given tenths of a hundred numbers, and half of them moved to the first tenth
        before = np.arange(100.0)
        after = np.concatenate([np.zeros(50), np.arange(0, 100, 2.0)])

        # then the first cell goes from 11 to 56 of 100, the others are halved
        edges = np.unique(np.quantile(before, np.arange(1, 10) / 10))
        was = np.bincount(np.searchsorted(edges, before), minlength=10) / 100
        now = np.bincount(np.searchsorted(edges, after), minlength=10) / 100
        assert drift.psi(before, after) == pytest.approx(((now - was) * np.log(now / was)).sum())
        assert drift.psi(before, after) > drift.ALARM
        assert drift.psi(before, before) == 0

    def test_numbers_that_become_unknown_have_drifted(self):
        before = np.arange(200.0)

        assert drift.psi(before, np.where(before < 100, np.nan, before)) > drift.ALARM

    def test_a_column_that_moved_names_its_theme(self):
        rng = np.random.default_rng(2)
        frame = summary_of(*({"gifts": 2} for _ in range(1_000))).with_columns(
            clicks_12m=pl.Series(rng.poisson(3, 1_000)), gifts=pl.Series(rng.integers(1, 9, 1_000))
        )
        part = Rows(date(2025, 1, 1), frame, False, 1.0)

        still = drift.of_columns([part], frame)
        moved = drift.of_columns([part], frame.with_columns(clicks_12m=pl.col("clicks_12m") * 4))

        assert set(still["state"]) == {"steady"}
        assert moved.row(0, named=True) | {"psi": 0, "noise": 0} == {
            "theme": "answers", "column": "clicks_12m", "state": "alarm", "psi": 0, "noise": 0,
        }  # fmt: skip

    def test_too_few_donors_cannot_drift(self):
        frame = summary_of({"gifts": 1})

        with pytest.raises(drift.TooFewDonors, match="1 donors learnt from"):
            drift.of_columns([Rows(date(2025, 1, 1), frame, False, 1.0)], frame)


class TestFigures:
    def test_a_curve_of_right_chances_holds_what_was_seen(self):
        tested = invented()

        curve = card.curve(tested.chance, tested.gave)

        inside = curve.filter(pl.col("foretold").is_between(pl.col("low"), pl.col("high")))
        assert curve.height == 10
        assert inside.height >= 8
        assert curve["donors"].sum() == 2_000

    def test_lift_by_hand(self):
        # given the ten likeliest of a hundred are the only ones to give
        chance = np.linspace(0.01, 0.99, 100)
        gave = (chance > 0.9) * 1.0

        found = card.lift(chance, gave)

        assert found.row(0, named=True) == {
            "part": 1, "depth": 0.1, "donors": 10, "rate": 1.0, "lift": pytest.approx(10.0),
            "reached": 1.0,
        }  # fmt: skip

    def test_net_money_by_hand(self):
        tested = invented(100)
        values = np.arange(100) * 100.0
        tested = replace(tested, worth_minor=values, gave_minor=values, rfm=-values)

        found = card.net_by_depth(tested, contact_minor=50)

        tenth = found.filter(pl.col("depth") == 0.1).row(0, named=True)
        assert tenth["net_minor"] == sum(range(90, 100)) * 100 - 500
        assert tenth["net_rfm_minor"] == sum(range(10)) * 100 - 500
        whole = found.row(-1, named=True)
        assert whole["net_minor"] == whole["net_rfm_minor"] == whole["net_all_even_minor"]


@pytest.mark.slow
@pytest.mark.xdist_group("scores_explained")
class TestCard:
    def test_a_card_is_measured_without_what_came_after(self):
        # given the last origin, whose outcomes are turned round
        known = association()
        last = known.rows[-1]
        turned = replace(
            last, frame=last.frame.with_columns(period_gifts=1 - pl.col("period_gifts").clip(0, 1))
        )
        untold = [
            replace(part, frame=part.frame.with_columns(next_period_gifts=7))
            if part is known.rows[-2] else part
            for part in known.rows[:-1]
        ]  # fmt: skip

        lied_to = unseen.of([*untold, turned], period_months=12, currency="EUR")

        # then what was foretold of it is the same
        np.testing.assert_array_equal(honest().chance, lied_to.chance)
        np.testing.assert_array_equal(honest().worth_minor, lied_to.worth_minor)
        assert honest().gave.sum() != lied_to.gave.sum()

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_a_card_has_all_a_page_needs(self, lang):
        found = cards()
        said = card_words.sentences(found, lang=lang)

        assert found.backtest.origin == date(2025, 1, 1)
        assert 0.5 < found.goodness.auc < 1
        assert {"score", "rfm", "repeat", "habit"} <= set(found.backtest.goodness)
        assert set(found.groups["dimension"]) == {"sort", "gifts", "regular", "kind"}
        assert found.years["origin"].to_list() == [date(2024, 1, 1), date(2025, 1, 1)]
        assert found.columns is not None
        assert all(said.values())
        assert not any("{" in sentence for part in said.values() for sentence in part)
        with pytest.raises(card_words.UnknownLanguage):
            card_words.sentences(found, lang="de")

    def test_the_last_year_of_a_card_is_its_own_test(self):
        found = cards()
        last = found.years.row(-1, named=True)

        assert (last["foretold"], last["auc"]) == (found.goodness.mean_chance, found.goodness.auc)
        assert found.curve["donors"].sum() == found.goodness.donors == last["donors"]

    def test_a_saved_model_carries_its_card_and_no_small_group(self, tmp_path):
        found = cards()

        saved.write(association().model, tmp_path / "model.json", card=found)
        text = (tmp_path / "model.json").read_text(encoding="utf-8")
        back = saved.whole(tmp_path / "model.json")

        assert back.card is not None
        saved.write(back.model, tmp_path / "again.json", card=back.card)
        assert (tmp_path / "again.json").read_text(encoding="utf-8") == text
        for name in ("curve", "lift", "depths", "groups", "years", "fairness", "columns"):
            assert_frame_equal(getattr(back.card, name), getattr(found, name))
        assert back.card.backtest.goodness == found.backtest.goodness
        small = pl.concat([found.groups, found.fairness]).filter("too_few")
        assert small.height > 0
        assert small["donors"].null_count() == small.height
        assert "donor_id" not in text

    def test_a_card_of_columns_that_run_something_is_refused(self, tmp_path):
        file = tmp_path / "model.json"
        saved.write(association().model, file, card=cards())
        head, _, text = file.read_text(encoding="utf-8").partition("\n")
        wrong = text.removesuffix("\n").replace('"group": "Int64"', '"group": "Object"')
        assert wrong != text.removesuffix("\n")
        signed = {**json.loads(head), "sha256": hashlib.sha256(wrong.encode()).hexdigest()}
        file.write_text(f"{json.dumps(signed)}\n{wrong}\n", encoding="utf-8")

        with pytest.raises(saved.UnreadableModel, match="no known type"):
            saved.read(file)

    def test_one_origin_is_not_enough(self):
        with pytest.raises(unseen.NothingUnseen, match="needs two"):
            unseen.of(association().rows[:1], period_months=12, currency="EUR")

    def test_a_handful_of_donors_tests_nothing(self):
        few = [replace(part, frame=part.frame.head(30)) for part in association().rows]

        with pytest.raises(unseen.NothingUnseen, match="a test needs 50 donors"):
            unseen.of(few, period_months=12, currency="EUR")

    def test_a_backtest_of_the_same_answers_says_the_same(self):
        # given the model that was taught for the test, asked again from the start
        known = association()
        tested = unseen.of(known.rows, period_months=12, currency="EUR")
        law = tested.worth_minor

        assert tested.backtest.expected_minor == pytest.approx(law.sum())
        assert tested.backtest.goodness["score"] == goodness.of(tested.chance, tested.gave)
        assert tested.backtest.by_depth_rfm == backtest.shares(tested.rfm, tested.gave_minor)


@cache
def honest() -> Unseen:
    return unseen.of(association().rows, period_months=12, currency="EUR")


@cache
def cards() -> Card:
    known, tested = association(), honest()
    sort = pl.Series(["rare"] * 20 + ["usual"] * (len(tested.gave) - 20))
    past = History(known.model.as_of, 12, "EUR", known.rows, known.donors, {})
    return card.of(known.model, tested, contact_minor=90, known=past, further={"sort": sort})


class TestVerdict:
    def test_a_score_that_ranks_is_better_and_one_that_does_not_is_not(self):
        tested = invented()
        flat = misled(tested, np.full(2_000, tested.gave.mean()))
        backwards = misled(tested, tested.chance[::-1])

        assert of(tested).verdict == "better"
        assert of(flat).verdict == "alike"
        assert of(backwards).verdict == "worse"
        worst = card_words.sentences(of(backwards), lang="en")
        assert "prefer the rule" in worst["worth"][0]

    def test_chances_of_a_bad_year_are_said_to_have_been_too_high(self):
        tested = invented()
        high = misled(tested, np.minimum(tested.chance + 0.1, 1.0))
        high = replace(
            high,
            backtest=replace(
                high.backtest,
                goodness={**high.backtest.goodness, "score": goodness.of(high.chance, high.gave)},
            ),
        )

        assert of(tested).level == "right"
        assert of(high).level == "too_high"
        assert "less on its chances" in card_words.sentences(of(high), lang="en")["worth"][0]

    def test_where_rfm_brings_more_it_is_said(self):
        # given an order by RFM that happens to be the best there is
        tested = invented()
        best = np.argsort(-tested.gave_minor, kind="stable")
        rfm = np.empty(2_000)
        rfm[best] = np.arange(2_000, 0, -1)
        behind = replace(tested, rfm=rfm)

        found = of(behind)

        assert found.behind_from == 0.05
        assert any("brings more" in sentence for sentence in card_words.sentences(
            found, lang="en")["money"])  # fmt: skip
        same = replace(tested, rfm=tested.worth_minor)
        assert of(same).behind_from == 1

    def test_a_small_test_is_shown_in_parts_of_fifty(self):
        found = of(invented(210))

        assert found.curve.height == found.lift.height == 4
        assert found.lift["depth"].to_list()[-1] == 1
        assert found.curve["donors"].min() >= 50


def of(tested: Unseen) -> Card:
    untaught = model.learn(
        [], summary_of({"gifts": 1}), as_of=date(2026, 1, 1), period_months=12, currency="EUR"
    )
    return card.of(untaught, tested, contact_minor=90)


class TestContact:
    def test_a_cost_is_said_in_the_currency_or_is_that_of_a_letter(self):
        assert contact.minor(None, currency="EUR") == 90
        assert contact.minor(None, currency="XOF") == 450
        assert contact.minor(1.25, currency="EUR") == 125
        assert contact.minor(300, currency="XOF") == 300
