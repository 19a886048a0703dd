"""Whatever a file holds, it is read, or refused in words; never a foreign error, never a loss."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mecene.sources import files, kinds, problems, raw, readings, rejects, zips


def read(path: Path, **told: object) -> tuple[files.Reading, list[dict], rejects.Ledger]:
    reading = files.inspect(path, overrides=files.Overrides(**told))
    ledger = rejects.Ledger(io.StringIO(), lang="en")
    rows = [row for batch in files.batches(reading, ledger=ledger) for row in batch.to_dicts()]
    return reading, rows, ledger


def read_or_refused(path: Path) -> tuple | problems.Unreadable:
    try:
        return read(path)
    except problems.Unreadable as refusal:
        return refusal


def written(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


texty = st.text(alphabet='ab1é,;\t|" \n\r\x00€\x1f', max_size=200).map(
    lambda text: text.encode("utf-8")
)
starts = st.sampled_from(
    [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"PK\x03\x04",
        b"PAR1",
        b"\x1f\x8b\x08",
        b"a;b\n",
    ]
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(start=starts, content=st.one_of(st.binary(max_size=300), texty), zipped=st.booleans())
@example(start=b"", content=b'a,b\n"', zipped=False)
@example(start=b"\xff\xfe", content=b"a", zipped=True)
def test_random_bytes_are_read_or_refused_in_words(
    tmp_path: Path, start: bytes, content: bytes, zipped: bool
) -> None:
    content = start + content
    path = written(tmp_path, gzip.compress(content) if zipped else content)

    outcome = read_or_refused(path)

    if isinstance(outcome, problems.Unreadable):
        assert outcome.written("fr") != outcome.written("en")
    else:
        reading, rows, ledger = outcome
        numbers = [row["source_row"] for row in rows]
        assert sorted(set(numbers)) == numbers
        assert len(rows) >= reading.sample.height
        assert ledger.rows["file.csv"] <= ledger.lines["file.csv"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n...", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"<html><table><tr><td>12", "web_page"),
        (b'<?xml version="1.0"?><a/>', "xml"),
        (b'[{"amount": 12}]', "json"),
        (b"{\\rtf1", "document"),
        (b"SQLite format 3\x00" + bytes(50), "database"),
        (bytes(range(256)) * 20, "binary"),
        (b"", "empty_file"),
        (b"\n\n  \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"PK\x03\x04garbage", "damaged_workbook"),
        (b"PAR1garbagePAR1", "damaged_parquet"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(problems.Unreadable) as refusal:
        files.inspect(written(tmp_path, content))

    assert refusal.value.code == code
    assert "file.csv" in str(refusal.value)


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("word/document.xml", "document"),
        ("content.xml", "open_document"),
        ("xl/workbook.bin", "binary_workbook"),
        ("dons.csv", "archive"),
    ],
)
def test_a_zip_named_csv_says_what_it_holds(tmp_path: Path, inside: str, code: str) -> None:
    path = tmp_path / "dons.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inside, "x")

    with pytest.raises(kinds.NotATable) as refusal:
        files.inspect(path)

    assert refusal.value.code == code


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(raw.Unreachable, match="no such file"):
        files.inspect(tmp_path / "absent.csv")
    with pytest.raises(raw.Unreachable, match="folder"):
        files.inspect(tmp_path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_million_columns_are_refused_with_their_number(tmp_path: Path, delimiter: str) -> None:
    wide = delimiter.join(f"c{i}" for i in range(1_000_000)).encode()

    with pytest.raises(readings.TooManyColumns, match="1000000 columns"):
        files.inspect(written(tmp_path, wide + b"\n"))


def test_a_cell_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    cell = "é" * 5_000_000 + '\n"" ; ' * 10
    content = f'id;note;amount\n1;"{cell}";5\n2;court;6\n'.encode()

    _, rows, ledger = read(written(tmp_path, content))

    assert [row["amount"] for row in rows] == ["5", "6"]
    assert rows[0]["note"] == cell.replace('""', '"')
    assert not ledger.lines


def test_a_nul_character_costs_its_own_line_only(tmp_path: Path) -> None:
    _, rows, ledger = read(written(tmp_path, b"id;amount\n1;5\n2;\x006\n3;7\n"))

    assert [row["id"] for row in rows] == ["1", "3"]
    assert ledger.by_problem == {("file.csv", "nul_character"): 1}


def test_a_file_that_stops_being_utf_8_after_a_megabyte_loses_two_lines_only(
    tmp_path: Path,
) -> None:
    line = "1;Élodie;5\n".encode()
    content = b"id;name;amount\n" + line * 150_000 + b"2;Zo\xeb;6\n" + line * 10 + b"3;\xff;7\n"

    reading, rows, ledger = read(written(tmp_path, content))

    assert reading.encoding == "utf-8"
    assert len(rows) == 150_010
    assert ledger.by_problem == {("file.csv", "undecodable"): 2}


def test_rows_before_the_cut_of_a_gzip_are_read_and_the_cut_is_told(tmp_path: Path) -> None:
    lines = [f"{i};{i * 7919 % 10_007}.50" for i in range(20_000)]
    whole = gzip.compress(("id;amount\n" + "\n".join(lines) + "\n").encode())

    _, rows, ledger = read(written(tmp_path, whole[: len(whole) // 2], "dons.csv.gz"))

    assert 5_000 < len(rows) < 15_000
    assert [f"{row['id']};{row['amount']}" for row in rows] == lines[: len(rows)]
    assert ledger.by_problem == {("dons.csv.gz", "cut_off"): 1}


def test_a_gzip_that_lost_only_its_checksum_gives_every_row_and_says_so(tmp_path: Path) -> None:
    whole = gzip.compress(b"id;amount\n1;5\n2;6\n")

    _, rows, ledger = read(written(tmp_path, whole[:-4]))

    assert [row["id"] for row in rows] == ["1", "2"]
    assert ledger.lines["file.csv"] == 1
    assert ledger.rows["file.csv"] == 0


def test_a_gzip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "_LARGE_BYTES", 1 << 20)
    bomb = gzip.compress(b"a;b\n" + b"1;2\n" * 1_000_000)

    with pytest.raises(raw.CompressionBomb):
        files.inspect(written(tmp_path, bomb))


def workbook_with(sheet: bytes) -> bytes:
    """Return a workbook of one sheet, written by hand."""
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {ns} xmlns:r="{rel}"><sheets>'
        '<sheet name="Dons" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {ns}><sheetData>".encode() + sheet + b"</sheetData></worksheet>",
        )
    return buffer.getvalue()


def test_a_workbook_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    bomb = workbook_with(b" " * (120 << 20))

    with pytest.raises(zips.ZipBomb):
        files.inspect(written(tmp_path, bomb))


def test_a_workbook_that_lies_about_what_it_unfolds_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "_SMALL_BYTES", 1 << 20)
    honest = workbook_with(b" " * (5 << 20))
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        announced = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(announced.to_bytes(4, "little"), (1000).to_bytes(4, "little"))

    with pytest.raises(zips.ZipBomb):
        files.inspect(written(tmp_path, lying))


@pytest.mark.parametrize("far", ["XFD1048576", "A99999999"])
def test_a_workbook_with_one_cell_at_the_far_end_is_refused(tmp_path: Path, far: str) -> None:
    row = "".join(c for c in far if c.isdigit())
    cells = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{far}"><v>2</v></c></row>'

    with pytest.raises(zips.ZipBomb, match="far apart"):
        files.inspect(written(tmp_path, workbook_with(cells.encode())))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_workbook_is_read_or_refused_in_words(
    tmp_path: Path, at: float, byte: int, cut: bool
) -> None:
    rows = "".join(
        f'<row r="{i}"><c r="A{i}"><v>{i}</v></c><c r="B{i}"><v>{i * 5}</v></c></row>'
        for i in range(1, 20)
    )
    content = bytearray(workbook_with(rows.encode()))
    position = int(at * (len(content) - 1))
    content[position] = byte

    outcome = read_or_refused(
        written(tmp_path, bytes(content[: position if cut else None]), "dons.xlsx")
    )

    assert isinstance(outcome, problems.Unreadable) or len(outcome[1]) <= 19
