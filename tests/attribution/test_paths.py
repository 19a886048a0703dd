"""Every touch is on one path, and a path ends in an act or in nothing."""

from collections import Counter
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.met import AS_OF, FIRST, acted, met, touch
from mecene.attribution import devices, paths, travelled

LAST_DAY = (AS_OF - FIRST.date()).days - 1
TOUCHES = st.lists(
    st.builds(
        touch, st.integers(1, 4), st.integers(0, LAST_DAY), st.sampled_from(["email", "post"])
    ),
    max_size=25,
)
ACTS = st.lists(st.builds(acted, st.integers(1, 4), st.integers(0, LAST_DAY)), max_size=8)


def counted(found):
    """Return path → (acts, nothing)."""
    return {
        " > ".join(row["path"]): (row["conversions"], row["nulls"])
        for row in paths.total(found).to_dicts()
    }


def naive(touched, acts, within):
    """Return path → (acts, nothing), by walking through each donor's touches one by one."""
    found = Counter()
    moments = {(act["donor_id"], act["at"]) for act in acts}
    ends = {}
    for one in sorted(touched, key=lambda each: each["at"]):
        later = [at for donor, at in moments if donor == one["donor_id"] and at >= one["at"]]
        end = min(later) if later else None
        until = end or FIRST.replace(year=2027, hour=0)
        window = (until - one["at"]) // timedelta(days=within)
        ends.setdefault((one["donor_id"], until, window, end is not None), []).append(
            one["channel"]
        )
    for (_, _, window, led), path in ends.items():
        found[" > ".join(path), led and window == 0] += 1
    touched_acts = {(donor, until) for donor, until, window, led in ends if led and window == 0}
    found["", True] += len(moments - touched_acts)
    return {path: (found[path, True], found[path, False]) for path, _ in found if sum(
        found[path, led] for led in (True, False))}  # fmt: skip


FEW = settings(max_examples=40)


class TestCutting:
    @FEW
    @given(TOUCHES, ACTS, st.sampled_from([1, 30, 90, 400]))
    def test_paths_are_those_of_walking_through_the_touches(self, touched, acts, within):
        # Two touches of one moment have no order: their channels would be told either way.
        touched = list({(one["donor_id"], one["at"]): one for one in touched}.values())

        found = paths.to(met(touched, acts), act="gift", as_of=AS_OF, within_days=within)

        assert counted(found) == naive(touched, acts, within)

    @FEW
    @given(TOUCHES, ACTS)
    def test_no_touch_and_no_act_is_lost(self, touched, acts):
        found = paths.to(met(touched, acts), act="gift", as_of=AS_OF)

        steps = found.select(
            (pl.col("path").list.len() * (pl.col("conversions") + pl.col("nulls"))).sum()
        ).item()
        assert steps == len(touched)
        assert found["conversions"].sum() == len({(a["donor_id"], a["at"]) for a in acts})
        assert found["value_minor"].sum() == 1_000 * len(acts)

    def test_what_was_met_after_an_act_is_on_the_way_to_the_next(self):
        known = met(
            [touch(1, 0, "post"), touch(1, 20, "email"), touch(1, 40, "phone")],
            [acted(1, 10), acted(1, 30)],
        )

        found = paths.to(known, act="gift", as_of=AS_OF)

        assert counted(found) == {"post": (1, 0), "email": (1, 0), "phone": (0, 1)}

    def test_what_comes_on_the_day_one_looks_from_or_later_is_not_seen(self):
        known = met(
            [touch(1, LAST_DAY, "post"), touch(1, LAST_DAY + 1, "email")], [acted(1, LAST_DAY + 2)]
        )

        assert counted(paths.to(known, act="gift", as_of=AS_OF)) == {"post": (0, 1)}

    def test_another_act_does_not_end_a_path(self):
        known = met(
            [touch(1, 0, "post"), touch(1, 20, "email")],
            [acted(1, 10, act="opt_in"), acted(1, 30, act="subscription", value_minor=12_000)],
        )

        found = paths.to(known, act="subscription", as_of=AS_OF)

        assert counted(found) == {"post > email": (1, 0)}
        assert found["value_minor"].to_list() == [12_000.0]

    def test_steps_may_tell_what_was_done(self):
        known = met([touch(1, 0, "email"), touch(1, 0.1, "email", "click")], [acted(1, 1)])

        found = paths.to(known, act="gift", as_of=AS_OF, step="channel_kind")

        assert counted(found) == {"email > email click": (1, 0)}

    def test_buckets_add_up_to_the_whole(self):
        touched = [touch(donor, donor % 7 * 10, "post") for donor in range(1, 60)]
        acts = [acted(donor, 75) for donor in range(1, 60, 3)]
        parts = [
            paths.to(
                met([t for t in touched if t["donor_id"] % 2 == half],
                    [a for a in acts if a["donor_id"] % 2 == half]),
                act="gift", as_of=AS_OF,
            )
            for half in (0, 1)
        ]  # fmt: skip

        assert paths.added(*parts).equals(paths.to(met(touched, acts), act="gift", as_of=AS_OF))

    def test_donors_fall_evenly_into_groups(self):
        known = met([touch(donor, 0, "post") for donor in range(1, 20_001)], [])

        people = paths.to(known, act="gift", as_of=AS_OF).sort("group")["nulls"].to_numpy()

        assert len(people) == paths.GROUPS
        assert people.min() > 60  # 100 each

    def test_there_are_three_acts_and_two_steps(self):
        with pytest.raises(paths.UnknownAct, match="gift, subscription, opt_in"):
            paths.to(met([], []), act="purchase", as_of=AS_OF)
        with pytest.raises(paths.UnknownAct, match="channel_kind"):
            paths.to(met([], []), act="gift", as_of=AS_OF, step="device")


