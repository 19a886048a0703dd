"""Several files, odd files, files of one's own: through the program, with nothing lost."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cli import running

pytestmark = pytest.mark.slow
HEADER = "Nom;Prénom;Email;Ville;Date don;Montant;Mode"
NAMES = ("Durand", "Petit", "Moreau", "Lefèvre", "Garnier", "Roux")


def lines(years: range, *, mode: str = "CB") -> list[str]:
    return [
        f"{name};Luc;{name.lower()[:4]}@exemple.fr;Lyon;{place + 3:02}/0{place + 1}/{year};"
        f"{20 + place * 10},00;{mode}"
        for year in years
        for place, name in enumerate(NAMES)
    ]


@pytest.fixture
def gifts(tmp_path: Path) -> Path:
    return running.write(tmp_path / "dons.csv", HEADER, *lines(range(2021, 2025)))


def analysed(out: Path, *arguments: object) -> dict[str, object]:
    ran = running.mecene("analyse", *arguments, "--out", out)
    assert ran.code == 0, ran.err
    found = running.metrics(out)
    for file in found["files"]:
        assert file["facts"] + file["rejects"] == file["rows_read"]
    assert len(running.rejects(out)) >= found["rejects"]
    return found


def test_the_same_file_twice_counts_once_and_says_so(gifts: Path, tmp_path: Path) -> None:
    once = analysed(tmp_path / "once", gifts)
    twice = analysed(tmp_path / "twice", gifts, gifts)

    assert twice["measures"] == once["measures"]
    first, second = twice["files"]  # type: ignore[misc]
    assert first["rejects_by_problem"] == {}
    assert second["rejects"] == first["facts"] == 24
    assert first["name"] != second["name"]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    one = running.write(tmp_path / "2023" / "dons.csv", HEADER, *lines(range(2023, 2024)))
    two = running.write(tmp_path / "2024" / "dons.csv", HEADER, *lines(range(2024, 2025)))

    found = analysed(tmp_path / "rapport", one, two)

    assert [file["name"] for file in found["files"]] == ["dons.csv", "2024/dons.csv"]  # type: ignore[attr-defined]


def test_a_file_of_donors_among_gifts_is_taken_for_what_it_is(gifts: Path, tmp_path: Path) -> None:
    donors = running.write(
        tmp_path / "donateurs.csv", "Nom;Prénom;Email;Téléphone", "Petit;Luc;peti@exemple.fr;"
    )

    found = analysed(tmp_path / "rapport", gifts, donors)

    assert found["files"][1]["facts_by_table"] == {"donors": 1}  # type: ignore[index]


def test_an_index_stands_beside_the_income_of_its_months(gifts: Path, tmp_path: Path) -> None:
    months = [
        f"{year}-{month:02};{100 + month},5" for year in (2022, 2023) for month in range(1, 13)
    ]
    index = running.write(tmp_path / "indice.csv", "mois;indice", *months)

    found = analysed(tmp_path / "rapport", gifts, "--series", index)

    series = {row["month"]: row for row in found["series"]}  # type: ignore[attr-defined]
    assert len(series) == 24
    assert series["2023-02-01"]["value"] == 102.5
    assert series["2023-02-01"]["income_minor"] == 3_000
    assert series["2023-12-01"]["income_minor"] == 0
    page = (tmp_path / "rapport" / "report.html").read_text(encoding="utf-8")
    assert "Moyenne de la série" in page


def test_formulas_in_names_are_disarmed_wherever_they_are_written(tmp_path: Path) -> None:
    rows = [
        f'"=HYPERLINK(""http://x"";""{place}"")";+Luc;l{place}@x.fr;-2+3;0{place}/03/2024;5{place};@CB'
        for place in range(1, 9)
    ]
    gifts = running.write(tmp_path / "dons.csv", HEADER, *rows, "=1+1;x;y@x.fr;z;hier;=2;CB")

    analysed(tmp_path / "rapport", gifts)

    for path in (tmp_path / "rapport").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = ";" if ";" in file.readline() else ","
            file.seek(0)
            for row in csv.reader(file, delimiter=delimiter):
                assert not any(cell[:1] in {"=", "+", "-", "@"} for cell in row if _is_text(cell))


def _is_text(cell: str) -> bool:
    return not cell.replace(",", "").replace(".", "").lstrip("-").isdigit()


def test_the_donors_table_speaks_french_to_the_last_cell(gifts: Path, tmp_path: Path) -> None:
    analysed(tmp_path / "rapport", gifts)

    table = pl.read_csv(tmp_path / "rapport" / "donors.csv", separator=";", infer_schema=False)

    assert set(table["Nature"]) == {"personne"}
    assert set(table["Confiance (3 et 5 ans)"]) <= {"faible", "moyenne", "bonne"}
    assert set(table["Confiance (12 mois)"]) <= {"faible", "moyenne", "bonne"}
    assert table["Références"].null_count() == table.height


def test_a_merge_is_undone_by_its_line(tmp_path: Path) -> None:
    twins = [
        "Durand;Marie;marie.durand@exemple.fr;Lyon;03/04/2023;50,00;CB",
        "Durand;Marie;;Lyon;03/05/2024;20,00;CHQ",
        "DURAND;marie;marie.durand@exemple.fr;Villeurbanne;03/06/2024;20,00;CHQ",
    ]
    gifts = running.write(tmp_path / "dons.csv", HEADER, *twins, *lines(range(2021, 2025)))
    merged = analysed(tmp_path / "avant", gifts)
    made = pl.read_csv(tmp_path / "avant" / "merges.csv", separator=";", infer_schema=False)
    applied = made.filter(pl.col("applied") == "true")
    assert applied.height
    applied.write_csv(tmp_path / "defaire.csv", separator=";")

    undone = analysed(tmp_path / "apres", gifts, "--undo-merges", tmp_path / "defaire.csv")

    assert undone["donors"] == merged["donors"] + applied.height  # type: ignore[operator]
    again = pl.read_csv(tmp_path / "apres" / "merges.csv", separator=";", infer_schema=False)
    told = again.filter(pl.col("merge_id").is_in(applied["merge_id"].implode()))
    assert set(told["applied"]) == {"false"}


def test_a_merge_shows_both_records_and_is_undone_whatever_they_hold(tmp_path: Path) -> None:
    # given one donor written twice, with what a CSV and a spreadsheet could trip over
    twins = [
        "Durand;Marie;marie.durand@exemple.fr;Lyon;03/04/2023;50,00;CB",
        '"=Durand ""la; grande""";Marie;marie.durand@exemple.fr;Lyon;03/05/2024;20,00;CHQ',
        "DURAND;marie;marie.durand@exemple.fr;Villeurbanne;03/06/2024;20,00;CHQ",
    ]
    gifts = running.write(tmp_path / "dons.csv", HEADER, *twins, *lines(range(2021, 2025)))
    merged = analysed(tmp_path / "avant", gifts)

    # when its merges are read, and all those made are undone
    made = pl.read_csv(tmp_path / "avant" / "merges.csv", separator=";", infer_schema=False)
    told = made["record_a"].to_list() + made["record_b"].to_list()
    made.filter(pl.col("applied") == "true").write_csv(tmp_path / "defaire.csv", separator=";")
    undone = analysed(tmp_path / "apres", gifts, "--undo-merges", tmp_path / "defaire.csv")

    # then both sides read as they were written, no cell is a formula, and the merges are undone
    assert any(text.startswith("Marie Durand, marie.durand@exemple.fr") for text in told)
    assert any(text.startswith("marie DURAND, marie.durand@exemple.fr") for text in told)
    assert any('la; grande"' in text for text in told)
    assert not any(text[:1] in {"=", "+", "-", "@"} for text in told)
    assert undone["donors"] > merged["donors"]  # type: ignore[operator]
    again = pl.read_csv(tmp_path / "apres" / "merges.csv", separator=";", infer_schema=False)
    assert set(again["applied"]) == {"false"}


