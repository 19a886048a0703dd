"""Who the rows name: couples, companies, anonymous gifts, and keys that do not move."""

from datetime import date

import polars as pl
import pytest

from mecene.sources import names, people, phones

HEADER = "Civilité;Nom;Prénom;Adresse 1;Adresse 2;CP;Ville;Email;Tél;Date don;Montant\n"


def named(**boxes: str) -> dict[str, str | None]:
    empty = dict.fromkeys(("civility", "first_name", "last_name", "full_name", "organisation_name"))
    said = pl.DataFrame([empty | boxes], schema=dict.fromkeys(empty, pl.String))
    return {key: value for key, value in names.read(said).row(0, named=True).items() if value}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "M. et Mme DUPONT Jean et Marie",
            {"civility": "M. et Mme", "last_name": "DUPONT", "first_name": "Jean et Marie"},
        ),
        ("Mme LE GOFF Anne", {"civility": "Mme", "last_name": "LE GOFF", "first_name": "Anne",
                              "gender": "f"}),
        ("Jean-Paul MARTIN", {"last_name": "MARTIN", "first_name": "Jean-Paul"}),
        ("Dupont, Jean", {"last_name": "Dupont", "first_name": "Jean"}),
        ("Jean Dupont", {}),
        ("Monsieur et Madame Petit", {"civility": "Monsieur et Madame", "last_name": "Petit"}),
        ("Mme Jeanne Petit", {"civility": "Mme", "gender": "f"}),
    ],
)  # fmt: skip
def test_a_whole_name_is_taken_apart_where_it_can_be(written: str, read: dict[str, str]) -> None:
    assert named(full_name=written) == {"full_name": written} | read


@pytest.mark.parametrize(
    "company",
    ["Boulangerie Martin SARL", "MAIRIE DE LYON", "Dupont SAS", "SCI Les Lilas", "Fondation Hô"],
)
def test_a_company_in_the_box_of_a_name_is_an_organisation(company: str) -> None:
    assert named(last_name=company) == {"organisation_name": company}


def test_a_company_in_the_box_of_a_whole_name_is_not_taken_apart() -> None:
    assert named(full_name="ACME Inc") == {"full_name": "ACME Inc", "organisation_name": "ACME Inc"}


def test_a_person_whose_name_looks_like_a_company_keeps_it_beside_a_first_name() -> None:
    assert named(last_name="Garage", first_name="Luc") == {
        "last_name": "Garage",
        "first_name": "Luc",
    }


@pytest.mark.parametrize("nobody", ["Anonyme", "ANONYME", "(Anonymous)", "Don anonyme", "Inconnu"])
def test_nobody_is_nobody(nobody: str, stage) -> None:
    assert named(last_name=nobody) == {}

    story = stage(HEADER + f";{nobody};;;;75001;Paris;;;24/12/2023;50\n")

    assert story.table("gifts")["person_key"].to_list() == [None]
    assert story.staged.persons == 0


def test_one_person_written_in_two_cases_is_one_record(stage) -> None:
    story = stage(
        HEADER
        + "M.;Dupont;Jean;1 rue A;Bât. B;1000;Bourg;Jean@Exemple.fr;06 12 34 56 78;24/12/2023;50\n"
        + "M.;DUPONT;JEAN;1 RUE A;BÂT. B;01000;BOURG;jean@exemple.fr;+33612345678;25/12/2023;60\n"
    )

    persons = story.table("persons")
    assert persons.select("records", "postcode", "phone", "email", "gender", "declared").rows() == [
        (2, "01000", "+33612345678", "jean@exemple.fr", "m", False)
    ]
    assert persons["address"].to_list()[0].split("\n")[0].lower() == "1 rue a"
    assert persons.schema["person_key"] == pl.Int64


