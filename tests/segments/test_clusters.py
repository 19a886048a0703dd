"""Groups that were planted are found, groups that are not there are not, whatever the order."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from sklearn.metrics import adjusted_rand_score

from mecene.segments import behaviour, cluster_count, clusters, shapeless
from mecene.segments.clusters import Clusters
from segments import invented_crowds

PLANTED, TRUTH = invented_crowds.planted()


@pytest.fixture(scope="module")
def found() -> Clusters:
    return clusters.fit(PLANTED, rng=np.random.default_rng(7), most=4)


@pytest.mark.slow
def test_planted_groups_are_found(found: Clusters) -> None:
    assigned = clusters.assign(found, PLANTED)

    assert (found.k, found.reason) == (3, "argued")
    assert adjusted_rand_score(TRUTH, assigned["cluster"].to_numpy()) > 0.98
    assert [round(each.share, 1) for each in found.clusters] == [0.5, 0.3, 0.2]
    for each in found.clusters:
        assert each.stability > 0.9
        assert not each.fragile
        assert not each.blurred


@pytest.mark.slow
def test_one_group_more_than_planted_is_refused(found: Clusters) -> None:
    refused = {each.k: each.refused_for for each in found.candidates}

    assert refused[3] == ""
    assert refused[4] in ("not_repeatable", "cuts_a_group")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_crowd_is_one_group(seed: int) -> None:
    crowd = invented_crowds.shapeless(seed=seed)

    one = clusters.fit(crowd, rng=np.random.default_rng(seed), most=4)

    assert (one.k, one.reason) == (1, "no_clear_groups")
    assert clusters.assign(one, crowd)["cluster"].unique().to_list() == [1]


@pytest.mark.slow
def test_a_crowd_cut_because_somebody_insists_is_told_as_fragile_or_blurred() -> None:
    crowd = invented_crowds.shapeless()

    cut = clusters.fit(crowd, rng=np.random.default_rng(1), groups=4, most=4)

    assert (cut.k, cut.reason) == (4, "asked")
    assert all(each.fragile or each.blurred for each in cut.clusters)


@pytest.mark.slow
def test_neither_the_order_of_rows_nor_another_reading_changes_anything(found: Clusters) -> None:
    shuffled = PLANTED.sample(fraction=1.0, shuffle=True, seed=3).select(sorted(PLANTED.columns))

    assert clusters.fit(shuffled, rng=np.random.default_rng(7), most=4) == found
    assert clusters.from_json(clusters.to_json(found)) == found


@pytest.mark.slow
@given(st.integers(1, 899))
@settings(max_examples=10, deadline=None)
def test_a_file_read_in_parts_is_grouped_as_one_read_whole(found: Clusters, at: int) -> None:
    parts = [clusters.assign(found, PLANTED[:at]), clusters.assign(found, PLANTED[at:])]

    assert_frame_equal(pl.concat(parts), clusters.assign(found, PLANTED), abs_tol=1e-9)


@pytest.mark.slow
def test_who_may_not_be_profiled_is_in_no_group_and_teaches_nothing(found: Clusters) -> None:
    table = PLANTED.with_columns(
        objects_profiling=pl.col("donor_id") <= 2,
        deceased=pl.col("donor_id") == 3,
        gifts=pl.when(pl.col("donor_id") == 4).then(0).otherwise("gifts"),
    )

    assigned = clusters.assign(found, table)
    refitted = clusters.fit(table, rng=np.random.default_rng(7), most=4)
    without = clusters.fit(table[4:], rng=np.random.default_rng(7), most=4)

    assert assigned.filter(pl.col("cluster").is_null())["donor_id"].to_list() == [1, 2, 3, 4]
    assert assigned.filter(pl.col("distance").is_null()).height == 4
    assert refitted == without


@pytest.mark.parametrize("donors", [1, 2, 99])
def test_a_few_donors_are_one_group(donors: int) -> None:
    few = clusters.fit(PLANTED[:donors], rng=np.random.default_rng(1))

    assert (few.k, few.reason, few.sampled) == (1, "too_few", donors)


def test_donors_all_alike_are_one_group() -> None:
    alike = pl.concat([PLANTED[:1]] * 300).with_columns(donor_id=pl.int_range(1, 301))

    same = clusters.fit(alike, rng=np.random.default_rng(1))

    assert same.k == 1
    assert clusters.assign(same, alike)["distance"].to_list() == [0.0] * 300


def test_nobody_to_group_is_refused() -> None:
    with pytest.raises(behaviour.NobodyToGroup, match="has anybody given"):
        clusters.fit(PLANTED.with_columns(gifts=0), rng=np.random.default_rng(1))


@pytest.mark.parametrize("wrong", [{"groups": 0}, {"groups": 9}, {"most": 1}, {"most": 21}])
def test_an_impossible_number_of_groups_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="groups is 1 to most"):
        clusters.fit(PLANTED, rng=np.random.default_rng(1), **wrong)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}', '{"format": 1}', "[]"])
def test_a_text_that_is_no_clusters_is_refused(text: str) -> None:
    with pytest.raises(clusters.InvalidClusters):
        clusters.from_json(text)


def test_saved_clusters_of_other_traits_are_refused() -> None:
    few = clusters.fit(PLANTED[:50], rng=np.random.default_rng(1))
    torn = replace(few, scaling=replace(few.scaling, scales=few.scaling.scales[1:]))

    with pytest.raises(clusters.InvalidClusters, match="do not fit together"):
        clusters.from_json(clusters.to_json(torn))


def test_a_share_of_one_gift_weighs_less_than_the_same_share_of_ten() -> None:
    both = PLANTED[:2].with_columns(
        gifts=pl.Series([1, 10]), gifts_december_share=1.0, instalments=pl.Series([0, 0])
    )
    wide = [replace(scale, high=1.0) for scale in behaviour.learn(PLANTED).scales]
    scaling = behaviour.Scaling("EUR", tuple(wide))

    placed = behaviour.points(both, scaling)

    december = scaling.traits.index("december")
    assert placed[0, december] < placed[1, december]


def test_a_file_that_holds_no_click_has_no_click_trait() -> None:
    assert "clicks" not in behaviour.learn(PLANTED).traits
    told = PLANTED.with_columns(clicks_12m=pl.col("donor_id") % 5)
    assert "clicks" in behaviour.learn(told).traits


def test_amounts_in_another_currency_say_nothing_of_the_amount() -> None:
    mixed = PLANTED.with_columns(
        currency=pl.when(pl.col("donor_id") < 100).then(pl.lit("XOF")).otherwise("currency"),
        mean_gift_minor=pl.when(pl.col("donor_id") < 100).then(9e9).otherwise("mean_gift_minor"),
    )
    scaling = behaviour.learn(mixed)

    placed = behaviour.points(mixed, scaling)[:, scaling.traits.index("amount")]

    assert scaling.currency == "EUR"
    assert len(set(placed[:99])) == 1
    assert placed[0] == pytest.approx(np.median(placed[99:]), abs=0.05)


def test_a_sample_does_not_depend_on_the_order_of_rows() -> None:
    batches = [PLANTED[:700], PLANTED[700:]]
    turned = [batch.reverse() for batch in batches]

    drawn = behaviour.sample(batches, size=200, rng=np.random.default_rng(5))

    assert drawn.height == 200
    assert_frame_equal(behaviour.sample(turned, size=200, rng=np.random.default_rng(5)), drawn)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12))
def test_a_hump_rises_then_falls_and_keeps_what_has_one_already(counts: list[int]) -> None:
    given_counts = np.array(counts, dtype=float)

    shaped = shapeless.one_hump(given_counts)

    steps = np.sign(np.diff(shaped).round(9))
    kept = steps[steps != 0]
    assert (np.diff(kept) <= 0).all()
    assert (shaped >= 0).all()
    risen = np.sort(given_counts)
    np.testing.assert_allclose(shapeless.one_hump(risen), risen)


def test_the_nearest_centre_by_hand() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0], [9.0, 0.0]])

    labels, distances = cluster_count.nearest(points, np.array([[0.0, 0.0], [9.0, 1.0]]))

    assert labels.tolist() == [0, 0, 1]
    assert distances.tolist() == pytest.approx([0.0, 5.0, 1.0])


def test_a_valley_is_deep_between_two_heaps_and_absent_on_one_slope() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(0, 1, (4_000, 1))
    two = np.concatenate([rng.normal(-4, 1, (2_000, 1)), rng.normal(4, 1, (2_000, 1))])

    def depth(points: np.ndarray, centres: np.ndarray) -> float:
        labels, _ = cluster_count.nearest(points, centres)
        return float(cluster_count.valleys(points, labels, centres).max())

    assert depth(two, np.array([[-4.0], [4.0]])) < 0.05
    assert depth(one, np.array([[-0.8], [0.8]])) > 0.95
