"""A group becomes a segment by a condition anybody can read, with how faithful it is beside it."""

import tomllib

import numpy as np
import pytest

from mecene.segments import cluster_rules, clusters, custom, rules
from mecene.segments.clusters import Clusters
from segments import invented_crowds

PLANTED, TRUTH = invented_crowds.planted()


@pytest.fixture(scope="module")
def found() -> Clusters:
    return clusters.fit(PLANTED, rng=np.random.default_rng(7), groups=3, most=3)


def adopted(found: Clusters, which: int) -> cluster_rules.Adopted:
    return cluster_rules.adopt(
        found, PLANTED, which=which, name="fin_d_annee", rng=np.random.default_rng(2), title="Déc."
    )


@pytest.mark.slow
@pytest.mark.parametrize("which", [1, 2, 3])
def test_an_adopted_group_is_a_custom_segment(found: Clusters, which: int) -> None:
    made = adopted(found, which)

    written = rules.of(tomllib.loads(made.toml()))
    tagged = custom.tag(PLANTED.with_columns(objects_profiling=False, deceased=False),
                        rules=written)  # fmt: skip

    mine = clusters.assign(found, PLANTED)["cluster"] == which
    assert (tagged["fin_d_annee"] == mine).mean() > 0.97
    assert made.faithful
    assert min(made.precision, made.recall) > 0.95
    assert adopted(found, which) == made


@pytest.mark.slow
def test_the_fidelity_shown_is_that_of_the_condition_on_other_donors(found: Clusters) -> None:
    """A group that is hardly one thing in the columns: what is shown is near what is true."""
    crowd = invented_crowds.shapeless(donors=3_000)
    cut = clusters.fit(crowd, rng=np.random.default_rng(1), groups=4, most=4)
    made = cluster_rules.adopt(cut, crowd, which=4, name="x", rng=np.random.default_rng(2))
    fresh = invented_crowds.shapeless(donors=5_000, seed=8)

    told = custom.tag(fresh.with_columns(objects_profiling=False, deceased=False),
                      rules=rules.of({"custom": {"x": {"condition": made.condition}}}))  # fmt: skip
    answers, mine = told["x"], clusters.assign(cut, fresh)["cluster"] == 4

    assert (answers & mine).sum() / answers.sum() == pytest.approx(made.precision, abs=0.08)
    assert (answers & mine).sum() / mine.sum() == pytest.approx(made.recall, abs=0.08)


@pytest.mark.slow
def test_who_refused_profiling_is_never_in_an_adopted_segment(found: Clusters) -> None:
    made = adopted(found, 1)
    refusing = PLANTED.with_columns(objects_profiling=True, deceased=False)

    tagged = custom.tag(refusing, rules=rules.of(tomllib.loads(made.toml())))

    assert tagged["fin_d_annee"].sum() == 0


@pytest.mark.slow
def test_a_title_cannot_break_out_of_its_comment(found: Clusters) -> None:
    made = cluster_rules.adopt(
        found, PLANTED, which=1, name="x", rng=np.random.default_rng(2),
        title='a\n[custom.y]\ncondition = "gifts > 0"',
    )  # fmt: skip

    assert list(tomllib.loads(made.toml())["custom"]) == ["x"]


@pytest.mark.slow
def test_an_impossible_adoption_is_refused(found: Clusters) -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(KeyError, match="no cluster 4"):
        cluster_rules.adopt(found, PLANTED, which=4, name="x", rng=rng)
    with pytest.raises(rules.InvalidRules, match="letters, digits"):
        cluster_rules.adopt(found, PLANTED, which=1, name="fin d'année", rng=rng)
    with pytest.raises(cluster_rules.CannotAdopt, match="larger sample"):
        cluster_rules.adopt(found, PLANTED[:60], which=3, name="x", rng=rng)
    one = clusters.fit(PLANTED[:60], rng=rng)
    with pytest.raises(cluster_rules.CannotAdopt):
        cluster_rules.adopt(one, PLANTED, which=1, name="x", rng=rng)
