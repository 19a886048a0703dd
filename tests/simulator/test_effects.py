"""The effects written in the truth are those the gifts show."""

import numpy as np
import polars as pl
import pytest

from mecene.simulator import association
from mecene.simulator.association import Association, World

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("simulator_effects")]

SPEC = Association(donors=40_000, years=6, seed=11, control_share=0.3, contact_months=72)


@pytest.fixture(scope="module")
def world() -> World:
    return association.simulate(SPEC)


@pytest.fixture(scope="module")
def asked(world: World) -> pl.DataFrame:
    """Appeals for a gift, old enough for every answer to be in."""
    sent = world.facts["campaigns"].select("campaign_id", "started_on")
    return (
        world.truth["effects"]
        .filter(pl.col("wants") == "gift")
        .join(sent, on="campaign_id")
        .filter(pl.col("started_on") < pl.lit(SPEC.ends_on).dt.offset_by("-4mo"))
    )


def test_arms_are_drawn_at_random(asked: pl.DataFrame) -> None:
    """The held-out share is the one asked for, and effects do not differ between arms."""
    held_out = asked["arm"] == "control"
    effects = asked.group_by("arm").agg(
        pl.col("effect_a").mean(), (pl.col("effect_a").std() / pl.len().sqrt()).alias("error")
    )

    assert held_out.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / asked.height))
    spread = effects["effect_a"].max() - effects["effect_a"].min()
    assert spread < 4 * np.sqrt(2) * effects["error"].max()


@pytest.mark.parametrize("version", ["A", "B"])
def test_gifts_that_answer_are_as_many_as_the_effects_say(
    world: World, asked: pl.DataFrame, version: str
) -> None:
    """Sum of Bernoulli draws: within four standard errors, and few lost to a death."""
    effect = pl.col(f"effect_{version.lower()}").clip(lower_bound=0)
    sent = asked.filter(pl.col("arm") == version).with_columns(effect.alias("expected"))
    answers = (
        world.facts["gifts"]
        .drop_nulls("campaign_id")
        .join(sent, on=["donor_id", "campaign_id"], how="inner")
    )
    expected = sent["expected"].cast(pl.Float64)
    error = np.sqrt((expected * (1 - expected)).sum())

    assert expected.sum() > 3_000
    assert abs(answers.height - expected.sum()) < 4 * error + 0.003 * expected.sum()


def test_the_difference_between_arms_is_the_mean_effect(world: World, asked: pl.DataFrame) -> None:
    """What an experiment sees: single gifts in the 60 days after, sent against held out."""
    single = world.facts["gifts"].filter(
        pl.col("kind").is_in(["one_off", "corporate"]) & pl.col("donor_id").is_not_null()
    )
    post = asked.filter(pl.col("campaign_id").str.starts_with("M")).with_row_index("row")
    after = post.join(single.select("donor_id", "given_on"), on="donor_id").filter(
        (pl.col("given_on") >= pl.col("started_on").dt.truncate("1mo"))
        & (pl.col("given_on") < pl.col("started_on").dt.offset_by("60d"))
    )
    counted = post.join(after.group_by("row").len(), on="row", how="left").with_columns(
        pl.col("len").fill_null(0)
    )
    sent, held = (
        counted.filter((pl.col("arm") == "control") == control) for control in (False, True)
    )
    received = pl.when(pl.col("arm") == "A").then("effect_a").otherwise("effect_b")
    expected = sent.select(received.alias("effect"))["effect"].mean()
    difference = sent["len"].mean() - held["len"].mean()
    error = np.sqrt(sent["len"].var() / sent.height + held["len"].var() / held.height)

    assert expected > 3 * error
    # A mailing tires: the next one moves a little less, hence the slack below.
    assert -4 * error - 0.1 * expected < difference - expected < 4 * error


def test_effects_differ_by_donor_and_some_are_put_off(asked: pl.DataFrame) -> None:
    effects = asked.group_by("donor_id").agg(pl.col("effect_a").mean())["effect_a"]

    assert (effects < 0).mean() > 0.01
    assert effects.quantile(0.9) > 5 * effects.median() > 0


def test_sent_and_held_out_are_those_of_the_contacts(world: World, asked: pl.DataFrame) -> None:
    sent = asked.filter(pl.col("arm") != "control").select("donor_id", "campaign_id", "arm")
    contacts = world.facts["contacts"].select("donor_id", "campaign_id", "variant")
    met = asked.join(contacts, on=["donor_id", "campaign_id"], how="inner")

    assert met.height == sent.height
    assert (met["arm"] == met["variant"]).all()


def test_attachment_drifts_and_comes_back(world: World) -> None:
    """Neither constant nor a walk: neighbours are close, and distance stops growing."""
    paths = np.array(world.truth["attachment"]["attachment"].to_list())
    calm = paths - paths.mean(axis=1, keepdims=True)
    near = np.mean((calm[:, 1:] - calm[:, :-1]) ** 2)
    year, three = (np.mean((calm[:, k:] - calm[:, :-k]) ** 2) for k in (12, 36))

    assert near < year / 3
    assert three < 2 * year