def test_a_file_that_is_no_merges_is_refused_in_words(gifts: Path, tmp_path: Path) -> None:
    ran = running.mecene("analyse", gifts, "--undo-merges", gifts, "--out", tmp_path / "rapport")

    assert ran.code == 1
    assert "n’est pas un merges.csv" in ran.err


def test_a_segment_of_ones_own_is_a_column_and_a_count(gifts: Path, tmp_path: Path) -> None:
    rules = running.write(
        tmp_path / "seuils.toml",
        "[custom.fideles]",
        'condition = "gifts >= 4 and last_gift_age_days < 400"',
    )

    found = analysed(tmp_path / "rapport", gifts, "--rules", rules)

    assert found["tags"]["fideles"] == len(NAMES)  # type: ignore[index]


def test_a_mapping_is_heard_over_what_was_recognised(gifts: Path, tmp_path: Path) -> None:
    told = running.write(
        tmp_path / "colonnes.toml", 'table = "gifts"', "[words.payment_method]", '"CB" = "cheque"'
    )
    analysed(tmp_path / "rapport", gifts, "--mapping", told)

    assert set(running.facts(tmp_path / "rapport", "gifts")["payment_method"]) == {"cheque"}


def test_excel_dates_formulas_and_a_second_sheet_say_what_the_csv_says(
    gifts: Path, tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Ne pas diffuser"])
    sheet = book.create_sheet("Dons")
    sheet.append(HEADER.split(";"))
    for line in lines(range(2021, 2025)):
        *who, day, amount, mode = line.split(";")
        number, month, year = map(int, day.split("/"))
        sheet.append([*who, date(year, month, number), float(amount.replace(",", ".")), mode])
    book.save(tmp_path / "dons.xlsx")

    ours = analysed(tmp_path / "xlsx", tmp_path / "dons.xlsx")

    assert ours["measures"] == analysed(tmp_path / "csv", gifts)["measures"]
