"""What the user says about a file, and how a slip in it is pointed at."""

import re
from datetime import date
from pathlib import Path

import pytest

from cli import running
from mecene.sources import files, mapping, recognition, roles

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "mapping.md"


def load(tmp_path: Path, text: str) -> mapping.Mapping:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return mapping.load(path)


@pytest.mark.parametrize(
    ("written", "pointed_at"),
    [
        ("colums = 1", r"mapping.toml: The key “colums” is unknown. Known keys: table, preset"),
        ('[columns]\ngiven = "x"', r"\[columns\]: The key “given” is unknown. .*given_on"),
        ("[columns]\namount = 3", r"columns.amount is no header"),
        ('table = "dons"', r"“dons” is no kind of file. Known kinds: donors, gifts"),
        ('[read]\ndate_format = "tomorrow"', r"read.date_format”: .*tomorrow.*dd/mm/yyyy"),
        ('[read]\ndecimal = ";"', r"read.decimal”: “;”"),
        ('[read]\ncurrency = "euro"', r"read.currency”: “euro”.*an ISO 4217 code"),
        ('[words.status]\n"Soldé" = "paid"', r"words.status: “Soldé” cannot mean “paid”.*received"),
        ('[words.colour]\n"x" = "y"', r"\[words\]: The key “colour” is unknown"),
        ('columns = "x"', r"“columns” must be a section. Write \[columns\]"),
        ("[attributes]\nx = [1]", r"attributes.x is a list or a section"),
        ("x =", r"not a TOML file in UTF-8: reading stops at the end of the file"),
        ("x = 1\n= 3", r"not a TOML file in UTF-8: reading stops at line 2, column 1"),
    ],
)
def test_a_slip_is_pointed_at(tmp_path: Path, written: str, pointed_at: str) -> None:
    with pytest.raises(mapping.InvalidMapping, match=pointed_at):
        load(tmp_path, written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("colums = 1", "mapping.toml : La clé « colums » est inconnue. Clés connues : table"),
        ('[columns]\ngiven = "x"', "mapping.toml : [columns] : La clé « given » est inconnue"),
        ("x = 1\n= 3", "la lecture s’arrête ligne 2, colonne 1"),
        ('[words.status]\n"Soldé" = "paid"', "« Soldé » ne peut pas vouloir dire « paid »"),
        ('preset = "sage"', "Le modèle « sage » (preset) n’existe pas. Modèles connus : civicrm"),
        ('[columns]\namount = "Somme"', "Il manque une colonne indispensable"),
    ],
)
def test_a_slip_is_told_in_the_readers_language(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "mapping.toml").write_text(written, encoding="utf-8")
    gifts = running.write(tmp_path / "dons.csv", "a;b", "x;y", "z;t")

    ran = running.mecene("check", gifts, "--mapping", tmp_path / "mapping.toml", lang="fr")

    assert ran.code == 1
    assert said in ran.err.replace("\u00a0", " ")


def test_the_example_of_the_page_is_a_mapping(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)

    told = load(tmp_path, example.group(1))

    assert told.columns["address"] == ("Adresse 1", "Adresse 2")
    assert told.words["status"]["solde"] == "received"


def test_every_role_and_every_worded_field_stands_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    missing = [name for name in (*roles.ALL, *roles.WORDED, *mapping.READ_KEYS)
               if not re.search(rf"\b{name}\b", page)]  # fmt: skip

    assert missing == []


def test_what_is_said_last_is_heard() -> None:
    below = mapping.Mapping(read={"decimal": ".", "zone": "UTC"}, words={"kind": {"a": "one_off"}})
    above = mapping.Mapping(read={"decimal": ","}, words={"kind": {"b": "legacy"}})

    both = above.over(below)

    assert both.read == {"decimal": ",", "zone": "UTC"}
    assert both.words == {"kind": {"a": "one_off", "b": "legacy"}}


def test_a_mapping_is_followed(stage) -> None:
    story = stage(
        "Quand;Combien;Qui;Thème;Nature\n12/24/2023;1.500;7;Eau;Tombola\n03/04/2023;20;8;;Autre\n",
        told="""
            table = "gifts"
            [columns]
            given_on = "Quand"
            amount = "combien"
            external_id = "Qui"
            kind = "Nature"
            [read]
            date_format = "mm/dd/yyyy"
            decimal = "."
            currency = "USD"
            [constants]
            campaign = "NOEL"
            [words.kind]
            "Tombola" = "legacy"
            [attributes]
            "Thème" = "cause"
        """,
    )

    columns = ("given_on", "amount_minor", "currency", "campaign_id", "kind")
    assert story.table("gifts").sort("source_row").select(columns).rows() == [
        (date(2023, 12, 24), 150, "USD", "NOEL", "legacy"),
        (date(2023, 3, 4), 2_000, "USD", "NOEL", "one_off"),
    ]
    assert story.table("attributes")["value"].to_list() == ["Eau"]
    assert story.known[0].header("amount") == "Combien"
    assert {column.why for column in story.known[0].columns} == {"mapping"}


def test_a_mapping_for_gifts_is_not_heard_for_donors(tmp_path) -> None:
    path = tmp_path / "donateurs.csv"
    path.write_text("Email;Nom\na@x.fr;A\n", encoding="utf-8")
    told = load(tmp_path, 'table = "gifts"\n[columns]\nlast_name = "Email"')

    found = recognition.recognise(files.inspect(path), table="donors", mapping=told)

    assert found.header("last_name") == "Nom"
