"""A merge is shown with what both its records say."""

from datetime import date

import polars as pl

from mecene.identity import mentions, resolve

PERSONS = pl.DataFrame(
    {
        "person_key": [3, 7, 9],
        "external_id": ["D12", None, None],
        "civility": ["Mme", None, None],
        "first_name": ["Marie", "marie", None],
        "last_name": ["DURAND", "durand", None],
        "organisation_name": [None, None, "SARL Duval"],
        "email": [None, "marie@exemple.fr", None],
        "address": ["3 rue Saint-Paul", None, None],
        "postcode": ["75011", "75011", "69001"],
        "city": ["Paris", None, "Lyon"],
        "birth_date": [date(1950, 3, 2), None, None],
    }
)
MERGES = pl.DataFrame({"merge_id": ["m-1", "m-2"], "person_key_a": [3, 3], "person_key_b": [7, 9]})


def told(lang: str, persons=PERSONS) -> pl.DataFrame:
    return pl.concat(mentions.beside(MERGES, persons, lang=lang))


def test_a_record_says_what_the_file_says_and_nothing_that_is_absent():
    lines = told("fr")

    assert lines["record_a"][0] == (
        "Mme Marie DURAND, 3 rue Saint-Paul, 75011 Paris, 02/03/1950, réf. D12"
    )
    assert lines["record_b"].to_list() == [
        "marie durand, marie@exemple.fr, 75011",
        "SARL Duval, 69001 Lyon",
    ]


def test_a_reference_and_a_date_are_written_in_english_too():
    assert told("en")["record_a"][1].endswith("75011 Paris, 1950-03-02, ref. D12")


def test_records_are_found_whether_they_lie_in_a_table_or_in_files(tmp_path):
    PERSONS.write_parquet(tmp_path / "persons.parquet")

    assert told("fr", tmp_path).equals(told("fr"))


def test_merges_keep_their_order_and_their_columns():
    lines = told("fr")

    assert lines.drop("record_a", "record_b").equals(MERGES)


def test_no_merge_is_a_table_without_lines():
    lines = pl.concat(mentions.beside(MERGES.clear(), PERSONS, lang="fr"))

    assert lines.is_empty()
    assert lines.columns == [*MERGES.columns, "record_a", "record_b"]


def test_every_merge_found_is_told_with_both_its_records():
    found = resolve.resolve(PERSONS)

    lines = pl.concat(mentions.beside(found.merges, PERSONS, lang="fr"))

    assert lines.height == 1
    assert "DURAND" in lines["record_a"][0]
    assert "durand" in lines["record_b"][0]
