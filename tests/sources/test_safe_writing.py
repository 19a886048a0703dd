"""No cell we write runs in a spreadsheet, and none is changed otherwise."""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mecene.sources import files, rejects, safe_writing

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
risky = st.one_of(
    st.text(max_size=8),
    st.text(alphabet="=+-@\t\r\n ＝a1", max_size=5),
    st.sampled_from(["=1+1", "+33612345678", "-12,50", "@SUM(A1)", "\t=1", " =1", "'=1"]),
)


@FEW
@given(st.lists(risky, min_size=1, max_size=8), st.sampled_from([",", ";"]))
@example(['=HYPERLINK("http://x")', ";=1", '"=1'], ";")
def test_no_text_in_a_csv_starts_as_a_formula(
    tmp_path: Path, texts: list[str], delimiter: str
) -> None:
    path = tmp_path / "list.csv"

    safe_writing.write_csv(pl.DataFrame({"=nom": texts, "n": 1}), path, delimiter=delimiter)

    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter=delimiter)
    assert header == ["'=nom", "n"]
    assert not any(row[0].lstrip(" ").startswith(DANGEROUS) for row in rows)
    assert all(row[0] in (text, f"'{text}") for row, text in zip(rows, texts, strict=True))


@FEW
@given(st.lists(risky, min_size=1, max_size=8))
def test_every_text_in_an_excel_file_is_text(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "list.xlsx"

    safe_writing.write_xlsx(pl.DataFrame({"=nom": texts}), path)

    cells = [row[0] for row in openpyxl.load_workbook(path).active.iter_rows()]
    filled = [cell for cell in cells if cell.value is not None]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in filled)
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_numbers_and_dates_stay_what_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "amount": [-12.5, None, float("nan")],
            "gifts": [-3, 2, 10**17],
            "day": [date(2024, 1, 31), None, date(1850, 1, 1)],
            "at": [datetime.fromisoformat("2024-01-31T12:30:00"), None, None],
            "kept": [True, False, None],
            "ids": [["a", "b"], [], None],
        }
    )

    safe_writing.write_xlsx(frame, tmp_path / "list.xlsx", date_format="dd/mm/yyyy")

    header, *rows = openpyxl.load_workbook(tmp_path / "list.xlsx").active.iter_rows()
    day = datetime.fromisoformat("2024-01-31T00:00:00")
    assert all(cell.font.bold for cell in header)
    assert [cell.value for cell in rows[0]] == [
        -12.5, -3, day, day.replace(hour=12, minute=30), True, "a; b",
    ]  # fmt: skip
    assert rows[0][2].number_format == "dd/mm/yyyy"
    assert [cell.value for cell in rows[2]] == [
        None,
        "1" + "0" * 17,
        "1850-01-01",
        None,
        None,
        None,
    ]


def test_a_french_excel_gets_its_commas_and_its_mark(tmp_path: Path) -> None:
    frame = pl.DataFrame({"nom": ["Zoë"], "montant": [-12.5], "jour": [date(2024, 1, 31)]})

    safe_writing.write_csv(frame, tmp_path / "l.csv", delimiter=";", decimal=",", bom=True)

    expected = "nom;montant;jour\nZoë;-12,5;2024-01-31\n"
    assert (tmp_path / "l.csv").read_bytes() == b"\xef\xbb\xbf" + expected.encode()


def test_a_text_longer_than_excel_takes_is_shortened_not_dropped(tmp_path: Path) -> None:
    safe_writing.write_xlsx(pl.DataFrame({"a": ["x" * 40_000]}), tmp_path / "l.xlsx")

    written = openpyxl.load_workbook(tmp_path / "l.xlsx").active["A2"].value
    assert written == "x" * 32_766 + "…"


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    frame = pl.DataFrame({"a": pl.int_range(0, 1_048_576, eager=True)})

    with pytest.raises(safe_writing.TooManyRows, match="1048576 rows"):
        safe_writing.write_xlsx(frame, tmp_path / "l.xlsx")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sheet", ["Dons [2024]", "a" * 60, "???", "'x'", "", "History"])
def test_any_name_makes_a_sheet(tmp_path: Path, sheet: str) -> None:
    safe_writing.write_xlsx(pl.DataFrame({"a": [1]}), tmp_path / "l.xlsx", sheet=sheet)

    assert len(openpyxl.load_workbook(tmp_path / "l.xlsx").sheetnames) == 1


def test_a_table_without_rows_or_columns_is_written(tmp_path: Path) -> None:
    for frame in (pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"a": [None]})):
        safe_writing.write_xlsx(frame, tmp_path / "l.xlsx")
        safe_writing.write_csv(frame, tmp_path / "l.csv")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["l.csv", "l.xlsx"]


@FEW
@given(st.lists(st.text(alphabet='abé=;,"\n ', min_size=1, max_size=6), min_size=1, max_size=5))
def test_what_we_write_we_read_back(tmp_path: Path, texts: list[str]) -> None:
    frame = pl.DataFrame({"nom": texts, "n": [str(i) for i in range(len(texts))]})

    safe_writing.write_csv(frame, tmp_path / "l.csv", delimiter=";")

    told = files.Overrides(delimiter=";", header=True)
    reading = files.inspect(tmp_path / "l.csv", overrides=told)
    (rows,) = files.batches(reading, ledger=rejects.Ledger(io.StringIO()))
    assert rows.drop("source_row").equals(safe_writing.defused(frame))
