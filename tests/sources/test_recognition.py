"""Which table a file is and what its columns are for, from headers and from cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.sources import files, problems, recognition, roles


def known(tmp_path, text: str, **told: object) -> recognition.Recognition:
    path = tmp_path / "dons.csv"
    path.write_text(text, encoding="utf-8")
    return recognition.recognise(files.inspect(path), **told)


def played(found: recognition.Recognition) -> dict[str, str]:
    return {column.role: column.header for column in found.columns}


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("Email;Date don;Montant\na@x.fr;24/12/2023;5\n", "gifts"),
        ("Nom;Prénom;2021;2022\nA;B;5;\n", "gifts"),
        ("Nom;Prénom;Don 2021;Don 2022\nA;B;5;\n", "gifts"),
        ("Nom;Prénom;Email\nA;B;a@x.fr\n", "donors"),
        ("Nom;Prénom;Fréquence;Montant;Date début\nA;B;Mensuel;10;05/01/2023\n", "recurring_gifts"),
        ("Email;Date envoi;Canal;Campagne\na@x.fr;24/12/2023;Email;NL1\n", "contacts"),
        ("Email;Date;Event type;Device\na@x.fr;24/12/2023;click;phone\n", "interactions"),
        ("Email;Date;Finalité;Canal;Statut\na@x.fr;24/12/2023;appel;email;oui\n", "consents"),
        ("Code;Libellé;Canal;Date début;Coût\nN1;Noël;Courrier;01/12/2023;500\n", "campaigns"),
        ("Email;Attribut;Valeur\na@x.fr;cause;eau\n", "attributes"),
        ("Mois;Indice\n2023-01;101,5\n2023-02;99\n", "series"),
    ],
)
def test_the_table_is_recognised(tmp_path, text: str, table: str) -> None:
    assert known(tmp_path, text).table == table


@pytest.mark.parametrize(
    "header",
    ["Date du don", "DATE DON", "date_don", "Date de don", "Gift date", "GiftDate", "Date (don)"],
)
def test_headers_are_compared_without_accents_case_or_small_words(tmp_path, header: str) -> None:
    found = known(tmp_path, f"Courriel;{header};Montant TTC (€)\na@x.fr;24/12/2023;5\n")

    roles_played = played(found)
    assert roles_played["given_on"] == header
    assert roles_played["amount"] == "Montant TTC (€)"
    assert found.amounts["amount"].currency == "EUR"


def test_a_year_beside_a_word_is_a_column_of_a_year(tmp_path) -> None:
    found = known(tmp_path, "Nom;Prénom;Don 2021;Don 2022;Total\nA;B;5;;5\n")

    assert found.years == (("Don 2021", 2021), ("Don 2022", 2022))


def test_a_header_is_not_believed_against_its_cells(tmp_path) -> None:
    found = known(tmp_path, "Email;Date;Date don;Montant\na@x.fr;x;24/12/2023;5\nb@x.fr;y;;6\n")

    assert played(found)["given_on"] == "Date don"
    assert "Date" in found.unused


def test_an_id_that_never_repeats_beside_a_name_is_the_gifts_own(tmp_path) -> None:
    rows = "1;a@x.fr;24/12/2023;5\n2;a@x.fr;25/12/2023;5\n"
    assert played(known(tmp_path, "Id;Email;Date;Montant\n" + rows))["gift_ref"] == "Id"

    rows = "1;24/12/2023;5\n1;25/12/2023;5\n"
    assert played(known(tmp_path, "Id;Date;Montant\n" + rows))["external_id"] == "Id"


@pytest.mark.parametrize(
    "header", ["N° reçu", "Numéro de reçu", "No. reçu fiscal", "receipt number"]
)
def test_a_receipt_of_one_gift_is_its_reference(tmp_path, header: str) -> None:
    text = f"Nom;Date don;Montant;{header}\nA;1/2/2023;5;R-1\nB;1/2/2023;6;\nA;2/3/2023;5;R-2\n"

    found = known(tmp_path, text)

    assert played(found)["gift_ref"] == header
    assert "receipt_shared" not in [note.code for note in found.notes]


def test_a_yearly_receipt_is_no_reference_and_that_is_told(tmp_path) -> None:
    text = "Nom;Date don;Montant;N° reçu\nA;1/2/2023;5;R-1\nB;1/2/2023;6;R-2\nA;2/3/2023;5;R-1\n"

    found = known(tmp_path, text)

    assert "gift_ref" not in played(found)
    assert found.unused == ("N° reçu",)
    told = next(note for note in found.notes if note.code == "receipt_shared")
    assert "« N° reçu »" in told.written("fr").replace("\u00a0", " ")
    assert "gift_ref" in told.written("en")


def test_a_yearly_receipt_beyond_the_sample_is_no_reference(tmp_path) -> None:
    rows = [f"A{n};13/2/2023;5;R-{n % 2_500}" for n in range(2_600)]

    found = known(tmp_path, "\n".join(["Nom;Date don;Montant;N° reçu", *rows]))

    assert "gift_ref" not in played(found)


@pytest.mark.parametrize("other", ["Réf don", "N° transaction"])
def test_a_reference_of_the_gift_goes_before_its_receipt(tmp_path, other: str) -> None:
    text = f"Nom;Date don;Montant;N° reçu;{other}\nA;1/2/2023;5;R-1;D1\nA;2/3/2023;5;R-1;D2\n"

    found = known(tmp_path, text)

    assert played(found)["gift_ref"] == other
    assert "receipt_shared" not in [note.code for note in found.notes]


def test_whether_a_receipt_was_sent_is_no_number(tmp_path) -> None:
    found = known(tmp_path, "Nom;Date don;Montant;Reçu\nA;1/2/2023;5;oui\nB;2/3/2023;5;oui\n")

    assert "gift_ref" not in played(found)
    assert "receipt_shared" not in [note.code for note in found.notes]


def test_a_column_of_status_that_says_nothing_of_payments_is_left_out_and_told(tmp_path) -> None:
    found = known(tmp_path, "Email;Date;Montant;Statut\na@x.fr;24/12/2023;5;Marié\n")

    assert "Statut" in found.unused
    assert [note.code for note in found.notes] == ["status_ignored", "currency_assumed"]
    assert "Statut" in found.notes[0].written("fr")


def test_what_cannot_be_a_table_is_refused_with_its_headers(tmp_path) -> None:
    with pytest.raises(recognition.ColumnsMissing, match="amount") as refused:
        known(tmp_path, "Email;Date don\na@x.fr;24/12/2023\n", table="gifts")

    assert "Date don" in refused.value.written("fr")
    assert "--mapping" in refused.value.written("en")


def test_the_order_of_days_and_months_is_looked_for_beyond_the_sample(tmp_path) -> None:
    undecided = "a@x.fr;01/02/2023;5\n" * (files.SAMPLE_ROWS + 10)
    head = "Email;Date;Montant\n"

    proved = known(tmp_path, head + undecided + "a@x.fr;01/31/2023;5\n")
    assert (proved.dates["given_on"].order, proved.dates["given_on"].reason) == ("mdy", "seen")
    assert known(tmp_path, head + undecided).dates["given_on"].reason == "undecided"


def test_every_note_has_words_in_both_languages() -> None:
    codes = ("year_columns", "date_order_undecided", "date_order_mixed", "decimal_undecided",
             "currency_assumed", "status_ignored")  # fmt: skip
    for code in codes:
        assert problems.words(code, lang="fr") != problems.words(code, lang="en")


def test_no_header_says_two_roles_of_one_table() -> None:
    for table in recognition.NEEDED:
        said = [word for role, words in roles.sections()[table].items() for word in set(words)]
        assert sorted(said) == sorted(set(said))


@given(st.text(max_size=30))
def test_any_header_can_be_simplified(header: str) -> None:
    assert roles.simplified(header) == roles.simplified(header).strip()


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        (["00001", "00042", "1207"], "external_id"),
        (["D-12", "D-13", "D-104"], "external_id"),
        (["Aline Forestier", "Bruno Ménard", "Chloé Vasseur"], "full_name"),
        (["Agence 3", "Club des 12", "Lycée 4"], "full_name"),
    ],
)
def test_donateur_is_a_reference_where_it_holds_codes(tmp_path, cells, role):
    path = tmp_path / "dons.csv"
    lines = [f"{cell};0{n + 1}/03/2024;{10 * (n + 1)},00" for n, cell in enumerate(cells)]
    path.write_text("\n".join(["donateur;date;montant", *lines]), encoding="utf-8")

    found = recognition.recognise(files.inspect(path))

    assert found.header(role) == "donateur"
