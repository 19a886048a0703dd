"""On a simulated association, whose letters cause what its truth says, aiming leaves more euros."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.simulator import association, facts
from mecene.simulator.recipe import Association
from mecene.uplift import experiment, policy, study
from mecene.uplift.policy import Terms

pytestmark = pytest.mark.slow
LINEAR = ("linear",)
LETTER = "M2511"  # the Christmas letter of the last year, half held out
# A parcel: about what it brings on average, so that whom to send it to matters.
TERMS = Terms((400.0,), 100.0)


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """Everybody chosen for the letter: the day before it, sixty days after it, and the truth."""
    spec = Association(
        donors=36_000, years=4, seed=6, names=False, control_share=0.5, contact_months=0
    )
    world = association.simulate(spec)
    day = world.facts["campaigns"].filter(campaign_id=LETTER)["started_on"][0]
    into = facts.write(spec, tmp_path_factory.mktemp("facts"), only=("donors", "gifts"))
    known = summary.of(FactStore(into), as_of=day, families=("giving",))
    within = pl.col("given_on").is_between(day, day + timedelta(days=60), closed="left")
    given = world.facts["gifts"].filter(within & pl.col("kind").is_in(["one_off", "corporate"]))
    did = given.group_by("donor_id").agg(did=pl.col("amount_minor").sum() / 100)
    truth = world.truth["people"].select("donor_id", "household_id", "usual_gift_euros")
    caused = (pl.col("effect_a") + pl.col("effect_b")) / 2 * pl.col("usual_gift_euros")
    return (
        world.truth["effects"].filter(campaign_id=LETTER)
        .join(truth, on="donor_id").join(did, on="donor_id", how="left")
        .join(known, on="donor_id", how="left").sort("donor_id")
        .with_columns(
            pl.col("did").fill_null(0), caused=caused,
            sent=pl.when(pl.col("arm") == "control").then(pl.lit("no")).otherwise(pl.lit("yes")),
        ),
        [name for name in known.columns if name != "donor_id"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(letters):
    table, known = letters
    sent = experiment.of(
        table, arm="sent", control="no", outcome="did", household="household_id",
        features=known, shares={"no": 0.5, "yes": 0.5},
    )  # fmt: skip
    return study.of(sent, TERMS, seed=1, bases=LINEAR)


def left(table, chosen):
    """Return what a choice truly leaves, cents per person."""
    return float(np.where(chosen > 0, 100 * table["caused"].to_numpy() - 400, 0).mean())


def test_aiming_truly_leaves_more_than_everybody_nobody_and_the_likeliest(letters, found):
    table, _ = letters
    told = found.learnt
    aimed = policy.choose(told.effects, TERMS, part=told.part)
    likeliest = policy.choose(told.outcomes[:, 1:], TERMS, part=told.part)

    assert left(table, aimed) > left(table, likeliest) > 0
    assert left(table, aimed) > left(table, np.ones_like(aimed)) > 0


def test_what_is_said_of_it_holds_the_truth(letters, found):
    table, _ = letters
    aimed = policy.choose(found.learnt.effects, TERMS, part=found.learnt.part)
    value = found.comparison.named(policy.AIMED).net_minor
    mean = found.rankings[0].mean

    assert value.low < left(table, aimed) < value.high
    assert mean.low < table["caused"].mean() < mean.high


def test_those_it_moves_are_told_apart(letters, found):
    assert np.corrcoef(found.learnt.effects[:, 0], letters[0]["caused"])[0, 1] > 0.25
