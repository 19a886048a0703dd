"""Pairs found and pairs right, on invented associations whose truth is known.

Precision: of the pairs of records put in one donor, those that are one person. Recall: of the
pairs that are one person, those put in one donor. Truth: ``invented.association``, whose
doubles may have lost everything that ties them; recall cannot be 1.
"""

import polars as pl
import pytest

from identity import invented, judged
from mecene.identity import resolve


@pytest.mark.slow
@pytest.mark.parametrize("duplicates", [0.05, 0.10, 0.15])
def test_doubles_are_found_and_strangers_are_not_joined(duplicates: float) -> None:
    # given three associations of 3,000 people, half of them in couples and families
    right = said = true = 0
    for seed in (11, 12, 13):
        records = invented.association(3_000, duplicates=duplicates, seed=seed)
        found = resolve.resolve(records.drop("truth"))
        counts = judged.pairs(records, found.mapping)
        right, said, true = right + counts[0], said + counts[1], true + counts[2]

    # then the targets of the project hold over the three
    assert right / said >= 0.99
    assert right / true >= 0.90


@pytest.mark.slow
def test_two_runs_on_several_threads_give_the_same_donors() -> None:
    records = invented.association(4_000, duplicates=0.15, seed=3).drop("truth")

    shuffled = records.sample(fraction=1.0, shuffle=True, seed=1)

    first, second = resolve.resolve(records), resolve.resolve(shuffled)

    assert first.mapping.equals(second.mapping)
    assert first.merges.equals(second.merges)


@pytest.mark.slow
def test_members_of_one_home_are_merged_only_when_they_share_a_given_name() -> None:
    # given couples, siblings and parents at one address, e-mail and phone
    records = invented.association(3_000, duplicates=0.10, seed=21)

    found = resolve.resolve(records.drop("truth"))

    table = records.join(found.mapping.drop("declared"), on="person_key")
    mixed = table.group_by("donor_id").agg(pl.col("truth").n_unique(), pl.col("civility"))
    wrong = mixed.filter(pl.col("truth") > 1)["civility"].to_list()
    assert not any({"M.", "Mme"} <= set(civilities) for civilities in wrong)
    assert not any("M. et Mme" in names and len(set(names)) > 1 for names in wrong)
