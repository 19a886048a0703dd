"""Pairs that are not kept are pairs that no rule, no look and no score could have been about."""

import polars as pl
from polars.testing import assert_frame_equal

from identity import invented
from mecene.identity import candidates, compare, exact, glance, resolve, traits


def test_what_is_left_out_is_what_no_rule_and_no_score_is_about():
    # given people hard to tell apart, and every pair worth comparing
    records = invented.association(3_000, duplicates=0.15, seed=11).drop("truth")
    people = traits.of(traits.complete(records))
    found = candidates.pairs(people)
    database = compare.opened()

    # when pairs are compared, and when only those that may matter are kept
    every = compare.pairs(database, people, found)
    shares = []
    kept = compare.worthwhile(database, people, found, on_progress=shares.append)
    database.close()

    # then the rules say the same, the same are scored, and what is shared is found all the same
    assert kept.height < every.height / 2
    assert shares[-1] == 1.0
    assert_frame_equal(_ruled(people, kept), _ruled(people, every))
    assert_frame_equal(_scored(people, kept), _scored(people, every))
    assert_frame_equal(
        compare.without_shared(people, kept)[0], compare.without_shared(people, every)[0]
    )


def test_a_glance_at_numbers_leaves_out_no_pair_that_could_matter():
    # given hard records, some with names of several words, some of one piece, some swapped
    records = invented.association(2_500, duplicates=0.3, seed=5).drop("truth")
    people = traits.of(traits.complete(records))
    found = candidates.pairs(people)
    database = compare.opened()

    # when every pair is compared, and when only those a glance does not settle are
    every = compare.pairs(database, people, found)
    hopeful = glance.hopeful(people["person_key"], glance.numbers(people), found)
    kept = compare.worthwhile(database, people, found, on_progress=lambda share: None)
    database.close()

    # then what could matter is the same to the last relation
    assert_frame_equal(kept, every.filter(compare._telling()))
    assert hopeful.sum() < found.height * 2 / 3


def test_no_pair_at_all_is_no_pair_worthwhile():
    people = traits.of(traits.complete(pl.DataFrame({"person_key": [1], "last_name": ["Petit"]})))
    database = compare.opened()

    kept = compare.worthwhile(
        database, people, pl.DataFrame(schema=candidates.PAIRS), on_progress=lambda share: None
    )

    assert kept.is_empty()


def _ruled(people: pl.DataFrame, compared: pl.DataFrame) -> pl.DataFrame:
    known, compared = compare.without_shared(people, compared)
    return exact.edges(compared, known).sort("a", "b")


def _scored(people: pl.DataFrame, compared: pl.DataFrame) -> pl.DataFrame:
    _, compared = compare.without_shared(people, compared)
    return compared.filter(resolve._evident()).sort("a", "b")
