"""What `mecene score`, `backtest` and `models` say, write and refuse."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cli import running
from mecene.cli import model_folder
from mecene.features import summary
from mecene.report import lexicon
from mecene.scores import champion, leaks, prediction, saved
from mecene.scores.champion import Duel
from scores.associations import AS_OF, store

DONORS = 400
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def facts() -> Path:
    return store(DONORS).path


@pytest.fixture(scope="module")
def learnt(facts, tmp_path_factory) -> Path:
    """Scores as of the first day of 2026, and their model."""
    out = tmp_path_factory.mktemp("scores")
    ran = running.mecene("score", facts, "--as-of", AS_OF, "--out", out, "--json")
    assert ran.code == 0, ran.err
    (out / "said.json").write_text(ran.out)
    return out


@pytest.fixture
def model(learnt, tmp_path) -> Path:
    return Path(shutil.copy(learnt / "models" / f"model-{AS_OF}.json", tmp_path / "model.json"))


def altered(file: Path, **changes) -> Path:
    saved.write(replace(saved.read(file), **changes), file)
    return file


class TestScore:
    def test_every_donor_who_may_be_profiled_has_scores(self, facts, learnt):
        said = json.loads((learnt / "said.json").read_text())
        donors = summary.of(store(DONORS), as_of=AS_OF)
        seen = donors.filter(~pl.col("deceased") & ~pl.col("objects_profiling"))

        found = pl.read_parquet(learnt / "scores.parquet")

        assert sorted(found["donor_id"]) == sorted(seen["donor_id"])
        assert said["donors"] == found.height
        income = said["income_12m"]
        assert income["expected_minor"] == pytest.approx(found["expected_12m_minor"].sum())
        assert income["low_minor"] < income["expected_minor"] < income["high_minor"]
        assert said["champion"]["why"] == "first"

    def test_the_csv_is_the_same_in_words(self, learnt):
        table = pl.read_csv(learnt / "scores.csv", separator=";", decimal_comma=True)
        found = pl.read_parquet(learnt / "scores.parquet")

        assert table["Donateur"].to_list() == found["donor_id"].to_list()
        assert table["Chance de donner en 12 mois"].to_list() == pytest.approx(
            found["p_gives_12m"].to_list(), abs=6e-4
        )
        assert table["Valeur attendue en 12 mois"].to_list() == pytest.approx(
            (found["expected_12m_minor"] / 100).to_list(), abs=6e-3
        )
        assert set(table["Confiance (12 mois)"]) <= {"faible", "moyenne", "élevée"}
        assert [name for name in table.columns if name.islower() or "_" in name] == []

    def test_no_english_column_is_left_unsaid(self, facts, model, tmp_path):
        running.mecene("score", facts, "--as-of", AS_OF, "--model", model, "--out", tmp_path,
                       lang="en")  # fmt: skip

        table = pl.read_csv(tmp_path / "scores.csv")

        assert [name for name in table.columns if name.islower() or "_" in name] == []

    def test_a_model_read_back_gives_the_same_scores_and_learns_nothing(
        self, facts, learnt, model, tmp_path
    ):
        ran = running.mecene(
            "score", facts, "--as-of", AS_OF, "--model", model, "--out", tmp_path / "out"
        )

        assert ran.code == 0
        assert "Confiance" in ran.out
        before = pl.read_parquet(learnt / "scores.parquet")
        assert pl.read_parquet(tmp_path / "out" / "scores.parquet").equals(before)
        assert not (tmp_path / "out" / "models").exists()

    def test_in_batches_they_are_the_same(self, facts, learnt, model, tmp_path, monkeypatch):
        monkeypatch.setattr(summary, "DONORS_AT_A_TIME", 60)

        running.mecene("score", facts, "--as-of", AS_OF, "--model", model, "--out", tmp_path)

        whole = pl.read_parquet(learnt / "scores.parquet")
        parts = pl.read_parquet(tmp_path / "scores.parquet")
        assert parts["donor_id"].to_list() != whole["donor_id"].to_list()
        # Sums of a batch are rounded in the order its length asks for.
        assert_frame_equal(parts.sort("donor_id"), whole.sort("donor_id"), rel_tol=1e-12)

    def test_a_report_is_scored_as_of_its_own_day_and_beside_it(self, facts, model, tmp_path):
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "facts").symlink_to(facts)
        running.write(tmp_path / "r" / "metrics.json", json.dumps({"as_of": str(AS_OF)}))
        running.write(tmp_path / "r" / "report.html", "<p>")

        ran = running.mecene("score", tmp_path / "r", "--model", model, lang="en")

        assert "As of 1 January 2026 (the day of the report)" in ran.out
        assert {path.name for path in (tmp_path / "r").iterdir()} == {
            "facts", "metrics.json", "report.html", "scores.csv", "scores.parquet",
        }  # fmt: skip

    def test_files_of_gifts_are_read_for_the_occasion(self, tmp_path):
        rows = [
            (f"Nom{n}", "Zoé", f"n{n}@exemple.fr", f"{1 + n % 28:02d}/03/{year}", 20 + n)
            for n in range(30)
            for year in (2023, 2024, 2025)
            if (n + year) % 3
        ]
        gifts = running.gifts(tmp_path / "dons.csv", rows)

        ran = running.mecene("score", gifts, "--out", tmp_path / "r")

        assert ran.code == 0
        assert "30 donateurs ont leurs scores" in ran.out
        assert "confiance faible" in ran.out.lower()
        assert (tmp_path / "r" / "rejects.csv").exists()
        assert not (tmp_path / "r" / "facts").exists()

    def test_a_kept_model_counts_months_from_the_day_asked(self, facts, model):
        later = date(2026, 1, 15)
        donors = summary.of(store(DONORS), as_of=later)

        found = prediction.scores(saved.read(model), donors, as_of=later)

        moved = prediction.scores(replace(saved.read(model), as_of=later), donors, as_of=later)
        assert found.equals(moved)


class TestOneDonor:
    """One gift, ever: the answer is published figures, and says so."""

    @pytest.fixture
    def alone(self, tmp_path, monkeypatch) -> Path:
        monkeypatch.chdir(tmp_path)
        return running.gifts(tmp_path / "dons.csv", [("A", "Z", "z@x.fr", "01/03/2024", 50)])

    def test_it_has_scores_of_low_confidence(self, alone, tmp_path):
        ran = running.mecene("score", alone, "--out", tmp_path / "r")

        assert ran.code == 0
        for words in ("1 donateur a ses scores", "Confiance faible", "chiffres publiés"):
            assert words in ran.out
        listed = running.mecene("models", tmp_path / "r")
        assert "jamais essayé" in listed.out

    def test_a_backtest_works_on_a_month_and_leaves_nothing(self, alone, tmp_path):
        short = running.mecene("backtest", alone, "--months", 1, "--as-of", "2024-06-01", "--json")

        origins = json.loads(short.out)["origins"]
        assert [each["origin"] for each in origins] == ["2024-04-01", "2024-05-01"]
        assert origins[0]["methods"]["score"]["auc"] is None
        assert running.mecene("backtest", alone).code == 1
        assert [path.name for path in tmp_path.iterdir()] == ["dons.csv"]


class TestCards:
    def test_a_model_says_what_it_was_worth_where_it_had_not_looked(self, learnt):
        said = json.loads((learnt / "said.json").read_text())["model"]["card"]
        listed = running.mecene("models", learnt, lang="en").out

        assert said["tested_on"] == "2025-01-01"
        assert said["contact_minor"] == 90
        assert f"{said['methods']['score']['auc'] * 100:.0f} times in 100" in listed
        assert "€0.90 a letter" in listed

    def test_the_card_is_written_as_a_page_of_the_champion_or_of_a_file(
        self, learnt, model, tmp_path
    ):
        for asked in (learnt, model):
            page = tmp_path / "fiche.html"
            ran = running.mecene("models", asked, "--card", page)

            html = page.read_text(encoding="utf-8")
            assert ran.code == 0
            assert "La fiche de model" in ran.out
            assert lexicon.say("captions.not_for", lang="fr") in html
            assert html.count("<figure") >= 4
            assert "://" not in html
            page.unlink()

    def test_the_cost_of_a_letter_is_ones_own(self, facts, tmp_path):
        ran = running.mecene("score", facts, "--as-of", AS_OF, "--out", tmp_path,
                             "--contact-cost", "2.5", "--json")  # fmt: skip

        card = json.loads(ran.out)["model"]["card"]
        fifth = card["at_a_fifth"]
        assert card["contact_minor"] == 250
        everyone = saved.whole(tmp_path / "models" / f"model-{AS_OF}.json").card
        assert everyone is not None
        whole = everyone.depths.row(-1, named=True)
        given = round(card["seen_minor"])
        assert whole["net_minor"] == given - 250 * whole["donors"]
        assert fifth["donors"] == round(0.2 * whole["donors"])

    def test_a_column_that_knows_the_future_is_named_and_nothing_is_written(
        self, facts, tmp_path, monkeypatch
    ):
        told = {"clicks_12m": 1.0, "gifts": 0.6}
        monkeypatch.setattr(leaks, "telling", lambda *_, **__: told)

        ran = running.mecene("score", facts, "--as-of", AS_OF, "--out", tmp_path)

        assert ran.code == 1
        assert f"« {leaks.column('clicks_12m', lang='fr')} »" in ran.err.replace("\u202f", " ")
        assert not (tmp_path / "scores.csv").exists()


class TestChampion:
    def test_a_year_later_the_model_before_is_compared_and_replaced(self, facts, tmp_path):
        running.mecene("score", facts, "--as-of", "2025-01-01", "--out", tmp_path)

        ran = running.mecene("score", facts, "--as-of", AS_OF, "--out", tmp_path, lang="en")

        assert "The new model replaces model-2025-01-01.json" in ran.out
        assert "12 months from 1 January 2025" in ran.out
        told = json.loads((tmp_path / "models" / "champion.json").read_text())
        assert (told["champion"], told["why"]) == ("model-2026-01-01.json", "same")
        listed = json.loads(running.mecene("models", tmp_path, "--json").out)
        assert [(each["file"], each["champion"], each["usable"]) for each in listed] == [
            ("model-2025-01-01.json", False, True),
            ("model-2026-01-01.json", True, True),
        ]
        compared = running.mecene("models", tmp_path, lang="en").out.split("Each on its own")[1]
        assert "2024-01-01" in compared
        assert "2025-01-01" in compared

    def test_the_model_before_speaks_where_the_new_one_is_worse(
        self, facts, learnt, tmp_path, monkeypatch
    ):
        day = date(2025, 1, 1)
        before = model_folder.path_of(tmp_path / "models", day)
        saved.write(saved.read(learnt / "models" / f"model-{AS_OF}.json"), before)
        altered(before, as_of=day)
        worse = Duel(day, 12, 100, 30, 0.30, 0.33, 0.03, 0.01)
        monkeypatch.setattr(champion, "run", lambda *_, **__: worse)

        ran = running.mecene("score", facts, "--as-of", AS_OF, "--out", tmp_path)

        assert "Les scores sont ceux de model-2025-01-01.json" in ran.out
        assert "écart 0,0300, erreur type 0,0100" in ran.out
        told = json.loads((tmp_path / "models" / "champion.json").read_text())
        assert (told["champion"], told["why"]) == ("model-2025-01-01.json", "worse")

    @pytest.mark.parametrize(
        ("day", "changes", "why"),
        [
            (date(2025, 1, 1), {"fingerprint": "another"}, "unusable"),
            (date(2025, 12, 20), {}, "too_soon"),
        ],
    )
    def test_where_nothing_can_be_compared_it_is_said(
        self, facts, learnt, tmp_path, day, changes, why
    ):
        folder = tmp_path / "models"
        new = model_folder.Kept(
            model_folder.path_of(folder, AS_OF),
            saved.read(learnt / "models" / f"model-{AS_OF}.json"),
        )
        saved.write(replace(new.fitted, as_of=day, **changes), model_folder.path_of(folder, day))

        found = model_folder.compete(store(DONORS), new, as_of=AS_OF, on_progress=lambda *_: None)

        assert (found.why, found.speaks, found.duel) == (why, new, None)


class TestRefusals:
    def test_a_model_altered_by_hand(self, facts, model, tmp_path):
        model.write_text(model.read_text().replace('"shift": ', '"shift": 1', 1))

        french = running.mecene("score", facts, "--model", model, "--out", tmp_path / "o")
        english = running.mecene(
            "score", facts, "--model", model, "--out", tmp_path / "o", lang="en"
        )

        assert (french.code, english.code) == (1, 1)
        assert "n’est pas un modèle que cette version sait lire" in french.err
        assert "was altered after it was written" in english.err
        assert not (tmp_path / "o").exists()

    def test_a_model_of_features_that_changed_meaning(self, facts, model, tmp_path):
        altered(model, fingerprint="another")

        ran = running.mecene("score", facts, "--model", model, "--out", tmp_path / "o")

        assert ran.code == 1
        assert "dont le sens a changé" in ran.err
        assert "sans --model" in ran.err

    def test_a_model_that_knows_the_answer(self, facts, model):
        ran = running.mecene("score", facts, "--model", model, "--as-of", "2024-01-01", lang="en")

        assert ran.code == 1
        assert "it already knows the answer" in ran.err

    def test_a_day_before_everybody(self, facts, model, tmp_path):
        altered(model, as_of=date(1990, 1, 1))

        ran = running.mecene("score", facts, "--model", model, "--as-of", "1990-01-01",
                             "--out", tmp_path / "o")  # fmt: skip

        assert ran.code == 1
        assert "personne n’est connu" in ran.err
        assert not (tmp_path / "o" / "scores.csv").exists()

    def test_a_folder_without_facts_or_without_models(self, tmp_path):
        without = running.mecene("score", tmp_path)
        models = running.mecene("models", tmp_path)

        assert (without.code, models.code) == (1, 1)
        assert "pas de faits dans" in without.err
        assert "aucun modèle dans" in models.err

    def test_what_is_not_there_is_asked_wrongly(self, tmp_path):
        assert running.mecene("score", tmp_path / "no").code == 2
        assert running.mecene("models", tmp_path / "no").code == 2
        assert "n’existe pas" in running.mecene("models", tmp_path / "no").err

    def test_two_folders_at_once(self, facts, tmp_path):
        ran = running.mecene("backtest", facts, tmp_path)

        assert ran.code == 1
        assert "un seul dossier" in ran.err


class TestModels:
    def test_a_file_that_cannot_be_read_is_listed_as_such(self, learnt, tmp_path):
        shutil.copytree(learnt / "models", tmp_path / "models")
        running.write(tmp_path / "models" / "model-2020-01-01.json", "something else")

        ran = running.mecene("models", tmp_path)

        assert ran.code == 0
        assert "illisible par cette version" in ran.out
        assert "model-2026-01-01.json (modèle en titre)" in ran.out


class TestBacktest:
    def test_each_day_has_its_table_and_its_euros(self, facts):
        asked = ("backtest", facts, "--as-of", AS_OF, "--origins", 1)

        found = json.loads(running.mecene(*asked, "--json").out)
        ran = running.mecene(*asked, lang="en")

        [test] = found["origins"]
        assert test["origin"] == "2025-01-01"
        assert test["methods"]["score"]["log_loss"] < test["methods"]["repeat"]["log_loss"]
        assert f"{test['methods']['score']['log_loss']:.4f}" in ran.out
        assert f"received: €{test['seen_minor'] / 100:,.0f}" in ran.out
        assert f"{test['by_depth'][0]:.0%}, {test['by_depth'][1]:.0%}" in ran.out

    def test_a_past_too_short_is_said(self, facts):
        ran = running.mecene("backtest", facts, "--as-of", "2018-06-01")

        assert ran.code == 1
        assert "--months" in ran.err
