"""What `mecene uplift` says and leaves, from a file of a random send to the next list."""

import csv
import json

import polars as pl
import pytest

from cli import running
from mecene.uplift import saved
from uplift import known_effects

# A send of 15,000 is learnt from several times.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cli_uplift")]


@pytest.fixture(scope="module")
def known():
    return known_effects.send(15_000, seed=41)


@pytest.fixture(scope="module")
def file(known, tmp_path_factory):
    """As a French spreadsheet writes it."""
    path = tmp_path_factory.mktemp("send") / "envoi.csv"
    table = known.table.with_columns(note=pl.lit("=1+1"))
    table.write_csv(path, separator=";", decimal_comma=True)
    return path


def asked(file, out, *more, cost="0,60"):
    return (
        "uplift", file, "--arm", "arm", "--control", "none", "--outcome", "did",
        "--cost", cost, "--share", "letter=50 %", "--household", "household", "--out", out, *more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def aimed(file, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    ran = running.mecene(*asked(file, out, "--list", file))
    assert ran.code == 0, ran.err
    return out, ran.out


class TestSaid:
    def test_first_what_to_do_then_how_sure_then_cautions(self, aimed):
        lines = [line for line in aimed[1].splitlines() if line]

        assert lines[0].startswith("Tirés au sort")
        assert lines[1].startswith(("Visez", "Viser ne fait pas mieux"))
        assert "n’écrire à personne" in aimed[1]
        assert "persuadables" in aimed[1]
        assert "pas un fait sur une personne" in aimed[1]

    def test_in_english_too_and_as_json(self, file, tmp_path):
        english = running.mecene(*asked(file, tmp_path, "--lang", "en"))
        figures = running.read_json(running.mecene(*asked(file, tmp_path, "--json")).out)

        assert "Drawn by lot" in english.out
        assert figures["proposed"] in {each["name"] for each in figures["policies"]}
        assert json.dumps(figures, allow_nan=False)


class TestLeft:
    def test_the_list_keeps_its_cells_and_gains_whom_to_contact(self, aimed, file):
        out, _ = aimed
        with (out / "uplift-list.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
        first = file.read_text(encoding="utf-8").splitlines()[1].split(";")

        assert len(rows) == 15_000
        assert [rows[0][name] for name in ("household", "usual_gift")] == [first[0], first[3]]
        assert {row["uplift_arm"] for row in rows} <= {"", "letter"}
        assert {row["uplift_group"] for row in rows} <= {
            "persuadables", "acquis", "hors d’atteinte", "à laisser tranquilles",
        }  # fmt: skip
        assert rows[0]["note"] == "'=1+1"

    def test_the_model_can_be_read_again(self, aimed, known):
        model = saved.read(aimed[0] / "uplift-model.json")

        assert model.arms == ("none", "letter")
        assert model.effects(known.table.drop("household")).shape == (15_000, 1)

    def test_a_budget_is_kept(self, file, tmp_path):
        ran = running.mecene(*asked(file, tmp_path, "--budget", "300", "--list", file, cost="0,10"))

        assert ran.code == 0, ran.err
        rows = pl.read_csv(tmp_path / "uplift-list.csv", separator=";", infer_schema=False)
        sent = rows.filter(pl.col("uplift_arm") == "letter").height
        assert 0 < sent <= 3_000


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (("--control", "temoin"), "« temoin »"),
            (("--outcome", "don"), "« don »"),
            (("--cost", "courrier=1"), "« courrier »"),
            (("--outcome", "tired"), "--worth"),
        ],
    )
    def test_what_is_wrong_is_said_in_french(self, file, tmp_path, change, says):
        if change[1] == "tired":
            table = pl.read_csv(file, separator=";", infer_schema=False)
            file = tmp_path / "oui.csv"
            yes = pl.when(pl.col("tired") == "true").then(pl.lit("1")).otherwise(pl.lit("0"))
            table.with_columns(tired=yes).write_csv(file, separator=";")

        ran = running.mecene(*asked(file, tmp_path, *change))

        assert ran.code == 1
        assert says in ran.err.replace("\u00a0", " ").replace("« ", "« ")

    def test_a_cost_that_is_no_number_is_a_mistake(self, file, tmp_path):
        ran = running.mecene(*asked(file, tmp_path, cost="cher"))

        assert ran.code == 2
        assert "cher" in ran.err
