"""One pass of SQL over the log says what the donors themselves would say."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

import fact_rows
from mecene.engine.store import BUCKETS
from mecene.experiments import amounts, cuped, gathering, means, moments, ratios, strata
from mecene.experiments.gathering import Metric

DRAWN_ON = date(2025, 6, 1)
CONSTANTS = {"days_before": 365, "days_after": 90, "in_currency": "EUR"}
CAP = 10_000


@pytest.fixture(scope="module")
def log():
    """Drawn donors, each with what they gave before and since; and gifts that do not count."""
    rng = np.random.default_rng(8)
    people = [
        {"donor_id": donor, "arm": str(rng.choice(["control", "letter"])),
         "household": donor // 2, "drawn_on": DRAWN_ON + timedelta(days=int(rng.integers(0, 5)))}
        for donor in range(1, 261)
    ]  # fmt: skip
    gifts, told = [], []
    for person in people:
        before = [int(each) for each in rng.lognormal(8, 1, rng.poisson(0.8))]
        since = [int(each) for each in rng.lognormal(8, 1, rng.poisson(0.4))]
        day = person["drawn_on"]
        gifts += [_gift(person, day - timedelta(days=int(rng.integers(1, 365))), m) for m in before]
        gifts += [_gift(person, day + timedelta(days=int(rng.integers(0, 90))), m) for m in since]
        gifts += [
            _gift(person, day - timedelta(days=366), 77), _gift(person, day + timedelta(90), 77),
            _gift(person, day, 77, currency="CHF"), _gift(person, day, 77, status="failed"),
        ]  # fmt: skip
        told.append(person | {"since": float(sum(since)), "before": float(sum(before))})
    gifts += [_gift({"donor_id": 999}, DRAWN_ON, 77)]
    return gifts, pl.DataFrame(told)


def _gift(person, day, minor, **more):
    return fact_rows.gift(person["donor_id"], day, max(minor, 1), **more)


METRICS = [
    gathering.gave(),
    gathering.amount(cap_minor=CAP),
    gathering.giving(cap_minor=CAP),
    Metric("amount a gift", ("amount_minor", "gifts")),
    Metric("gifts", ("gifts", "gifts_before", "amount_before_minor")),
]


@pytest.fixture(scope="module")
def gathered(log, tmp_path_factory):
    gifts, told = log
    store = fact_rows.written(tmp_path_factory.mktemp("facts"), gifts=gifts)
    drawn = told.select("donor_id", "arm", "household", "drawn_on")

    def ask(how=gathering.gathered, drawn=drawn, **more):
        asked = {"rows": gathering.units(), "metrics": METRICS} | more
        return how(
            store, asked.pop("rows"), as_of=date(2026, 1, 1), drawn=drawn, parameters=CONSTANTS,
            **asked,
        )  # fmt: skip

    return ask


def arm(log, name):
    return log[1].filter(pl.col("arm") == name)


class TestMoments:
    @pytest.mark.parametrize("name", ["control", "letter"])
    def test_are_those_of_the_people(self, log, gathered, name):
        people = arm(log, name)
        since, before = people["since"].to_numpy(), people["before"].to_numpy()

        told = gathered()[name]

        wanted = moments.of(np.minimum(since, CAP), np.minimum(before, CAP))
        assert told["amount"].n == people.height
        np.testing.assert_allclose(told["amount"].means, wanted.means, rtol=1e-12)
        np.testing.assert_allclose(told["amount"].products, wanted.products, rtol=1e-9)
        of_giving = amounts.of(since, cap=CAP)
        np.testing.assert_allclose(told["giving"].means, of_giving.means, rtol=1e-12)
        np.testing.assert_allclose(told["giving"].products, of_giving.products, rtol=1e-9)
        np.testing.assert_allclose(told["gave"].means, [(since > 0).mean(), (before > 0).mean()])

    def test_of_the_buckets_one_by_one_add_up_to_those_of_all(self, gathered):
        whole, parts = gathered(), gathered(buckets=BUCKETS)

        for name, group in whole.items():
            for metric, each in group.items():
                assert parts[name][metric].n == each.n
                np.testing.assert_allclose(parts[name][metric].means, each.means, rtol=1e-9)
                np.testing.assert_allclose(
                    parts[name][metric].products, each.products, rtol=1e-8, atol=1e-6
                )

    def test_every_comparison_takes_them(self, gathered):
        told = gathered()
        both = told["control"], told["letter"]

        amount = means.difference(*(each["amount"] for each in both))
        at_equal_past = means.difference(*cuped.adjusted([each["amount"] for each in both]))
        a_gift = ratios.difference(*(each["amount a gift"] for each in both))

        assert amount.low < amount.estimate < amount.high
        assert at_equal_past.std_error <= amount.std_error * 1.01
        assert a_gift.n_control == amount.n_control

    def test_of_households_are_sums_of_their_people(self, log, gathered):
        rows = gathering.by_household(gathering.units(), quantities=["amount_minor"])
        metric = Metric("amount a person", ("amount_minor", "people"))

        told = gathered(rows=rows, metrics=[metric])["letter"]["amount a person"]

        homes = arm(log, "letter").group_by("household").agg(pl.col("since").sum(), people=pl.len())
        wanted = moments.of(homes["since"], homes["people"])
        assert told.n == homes.height
        np.testing.assert_allclose(told.means, wanted.means, rtol=1e-12)
        np.testing.assert_allclose(told.products, wanted.products, rtol=1e-9, atol=1e-9)

    def test_within_groups_add_up_to_the_arm(self, log, gathered):
        within = gathered(how=gathering.gathered_within, stratum="gave_before", buckets=BUCKETS)

        whole = gathered()["letter"]["amount"]
        added = within["0"]["letter"]["amount"] + within["1"]["letter"]["amount"]
        faithful = arm(log, "letter").filter(pl.col("before") > 0)
        assert within["1"]["letter"]["amount"].n == faithful.height
        np.testing.assert_allclose(added.products, whole.products, rtol=1e-8)
        pairs = [(each["control"]["amount"], each["letter"]["amount"]) for each in within.values()]
        assert strata.difference(pairs).n_treated == whole.n

    def test_amounts_that_hardly_differ_keep_their_variance(self, gathered):
        """Sums of squares would say 0 (or less) here: 16 figures do not hold 10¹⁸ + 1."""
        rows = (
            "select drawn.arm, 1e9 + (row_number() over (partition by drawn.arm)) % 2 as x "
            "from drawn"
        )

        told = gathered(rows=rows, metrics=[Metric("x", ("x",))])["control"]["x"]

        assert told.covariance[0, 0] == pytest.approx(0.25, rel=0.02)


class TestRefusals:
    def test_a_blank_is_not_a_zero(self, gathered):
        rows = "select drawn.arm, nullif(donor_id % 5, 0) as x from drawn"

        with pytest.raises(moments.NotNumbers, match="null for somebody"):
            gathered(rows=rows, metrics=[Metric("x", ("x",))])

    def test_nobody_is_counted_in_two_arms(self, log, gathered):
        drawn = log[1].select("donor_id", "arm", "household", "drawn_on")
        twice = pl.concat([drawn, drawn.head(1).with_columns(arm=pl.lit("call"))])

        with pytest.raises(gathering.DrawnTwice, match="one row a person"):
            gathered(drawn=twice)
