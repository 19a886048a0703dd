"""CSV and its kin: nothing lost, nothing invented, whatever program wrote them."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mecene.sources import clean_chunks, delimited, files, problems, rejects

LAW = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(path: Path, **told: object) -> tuple[files.Reading, list[dict], rejects.Ledger]:
    reading = files.inspect(path, overrides=files.Overrides(**told))
    ledger = rejects.Ledger(io.StringIO(), lang="en")
    rows = [row for batch in files.batches(reading, ledger=ledger) for row in batch.to_dicts()]
    return reading, rows, ledger


def of(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "dons.csv"
    path.write_bytes(text.encode(encoding))
    return path


cell = st.text(alphabet='aé1 ,;\t"\n€=', max_size=6).filter(lambda text: "\r" not in text)
good_row = st.tuples(st.just("id"), cell, cell)
bad_line = st.sampled_from(["7", "7;8", "7;8;9;10", '7;"open;9', '7;8;"a" x;9', "7;\x00;9"])


@LAW
@given(
    rows=st.lists(good_row, max_size=30),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, str]], quoting: int, ending: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=quoting, lineterminator=ending)
    writer.writerows([("ref", "nom", "note"), *rows])

    _, found, ledger = read(of(tmp_path, text.getvalue()), delimiter=";", header=True)

    expected = [tuple(cell or None for cell in row) for row in rows]
    assert [(row["ref"], row["nom"], row["note"]) for row in found] == expected
    assert [row["source_row"] for row in found] == list(range(1, len(rows) + 1))
    assert not ledger.lines


@LAW
@given(st.lists(st.one_of(bad_line, st.integers(0, 99).map(lambda i: f"{i};b;c")), max_size=40))
@example(['7;"open;9', "1;b;c", '7;"open;9', "2;b;c"])
def test_rows_and_rejects_are_the_lines_of_the_file(tmp_path: Path, lines: list[str]) -> None:
    first = ["ref;nom;note", *["0;b;c"] * 15]
    path = of(tmp_path, "\n".join([*first, *lines]) + "\n")

    _, rows, ledger = read(path, delimiter=";", header=True)

    good = [line for line in lines if line.endswith(";b;c")]
    assert [row["ref"] for row in rows[15:]] == [line.split(";")[0] for line in good]
    assert len(rows) + ledger.rows["dons.csv"] == len(lines) + 15


@LAW
@given(
    text=st.text(alphabet='ab;"\n\r', max_size=60),
    size=st.integers(1, 20),
)
@example(text='"\n;\r\r\n', size=1)
def test_neither_the_size_of_the_parts_nor_the_fast_way_changes_what_is_read(
    tmp_path: Path, text: str, size: int
) -> None:
    path = of(tmp_path, "x;y\n1;2\n" + text)
    whole = read(path, delimiter=";", header=True)[1:]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_PART_BYTES", size)
        patch.setattr(delimited, "_PIECE_BYTES", max(size // 3, 1))
        patch.setattr("mecene.sources.raw.CHUNK_BYTES", size)
        in_parts = read(path, delimiter=";", header=True)[1:]
        patch.setattr(clean_chunks, "read", lambda *_, **__: None)
        with_care = read(path, delimiter=";", header=True)[1:]

    assert in_parts[0] == whole[0] == with_care[0]
    assert in_parts[1].by_problem == whole[1].by_problem == with_care[1].by_problem


def test_an_unclosed_quote_spoils_its_own_line_only(tmp_path: Path) -> None:
    lines = ["nom;ville;montant", 'Ève;"Paris;5', *["Zoé;Lyon;6"] * 5, 'Max;"Le Mans, 72";7']

    _, rows, ledger = read(of(tmp_path, "\n".join(lines)))

    assert [row["source_row"] for row in rows] == [2, 3, 4, 5, 6, 7]
    assert rows[-1]["ville"] == "Le Mans, 72"
    assert ledger.by_problem == {("dons.csv", "unclosed_quote"): 1}


def test_a_quoted_cell_may_hold_line_breaks_and_delimiters(tmp_path: Path) -> None:
    text = 'nom;adresse;montant\n"Ève";"3, rue Haute\n2e étage; 69001 ""Lyon""";5\n'

    _, rows, ledger = read(of(tmp_path, text))

    assert rows[0]["adresse"] == '3, rue Haute\n2e étage; 69001 "Lyon"'
    assert not ledger.lines


