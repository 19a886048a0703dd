"""Two ways of writing a name, and when they are one name."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.identity import names


@pytest.mark.parametrize(
    ("written", "kind", "first", "last"),
    [
        ("Jean Dupont", "person", "Jean", "Dupont"),
        ("DUPONT Jean", "person", "Jean", "DUPONT"),
        ("Dupont, Jean", "person", "Jean", "Dupont"),
        ("Mme Marie-Claude LE GOFF", "person", "Marie-Claude", "LE GOFF"),
        ("de la Tour Marie", "person", "Marie", "de la Tour"),
        ("Monsieur Martin", "person", None, "Martin"),
        ("M. et Mme DUPONT Jean et Marie", "household", "Jean et Marie", "DUPONT"),
        ("Jean Dupont et Marie Martin", "household", "Jean et Marie", "Dupont Martin"),
        ("M./Mme Petit", "household", None, "Petit"),
        ("Famille Durand", "household", None, "Durand"),
        ("SARL Dupont", "organisation", None, "SARL Dupont"),
    ],
)
def test_a_name_in_one_piece_says_who_it_is(written, kind, first, last) -> None:
    read = names.read(written)

    assert (read.kind, read.first, read.last) == (kind, first, last)


@pytest.mark.parametrize(
    ("civility", "says"),
    [("M.", "m"), ("Mademoiselle", "f"), ("Mr et Mme", "household"), ("Dr", None)],
)
def test_a_civility_says_whom_it_is_for(civility: str, says: str | None) -> None:
    assert names.civility_says(civility) == says


def test_folding_forgets_accents_case_hyphens_and_apostrophes() -> None:
    assert names.fold("D’ÉTANG-Noël  Œuvré") == "d etang noel oeuvre"


def test_surnames_are_one_with_or_without_particle_and_space() -> None:
    written = pl.DataFrame({"name": ["de la tour", "latour", "d estaing", "estaing", "de"]})

    compact = written.select(names.compact_last(pl.col("name")))["name"].to_list()

    assert compact == ["latour", "latour", "estaing", "estaing", "de"]


def test_a_couple_has_its_given_names_in_one_order() -> None:
    assert names.first_names("Matthieu & Anne") == names.first_names("Anne et Mathieu")


@given(st.text(st.characters(max_codepoint=0x17F), max_size=40))
def test_folding_a_column_is_folding_each_of_its_names(text: str) -> None:
    table = pl.DataFrame({"name": [text]}, schema={"name": pl.String})

    column = table.select(names.folded(pl.col("name")))["name"][0]

    assert names.fold(column or "") == (column or "")


@given(st.text(max_size=60))
def test_any_text_can_be_read_as_a_name(text: str) -> None:
    assert names.read(text).kind in ("person", "household", "organisation")


@pytest.mark.parametrize(
    ("written", "aloud"),
    [
        ("PERRIN", "Perrin"),
        ("élodie", "Élodie"),
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("DE LA TOUR", "de La Tour"),
        ("D'ORMESSON", "d'Ormesson"),
        ("N’DIAYE", "N’Diaye"),
        ("LE GOFF", "Le Goff"),
        ("JEAN ET MARIE", "Jean et Marie"),
        ("J.-P.", "J.-P."),
        ("J", "J"),
        ("McDonald", "McDonald"),
        ("de Gaulle", "de Gaulle"),
        ("", ""),
    ],
)
def test_a_shouted_name_is_read_aloud_as_any_other(written, aloud) -> None:
    assert names.cased(written) == aloud


@given(st.text("aébdelovntETDœÇÉ'’ -.", max_size=20))
def test_reading_a_name_aloud_changes_no_letter_of_it_and_once_is_enough(written) -> None:
    aloud = names.cased(written)

    assert names.fold(aloud) == names.fold(written)
    assert names.cased(aloud) == aloud
