"""What holds of any records: order, repetition, household, and the right to undo."""

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mecene import facts
from mecene.identity import resolve, traits

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Few values, so that records often share some.
record = st.fixed_dictionaries(
    {
        "external_id": st.sampled_from([None, None, "A1", "A2"]),
        "civility": st.sampled_from([None, "M.", "Mme", "M. et Mme"]),
        "first_name": st.sampled_from([None, "Jean", "Jeanne", "J.", "Jaen", "Marie", "Dupont"]),
        "last_name": st.sampled_from([None, "Dupont", "DUPOND", "Martin", "Jean"]),
        "organisation_name": st.sampled_from([None, None, None, "SARL Dupont"]),
        "email": st.sampled_from([None, None, "a@x.fr", "b@x.fr"]),
        "phone": st.sampled_from([None, None, "+33612345678"]),
        "address": st.sampled_from([None, "3 rue Saint-Paul"]),
        "postcode": st.sampled_from([None, "75011", "13001"]),
        "birth_date": st.sampled_from([None, None, date(1950, 1, 2), date(1980, 1, 2)]),
    }
)
records = st.lists(record, min_size=1, max_size=9)


def persons(rows: list[dict]) -> pl.DataFrame:
    keyed = [{"person_key": key * 7 % 1_001} | row for key, row in enumerate(rows, start=1)]
    schema = {"person_key": pl.Int64} | {name: traits.PERSON[name] for name in rows[0]}
    return pl.DataFrame(keyed, schema=schema)


def groups(found: resolve.Resolution) -> set[frozenset[int]]:
    gathered = found.mapping.group_by("donor_id").agg("person_key")["person_key"].to_list()
    return {frozenset(keys) for keys in gathered}


@pytest.mark.slow
@few
@given(records, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(rows, chance) -> None:
    table = persons(rows)
    order = list(range(table.height))
    chance.shuffle(order)

    first, second = resolve.resolve(table), resolve.resolve(table[order])

    assert first.mapping.equals(second.mapping)
    assert first.donors.equals(second.donors)
    assert first.merges.equals(second.merges)


@pytest.mark.slow
@few
@given(records)
def test_every_key_has_one_donor_and_every_donor_a_key(rows) -> None:
    table = persons(rows)

    found = resolve.resolve(table)

    assert found.mapping["person_key"].to_list() == sorted(table["person_key"].to_list())
    assert found.donors["donor_id"].to_list() == list(range(1, found.donors.height + 1))
    assert set(found.mapping["donor_id"]) == set(found.donors["donor_id"])
    facts.check(found.donors, facts.DONORS)


@pytest.mark.slow
@few
@given(records)
def test_an_unrelated_person_changes_no_other_group(rows) -> None:
    table = persons(rows)
    stranger = {
        "first_name": "Zoé",
        "last_name": "Wagner",
        "email": "zoe@z.fr",
        "postcode": "67000",
    }
    more = pl.concat([table, pl.DataFrame([stranger | {"person_key": 999_999}])], how="diagonal")

    before, after = groups(resolve.resolve(table)), groups(resolve.resolve(more))

    assert after == before | {frozenset({999_999})}


@pytest.mark.slow
@few
@given(records)
def test_people_kept_apart_never_share_a_donor_unless_a_reference_says_so(rows) -> None:
    unreferenced = [row | {"external_id": None} for row in rows]
    table = persons(unreferenced)

    found = resolve.resolve(table).mapping.join(table, on="person_key")

    for _, together in found.group_by("donor_id"):
        assert together["birth_date"].drop_nulls().n_unique() <= 1
        assert not {"M.", "Mme"} <= set(together["civility"])
        bodies = together["organisation_name"].is_not_null()
        assert bodies.all() or not bodies.any()
        plain = together.filter(~bodies)["civility"].fill_null("") == "M. et Mme"
        assert plain.all() or not plain.any()


@pytest.mark.slow
@few
@given(records)
def test_undoing_every_merge_gives_one_donor_a_key(rows) -> None:
    table = persons(rows)
    applied = resolve.resolve(table).merges.filter("applied")

    found = resolve.resolve(table, undone=applied)

    assert found.donors.height == table.height


@pytest.mark.slow
@few
@given(records, st.data())
def test_undoing_some_merges_parts_them_and_creates_none(rows, data) -> None:
    table = persons(rows)
    before = resolve.resolve(table)
    applied = before.merges.filter("applied")
    chosen = data.draw(st.sets(st.integers(0, max(applied.height - 1, 0))))
    undone = applied[sorted(chosen)] if applied.height else applied

    after = resolve.resolve(table, undone=undone)

    home = dict(after.mapping.select("person_key", "donor_id").iter_rows())
    for a, b in undone.select("person_key_a", "person_key_b").iter_rows():
        assert home[a] != home[b]
    assert all(any(group <= wider for wider in groups(before)) for group in groups(after))