def test_empty_cells_too_many_at_the_end_of_a_row_are_nothing(tmp_path: Path) -> None:
    reading, rows, ledger = read(of(tmp_path, "nom;montant\nÈve;5;;\nZoé;6\n;;;\n\nMax;7;;\n"))

    assert reading.columns == ("nom", "montant")
    assert [(row["source_row"], row["montant"]) for row in rows] == [(1, "5"), (2, "6"), (3, "7")]
    assert not ledger.lines


@pytest.mark.parametrize(
    ("encoding", "text", "found"),
    [
        ("utf-8", "prénom;montant\nZoë;5 €\n", "utf-8"),
        ("utf-8-sig", "prénom;montant\nZoë;5 €\n", "utf-8"),
        ("utf-16", "prénom;montant\nZoë;5 €\n", "utf-16-le"),
        ("utf-16-le", "prénom;montant\nZoë;5 €\n", "utf-16-le"),
        ("utf-16-be", "prénom;montant\nZoë;5 €\n", "utf-16-be"),
        ("cp1252", "prénom;montant\nZoë;5 €\n", "cp1252"),
        ("iso-8859-15", "prénom;montant\nZoë;5 €\n", "iso-8859-15"),
        ("iso-8859-1", "prénom;montant\nZoë;5\n", "cp1252"),
        ("mac-roman", "prénom;ville\nÉloïse;Orléans\nHélène;Sète\n", "mac-roman"),
        ("cp850", "prénom;ville\nÉloïse;Orléans\nHélène;Sète\n", "cp850"),
    ],
)
def test_the_encoding_is_found_on_the_bytes(
    tmp_path: Path, encoding: str, text: str, found: str
) -> None:
    reading, rows, ledger = read(of(tmp_path, text, encoding))

    names = text.split("\n")[0].split(";")
    expected = [line.split(";") for line in text.split("\n")[1:-1]]
    assert reading.encoding == found
    assert reading.columns == tuple(names)
    assert [[row[name] for name in names] for row in rows] == expected
    assert not ledger.lines


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["id;date;montant", "1;12/01/2024;12,50", "2;13/01/2024;1 300,00"], ";"),
        (["1;12,50;13,50;14,50", "2;12,50;13,50;1,00"], ";"),
        (["id,date,amount,note", '1,2024-01-12,12.50,"a; b; c"', "2,2024-01-13,5,x;y"], ","),
        (["id|nom|montant", "1|Dupont, Jean|5", "2|Durand, Ève|6"], "|"),
        (["id\tnom\tmontant", "1\tDupont, Jean\t5,00", "2\tDurand; Ève\t6,00"], "\t"),
        (["e-mail", "eve@exemple.fr", "zoe@exemple.fr"], None),
        ([" 01 19970101  1   11.77", " 02 19970112  1   12.00", " 02 19970112  5   77.00"], " "),
    ],
)  # fmt: skip
def test_the_delimiter_is_found_despite_decimal_commas_and_free_text(
    tmp_path: Path, lines: list[str], delimiter: str | None
) -> None:
    reading, rows, ledger = read(of(tmp_path, "\n".join(lines) + "\n"))

    assert reading.delimiter == delimiter
    assert len(rows) == len(lines) - reading.header
    assert not ledger.lines


@pytest.mark.parametrize(
    ("lines", "header"),
    [
        (["760\t25\t2009-11-06", "860\t50\t2012-09-28"], False),
        (["ref;nom;2021;2022", "1;Dupont;50;60", "2;Durand;0;20"], True),
        (["Dupont;2009", "Durand;2012", "Martin;2009"], False),
        (["nom;prénom;ville", "Dupont;Jean;Lyon", "Durand;Ève;Paris"], True),
        (["Dupont;Jean;Lyon", "Durand;Ève;Lyon"], False),
        (["nom;courriel;montant"], True),
        (["Dupont;eve@exemple.fr;5"], False),
        (["customer_id,date,value", "1,2024-01-01,3"], True),
    ],
)
def test_a_header_is_told_from_a_row(tmp_path: Path, lines: list[str], header: bool) -> None:
    reading, rows, _ = read(of(tmp_path, "\n".join(lines) + "\n"))

    assert reading.header is header
    assert len(rows) == len(lines) - header


