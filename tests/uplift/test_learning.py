"""What is said of a person never comes from what they did."""

import json
import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from mecene.uplift import (
    blending,
    design,
    groups,
    learning,
    linear,
    policy,
    saved,
    sentences,
    study,
    trees,
)
from mecene.uplift.policy import Terms
from uplift import known_effects

LINEAR = ("linear",)
TERMS = Terms((known_effects.COST_MINOR,), 100.0)


@pytest.fixture(scope="module")
def known():
    return known_effects.send(12_000, seed=21)


@pytest.fixture(scope="module")
def found(known):
    return study.of(known.sent, TERMS, seed=5)


class TestFit:
    def test_nobody_is_told_by_what_they_did_themselves(self, known, found):
        """What one part did is changed beyond recognition: nothing said of that part moves."""
        learnt, sent = found.learnt, known.sent
        aside = learnt.part == 2
        rng = np.random.default_rng(1)
        did = np.where(aside, rng.permutation(sent.outcome) * 3 + 500, sent.outcome)

        again = learning.fit(replace(sent, outcome=did), seed=5)

        assert np.array_equal(again.effects[aside], learnt.effects[aside])
        assert np.array_equal(again.outcomes[aside], learnt.outcomes[aside])
        assert not np.array_equal(again.effects[~aside], learnt.effects[~aside])

    def test_a_household_is_never_split_between_learning_and_telling(self, known, found):
        parts = pl.DataFrame({"home": known.sent.household, "part": found.learnt.part})

        assert parts.group_by("home").agg(pl.col("part").n_unique())["part"].max() == 1
        assert parts["part"].value_counts()["count"].min() > 0.22 * parts.height

    def test_the_same_seed_learns_the_same(self, known):
        one, again = (learning.fit(known.sent, seed=5, bases=LINEAR) for _ in range(2))

        assert np.array_equal(again.effects, one.effects)

    def test_where_trees_cannot_be_grown_it_does_with_lines(self, known, monkeypatch):
        monkeypatch.setattr(trees, "available", lambda: False)

        learnt = learning.fit(known.sent, seed=5)

        assert all(each.endswith("linear") for each in learnt.model.learners)
        assert learnt.model.boosted is None
        assert np.corrcoef(learnt.effects[:, 0], known.effect)[0, 1] > 0.4

    def test_several_arms_are_told_apart(self):
        """The call moves twice as much as the letter; both are known."""
        rng = np.random.default_rng(4)
        n = 15_000
        x = rng.normal(size=n)
        arm = rng.choice(["none", "letter", "call"], n, p=[0.4, 0.3, 0.3])
        effect = np.column_stack([0.5 + 0.5 * x, 1 + x])
        moved = np.select([arm == "letter", arm == "call"], [effect[:, 0], effect[:, 1]], 0.0)
        table = pl.DataFrame({"x": x, "arm": arm, "did": moved + rng.normal(size=n)})
        sent = known_effects.experiment.of(
            table, arm="arm", control="none", outcome="did",
            shares={"none": 0.4, "letter": 0.3, "call": 0.3},
        )  # fmt: skip

        learnt = learning.fit(sent, seed=1, bases=LINEAR)

        order = [sent.arms.index(name) - 1 for name in ("letter", "call")]
        assert np.abs(learnt.effects[:, order] - effect).mean() < 0.1
        assert learnt.model.effects(table).shape == (n, 2)


class TestModel:
    def test_says_of_newcomers_what_it_found(self, found):
        new = known_effects.send(12_000, seed=22)

        told = found.learnt.model.effects(new.table)[:, 0]

        assert np.corrcoef(told, new.effect)[0, 1] > 0.6
        assert told.mean() == pytest.approx(new.effect.mean(), abs=0.25)

    def test_is_the_same_after_it_was_written_and_read(self, known, found, tmp_path):
        path = tmp_path / "modele.json"

        saved.write(found.learnt.model, path)
        again = saved.read(path)

        assert again == found.learnt.model
        assert np.array_equal(again.effects(known.table), found.learnt.model.effects(known.table))

    @pytest.mark.slow
    def test_holds_nobody(self, tmp_path):
        """A name, a reference and the largest amount are nowhere in the file."""
        known = known_effects.send(12_000, seed=23)
        n = known.sent.people
        rng = np.random.default_rng(1)
        told = known.sent.features.with_columns(
            reference=pl.int_range(910_000_000, 910_000_000 + n),
            town=pl.Series(np.where(rng.random(n) < 0.002, "Brumeval-sur-Orge", "Paris")),
            other=pl.Series(np.where(np.arange(n) % 2, "Lyon", "Nantes")),
            amount=pl.Series(np.append(424_243.75, rng.lognormal(3, 1, n - 1))),
        )
        learnt = learning.fit(replace(known.sent, features=told), seed=1)

        saved.write(learnt.model, tmp_path / "modele.json")

        text = (tmp_path / "modele.json").read_text(encoding="utf-8")
        assert "Lyon" in text
        assert not re.findall(r"Brumeval|\b9100\d{5}\b|\b424243\b|4\.2424375", text)
        assert {"reference", "town"} <= set(learnt.model.design.left_out)

    def test_a_file_that_was_altered_is_not_read(self, found, tmp_path):
        path = tmp_path / "modele.json"
        saved.write(found.learnt.model, path)
        path.write_text(
            path.read_text(encoding="utf-8").replace("letter", "lettre"), encoding="utf-8"
        )

        with pytest.raises(saved.UnreadableModel, match=r"modele\.json"):
            saved.read(path)

    @pytest.mark.parametrize("text", ["", "{}", "rien", json.dumps({"mecene_uplift": 99})])
    def test_nor_is_something_else(self, text, tmp_path):
        path = tmp_path / "autre.json"
        path.write_text(text, encoding="utf-8")

        with pytest.raises(saved.UnreadableModel):
            saved.read(path)

    def test_a_column_it_was_taught_with_is_missed(self, known, found):
        with pytest.raises(design.IncompleteFeatures, match="gifts"):
            found.learnt.model.effects(known.table.drop("gifts"))


