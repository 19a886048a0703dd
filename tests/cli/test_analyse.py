"""The main command on small files: what it says, what it leaves behind, what it refuses."""

from datetime import date
from pathlib import Path

import pytest

from cli import running
from mecene.cli import analyse, collect
from mecene.report import folder as report_folder
from mecene.report import spreadsheet

# Each draws a whole report, a second or two.
pytestmark = pytest.mark.slow


def people(days: list[str]) -> list[tuple[object, ...]]:
    return [
        (name, "Luc", f"{name.lower()}@exemple.fr", day, "20,00")
        for name in ("Durand", "Petit", "Moreau")
        for day in days
    ]


def run(gifts: Path, out: Path, *, as_of: date | None = None) -> str:
    asked = collect.Asked(tables={"gifts": (gifts,)})
    figures = analyse.run(asked, as_of=as_of, out=out, lang="fr")
    return str(figures["as_of"])


def test_the_day_is_that_after_the_latest_gift(tmp_path: Path) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", people(["02/03/2024", "05/06/2025"]))

    assert run(gifts, tmp_path / "rapport") == "2025-06-06"


def test_a_gift_long_after_all_the_others_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = [("Roux", "Anne", "a@exemple.fr", "05/06/2052", "20,00")]
    gifts = running.gifts(tmp_path / "dons.csv", [*people(["02/03/2024", "20/02/2026"]), *late])

    assert run(gifts, tmp_path / "rapport") == "2052-06-06"
    assert "daté de plus d’un an après tous les autres" in capsys.readouterr().out


def test_a_day_asked_for_is_taken_as_it_is(tmp_path: Path) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", people(["02/03/2024", "05/06/2025"]))

    assert run(gifts, tmp_path / "rapport", as_of=date(2030, 1, 1)) == "2030-01-01"


def test_anonymous_gifts_alone_have_an_income_and_no_donor(tmp_path: Path) -> None:
    cash = [("Anonyme", "", "", f"{day:02}/05/2024", "12,50") for day in range(1, 21)]
    gifts = running.gifts(tmp_path / "caisse.csv", cash)

    ran = running.mecene("analyse", gifts, "--out", tmp_path / "rapport")

    assert ran.code == 0, ran.err
    figures = running.metrics(tmp_path / "rapport")
    assert figures["donors"] == 0
    assert figures["identity"]["anonymous_gifts"] == 20
    assert figures["measures"]["income_last_12m"]["amount_minor"] == 25_000
    page = (tmp_path / "rapport" / "report.html").read_text(encoding="utf-8")
    assert "250" in page


def test_a_header_alone_is_refused_with_what_was_read(tmp_path: Path) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", [])

    ran = running.mecene("analyse", gifts, "--out", tmp_path / "rapport")

    assert ran.code == 1
    assert "dons.csv\u00a0: 0 fait + 0 rejet = 0 ligne" in ran.out
    assert "aucun don dans les fichiers lus" in ran.err


def test_a_day_before_every_fact_is_refused_in_the_readers_language(tmp_path: Path) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", people(["02/03/2024"]))

    ran = running.mecene("analyse", gifts, "--as-of", "2001-01-01", "--out", tmp_path / "rapport")

    assert ran.code == 1
    assert "ni don ni donateur connu avant le 1er janvier 2001" in ran.err


def test_a_report_that_fails_leaves_the_one_before_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", people(["02/03/2024", "05/06/2025"]))
    out = tmp_path / "rapport"
    run(gifts, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(report_folder, "_write_page", interrupted)
    ran = running.mecene("analyse", gifts, "--out", out)

    assert ran.code == 130
    assert "Interrompu" in ran.err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_first_report_interrupted_leaves_nothing_that_looks_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(report_folder, "_write_lists", interrupted)
    gifts = running.gifts(tmp_path / "dons.csv", people(["02/03/2024"]))
    running.mecene("analyse", gifts, "--out", tmp_path / "rapport")

    assert [path.name for path in (tmp_path / "rapport").iterdir()] == ["rejects.csv"]


def test_spaces_and_accents_in_names_of_folders_are_nothing_special(tmp_path: Path) -> None:
    gifts = running.gifts(
        tmp_path / "l'été à Nîmes" / "dons de l'année.csv", people(["02/03/2024"])
    )

    ran = running.mecene("analyse", gifts, "--out", tmp_path / "rapport d'août")

    assert ran.code == 0, ran.err
    assert (tmp_path / "rapport d'août" / "report.html").exists()
    assert "dons de l'année.csv\u00a0: 3 faits + 0 rejet = 3 lignes" in ran.out


def test_machines_get_the_figures_and_nothing_else(tmp_path: Path) -> None:
    gifts = running.gifts(tmp_path / "dons.csv", people(["02/03/2024"]))

    ran = running.mecene("analyse", gifts, "--out", tmp_path / "rapport", "--json")

    assert ran.err == ""
    assert running.read_json(ran.out) == running.metrics(tmp_path / "rapport")


def test_the_terminal_names_only_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = running.gifts(
        tmp_path / "dons.csv",
        [("Martin", "Alice", "alice@exemple.fr", "12/05/2025", "50,00"),
         ("Petit", "Zoé", "zoe@exemple.fr", "13/05/2025", "20,00")],
    )  # fmt: skip

    few = running.mecene("analyse", file, "--out", tmp_path / "few")
    monkeypatch.setattr(spreadsheet, "LARGEST_WORKBOOK", 1)
    many = running.mecene("analyse", file, "--out", tmp_path / "many")

    assert "donors.csv, donors.xlsx, lists/" in few.out
    assert "donors.xlsx" not in many.out
    assert not (tmp_path / "many" / "donors.xlsx").exists()
