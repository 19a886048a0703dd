"""Tables for people: euros, words and their language; the machine's table is left as it is."""

import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from mecene.report import lexicon, spreadsheet
from mecene.segments import lifecycle
from mecene.sources import safe_writing


def return_codes_known() -> list[str]:
    table = tomllib.loads(
        resources.files("mecene.segments").joinpath("return_codes.toml").read_text("utf-8")
    )
    return sorted(table["class"])


ROW = pl.DataFrame(
    {
        "donor_id": [1],
        "external_ids": [["A1", "B2"]],
        "segment": ["at_risk"],
        "kind": ["household"],
        "recurring_state": ["failing"],
        "value_confidence": ["low"],
        "currency": ["EUR"],
        "amount_minor": [123_456],
        "p_active": [0.123456],
        "major": [True],
        "reachable": [None],
    },
    schema_overrides={"reachable": pl.Boolean},
)


def test_a_french_reader_finds_euros_and_words() -> None:
    shown = spreadsheet.worded(ROW, lang="fr").row(0, named=True)

    assert shown == {
        "Donateur": 1,
        "Références": "A1 B2",
        "Étape": "À risque",
        "Nature": "couple ou foyer",
        "Don régulier": "rejeté",
        "Confiance (3 et 5 ans)": "faible",
        "Devise": "EUR",
        "Total donné": Decimal("1234.56"),
        "Probabilité d’être encore actif": 0.123,
        "Grand donateur": "oui",
        "Joignable": None,
    }


def test_a_currency_without_cents_is_not_divided() -> None:
    francs = ROW.with_columns(currency=pl.lit("XOF"))

    assert spreadsheet.worded(francs, lang="en")["Total given"].to_list() == [123_456]


@pytest.mark.parametrize(
    ("currency", "minor", "french", "english"),
    [
        ("EUR", 379_500, "3795,00", "3795.00"),
        ("EUR", 10, "0,10", "0.10"),
        ("XOF", 379_500, "379500", "379500"),
        ("TND", 379_500, "379,500", "379.500"),
    ],
)
def test_amounts_keep_their_cents_in_a_csv(
    tmp_path: Path, currency: str, minor: int, french: str, english: str
) -> None:
    table = ROW.select("donor_id", currency=pl.lit(currency), amount_minor=pl.lit(minor))

    for lang, decimal, written in (("fr", ",", french), ("en", ".", english)):
        shown = spreadsheet.worded(table, lang=lang)
        safe_writing.write_csv(shown, tmp_path / "d.csv", delimiter=";", decimal=decimal)
        [_, line] = (tmp_path / "d.csv").read_text("utf-8").splitlines()
        assert line.split(";")[-1] == written


def test_amounts_are_numbers_with_cents_in_a_workbook(tmp_path: Path) -> None:
    table = ROW.select("donor_id", "currency", amount_minor=pl.lit(379_500))

    safe_writing.write_xlsx(spreadsheet.worded(table, lang="fr"), tmp_path / "d.xlsx")

    cell = openpyxl.load_workbook(tmp_path / "d.xlsx").active["C2"]
    assert (cell.value, cell.number_format) == (3795, "#,##0.00")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("segment", lifecycle.SEGMENTS),
        ("recurring_state", ("active", "paused", "failing", "stopped")),
        ("kind", ("person", "household", "organisation")),
        ("value_confidence", ("low", "medium", "high")),
        ("return_class", tuple(return_codes_known())),
    ],
)
def test_every_code_has_its_word(column: str, codes: tuple[str, ...], lang: str) -> None:
    known = lexicon.labels(spreadsheet.CODES[column], lang=lang)

    assert set(codes) - set(known) == set()
