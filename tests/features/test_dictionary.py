"""The dictionary is complete, speaks two languages, and is what the documentation shows."""

from pathlib import Path

import pytest

from mecene.features import dictionary

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_the_documentation_shows_the_dictionary() -> None:
    shown = (DOCS / "features.md").read_text(encoding="utf-8")

    assert shown.endswith(dictionary.page()), "run: python docs/reference/write_features.py"


@pytest.mark.parametrize("column", dictionary.columns(), ids=lambda column: column.name)
def test_every_column_has_a_unit_and_two_languages(column: dictionary.FeatureColumn) -> None:
    assert column.type is not None
    for words in (column.label_fr, column.label_en, column.meaning_fr, column.meaning_en):
        assert words.strip() == words != ""


@pytest.mark.parametrize(
    ("unit", "ending"),
    [("minor", "_minor"), ("mean_minor", "_minor"), ("days", "_days"), ("date", "_on"),
     ("share", "_share")],
)  # fmt: skip
def test_a_unit_is_in_the_name(unit: str, ending: str) -> None:
    exceptions = {"days_first_to_second_gift"}
    names = {column.name for column in dictionary.columns() if column.unit == unit} - exceptions

    assert names
    assert {name for name in names if not name.endswith(ending)} == set()


def test_the_donor_comes_first_and_families_can_be_asked_for_alone() -> None:
    assert dictionary.columns()[0].name == "donor_id"
    assert [column.name for column in dictionary.columns(("calendar",))][:2] == [
        "donor_id",
        "amount_this_year_minor",
    ]
