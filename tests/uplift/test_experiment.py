"""A table from which nothing can be learnt is refused, and says what to do."""

import numpy as np
import polars as pl
import pytest

from mecene.uplift import experiment, refusal
from uplift import known_effects


@pytest.fixture(scope="module")
def table():
    return known_effects.send(12_000, seed=1).table


def read(table, **asked):
    return experiment.of(table, **({"arm": "arm", "control": "none", "outcome": "did"} | asked))


class TestOf:
    def test_the_control_is_first_and_its_chance_too(self, table):
        sent = read(table, shares={"letter": 0.75, "none": 0.25})

        assert sent.arms == ("none", "letter")
        assert sent.chance[0].tolist() == [0.25, 0.75]
        assert (sent.arm == (table["arm"] == "letter").to_numpy()).all()
        assert set(sent.features.columns) == set(table.columns) - {"arm", "did"}

    def test_a_chance_that_differs_from_group_to_group_is_no_feature(self, table):
        some = pl.when(pl.col("tired")).then(0.4).otherwise(0.6)
        told = table.with_columns(sent_share=some, kept_share=1 - some)

        sent = read(told, shares={"letter": "sent_share", "none": "kept_share"})

        assert not {"sent_share", "kept_share"} & set(sent.features.columns)
        assert set(sent.chance[:, 1].tolist()) == {0.4, 0.6}

    def test_shares_not_told_are_those_found(self, table):
        sent = read(table)

        assert not sent.told
        assert sent.chance[0, 1] == (table["arm"] == "letter").mean()

    def test_a_household_is_known_by_any_name(self, table):
        named = table.with_columns("foyer-" + pl.col("household").cast(pl.String))

        sent, same = read(named, household="household"), read(table, household="household")

        assert len(np.unique(sent.household)) == len(np.unique(same.household))
        assert sent.by_household
        assert "household" not in sent.features.columns

    def test_people_drawn_one_by_one_are_not_drawn_by_household(self, table):
        mixed = table.with_columns(arm=pl.Series(["none", "letter"] * (table.height // 2)))

        assert not read(mixed, household="household").by_household


def blank(table):
    return table.with_columns(did=pl.when(pl.int_range(pl.len()) == 6).then(None).otherwise("did"))


REFUSED = (
    (experiment.MissingColumn, lambda t: t.drop("did"), {}, "“did”"),
    (experiment.MissingMeasure, blank, {}, "row 7"),
    (experiment.UnknownArm, lambda t: t, {"control": "temoin"}, "“temoin”"),
    (experiment.UnknownArm, lambda t: t, {"shares": {"letter": 1.0}}, "“none”"),
    (experiment.ImpossibleShares, lambda t: t, {"shares": {"letter": 0.9, "none": 0.3}}, "0.9"),
    (experiment.TooFewContacts, lambda t: t.head(9_999), {}, "9999"),
    (
        experiment.ArmTooSmall,
        lambda t: pl.concat([t.filter(arm="letter"), t.filter(arm="letter"),
                             t.filter(arm="none").head(400)]),
        {},
        "400",
    ),
    (experiment.ArmTooSmall, lambda t: t.with_columns(arm=pl.lit("none")), {}, r"1 group\(s\)"),
    (experiment.TooFewOutcomes, lambda t: t.with_columns(did=pl.lit(0.0)), {}, "only 0"),
    (
        experiment.TooFewOutcomes,
        lambda t: t.with_columns(did=(pl.int_range(pl.len()) < 40).cast(pl.Float64)),
        {},
        "are needed",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("error", "spoilt", "asked", "says"), REFUSED)
def test_what_cannot_teach_is_refused_in_both_languages(table, error, spoilt, asked, says):
    with pytest.raises(error, match=says) as refused:
        read(spoilt(table), **asked)

    assert isinstance(refused.value, refusal.Refusal)
    french = refused.value.written("fr")
    assert french != str(refused.value)
    assert "{" not in french
