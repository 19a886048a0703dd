"""In a simulated association, the channel found is the one that works on a donor."""

from datetime import date

import polars as pl
import pytest

from mecene.channels import evidence, habits, preferences, traits
from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.simulator import association, facts
from mecene.simulator.recipe import Association


@pytest.mark.slow
def test_who_is_said_to_answer_by_post_is_moved_more_by_post(tmp_path):
    # given an association whose truth says how much each channel moves each donor
    spec = Association(donors=8_000, years=6, seed=21, contact_months=72, names=False)
    store = FactStore(facts.write(spec, tmp_path / "facts"))
    truth = association.simulate(spec).truth["people"]
    seen = summary.of(store, as_of=date(2026, 1, 1), families=traits.FAMILIES)

    # when each donor's best channel is read from what they answered, where it is sure
    found = preferences.of(seen, habits=habits.fit(evidence.of(seen)))
    sure = found.filter((pl.col("channel_sure") > 0.9) & (pl.col("channel_acts") >= 3)).join(
        truth, on="donor_id"
    )

    # then those of post are moved more by post, held against e-mail, than those of e-mail
    by_channel = (
        sure.with_columns(more=pl.col("sensitivity_post") - pl.col("sensitivity_email"))
        .group_by("best_channel")
        .agg(more=pl.col("more").mean(), error=pl.col("more").std() / pl.len().sqrt(), n=pl.len())
    )
    rows = {row["best_channel"]: row for row in by_channel.iter_rows(named=True)}
    apart = rows["post"]["more"] - rows["email"]["more"]
    error = (rows["post"]["error"] ** 2 + rows["email"]["error"] ** 2) ** 0.5
    assert min(rows["post"]["n"], rows["email"]["n"]) > 50
    assert apart > 3 * error
