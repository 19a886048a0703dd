"""Excel and Parquet: the file's own types, written one way."""

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli import running
from mecene.sources import files, formulas, parquets, problems, rejects, workbooks

LUNCH = datetime.fromisoformat("2024-01-31T12:30:00")  # a file knows no time zone


def read(path: Path, **told: object) -> tuple[files.Reading, list[dict], rejects.Ledger]:
    reading = files.inspect(path, overrides=files.Overrides(**told))
    ledger = rejects.Ledger(io.StringIO(), lang="en")
    rows = [row for batch in files.batches(reading, ledger=ledger) for row in batch.to_dicts()]
    return reading, rows, ledger


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "dons.xlsx")
    return folder / "dons.xlsx"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12.0, "12"),
        (12, "12"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (-3, "-3"),
        (1e15, "1000000000000000"),
        (123456789012, "123456789012"),
        (0.00001, "0.00001"),
        (True, "true"),
        (date(2024, 1, 31), "2024-01-31"),
        (LUNCH, "2024-01-31T12:30:00"),
        (time(12, 30), "12:30:00"),
        ("12,50 €", "12,50 €"),
        ("00123", "00123"),
        ("=1+1", None),  # a formula that no spreadsheet has worked out yet has no value
        (None, None),
    ],
)
def test_a_cell_is_written_one_way(tmp_path: Path, cell: object, text: str | None) -> None:
    path = workbook(tmp_path, Dons=[["nom", "valeur"], ["Ève", cell]])

    reading, rows, _ = read(path)

    assert reading.typed
    assert [(row["source_row"], row["nom"], row["valeur"]) for row in rows] == [(1, "Ève", text)]


def test_the_sheet_with_most_rows_is_read_and_the_choice_told(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        Notice=[["Ce classeur contient les dons."]] * 9,
        Dons=[["nom", "montant"], *[["Ève", i] for i in range(5)]],
        Listes=[["CB", "Chèque"]],
    )

    reading, rows, _ = read(path)

    assert reading.sheet == "Dons"
    assert len(rows) == 5
    assert "« Dons »" in reading.notes[0].written("fr")


def test_a_sheet_asked_for_is_read_or_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, A=[["nom", "montant"], ["x", 1]], B=[["nom", "montant"], ["y", 2]])

    assert read(path, sheet="B")[1][0]["nom"] == "y"
    with pytest.raises(workbooks.NoSuchSheet, match="A, B"):
        read(path, sheet="C")


def test_blank_rows_are_no_rows_and_titles_no_header(tmp_path: Path) -> None:
    rows = [["Dons 2024"], [], ["nom", "date", "montant"], ["a", 1, 2], [], ["b", None, 3]]

    reading, found, _ = read(workbook(tmp_path, Dons=rows))

    assert reading.columns == ("nom", "date", "montant")
    assert [(row["source_row"], row["montant"]) for row in found] == [(1, "2"), (2, "3")]


def test_a_formula_never_worked_out_is_no_empty_amount(tmp_path: Path) -> None:
    head = [["Dons 2024"], [], ["Nom", "Date don", "Quantité", "Montant"]]
    gifts = [["a", "13/01/2024", 2, "=C4*5"], [], ["b", "14/01/2024", 1, None], ["c", "=D1", 1, 5]]
    path = workbook(tmp_path, **{"Une & autre": [["x", "y"], ["=1+1", 2]], "Dons": head + gifts})

    ran = running.mecene("check", path, "--json")

    [formula, empty, day] = running.read_json(ran.out)["first_rejects"]
    assert (formula["row"], formula["column"]) == ("1", "Montant")
    assert "formule dont le résultat n’a jamais été calculé" in formula["reason"]
    assert "exportez la feuille en CSV" in formula["remedy"]
    assert "Le montant est vide" in empty["reason"]
    assert day["column"] == "Date don"
    assert "formule" in day["reason"]


def test_formulas_are_found_wherever_a_sheet_is_cut_in_pieces() -> None:
    cells = b"".join(b'<CR="AB%d"><F>A1+B1</F><V/></C>' % n for n in range(1, 60))

    for size in (7, 40, 1_000):
        finder = formulas.Finder()
        for start in range(0, len(cells), size):
            finder.look(cells[start : start + size])
        assert finder.cells == {(n - 1, 27) for n in range(1, 60)}


