"""What `mecene check` shows of a file, and that it keeps nothing."""

import json
from pathlib import Path

import pytest

from cli import running
from mecene.sources import roles

FRENCH = (
    "Civilité;Nom;Prénom;Adresse 1;CP;Ville;Email;Tél;Date don;Montant;Mode;Campagne;N° reçu;"
    "Commentaire"
)
ROWS = (
    "M. et Mme;Lefèvre;Zoé;3 rue de l’Église;01000;Bourg;z@exemple.fr;06 12 34 56 78;24/12/23;"
    "1\u00a0234,50 €;CHQ;NOEL;R1;merci",
    ";SARL Œuvre;;;75001;Paris;;;25/12/23;50 €;VIR;NOEL;R2;",
    ";;;;;;;;26/12/23;10 €;ESP;;R3;",
    ";Petit;Luc;;13001;Marseille;;;31/11/23;20 €;CB;;R4;",
)


@pytest.fixture
def average_file(tmp_path: Path) -> Path:
    return running.write(tmp_path / "dons.csv", FRENCH, *ROWS, encoding="cp1252")


def test_the_average_file_is_shown_in_the_words_of_the_reader(average_file: Path) -> None:
    ran = running.mecene("check", average_file)

    assert ran.code == 0
    assert "encodage cp1252" in ran.out
    assert "Date don → date du don (given_on)" in ran.out
    assert "CP → code postal (postcode)" in ran.out
    assert "dons.csv\u00a0: 3 faits + 1 rejet = 4 lignes" in ran.out
    assert "ligne 4, Date don\u00a0: «\u00a031/11/23\u00a0» n’existe pas" in ran.out
    assert sorted(path.name for path in average_file.parent.iterdir()) == ["dons.csv"]


def test_the_same_in_english(average_file: Path) -> None:
    ran = running.mecene("check", average_file, "--lang", "en", lang="en")

    assert "Montant → amount (amount)" in ran.out
    assert "dons.csv: 3 facts + 1 reject = 4 rows" in ran.out


def test_machines_get_the_roles_and_the_rejects(average_file: Path) -> None:
    found = json.loads(running.mecene("check", average_file, "--json").out)

    assert found["columns"]["Date don"] == "given_on"
    assert (found["rows_read"], found["facts"], found["rejects"]) == (4, 3, 1)
    assert found["first_rejects"][0]["row"] == "4"


def test_a_known_export_is_called_by_its_name(tmp_path: Path) -> None:
    gifts = running.write(
        tmp_path / "contributions.csv",
        "id,contact_id,receive_date,total_amount,currency,is_test,contribution_status_id",
        "1,12,2024-03-01 10:00:00,50.00,EUR,0,1",
    )

    assert "Reconnu comme un export CiviCRM, contributions." in running.mecene("check", gifts).out


def test_a_missing_column_is_asked_for_in_words(tmp_path: Path) -> None:
    gifts = running.write(tmp_path / "dons.csv", "Nom;Montant", "Durand;abc", "Petit;def")
    french = running.mecene("check", gifts, "--as", "gifts")

    assert french.code == 1
    assert "date du don (given_on)" in french.err
    assert "date of the gift (given_on)" in running.mecene(
        "check", gifts, "--as", "gifts", lang="en"
    ).err  # fmt: skip


def test_gifts_that_cannot_be_read_are_gifts_rejected_not_donors(tmp_path: Path) -> None:
    gifts = running.write(
        tmp_path / "dons.csv", "Nom;Email;Date;Montant", "A;a@x.fr;hier;dix", "B;b@x.fr;?;vingt"
    )

    found = json.loads(running.mecene("check", gifts, "--json").out)

    assert (found["table"], found["facts"], found["rejects"]) == ("gifts", 0, 2)


def test_every_role_has_a_name_in_both_languages() -> None:
    for role in roles.ALL:
        assert roles.written(role, lang="fr")
        assert roles.written(role, lang="en")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Durand;Marie;75011;a{n}@x.fr;0{n}/04/2024;50,00",
            {"last_name", "first_name", "postcode", "email", "given_on", "amount"},
        ),
        ("{n}0004 0000{n} 1997010{n} 2 29.3{n}", {"given_on", "external_id", "amount"}),
    ],
)
def test_a_file_without_header_is_known_by_what_it_holds(
    tmp_path: Path, line: str, expected: set[str]
) -> None:
    gifts = running.write(tmp_path / "dons.txt", *(line.format(n=n) for n in range(1, 9)))

    found = json.loads(running.mecene("check", gifts, "--json").out)

    assert not found["header"]
    assert set(found["columns"].values()) == expected
    assert (found["facts"], found["rejects"]) == (8, 0)


def test_a_quote_left_open_on_every_line_still_leaves_columns(tmp_path: Path) -> None:
    gifts = running.write(
        tmp_path / "dons.csv",
        "Nom;Prénom;Email;Date;Montant",
        *['"Durand;Zoé;m@x.fr;03/04/2024;50,00', "Petit;Luc;l@x.fr;03/05/2024;20"] * 3,
    )

    found = json.loads(running.mecene("check", gifts, "--json").out)

    assert found["delimiter"] == ";"
    assert found["facts"] + found["rejects"] == found["rows_read"]
    assert found["facts"] >= 3


def test_the_name_of_a_commitment_is_not_a_persons(tmp_path: Path) -> None:
    plans = running.write(
        tmp_path / "rd.csv",
        "Id,Name,npe03__Amount__c,npe03__Contact__c,npe03__Installment_Period__c,npsp__StartDate__c",
        "a09,R-000123,10,003A,Monthly,2024-01-05",
    )

    assert "full_name" not in json.loads(running.mecene("check", plans, "--json").out)["columns"]


@pytest.mark.slow
def test_files_that_share_receipts_are_found_to_overlap(tmp_path: Path) -> None:
    header = "Nom;Prénom;Email;Date don;Montant;N° reçu"
    marie = "Durand;Marie;m@exemple.fr;13/04/2024;50,00;2024-1"
    paul = "Petit;Paul;p@exemple.fr;14/05/2024;20,00;2024-2"
    first = running.write(tmp_path / "avril.csv", header, marie)
    second = running.write(tmp_path / "mai.csv", header, marie, paul)

    ran = running.mecene("analyse", first, second, "--out", tmp_path / "r")

    assert ran.code == 0
    assert running.facts(tmp_path / "r", "gifts").height == 2
    assert [line["file"] for line in running.rejects(tmp_path / "r")] == ["mai.csv"]