class TestPieces:
    def test_a_ridge_is_that_of_scikit_learn(self):
        from sklearn.linear_model import Ridge

        rng = np.random.default_rng(7)
        rows = rng.normal(size=(400, 5)).astype(np.float32)
        target = rows @ [1.0, -2, 0, 0, 0.5] + 3 + rng.normal(size=400)

        ours = linear.fit(rows, target)

        scaled = rows / rows.std(axis=0)
        bests = [
            Ridge(alpha=400 * penalty).fit(scaled, target) for penalty in np.logspace(-5, 3, 33)
        ]
        weights = [each.coef_ / rows.std(axis=0) for each in bests]
        # One of the penalties tried, and among the good ones: little shrinks a clear signal.
        near = [np.abs(each - ours.weights).max() for each in weights]
        assert min(near) < 1e-4
        assert ours.weights == pytest.approx([1, -2, 0, 0, 0.5], abs=0.15)

    def test_pure_chance_is_hardly_trusted(self):
        trust = []
        for seed in range(200):
            rng = np.random.default_rng(seed)
            said = [rng.normal(size=500), rng.normal(size=500)]
            trust.append(blending.fit(said, rng.normal(size=500), household=np.arange(500)).trust)

        assert np.mean(trust) < 0.3
        assert np.mean(np.array(trust) == 0) > 0.3

    def test_a_clear_voice_is_kept_and_a_noise_beside_it_is_not(self):
        rng = np.random.default_rng(1)
        clear, noise = rng.normal(size=5_000), rng.normal(size=5_000)

        found = blending.fit([clear, noise], 2 + 0.5 * clear + rng.normal(size=5_000),
                             household=np.arange(5_000))  # fmt: skip

        assert found.level == pytest.approx(2, abs=0.05)
        assert found.weights[0] == pytest.approx(0.5, abs=0.05)
        assert found.weights[1] < 0.05
        assert found.trust > 0.99


class TestGroups:
    def test_by_hand(self):
        effects = np.array([[2.0], [0.1], [0.1], [-0.2]])
        outcomes = np.array([[1.0, 3], [9, 9.1], [0, 0.1], [6, 5.8]])

        where = groups.assign(effects, outcomes, Terms((100.0,), 100.0))

        assert [groups.NAMES[each] for each in where] == [
            "persuadable", "sure", "out_of_reach", "leave_be",
        ]  # fmt: skip

    def test_everybody_is_in_one_and_each_says_whether_it_is_borne_out(self, found):
        assert sum(each.share for each in found.groups) == pytest.approx(1)
        for each in found.groups:
            doubtful = "pas prouvé" in each.words(lang="fr")
            assert doubtful != each.borne_out

    def test_the_names_are_those_of_the_trade(self, found):
        titles = {each.name: each.title(lang="fr") for each in found.groups}

        assert titles["persuadable"] == "persuadables"
        assert titles["leave_be"] == "à laisser tranquilles"


class TestSentences:
    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_every_figure_has_its_interval_and_every_study_its_caution(self, known, found, lang):
        said = [
            *sentences.verdict(found.comparison, TERMS, currency="EUR", lang=lang),
            *(line for each in found.rankings
              for line in sentences.ranking(each, known.sent, lang=lang)),
        ]  # fmt: skip
        cautions = " ".join(sentences.cautions(found, known.sent, lang=lang))

        assert len(said) >= 6
        word = "de " if lang == "fr" else " to "
        assert all(word in line for line in said if "%" in line or "€" in line)
        assert ("pas un fait" if lang == "fr" else "never a fact") in cautions

    def test_what_is_not_shown_to_do_better_is_not_proposed(self, found):
        comparison = replace(found.comparison, proposed=policy.NOBODY)

        said = sentences.verdict(comparison, TERMS, currency="EUR", lang="fr")

        assert said[0].startswith("Aucun envoi ne rapporte son coût")
