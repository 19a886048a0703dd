"""On simulated associations whose letters cause what their truth says, hold-outs read it."""

from datetime import datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from mecene.engine.store import FactStore
from mecene.experiments import compared, tally
from mecene.experiments.compared import Way
from mecene.experiments.measures import Measure
from mecene.simulator import association, facts
from mecene.simulator.recipe import Association

pytestmark = pytest.mark.slow
DAYS = 60
GIFTS = Measure("gifts", "number", DAYS)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Each letter that half its people did not get: what its hold-out reads, and the truth."""
    spec = Association(
        donors=9_000, years=3, seed=11, names=False, control_share=0.5, contact_months=0
    )
    world = association.simulate(spec)
    store = FactStore(facts.write(spec, tmp_path_factory.mktemp("facts"), only=("donors", "gifts")))
    homes = world.truth["people"].select("donor_id", "household_id")
    found = []
    for letter in world.facts["campaigns"].sort("started_on").to_dicts():
        truth = world.truth["effects"].filter(campaign_id=letter["campaign_id"])
        if truth.height < 2_000 or truth["wants"][0] != "gift":
            continue
        found.append(_read(store, letter["started_on"], truth.join(homes, on="donor_id")))
    return [each for each in found if each is not None]


def _read(store, day, truth):
    drawn = truth.select(
        "donor_id", unit=pl.format("household:{}", pl.col("household_id").fill_null(
            -pl.col("donor_id"))),
        arm=pl.when(pl.col("arm") == "control").then(pl.lit("held")).otherwise(pl.lit("sent")),
        at=pl.lit(datetime.combine(day, time())), segment=pl.lit(""), life_value=pl.lit(0.0),
        place="donor_id",
    )  # fmt: skip
    counted = tally.tally([drawn], store=store, as_of=day + timedelta(days=DAYS),
                          within_days=DAYS, currency="EUR", days=(DAYS,))  # fmt: skip
    groups = [counted.of([arm], days=DAYS) for arm in ("held", "sent")]
    if min(group.height for group in groups) < 500:
        return None
    own = pl.when(pl.col("arm") == "B").then("effect_b").otherwise("effect_a")
    sent = truth.filter(pl.col("arm") != "control").select(caused=own)
    found = compared.compare(*groups, measure=GIFTS, way=Way(adjusted_by=("amount_before",)))
    return found, sent["caused"].sum() / groups[1].height


def test_the_hold_outs_of_letters_read_what_the_letters_caused(read):
    inside = sum(found.low <= truth <= found.high for found, truth in read)
    apart = [(found.estimate - truth) / found.std_error for found, truth in read]

    assert len(read) >= 30
    # At 95 % each: of 41, fewer than 35 would be inside once in a thousand times.
    assert inside >= 0.85 * len(read)
    # None leans to a side: the mean of so many has an error of 1 / √n.
    assert abs(np.mean(apart)) < 4 / np.sqrt(len(apart))
    assert any(found.low > 0 for found, _ in read)
