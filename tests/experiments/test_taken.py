"""What each unit drawn did is read off the facts as a person would count it, never past its day."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mecene import facts
from mecene.engine import store
from mecene.experiments import compared, taken
from mecene.experiments.compared import NoCap, Way
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.measures import Measure

DRAWN_AT = datetime.fromisoformat("2026-01-02T09:00:00")
AS_OF = date(2026, 6, 1)


def table(name, *rows):
    told = [{"source_ref": f"{name}:{number}"} | row for number, row in enumerate(rows)]
    return facts.complete(pl.DataFrame(told), facts.TABLES[name])


def gift(donor, on, minor, **more):
    return {"gift_id": hash((donor, on, minor)) % 10**9, "donor_id": donor, "given_on": on,
            "amount_minor": minor, "currency": "EUR", "kind": "one_off",
            "status": "received"} | more  # fmt: skip


def done(donor, at, kind):
    return {"donor_id": donor, "at": at, "kind": kind}


@pytest.fixture
def facts_of_three(tmp_path):
    """Donors 1 and 2 share a home; 3 lives alone and was met ten years ago."""
    gifts = table(
        "gifts",
        gift(1, date(2026, 1, 2), 2_000),  # the day of the draw counts as after it
        gift(2, date(2026, 3, 2), 700),  # the last of the sixty days
        gift(2, date(2026, 3, 3), 999),  # the day after
        gift(1, date(2025, 6, 1), 3_000), gift(1, date(2026, 1, 9), 50_000, status="failed"),
        gift(1, date(2026, 1, 9), 60_000, kind="legacy"),
        gift(1, date(2026, 1, 9), 70_000, currency="CHF"),
        gift(3, date(2016, 1, 1), 100), gift(3, date(2026, 5, 1), 400),
    )  # fmt: skip
    at = DRAWN_AT + timedelta(hours=1)
    interactions = table(
        "interactions", done(2, at, "page_view"), done(2, at + timedelta(seconds=90), "page_view"),
        done(2, at + timedelta(hours=3), "page_view"), done(3, at, "click"),
        done(3, DRAWN_AT - timedelta(days=3), "event_attended"),
        done(3, DRAWN_AT + timedelta(days=31), "complaint"), done(1, at, "unsubscribe"),
    )  # fmt: skip
    return store.write_facts({"gifts": gifts, "interactions": interactions}, tmp_path / "facts")


def drawn(*rows):
    return pl.DataFrame(rows, schema=["donor_id", "unit", "arm", "at"], orient="row")


HOME = drawn((1, "h", "A", DRAWN_AT), (2, "h", "A", DRAWN_AT), (3, "d3", "B", DRAWN_AT))


def test_a_household_is_one_row_counted_over_its_days(facts_of_three):
    rows = taken.take(HOME, store=facts_of_three, as_of=AS_OF, within_days=60, currency="EUR")

    alone, home = rows.to_dicts()
    assert (home["unit"], home["arm"], home["donors"]) == ("h", "A", 2)
    assert (home["gave"], int(home["gifts"]), int(home["amount"])) == (True, 2, 2_700)
    assert int(home["amount_before"]) == 3_000
    assert int(home["time_on_site"]) == 90  # the third view came hours later
    assert (home["unsubscribes"], home["complaints"], home["is_new"]) == (True, False, True)
    assert (alone["gave"], alone["clicks"], alone["events"]) == (False, True, False)
    assert (alone["events_before"], alone["complaints"]) == (True, False)  # a day too late
    assert (alone["retention_12m"], alone["is_new"]) == (True, False)
    assert alone["days_followed"] == 150
    assert taken.ripe(rows, days=151).height == 0


def test_nothing_is_seen_from_the_day_on(facts_of_three):
    early = taken.take(HOME, store=facts_of_three, as_of=date(2026, 1, 2), within_days=60,
                       currency="EUR")  # fmt: skip

    assert early["gave"].to_list() == [False, False]
    assert early["days_followed"].to_list() == [0, 0]
    assert early["clicks"].to_list() == [False, False]


def rows_of(arm, amounts, before=None):
    amounts = np.asarray(amounts, dtype=float)
    return pl.DataFrame({"arm": arm, "amount": amounts, "gave": amounts > 0,
                         "amount_before": amounts if before is None else before})  # fmt: skip


def test_amounts_are_capped_alike_and_compared_at_equal_past():
    rng = np.random.default_rng(5)
    before = rng.lognormal(7, 1, size=4_000)
    given = np.where(rng.random(4_000) < 0.6, before * rng.uniform(0.8, 1.2, 4_000), 0)
    given[0] = 10**9  # one legacy-sized gift
    control = rows_of("A", given[:2_000], before[:2_000])
    treated = rows_of("B", given[2_000:] + 100 * (given[2_000:] > 0), before[2_000:])
    amount = Measure("amount", "amount", 60)

    plain = compared.compare(control, treated, measure=amount, way=Way(cap=20_000))
    equal = compared.compare(control, treated, measure=amount,
                             way=Way(cap=20_000, adjusted_by=("amount_before",)))  # fmt: skip
    watched = compared.compare(control, treated, measure=amount,
                               way=Way(cap=20_000, tightest_at=4_000))  # fmt: skip

    assert equal.low < 60 < equal.high
    assert equal.high - equal.low < 0.95 * (plain.high - plain.low)
    assert watched.high - watched.low > 1.2 * (plain.high - plain.low)


def test_too_few_and_no_variation_are_refused():
    amount, gave = Measure("amount", "amount", 60), Measure("gave", "share", 60)
    few = rows_of("A", [10.0] * 30 + [0.0] * 500)
    with pytest.raises(TooFewDonors):
        compared.compare(few, few, measure=amount, way=Way())
    with pytest.raises(NoCap):
        compared.compare(few, few, measure=amount, way=Way(tightest_at=1_000))
    nobody = rows_of("A", [0.0] * 500)
    with pytest.raises(NoVariation):
        compared.compare(nobody, nobody, measure=gave, way=Way())
