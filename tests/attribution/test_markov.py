"""Removal effects are those of published examples, of simulation and of a naive computation."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.attribution import markov, paths, tallies

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
FILE = DATA / "channel-attribution-paths" / "Data.csv"


def of(*rows):
    """Return paths from rows (path, acts, nothing)."""
    frame = pl.DataFrame(rows, schema=["path", "total_conversions", "total_null"], orient="row")
    return paths.of_counts(frame, rng=np.random.default_rng(1), nulls="total_null")


def removed(found, *, order=1):
    taken = markov.removal(tallies.of(found, order=order))
    return dict(zip(taken.channels, taken.effects.tolist(), strict=True))


def shared_rows():
    if not FILE.exists():
        pytest.skip("shared data not here: channel-attribution-paths/Data.csv")
    return pl.read_csv(FILE, separator=";")


def shared_paths():
    return paths.of_counts(
        shared_rows(), rng=np.random.default_rng(1), value="total_conversion_value",
        nulls="total_null",
    )  # fmt: skip


def naive(rows, order, *, without=None):
    """Return the probability of acting, by walking probability through a dictionary of states."""
    moves = {}
    for path, acts, nothing in rows:
        state = ()
        for step in path:
            after = (*state, step)[-order:]
            moves.setdefault(state, Counter())[after] += acts + nothing
            state = after
        ends = moves.setdefault(state, Counter())
        ends["act"] += acts
        ends["nothing"] += nothing
    here, acting = {(): 1.0}, 0.0
    while sum(here.values()) > 1e-13:
        there = Counter()
        for state, mass in here.items():
            total = sum(moves[state].values())
            for after, count in moves[state].items():
                if after == "act":
                    acting += mass * count / total
                elif after != "nothing" and without not in after:
                    there[after] += mass * count / total
        here = there
    return acting


# ChannelAttribution 2.2.5 on its own example, seed 1, conv_par 0.005: order → channel →
# (conversions, value, removal effect). Printed by tests/attribution/by_channelattribution.py.
BY_THE_PACKAGE = {
    1: {
        "eta": (3333.37, 12933.1, 0.34806), "iota": (3890.28, 15004.3, 0.40621),
        "alpha": (5344.30, 18760.7, 0.55804), "beta": (2524.37, 9672.3, 0.26359),
        "theta": (1977.11, 7548.1, 0.20645), "lambda": (1279.99, 5144.4, 0.13365),
        "kappa": (270.45, 1117.4, 0.02824), "zeta": (381.22, 1477.9, 0.03981),
        "epsilon": (604.26, 2380.4, 0.06309), "gamma": (173.15, 745.2, 0.01808),
        "delta": (4.46, 13.1, 0.00047), "mi": (2.03, 6.2, 0.00021),
    },
    2: {
        "eta": (3380.41, 12971.4, 0.32968), "iota": (3809.11, 14880.4, 0.37149),
        "alpha": (5615.72, 19194.5, 0.54769), "beta": (2436.79, 9723.6, 0.23765),
        "theta": (1908.38, 7405.8, 0.18612), "lambda": (1198.99, 4940.7, 0.11693),
        "kappa": (268.18, 1133.2, 0.02616), "zeta": (369.96, 1414.8, 0.03608),
        "epsilon": (615.37, 2396.0, 0.06001), "gamma": (175.07, 722.2, 0.01707),
        "delta": (4.75, 13.8, 0.00046), "mi": (2.27, 6.7, 0.00022),
    },
}  # fmt: skip


class TestPublishedExamples:
    def test_the_three_journeys_of_bryl(self):
        """analyzecore.com, Attribution model with R, part 1 (2016): removal .5, 1, 1, so that C1 is
        credited with 0.2, C2 and C3 with 0.4 each; one journey in three leads to a sale."""
        found = of(("C1>C2>C3", 1, 0), ("C1", 0, 1), ("C2>C3", 0, 1))

        taken = markov.removal(tallies.of(found))

        assert taken.acting == pytest.approx(1 / 3)
        assert taken.effects == pytest.approx([0.5, 1.0, 1.0])
        assert taken.shares == pytest.approx([0.2, 0.4, 0.4])

    def test_the_example_of_pychattr(self):
        """github.com/jmwoloso/pychattr, README: A 1.991106, B 1.008894, by 10,000 simulations."""
        found = of(("A>B>A>B>B>A", 1, 0), ("A>B>B>A>A", 1, 0), ("A>A", 1, 0))

        taken = markov.removal(tallies.of(found))

        assert 3 * taken.shares == pytest.approx([2.0, 1.0])  # by hand: 1 and 1/2, made to sum to 3
        assert 3 * taken.shares == pytest.approx([1.991106, 1.008894], abs=0.01)


PATHS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), max_size=5), st.integers(0, 4), st.integers(0, 4)
    ),
    min_size=1, max_size=12,
).filter(lambda rows: any(acts and path for path, acts, _ in rows))  # fmt: skip


def as_paths(rows):
    return of(*((">".join(path), acts, nothing) for path, acts, nothing in rows))


FEW = settings(max_examples=40)


class TestLaws:
    @FEW
    @given(PATHS, st.integers(1, 3))
    def test_effects_are_those_of_walking_probability_through_the_states(self, rows, order):
        rows = [row for row in rows if row[1] + row[2]]
        whole = naive(rows, order)

        taken = removed(as_paths(rows), order=order)

        for channel, effect in taken.items():
            expected = 1 - naive(rows, order, without=channel) / whole
            assert effect == pytest.approx(expected, abs=1e-9)

    @FEW
    @given(PATHS)
    def test_remembering_the_whole_path_an_effect_is_the_share_of_acts_that_passed_there(
        self, rows
    ):
        """Independent of any chain: what is lost are the paths to an act that hold the channel."""
        taken = removed(as_paths(rows), order=5)

        acts = sum(count for _, count, _ in rows)
        for channel, effect in taken.items():
            through = sum(count for path, count, _ in rows if channel in path)
            assert effect == pytest.approx(through / acts, abs=1e-9)

    @FEW
    @given(PATHS, st.integers(1, 3))
    def test_one_inverse_and_one_factorisation_a_channel_say_the_same(self, rows, order):
        counts = tallies.of(as_paths(rows), order=order)
        inverted = markov.removal(counts)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(markov, "_DENSE", 0)
            factorised = markov.removal(counts)

        assert factorised.effects == pytest.approx(inverted.effects, abs=1e-9)
        assert factorised.acting == pytest.approx(inverted.acting, abs=1e-12)

    @FEW
    @given(PATHS)
    def test_the_chain_acts_as_often_as_the_people(self, rows):
        acts = sum(count for _, count, _ in rows)
        people = acts + sum(count for *_, count in rows)

        assert markov.removal(tallies.of(as_paths(rows))).acting == pytest.approx(acts / people)

    def test_a_group_that_counts_twice_is_two_groups(self):
        found = of(("a>b", 3, 5), ("b>a>c", 2, 2), ("c", 1, 9))
        doubled = found.with_columns(
            pl.col("conversions", "nulls", "value_minor") * pl.when(pl.col("group") == 3)
            .then(2).otherwise(1)
        )  # fmt: skip
        weights = np.ones(int(found["group"].max()) + 1)
        weights[3] = 2

        weighted = markov.removal(tallies.of(found), weights=weights)

        assert weighted.effects == pytest.approx(markov.removal(tallies.of(doubled)).effects)


class TestOnPublishedPaths:
    def test_the_file_is_the_one_that_is_described(self):
        found = shared_paths()

        assert found["conversions"].sum() == 19_785
        assert found["nulls"].sum() == 68_602
        assert found["value_minor"].sum() == pytest.approx(74_802.97, abs=0.01)
        assert len(tallies.of(found).channels) == 12

    @pytest.mark.data
    @pytest.mark.parametrize("order", [1, 2])
    def test_credit_is_that_of_the_package_they_come_from(self, order):
        """It simulates: of a channel with few passages, its figures are rough."""
        taken = markov.removal(tallies.of(shared_paths(), order=order))
        acts, worth = 19_785 * taken.shares, 74_802.97 * taken.worth_shares

        for place, channel in enumerate(taken.channels):
            by_it = BY_THE_PACKAGE[order][channel]
            few = by_it[0] < 500
            assert acts[place] == pytest.approx(by_it[0], rel=0.02 if few else 0.01, abs=0.6)
            assert worth[place] == pytest.approx(by_it[1], rel=0.05 if few else 0.02, abs=2.5)
            assert taken.effects[place] == pytest.approx(by_it[2], rel=0.03, abs=2e-4)

    @pytest.mark.data
    @pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.slow)])
    def test_effects_are_those_of_the_naive_computation(self, order):
        rows = [
            (tuple(path.replace(" ", "").split(">")), acts, nothing)
            for path, acts, nothing in shared_rows()
            .select("path", "total_conversions", "total_null").iter_rows()
        ]  # fmt: skip
        whole = naive(rows, order)

        taken = removed(shared_paths(), order=order)

        assert whole == pytest.approx(19_785 / (19_785 + 68_602))
        for channel in ("alpha", "beta", "mi"):
            expected = 1 - naive(rows, order, without=channel) / whole
            assert taken[channel] == pytest.approx(expected, abs=1e-9)

    @pytest.mark.data
    def test_simulated_walks_lose_as_many_acts(self):
        """Drawn step by step from counts made with Python's own dictionaries; 4 standard errors."""
        frame = shared_rows()
        moves = {}
        for path, acts, _, nothing in frame.iter_rows():
            steps = ["start", *path.replace(" ", "").split(">")]
            for before, now in pairwise(steps):
                moves.setdefault(before, Counter())[now] += acts + nothing
            moves.setdefault(steps[-1], Counter()).update(act=acts, nothing=nothing)
        names = ["start", *sorted(set(moves) - {"start"}), "act", "nothing"]
        chance = np.eye(len(names))
        for name, after in moves.items():
            row = np.array([after[other] for other in names], dtype=float)
            chance[names.index(name)] = row / row.sum()
        reach = chance.cumsum(axis=1)
        rng, walks = np.random.default_rng(23), 400_000
        here = np.zeros(walks, dtype=np.int64)
        passed = {name: np.zeros(walks, dtype=bool) for name in ("alpha", "theta")}
        moving = np.arange(walks)
        while len(moving):
            drawn = rng.random(len(moving))
            here[moving] = (drawn[:, None] > reach[here[moving]]).sum(axis=1)
            for name, seen in passed.items():
                seen[moving[here[moving] == names.index(name)]] = True
            moving = moving[here[moving] < names.index("act")]
        acted = here == names.index("act")

        taken = removed(shared_paths())

        for name, seen in passed.items():
            lost = seen[acted].mean()
            error = np.sqrt(lost * (1 - lost) / acted.sum())
            assert abs(taken[name] - lost) < 4 * error


class TestRefusals:
    def test_paths_that_lead_to_no_act_credit_nobody(self):
        with pytest.raises(tallies.NoActs):
            tallies.of(of(("a", 0, 3)))

    def test_too_many_steps_of_too_many_channels_cannot_be_numbered(self):
        with pytest.raises(tallies.TooDeep):
            tallies.of(of((">".join("abcdefghij"), 1, 0)), order=20)