def test_a_key_is_the_same_on_every_machine() -> None:
    # blake2b of the text, 8 bytes, 63 bits; computed once with hashlib alone.
    rows = {name: [None] for name in people.IDENTITY} | {"email": ["a@exemple.fr"]}
    text = "\x1f".join("a@exemple.fr" if name == "email" else "" for name in people.IDENTITY)
    from hashlib import blake2b

    expected = int(blake2b(text.encode(), digest_size=8).hexdigest(), 16) // 2

    keys = people.keys(pl.DataFrame(rows, schema=dict.fromkeys(rows, pl.String)))

    assert keys.to_list() == [expected]


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("06 12 34 56 78", None, "+33612345678"),
        ("06.12.34.56.78", None, "+33612345678"),
        ("0033 6 12 34 56 78", None, "+33612345678"),
        ("+33 (0)6 12 34 56 78", None, "+33612345678"),
        ("612345678", None, "+33612345678"),
        ("612345678.0", None, "+33612345678"),
        ("02 513 89 40", "BE", "+3225138940"),
        ("+41 22 730 51 11", None, "+41227305111"),
        ("020 7031 3000", "GB", "+442070313000"),
        ("123", None, None),
        ("néant", None, None),
        (None, None, None),
    ],
)
def test_phones_are_read_in_e164(written: str | None, country: str | None, number: str) -> None:
    cells = pl.Series([written], dtype=pl.String)

    read = phones.read(cells, country=pl.Series([country], dtype=pl.String))

    assert read.to_list() == [number]


def test_a_lost_zero_is_given_back_to_french_postcodes_only(stage) -> None:
    story = stage(
        "Nom;Prénom;CP;Ville;Pays;Date don;Montant\n"
        "A;A;1000;Bourg;France;24/12/2023;5\nB;B;1000;Bruxelles;Belgique;24/12/2023;5\n"
    )

    persons = story.table("persons").sort("last_name")
    assert persons.select("postcode", "country").rows() == [("01000", "FR"), ("1000", "BE")]


def test_deceased_without_a_date_was_known_by_the_last_row_that_says_so(stage) -> None:
    story = stage(
        "Nom;Prénom;Email;Décédé;NPAI;Date don;Montant\n"
        "A;A;a@exemple.fr;oui;;01/02/2020;5\nA;A;a@exemple.fr;oui;;01/03/2021;5\n"
        "B;B;b@exemple.fr;;NPAI;01/04/2022;5\nC;C;c@exemple.fr;non;;01/05/2023;5\n"
    )

    persons = story.table("persons").sort("last_name")
    assert persons.select("deceased_on", "undeliverable_on").rows() == [
        (date(2021, 3, 1), None),
        (None, date(2022, 4, 1)),
        (None, None),
    ]


def test_cells_that_could_not_be_read_are_counted_and_their_rows_kept(stage) -> None:
    story = stage(
        "Nom;Prénom;Email;Tél;Type;Date don;Montant\n"
        "A;A;néant;12;Étrange;01/02/2020;5\nB;B;b@exemple.fr;0612345678;Don;01/02/2020;5\n"
        "C;C;c@exemple.fr;;;01/02/2020;5\n"
    )

    assert story.account.facts["gifts"] == 3
    assert story.account.lost == {"Tél": 1, "Type": 1, "Email": 1}


def test_a_donors_file_gives_persons_attributes_and_consents(stage) -> None:
    story = stage(
        {
            "donateurs.csv": "N° donateur;Nom;Prénom;Email;Date création;Ne pas contacter;"
            "Opt-in email;Cause;Budget;Couleur\n"
            "1;Dupont;Jean;j@exemple.fr;02/01/2020;;oui;Eau;100;bleu\n"
            "2;Durand;Léa;l@exemple.fr;;oui;non;;;\n"
            ";;;;;;;;;vert\n",
            "dons.csv": "N° donateur;Date don;Montant\n1;24/12/2023;50\n",
        }
    )

    assert story.account.table == "donors"
    assert story.account.facts == {"donors": 2}
    assert story.account.rejects == {"nobody_named": 1, "unread": 0}
    consents = story.table("consents").sort("source_row", "channel")
    found = consents.select("channel", "status", pl.col("occurred_at").dt.date())
    assert found.rows() == [
        ("email", "granted", date(2020, 1, 2)),
        (None, "objected", date(2023, 12, 24)),
        ("email", "refused", date(2023, 12, 24)),
    ]
    attributes = story.table("attributes").sort("name")
    assert attributes.select("name", "value", "party").rows() == [
        ("budget", "100", "zero"),
        ("cause", "Eau", "zero"),
    ]
    assert story.known[0].unused == ("Couleur",)
