"""What `mecene watch`, `groups` and `explain` say and leave, from files to a group adopted."""

import csv
import json
import shutil
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cli import running
from mecene.cli import options, simulate

# An association is simulated and analysed once for all of these.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cli_watch")]

TABLES = ("gifts", "donors", "recurring", "contacts", "interactions", "consents", "campaigns")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    out = tmp_path_factory.mktemp("exports")
    simulate.write(out, donors=600, years=6, seed=5, clean=True, names=True, lang="fr")
    return [out / f"{name}.csv" for name in TABLES]


@pytest.fixture(scope="module")
def report(files, tmp_path_factory) -> Path:
    """A report, with what watch and groups leave beside it."""
    out = tmp_path_factory.mktemp("report")
    for command, *asked in (
        ("analyse", *files, "--out", out),
        ("watch", out),
        ("groups", out, "--number", "3"),
    ):
        ran = running.mecene(command, *asked)
        assert ran.code == 0, ran.err
        (out / f"said-{command}.txt").write_text(ran.out, encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def stricter(report, tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    """The same look with one false alarm in a hundred, told in English, and its figures."""
    out = tmp_path_factory.mktemp("stricter")
    ran = running.mecene(
        "watch", report, "--false-alarms", "1 %", "--lang", "en", "--out", out, "--json"
    )
    assert ran.code == 0, ran.err
    return out, json.loads(ran.out)


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def euros(cell: str) -> float:
    return float(cell.replace(",", "."))


class TestAlarms:
    def test_the_list_begins_with_what_is_most_at_stake_and_each_line_says_why(self, report):
        rows = table(report / "alarms.csv")

        stakes = [euros(row["En jeu sur 12 mois"]) for row in rows]
        assert rows
        assert stakes == sorted(stakes, reverse=True)
        assert all(row["Ce qui a changé"].endswith(".") for row in rows)
        assert {row["Alarme"] for row in rows} <= {"alarme", "forte"}

    def test_what_is_at_stake_is_what_the_report_expects_times_the_alarm(self, report):
        expected = {
            row["donor_id"]: row["expected_value_12m_minor"]
            for row in pl.read_parquet(report / "donors.parquet").iter_rows(named=True)
        }
        watched = pl.read_parquet(report / "watch.parquet").filter(pl.col("level") != "none")

        assert watched.height
        for row in watched.iter_rows(named=True):
            assert row["at_stake_minor"] == round((expected[row["donor_id"]] or 0) * row["alarm"])

    def test_who_may_not_be_contacted_is_not_in_the_list(self, report):
        listed = {int(row["Donateur"]) for row in table(report / "alarms.csv")}
        donors = pl.read_parquet(report / "donors.parquet")
        barred = donors.filter(pl.col("objects_appeal") | pl.col("deceased") | ~pl.col("reachable"))

        assert barred.height
        assert not listed & set(barred["donor_id"])

    def test_a_stricter_rate_alarms_some_of_the_same_donors_and_no_other(self, report, stricter):
        folder, figures = stricter
        usual, fewer = (
            set(
                pl.read_parquet(place / "watch.parquet").filter(pl.col("level") != "none")[
                    "donor_id"
                ]
            )
            for place in (report, folder)
        )

        assert figures["false_alarm_rate"] == 0.01
        assert figures["alarms"] == len(fewer)
        assert figures["by_chance"] < figures["false_alarm_rate"] * figures["watched"]
        assert fewer < usual

    def test_a_rate_is_a_percentage_or_a_share(self):
        assert [options.parse_share(said) for said in ("1 %", "1%", "0,2", "0.2")] == [
            0.01, 0.01, 0.2, 0.2,
        ]  # fmt: skip

    def test_the_summary_says_what_was_set_and_how_it_held(self, report):
        said = (report / "said-watch.txt").read_text(encoding="utf-8")

        assert "5\u202f% de ceux qui devraient rester" in said
        assert "rappel 50 %, précision 15 %" in said.replace("\u202f", " ")
        assert "jugé depuis" in said
        assert "fin de validité des cartes" in said

    def test_a_rate_that_is_no_share_is_refused(self, report):
        for rate in ("0", "150%", "beaucoup"):
            ran = running.mecene("watch", report, "--false-alarms", rate)

            assert ran.code == 2
            assert "5%" in ran.err

    def test_the_page_is_whole_in_both_languages(self, report, stricter):
        for page in (report / "watch.html", stricter[0] / "watch.html"):
            html = page.read_text(encoding="utf-8")
            assert html.count("<svg") >= 6
            assert "http" not in html.split("</style>")[1]
            assert "{" not in html.split("</style>")[1]


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> tuple[Path, running.Ran]:
    out = tmp_path_factory.mktemp("gifts")
    rows = []
    for who in range(60):
        # Everybody gives every two months; the first five are three weeks late.
        last = date(2025, 9, 12) if who < 5 else date(2025, 12, 1)
        name = "=1+1" if who == 0 else f"Dupont{who}"
        for back in range(20):
            day = last - timedelta(days=61 * back + who % 7)
            rows.append((name, "Luc", f"p{who}@x.fr", f"{day:%d/%m/%Y}", "20,00"))
    gifts = running.gifts(out / "dons.csv", rows)
    return out, running.mecene("watch", gifts, "--out", out / "report")


@pytest.fixture(scope="module")
def alone(watched) -> tuple[Path, running.Ran]:
    """A report of gifts alone, and what was said of it."""
    out, _ = watched
    ran = running.mecene("analyse", out / "dons.csv", "--out", out / "other")
    assert ran.code == 0, ran.err
    return out / "other", ran


class TestGiftsAlone:
    def test_who_stopped_is_alarmed_and_a_formula_for_a_name_is_defused(self, watched):
        out, ran = watched
        assert ran.code == 0, ran.err

        rows = table(out / "report" / "alarms.csv")

        assert {row["E-mail"] for row in rows} == {f"p{who}@x.fr" for who in range(5)}
        assert next(row["Nom"] for row in rows if row["E-mail"] == "p0@x.fr").startswith("'=")
        assert all("2 mois d’habitude" in row["Ce qui a changé"] for row in rows)
        assert all(row["Comment le joindre"].startswith("Canal préféré inconnu") for row in rows)

    def test_what_cannot_be_known_is_said(self, watched):
        out, ran = watched

        assert "Sans envois, clics ni réponses" in ran.out
        html = (out / "report" / "watch.html").read_text(encoding="utf-8")
        assert "un fichier de contacts" in html
        assert "Canal préféré" not in table(out / "report" / "alarms.csv")[0]

    def test_a_report_of_gifts_alone_has_no_column_more(self, alone):
        out, ran = alone

        assert "mecene watch" not in ran.out
        assert not {"best_channel", "best_hour"} & set(
            pl.read_parquet_schema(out / "donors.parquet")
        )


class TestReach:
    def test_a_report_with_contacts_has_the_channel_and_moment_of_each_donor(self, report):
        donors = pl.read_parquet(report / "donors.parquet")

        assert donors["best_channel"].drop_nulls().is_in(["email", "post", "phone", "sms"]).all()
        assert donors["best_channel"].count() > donors.height / 2
        assert "Canal préféré" in table(report / "donors.csv")[0]
        lists = [file for file in (report / "lists").glob("*.csv") if table(file)]
        assert all("Canal préféré" in table(file)[0] for file in lists)
        assert "mecene watch" in (report / "said-analyse.txt").read_text(encoding="utf-8")

    def test_every_donor_who_may_be_profiled_has_a_sentence(self, report):
        rows = table(report / "habits.csv")
        donors = pl.read_parquet(report / "donors.parquet")
        allowed = donors.filter(~pl.col("objects_profiling") & ~pl.col("deceased"))

        assert sorted(int(row["Donateur"]) for row in rows) == sorted(allowed["donor_id"])
        assert all(row["Comment le joindre"] for row in rows)


class TestGroups:
    def test_a_group_adopted_is_a_column_of_donors(self, report, files, tmp_path):
        rules = (report / "groups.toml").read_text(encoding="utf-8")
        adopted = list(tomllib.loads(rules)["custom"])
        assert adopted, "no group of this association has a faithful condition"
        mine = tmp_path / "mine.toml"
        mine.write_text(rules.replace(f"[custom.{adopted[0]}]", "[custom.les_miens]"), "utf-8")

        ran = running.mecene("analyse", *files, "--rules", mine, "--out", tmp_path / "again")

        assert ran.code == 0, ran.err
        donors = table(tmp_path / "again" / "donors.csv")
        said = {int(row["Donateur"]) for row in donors if row["les_miens"] == "oui"}
        number = int(adopted[0].removeprefix("group_"))
        groups = pl.read_parquet(report / "groups.parquet")
        held = set(groups.filter(pl.col("cluster") == number)["donor_id"])
        assert len(said & held) >= 0.7 * len(held)
        assert len(said & held) >= 0.7 * len(said)

    def test_a_number_asked_for_is_had_and_said_to_be_asked(self, report):
        groups = pl.read_parquet(report / "groups.parquet")
        html = (report / "groups.html").read_text(encoding="utf-8")

        assert sorted(groups["cluster"].drop_nulls().unique()) == [1, 2, 3]
        assert groups["cluster_name_fr"].drop_nulls().n_unique() == 3
        assert "nombre demandé" in html
        assert "--rules groups.toml" in html

    def test_every_donor_is_told_their_group_and_motive(self, report):
        rows = table(report / "groups.csv")

        assert len(rows) == pl.read_parquet(report / "groups.parquet").height
        assert {row["Motif\u00a0: pourquoi"][:13] for row in rows} == {"Motif inconnu"}


class TestExplain:
    def test_a_donor_in_alarm_is_told_with_evidence_channel_group_and_motive(self, report):
        first = table(report / "alarms.csv")[0]

        told = running.mecene("explain", first["Donateur"], "--in", report).out

        assert first["Ce qui a changé"] in told
        assert first["Comment le joindre"] in told
        assert "Groupe trouvé" in told
        assert "Motif inconnu" in told

    def test_it_is_told_in_english_as_well(self, report):
        first = table(report / "alarms.csv")[0]["Donateur"]

        told = running.mecene("explain", first, "--in", report, lang="en").out

        assert "larm (1 January 2026)" in told or "larm (" in told
        assert "How to reach them" in told
        assert "Groupe" not in told

    def test_what_was_said_of_other_facts_is_not_told(self, report, alone, tmp_path):
        out = shutil.copytree(alone[0], tmp_path / "other")
        (out / "watch.parquet").write_bytes((report / "watch.parquet").read_bytes())

        told = running.mecene("explain", 1, "--in", out).out

        assert "mecene watch" in told
        assert "Comment le joindre" not in told
