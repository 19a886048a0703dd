"""Who is the same person: each rule by example."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mecene import facts
from mecene.identity import merges, resolve, traits

HOME = {"address": "3 rue Saint-Paul", "postcode": "75011", "city": "Paris"}
JEAN = {"civility": "M.", "first_name": "Jean", "last_name": "Dupont"}
MARIE = {"civility": "Mme", "first_name": "Marie", "last_name": "Dupont"}


def resolved(*records: dict, **options) -> resolve.Resolution:
    rows = [{"person_key": key} | record for key, record in enumerate(records, start=1)]
    schema = {"person_key": pl.Int64} | {name: traits.PERSON[name] for row in rows for name in row}
    return resolve.resolve(pl.DataFrame(rows, schema=schema), **options)


def donor_ids(*records: dict, **options) -> list[int]:
    return resolved(*records, **options).mapping["donor_id"].to_list()


ONE_PERSON = {
    "accents, case, hyphens": (JEAN | HOME, {"first_name": "JEAN", "last_name": "DUPONT"} | HOME),
    "a nickname": (
        {"first_name": "Mathieu", "last_name": "Roy", "email": "m@x.fr"},
        {"first_name": "Matthieu", "last_name": "Roy", "email": "m@x.fr"},
    ),
    "an initial at one address": (JEAN | HOME, JEAN | HOME | {"first_name": "J."}),
    "names swapped": (
        JEAN | HOME,
        HOME | {"first_name": "Dupont", "last_name": "Jean", "email": "j@x.fr"},
    ),
    "a slip in the surname": (JEAN | HOME, JEAN | HOME | {"last_name": "Dupnot"}),
    "a name in one piece": (JEAN | HOME, HOME | {"full_name": "DUPONT Jean"}),
    "moved, same e-mail": (
        JEAN | HOME | {"email": "jean@x.fr"},
        JEAN | {"postcode": "13001", "email": "jean@x.fr"},
    ),
    "another e-mail, same place": (
        JEAN | HOME | {"email": "jean@x.fr"},
        JEAN | HOME | {"email": "jd@y.fr"},
    ),
    "same phone": (JEAN | {"phone": "+33612345678"}, JEAN | {"phone": "06 12 34 56 78"}),
    "same birth date": (
        JEAN | {"postcode": "75011", "birth_date": date(1950, 3, 2)},
        JEAN | {"postcode": "13001", "birth_date": date(1950, 3, 2)},
    ),
    "married": (
        MARIE | {"email": "marie@x.fr"},
        MARIE | {"email": "marie@x.fr", "last_name": "Leroy"},
    ),
    "one reference": ({"external_id": "A1"} | JEAN, {"external_id": "A1", "email": "jean@x.fr"}),
    "a reference alone": ({"external_id": "A1"} | JEAN, {"external_id": "A1"}),
    "a company": (
        {"organisation_name": "SARL Duval", "postcode": "69001"},
        {"organisation_name": "Duval", "postcode": "69001"},
    ),
}
TWO_PEOPLE = {
    "a couple": (JEAN | HOME, MARIE | HOME),
    "a couple and its e-mail": (JEAN | {"email": "d@x.fr"}, MARIE | {"email": "d@x.fr"}),
    "a couple and its phone": (JEAN | {"phone": "+33123456789"}, MARIE | {"phone": "+33123456789"}),
    "Jean and Jeanne": (JEAN | HOME, JEAN | HOME | {"first_name": "Jeanne", "civility": "Mme"}),
    "Louis and Louise": (
        HOME | {"first_name": "Louis", "last_name": "Roy"},
        HOME | {"first_name": "Louise", "last_name": "Roy"},
    ),
    "a couple and one of its members": (JEAN | HOME, HOME | MARIE | {"civility": "M. et Mme"}),
    "father and son": (
        JEAN | HOME | {"birth_date": date(1950, 3, 2)},
        JEAN | HOME | {"birth_date": date(1980, 7, 9)},
    ),
    "homonyms in two towns": (JEAN | {"postcode": "75011"}, JEAN | {"postcode": "13001"}),
    "a company and its owner": (
        HOME | {"organisation_name": "Dupont", "email": "d@x.fr"},
        JEAN | HOME | {"email": "d@x.fr"},
    ),
    "one reference, two names": (
        {"external_id": "A1", "email": "j@x.fr"} | JEAN,
        {"external_id": "A1", "email": "p@y.fr", "first_name": "Paul", "last_name": "Roy"},
    ),
    "one name each, nothing else": ({"last_name": "Dupont"}, {"last_name": "Roy"}),
}


@pytest.mark.parametrize("records", ONE_PERSON.values(), ids=ONE_PERSON)
def test_one_person_written_twice_is_one_donor(records) -> None:
    assert donor_ids(*records) == [1, 1]


@pytest.mark.parametrize("records", TWO_PEOPLE.values(), ids=TWO_PEOPLE)
def test_two_people_are_two_donors(records) -> None:
    assert donor_ids(*records) == [1, 2]


def test_an_email_of_three_names_says_nothing_of_who_is_who() -> None:
    # given an accountant's e-mail, on which a Marie gives from two towns
    shared = {"email": "contact@cabinet.fr"}
    others = [
        shared | {"first_name": first, "last_name": last}
        for first, last in (("Paul", "Roy"), ("Luc", "Petit"), ("Anne", "Morel"))
    ]

    ids = donor_ids(MARIE | shared | {"postcode": "1"}, MARIE | shared | {"postcode": "2"}, *others)

    assert len(set(ids)) == 5


def test_an_initial_that_could_be_two_people_joins_neither() -> None:
    jeanne = JEAN | HOME | {"first_name": "Julie", "civility": None}

    initial = HOME | {"first_name": "J.", "last_name": "Dupont"}

    found = resolved(JEAN | HOME | {"civility": None}, jeanne, initial)

    assert found.mapping["donor_id"].to_list() == [1, 2, 3]
    assert found.proposals["reason_fr"].str.contains("plusieurs personnes").any()


def test_a_chain_breaks_rather_than_join_father_and_son() -> None:
    # given a father, a son, and a record of one of them without birth date
    father = JEAN | HOME | {"birth_date": date(1950, 3, 2)}
    son = JEAN | HOME | {"birth_date": date(1980, 7, 9)}

    ids = donor_ids(father, JEAN | HOME | {"phone": "+33612345678"}, son)

    assert ids[0] != ids[2]


def test_people_of_one_home_share_a_household_and_stay_apart() -> None:
    couple = HOME | {"civility": "M. et Mme", "last_name": "DUPONT"}

    found = resolved(JEAN | HOME, MARIE | HOME, couple, {"first_name": "Luc", "last_name": "Roy"})

    assert found.donors["household_id"].to_list() == [1, 1, 1, None]
    assert found.donors["kind"].to_list() == ["person", "person", "household", "person"]
    assert found.households == 1
    assert (found.proposals["rule"] == "couple_and_member").sum() == 2


def test_the_declared_record_gives_a_donor_its_best_fields() -> None:
    gift = {"email": "jean@x.fr", "first_name": "JEAN", "last_name": "DUPONT", "declared": False}
    card = {"email": "jean@x.fr", "external_id": "A1", "declared": True} | JEAN

    found = resolved(gift | {"postcode": "75 011"}, card | {"birth_date": date(1950, 3, 2)})

    donor = found.donors.row(0, named=True)
    assert (donor["first_name"], donor["last_name"]) == ("Jean", "Dupont")
    assert (donor["postcode"], donor["birth_date"]) == ("75011", date(1950, 3, 2))
    assert donor["external_ids"] == ["A1"]
    assert donor["gender"] == "m"


def test_a_merge_says_why_in_french_and_in_english() -> None:
    email = {"email": "jean@x.fr"}

    line = resolved(JEAN | email, JEAN | email | {"postcode": "75011"}).merges.row(0, named=True)

    assert line["evidence_fr"] == "même e-mail et même nom"
    assert line["evidence_en"] == "same e-mail and same name"
    assert line["applied"]
    assert line["score"] >= 0.99
    assert line["reason_fr"] is None


def test_undoing_one_merge_gives_back_its_two_donors() -> None:
    email = {"email": "jean@x.fr"}
    records = (JEAN | email, JEAN | email | {"postcode": "75011"})
    line = resolved(*records).merges.select("merge_id")

    found = resolved(*records, undone=line)

    assert found.mapping["donor_id"].to_list() == [1, 2]
    assert found.proposals["reason_en"].to_list() == ["merge undone by you"]


def test_undoing_a_pair_by_its_keys_is_undoing_its_merge() -> None:
    records = (JEAN | HOME, JEAN | HOME | {"first_name": "J."})
    pair = pl.DataFrame({"person_key_a": [2], "person_key_b": [1]})

    assert donor_ids(*records, undone=pair) == [1, 2]


def test_a_file_that_names_no_merge_is_refused() -> None:
    with pytest.raises(merges.UnknownMerge, match="neither merge_id nor person_key_a"):
        resolved(JEAN, undone=pl.DataFrame({"donor_id": [1]}))


def test_a_higher_threshold_proposes_what_a_lower_one_applies() -> None:
    records = (JEAN | HOME, JEAN | HOME | {"last_name": "Dupnot"})

    assert donor_ids(*records, threshold=0.9) == [1, 1]
    strict = resolved(*records, threshold=1.0)
    assert strict.mapping["donor_id"].to_list() == [1, 2]
    assert strict.proposals["reason_fr"].to_list() == ["indices insuffisants"]


def test_a_threshold_that_is_no_score_is_refused() -> None:
    with pytest.raises(resolve.InvalidThreshold, match=r"between 0\.5 and 1"):
        resolved(JEAN, threshold=99)


def test_a_key_in_two_rows_is_refused() -> None:
    with pytest.raises(traits.InvalidPersons, match="person_key 1 stands in several rows"):
        resolve.resolve(pl.DataFrame({"person_key": [1, 1]}))


@pytest.mark.parametrize("size", [0, 1])
def test_nobody_and_one_alone_are_resolved(size: int) -> None:
    persons = pl.DataFrame({"person_key": [7], "email": ["a@x.fr"]}).head(size)

    found = resolve.resolve(persons)

    assert found.mapping.height == found.donors.height == size
    assert found.donors.schema == facts.DONORS.schema
    assert found.merges.schema == merges.MERGES


def test_references_alone_are_resolved_without_a_comparison() -> None:
    keys = list(range(5_000, 0, -1))
    persons = pl.DataFrame({"person_key": keys, "external_id": [f"D{key}" for key in keys]})

    found = resolve.resolve(persons)

    assert found.donors.height == 5_000
    assert found.merges.is_empty()


def test_one_email_for_everybody_joins_nobody() -> None:
    names = [
        f"{a}{b}ard" for a in ("bo", "cha", "dru", "fi", "gla") for b in ("n", "ll", "tt", "v")
    ]
    rows = [{"email": "x@y.fr", "last_name": last, "first_name": "Luc"} for last in names]

    assert len(set(donor_ids(*rows))) == len(rows)


def test_records_are_read_from_a_directory_of_parquet_files(tmp_path: Path) -> None:
    for key in (1, 2):
        row = pl.DataFrame({"person_key": [key], "email": ["a@x.fr"], "last_name": ["Roy"]})
        row.write_parquet(tmp_path / f"part-{key}.parquet")

    assert resolve.resolve(tmp_path).donors.height == 1


def test_homonyms_of_a_big_town_are_proposed_and_not_merged() -> None:
    # given sixty Jean Martins of one postcode, each in a street of his own
    streets = [f"{at} rue {chr(97 + at % 26) * 6}{chr(97 + at // 26) * 5}" for at in range(60)]
    martin = {"first_name": "Jean", "last_name": "Martin", "postcode": "75015"}

    found = resolved(*(martin | {"address": street} for street in streets))

    assert found.donors.height == 60
    assert "nom trop répandu dans cette ville pour conclure" in found.proposals["reason_fr"]


def test_one_person_of_many_addresses_keeps_their_email_as_evidence() -> None:
    rows = [JEAN | {"email": "jean@x.fr", "postcode": str(10_000 + at)} for at in range(60)]

    assert set(donor_ids(*rows)) == {1}


def test_nothing_is_printed(capfd) -> None:
    resolved(JEAN | HOME, JEAN | HOME | {"last_name": "Dupnot"})

    assert capfd.readouterr() == ("", "")