def test_cells_in_error_and_formulas_without_result_are_told(tmp_path: Path) -> None:
    rows = [["nom", "montant", "total"], ["a", "#REF!", "=1+1"], ["b", 5, "=B2+1"]]

    reading, found, _ = read(workbook(tmp_path, Dons=rows))

    assert [note.code for note in reading.notes] == ["error_cells", "formulas_without_value"]
    assert "1 cell" in reading.notes[0].written("en")
    assert "2 formula" in reading.notes[1].written("en")
    assert [row["montant"] for row in found] == [None, "5"]


def test_a_value_far_below_in_a_column_without_name_is_kept(tmp_path: Path) -> None:
    rows = [["nom", "montant"], *[["a", 1]] * 500, ["b", 2, "remarque"]]

    reading, found, _ = read(workbook(tmp_path, Dons=rows))

    assert reading.columns == ("nom", "montant", "column_3")
    assert found[-1]["column_3"] == "remarque"
    assert reading.sample.height == 501


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(problems.Unreadable, match="empty"):
        read(workbook(tmp_path, Dons=[]))


def test_a_workbook_is_known_whatever_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, Dons=[["nom", "montant"], ["x", 1]]).rename(tmp_path / "dons.csv")

    assert read(path)[0].format == "xlsx"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(-1e14, 1e14).map(lambda x: round(x, 2)))
def test_an_amount_survives_excel_to_the_cent(tmp_path: Path, amount: float) -> None:
    text = workbooks._number(amount)

    assert round(float(text), 2) == pytest.approx(amount, rel=1e-14)
    assert "e" not in text


def parquet(folder: Path, columns: dict[str, object]) -> Path:
    pq.write_table(pa.table(columns), folder / "dons.parquet")
    return folder / "dons.parquet"


def test_parquet_types_are_written_as_excel_s_are(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        {
            "amount": [12.0, 12.5, None],
            "id": [1, 2, 3],
            "day": [date(2024, 1, 31), None, None],
            "at": [LUNCH, None, LUNCH.replace(hour=0, minute=0)],
            "midnight": [LUNCH.replace(hour=0, minute=0), None, None],
            "kept": [True, False, None],
            "name": ["Ève", "", None],
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "tags": [["x", "y"], [], None],
            "nothing": pa.nulls(3),
            "wait": [timedelta(days=1), None, None],
            "bytes": [b"caf\xc3\xa9", None, None],
            "price": pa.array([1, None, None], pa.decimal128(10, 2)),
        },
    )

    reading, rows, ledger = read(path)

    assert reading.typed
    assert [row["source_row"] for row in rows] == [1, 2, 3]
    assert [row["amount"] for row in rows] == ["12", "12.5", None]
    assert [row["at"] for row in rows] == ["2024-01-31T12:30:00", None, "2024-01-31T00:00:00"]
    assert rows[0] | {"source_row": 0, "wait": "", "at": "", "amount": ""} == {
        "source_row": 0,
        "amount": "",
        "id": "1",
        "day": "2024-01-31",
        "at": "",
        "midnight": "2024-01-31",
        "kept": "true",
        "name": "Ève",
        "kind": "a",
        "tags": "x; y",
        "nothing": None,
        "wait": "",
        "bytes": "café",
        "price": "1.00",
    }
    assert rows[1]["name"] is None
    assert not ledger.lines


def test_parquet_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(table, tmp_path / "dons.parquet")

    assert read(tmp_path / "dons.parquet")[1] == [{"source_row": 1, "a": "1", "a_2": "2"}]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_parquet_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = parquet(tmp_path, {"a": list(range(1000))})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(parquets.DamagedParquet):
        read(path)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_damaged_parquet_file_is_read_or_refused_in_words(
    tmp_path: Path, at: float, byte: int
) -> None:
    path = parquet(tmp_path, {"a": list(range(100)), "b": ["x", "é"] * 50})
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] = byte
    path.write_bytes(content)

    try:
        outcome = read(path)
    except problems.Unreadable as refusal:
        outcome = refusal

    assert isinstance(outcome, problems.Unreadable) or outcome[0].format in ("csv", "parquet")


def test_text_of_a_parquet_file_that_is_no_utf_8_is_a_damaged_file(tmp_path: Path) -> None:
    path = parquet(tmp_path, {"a": ["x", "é"] * 50})
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xc3\x28"))

    with pytest.raises(problems.Unreadable, match=r"Parquet"):
        read(path)


def test_no_row_of_a_parquet_file_is_a_table_without_rows(tmp_path: Path) -> None:
    pl.DataFrame(schema={"a": pl.Int64(), "b": pl.String()}).write_parquet(tmp_path / "x.parquet")

    reading, rows, _ = read(tmp_path / "x.parquet")

    assert reading.sample.columns == ["source_row", "a", "b"]
    assert rows == []
