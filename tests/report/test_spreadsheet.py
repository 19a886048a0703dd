"""Tables for people: euros, words and their language; the machine's table is left as it is."""

import tomllib
from importlib import resources

import polars as pl
import pytest

from mecene.report import lexicon, spreadsheet
from mecene.segments import lifecycle


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
        "Confiance": "faible",
        "Devise": "EUR",
        "Total donné": 1234.56,
        "Probabilité d’être encore actif": 0.123,
        "Grand donateur": "oui",
        "Joignable": None,
    }


def test_a_currency_without_cents_is_not_divided() -> None:
    francs = ROW.with_columns(currency=pl.lit("XOF"))

    assert spreadsheet.worded(francs, lang="en")["Total given"].to_list() == [123_456]


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
