"""A hidden motive makes people answer what speaks to it; without motives nothing has changed."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mecene.simulator import association
from mecene.simulator.association import Association

WITHOUT = Association(donors=3_000, years=4, seed=11)
WITH = Association(donors=3_000, years=4, seed=11, motives=True)


@pytest.fixture(scope="module")
def worlds() -> tuple[association.World, association.World]:
    return association.simulate(WITHOUT), association.simulate(WITH)


def test_campaigns_are_named_with_their_motive_and_nothing_else_changes_in_them(
    worlds: tuple[association.World, association.World],
) -> None:
    without, tagged = (world.facts["campaigns"] for world in worlds)

    assert not without["name"].str.contains("motif:").any()
    assert_frame_equal(tagged.drop("name"), without.drop("name"))
    bare = tagged["name"].str.replace(r" \[motif:(émotionnel|rationnel|engagé)\]$", "")
    assert bare.to_list() == without["name"].to_list()
    shares = tagged["name"].str.extract(r"motif:(\w+)").value_counts(normalize=True)
    assert shares["proportion"].to_list() == pytest.approx([1 / 3] * 3, abs=0.05)


def test_people_are_the_same_but_for_a_motive_only_the_truth_knows(
    worlds: tuple[association.World, association.World],
) -> None:
    without, with_motives = worlds

    assert_frame_equal(
        with_motives.facts["donors"].drop("deceased_on", "undeliverable_on"),
        without.facts["donors"].drop("deceased_on", "undeliverable_on"),
    )
    assert "motive" not in without.truth["people"].columns
    assert with_motives.truth["people"]["motive"].null_count() == 0


@pytest.mark.slow
def test_people_are_moved_by_what_speaks_to_their_motive() -> None:
    world = association.simulate(Association(donors=10_000, years=4, seed=5, motives=True))
    speaks = world.facts["campaigns"].select(
        "campaign_id", speaks=pl.col("name").str.extract(r"motif:(\w+)")
    )
    effects = (
        world.truth["effects"]
        .filter(pl.col("wants") == "gift", pl.col("effect_a") > 0)
        .join(world.truth["people"].select("donor_id", "motive"), on="donor_id")
        .join(speaks, on="campaign_id")
        .group_by(own=pl.col("motive") == pl.col("speaks"))
        .agg(pl.col("effect_a").mean())
    )
    own = dict(effects.iter_rows())

    # 1.8 / 0.6, less what the cap on effects and tiredness take.
    assert own[True] / own[False] == pytest.approx(3.0, rel=0.25)