class TestCountedElsewhere:
    def test_people_are_spread_over_groups_and_none_is_lost(self):
        frame = pl.DataFrame({
            "path": ["a > b", "b", ""], "n": [500, 3, 2], "worth": [1_000.0, 9.0, 4.0],
            "none": [40, 0, 7],
        })  # fmt: skip

        found = paths.of_counts(
            frame, rng=np.random.default_rng(1), conversions="n", value="worth", nulls="none"
        )

        assert counted(found) == {"a > b": (500, 40), "b": (3, 0), "": (2, 7)}
        worth = paths.total(found)
        assert dict(zip(worth["path"].list.join(">"), worth["value_minor"], strict=True)) == (
            pytest.approx({"a>b": 1_000, "b": 9, "": 4})
        )
        assert found["group"].n_unique() > 150

    def test_a_missing_column_and_a_negative_count_are_refused(self):
        frame = pl.DataFrame({"path": ["a"], "total_conversions": [-1]})

        with pytest.raises(paths.InvalidPaths, match="total_null"):
            paths.of_counts(frame, rng=np.random.default_rng(1), nulls="total_null")
        with pytest.raises(paths.InvalidPaths, match="below 0"):
            paths.of_counts(frame, rng=np.random.default_rng(1))


class TestTravelled:
    FRAME = pl.DataFrame({
        "path": ["a > a > b", "a > b", "b", "c > a > b > c > a", ""],
        "total_conversions": [3, 2, 4, 1, 9], "total_null": [1, 0, 6, 2, 0],
    })  # fmt: skip

    def found(self):
        return paths.of_counts(self.FRAME, rng=np.random.default_rng(1), nulls="total_null")

    def test_repeats_are_told_once_and_the_most_travelled_come_first(self):
        most = travelled.most(self.found())

        assert most["path"].list.join(">").to_list() == ["a>b", "b", "c>a>b>c>a"]
        assert most["conversions"].to_list() == [5, 4, 1]
        assert most["share"].to_list() == [0.5, 0.4, 0.1]
        assert most["rate"].to_list() == pytest.approx([5 / 6, 0.4, 1 / 3])

    def test_jumps_are_counted_on_paths_that_led_to_an_act(self):
        jumps = travelled.jumps(self.found())

        assert jumps.rows() == [("a", "b", 6), ("c", "a", 2), ("b", "c", 1)]

    def test_flows_hold_every_act_in_every_column(self):
        flows = travelled.flows(self.found(), act="gift", steps=3, channels=2)

        by_stage = flows.group_by("stage").agg(pl.col("acts").sum()).sort("stage")
        assert by_stage["acts"].to_list() == [10, 10, 10]
        # Of c > a > b > c > a, the last three; c is rare.
        assert ("b", "other", 1) in flows.filter(pl.col("stage") == 0).drop("stage").rows()
        assert flows.filter(pl.col("stage") == 2).drop("stage").rows() == [
            ("a", "gift", 1), ("b", "gift", 9),
        ]  # fmt: skip
        assert ("absent", "b", 4) in flows.filter(pl.col("stage") == 1).drop("stage").rows()

    def test_where_nobody_acted_there_is_nothing_to_draw(self):
        nothing = paths.to(met([touch(1, 0, "post")], []), act="gift", as_of=AS_OF)

        assert travelled.flows(nothing, act="gift").is_empty()
        assert travelled.most(nothing).is_empty()
        assert travelled.jumps(nothing).is_empty()


class TestDevices:
    def test_people_read_on_one_device_and_act_on_another(self):
        known = met(
            [
                touch(1, 0, "email", "click", "phone"),
                touch(1, 0.9, "web", "form_started", "computer"),
                touch(2, 0, "email", "click", "phone"),
                touch(2, 1, "web", "page_view", "phone"),
                touch(3, 0, "email", "click", "phone"),  # acted on nobody knows what
                touch(4, 0, "email", "click", "tablet"),
                touch(4, 3, "web", "page_view", "phone"),  # four days before the gift
                touch(5, 0, "post"),
            ],
            [acted(1, 1), acted(2, 1), acted(3, 1), acted(4, 7), acted(5, 1)],
        )

        found = devices.of(known, act="gift", as_of=AS_OF)

        assert found.table.rows() == [("phone", "computer", 1), ("phone", "phone", 1)]
        assert (found.known, found.acts) == (2, 5)
        assert found.changed == 0.5

    def test_buckets_add_up(self):
        one = devices.of(
            met(
                [touch(1, 0, "email", "click", "phone"), touch(1, 1, "web", "page_view", "phone")],
                [acted(1, 1)],
            ),
            act="gift", as_of=AS_OF,
        )  # fmt: skip

        both = devices.added(one, one, devices.of(met([], []), act="gift", as_of=AS_OF))

        assert both.table.rows() == [("phone", "phone", 2)]
        assert (both.known, both.acts, both.changed) == (2, 2, 0.0)
        assert np.isnan(devices.of(met([], []), act="gift", as_of=AS_OF).changed)
