"""Gifts that an earlier import holds are found, as many as there are and no more."""

import pytest

from mecene_web.imports import overlapping, rows
from web.imports.test_load import HEADER, loaded, staged

pytestmark = pytest.mark.django_db(transaction=True)
BARE = HEADER.rpartition(";")[0]
ALICE = "Martin;Alice;alice@exemple.fr;75011;12/05/2024;50,00"
LUC = "Durand;Luc;luc@exemple.fr;33000;03/01/2025;30,00"


def lines_known(folder) -> list[int]:
    found = overlapping.found(rows.staged(folder, "gifts"))
    return found["source_row"].to_list()


def test_by_the_reference_of_the_file(tmp_path):
    loaded(staged(tmp_path / "one", f"{ALICE};A1"))

    assert lines_known(staged(tmp_path / "two", f"{LUC};A1", f"{ALICE};B7")) == [1]


def test_by_person_day_and_amount_where_there_is_no_reference(tmp_path):
    loaded(staged(tmp_path / "one", ALICE, ALICE, header=BARE))

    two = staged(tmp_path / "two", LUC, ALICE, ALICE, ALICE, header=BARE)

    assert lines_known(two) == [2, 3]


def test_nothing_is_known_of_an_empty_base(tmp_path):
    assert lines_known(staged(tmp_path / "one", f"{ALICE};A1", f"{LUC};A2")) == []