def test_lines_before_the_table_are_skipped_and_told(tmp_path: Path) -> None:
    text = (
        "Export des dons au 31/12/2024\nAssociation;Les Amis;;\n\nid;nom;date;montant\n"
        "1;Dupont;12/01/2024;5\n2;Durand;13/01/2024;6\n"
    )

    reading, rows, _ = read(of(tmp_path, text))

    assert reading.skipped_lines == 3
    assert reading.columns == ("id", "nom", "date", "montant")
    assert [row["source_row"] for row in rows] == [1, 2]
    assert "3 line(s)" in reading.notes[0].written("en")


def test_a_sparse_first_row_is_no_preamble_where_there_is_no_header(tmp_path: Path) -> None:
    text = "1;;;;12,00\n" + "2;Dupont;Jean;Lyon;13,00\n" * 3

    reading, rows, _ = read(of(tmp_path, text))

    assert not reading.header
    assert len(rows) == 4


def test_row_numbers_without_a_name_as_r_writes_them_shift_no_column(tmp_path: Path) -> None:
    reading, rows, _ = read(of(tmp_path, '"nom","montant"\n"1","Dupont",5\n"2","Durand",6\n'))

    assert reading.columns == ("column_1", "nom", "montant")
    assert rows[1]["montant"] == "6"


def test_column_names_are_trimmed_filled_and_made_unique(tmp_path: Path) -> None:
    reading, _, _ = read(of(tmp_path, "Nom ;NOM;;source_row;\u00a0Montant\u00a0\na;b;c;d;5\n"))

    assert reading.columns == ("Nom", "NOM_2", "column_3", "source_row_2", "Montant")


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    reading, rows, ledger = read(of(tmp_path, "nom;montant;date"))

    assert reading.columns == ("nom", "montant", "date")
    assert reading.sample.columns == ["source_row", "nom", "montant", "date"]
    assert rows == []
    assert not ledger.lines


def test_lines_ended_by_carriage_returns_alone_are_lines(tmp_path: Path) -> None:
    _, rows, _ = read(of(tmp_path, "nom;montant\rÈve;5\rZoé;6\r"))

    assert [row["montant"] for row in rows] == ["5", "6"]


def test_a_gzip_of_several_members_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "dons.csv.gz"
    path.write_bytes(gzip.compress(b"nom;montant\na;1\n") + gzip.compress(b"b;2\n") + bytes(512))

    reading, rows, ledger = read(path)

    assert reading.compressed
    assert [row["nom"] for row in rows] == ["a", "b"]
    assert not ledger.lines


def test_what_is_told_is_obeyed(tmp_path: Path) -> None:
    path = of(tmp_path, "1,5;2\n2,5;3\n", "cp1252")

    reading, rows, _ = read(
        path, delimiter=",", header=True, encoding="latin-1", decimal=".", format="csv"
    )

    assert reading.columns == ("1", "5;2")
    assert (reading.encoding, reading.decimal) == ("iso8859-1", ".")
    assert rows == [{"source_row": 1, "1": "2", "5;2": "5;3"}]


@pytest.mark.parametrize(
    "told", [{"encoding": "klingon"}, {"delimiter": ";;"}, {"format": "xlsx"}, {"delimiter": '"'}]
)
def test_what_is_told_in_vain_is_refused(tmp_path: Path, told: dict[str, str]) -> None:
    with pytest.raises(problems.Unreadable) as refusal:
        read(of(tmp_path, "a;b\n1;2\n"), **told)

    assert refusal.value.written("fr")


def test_batches_are_no_longer_than_asked_and_lose_nothing(tmp_path: Path) -> None:
    path = of(tmp_path, "nom;montant\n" + "".join(f"a;{i}\n" for i in range(1, 251)))
    reading = files.inspect(path)

    found = list(files.batches(reading, ledger=rejects.Ledger(), rows_per_batch=100))

    assert [batch.height for batch in found] == [100, 100, 50]
    assert [n for batch in found for n in batch["source_row"]] == list(range(1, 251))
    assert [n for batch in found for n in batch["montant"]] == [str(i) for i in range(1, 251)]
