"""Counted in any number of parts, units say what they say one by one."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mecene import facts
from mecene.engine import store
from mecene.experiments import amounts, compared, moments, taken, tally
from mecene.experiments.compared import Way
from mecene.experiments.measures import Measure

AS_OF = date(2026, 6, 1)
DAYS = (0, 1, 30, 60, 365)
PEOPLE = 3_000


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Three thousand donors in households of one to three, and what they did before and since."""
    rng = np.random.default_rng(11)
    donors = np.arange(1, PEOPLE + 1)
    units = np.array([f"household:{n}" for n in rng.integers(1, 1_700, PEOPLE)])
    at = [datetime.fromisoformat("2026-01-02T09:00:00") + timedelta(days=int(n))
          for n in rng.integers(0, 140, PEOPLE)]  # fmt: skip
    arm = {unit: rng.choice(["témoin", "A", "B"], p=[0.2, 0.4, 0.4]) for unit in sorted(set(units))}
    drawn = pl.DataFrame({
        "donor_id": donors, "unit": units, "arm": [arm[unit] for unit in units], "at": at,
        "segment": rng.choice(["", "loyal", "lapsed"], PEOPLE),
        "life_value": rng.gamma(1, 3_000, PEOPLE), "place": donors,
    })  # fmt: skip
    folder = tmp_path_factory.mktemp("tally") / "facts"
    return drawn, store.write_facts(_facts(rng), folder)


def _facts(rng):
    many = 9_000
    gifts = pl.DataFrame({
        "gift_id": np.arange(1, many + 1), "donor_id": rng.integers(1, PEOPLE + 1, many),
        "given_on": np.datetime64("2024-06-01") + rng.integers(0, 730, many),
        "amount_minor": (100 * np.round(20 * rng.pareto(2.0, many) + 5)).astype(np.int64),
        "currency": "EUR", "kind": rng.choice(["one_off", "instalment"], many),
        "status": "received", "source_ref": "g",
    })  # fmt: skip
    seconds = rng.integers(0, 150 * 86_400, many)
    done = pl.DataFrame({
        "donor_id": rng.integers(1, PEOPLE + 1, many),
        "at": [datetime.fromisoformat("2026-01-02T00:00:00") + timedelta(seconds=int(n))
               for n in seconds],
        "kind": rng.choice(["click", "page_view", "unsubscribe", "event_attended"], many),
        "source_ref": "i",
    })  # fmt: skip
    return {"gifts": facts.complete(gifts, facts.GIFTS),
            "interactions": facts.complete(done, facts.INTERACTIONS)}  # fmt: skip


def counted(log, *, parts):
    drawn, facts_ = log
    part = pl.col("unit").hash(0) % parts
    some = (drawn.filter(part == number) for number in range(parts))
    return tally.tally(some, store=facts_, as_of=AS_OF, within_days=60, currency="EUR", days=DAYS)


@pytest.fixture(scope="module")
def whole(log):
    return counted(log, parts=1)


@pytest.fixture(scope="module")
def rows(log):
    drawn, facts_ = log
    return taken.take(drawn, store=facts_, as_of=AS_OF, within_days=60, currency="EUR")


def test_however_it_is_parted_a_tally_is_the_same_to_the_last_digit(log, whole):
    parted = counted(log, parts=7)

    assert parted.group.cells.equals(whole.group.cells)
    assert parted.group.counts.equals(whole.group.counts)
    assert parted.height == log[0]["unit"].n_unique()


def test_every_measure_is_what_it_is_one_by_one(rows, whole):
    for days in (1, 60):
        ripe = taken.ripe(rows, days=days)
        for arm in ("témoin", "A", "B"):
            one, group = ripe.filter(pl.col("arm") == arm), whole.of([arm], days=days)
            assert (group.height, group.donors) == (one.height, one["donors"].sum())
            for name in set(tally.MEASURES) - {"life_value"}:
                assert group.total(name) == one[name].cast(pl.Int64).sum(), name
                found = group.moments(name, cap=5_000, adjusted_by=("amount_before",))
                values = np.minimum(taken.numbers(one, name), 5_000)
                expected = moments.of(values, taken.numbers(one, "amount_before"))
                # Whole sums below 2⁵³ are the same sums: means agree to the last digit.
                assert found.means.tolist() == expected.means.tolist()
                np.testing.assert_allclose(found.products, expected.products, rtol=1e-11,
                                           atol=1e-6)  # fmt: skip


def test_the_draws_first_and_last_day_are_those_of_the_units(rows, whole):
    assert whole.followed_least == rows["days_followed"].min()
    assert whole.followed_most == rows["days_followed"].max()
    assert whole.last_day == rows["day"].max()


def test_new_donors_and_segments_are_told_apart(log, rows, whole):
    new = whole.of(["A"], days=60).where("is_new", value=True)
    first = log[0].sort("place").unique("unit", keep="first")
    loyal = first.filter(pl.col("segment") == "loyal", pl.col("arm") == "A").height

    ripe = taken.ripe(rows, days=60).filter(pl.col("arm") == "A", pl.col("is_new"))
    assert new.height == ripe.height
    assert whole.of(["A"], days=0).where("segment", value="loyal").height == loyal


def test_giving_is_as_amounts_make_it(rows, whole):
    given = taken.numbers(taken.ripe(rows, days=60).filter(pl.col("arm") == "B"), "amount")
    group = whole.of(["B"], days=60)

    expected = amounts.of(given, cap=4_000)
    found = group.giving("amount", cap=4_000)

    np.testing.assert_allclose(found.means, expected.means, rtol=1e-14)
    np.testing.assert_allclose(found.products, expected.products, rtol=1e-11)
    assert sorted(group.above_zero("amount")) == sorted(given[given > 0])


@pytest.mark.parametrize("kind", [("gave", "share"), ("amount", "amount"), ("gifts", "number")])
@pytest.mark.parametrize("cap", [None, 6_000])
def test_a_comparison_of_counts_is_that_of_the_units(rows, whole, kind, cap):
    measure, way = Measure(*kind, 60), Way(adjusted_by=("amount_before",), cap=cap)
    one_by_one = [taken.ripe(rows, days=60).filter(pl.col("arm") == arm) for arm in ("témoin", "A")]

    found = compared.compare(*(whole.of([arm], days=60) for arm in ("témoin", "A")),
                             measure=measure, way=way)  # fmt: skip
    expected = compared.compare(*one_by_one, measure=measure, way=way)

    for each in ("estimate", "low", "high", "p", "std_error"):
        assert getattr(found, each) == pytest.approx(getattr(expected, each), rel=1e-9), each


def test_what_was_not_counted_is_named(whole):
    with pytest.raises(tally.NotCounted, match="45 days"):
        whole.of(["A"], days=45)
    with pytest.raises(tally.NotCounted, match="smiles"):
        whole.group.total("smiles")
    with pytest.raises(tally.NotCounted, match="gifts_before"):
        whole.group.moments("amount", adjusted_by=("gifts_before",))
