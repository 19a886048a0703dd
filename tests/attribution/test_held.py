"""Over the donors and days of a hold-out, rules are set beside what it says was caused."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mecene import facts
from mecene.attribution import held, sentences
from mecene.attribution.credit import Caused
from mecene.attribution.held import HeldOut
from mecene.engine import store

SINCE = datetime.fromisoformat("2026-01-05T09:00:00")
PEOPLE = 2_000


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A tenth give within 60 days whatever they get; the e-mail brings two in a hundred more."""
    rng = np.random.default_rng(5)
    donors = np.arange(1, PEOPLE + 1)
    gives = donors[rng.random(PEOPLE) < 0.12]
    gifts = pl.DataFrame({
        "gift_id": np.arange(1, gives.size + 1), "donor_id": gives,
        "given_on": np.datetime64("2026-01-06") + rng.integers(0, 55, gives.size),
        "amount_minor": 2_000, "currency": "EUR", "kind": "one_off", "status": "received",
        "source_ref": "g",
    })  # fmt: skip
    sent = pl.DataFrame({
        "donor_id": donors, "at": SINCE + timedelta(minutes=5), "channel": "email",
        "purpose": "appeal", "source_ref": "c",
    })  # fmt: skip
    told = {"gifts": facts.complete(gifts, facts.GIFTS),
            "contacts": facts.complete(sent, facts.CONTACTS)}  # fmt: skip
    return store.write_facts(told, tmp_path_factory.mktemp("held") / "facts"), gives.size


def appeal(**told):
    said = {"title": "Appel de janvier", "channel": "email", "donors": range(1, PEOPLE + 1),
            "since": SINCE, "days": 60, "caused": Caused(40.0, 10.0, 70.0, 15.0)}  # fmt: skip
    return HeldOut(**(said | told))


def found(facts_, *each):
    return held.beside(facts_, each, act="gift", currency="EUR", seed=1)


def test_who_would_have_given_anyway_is_credited_too_much(log):
    facts_, gave = log

    (told,) = found(facts_, appeal())

    assert [gap.credit.rule for gap in told.gaps] == ["last_touch", "markov"]
    for gap in told.gaps:
        assert gap.credit.acts == pytest.approx(gave)
        assert gap.excess == pytest.approx(gave - 40)
        assert gap.low < gap.excess < gap.high
        assert gap.state == "too_much"


def test_only_its_own_donors_and_days_count(log):
    facts_, _ = log
    half, early = appeal(donors=range(1, PEOPLE // 2 + 1)), appeal(days=10)

    of_half, of_early = found(facts_, half, early)

    gave = pl.concat(pl.read_parquet(file) for file in facts_.files("gifts"))
    assert of_half.gaps[0].credit.acts == gave.filter(pl.col("donor_id") <= PEOPLE // 2).height
    assert of_early.gaps[0].credit.acts == gave.filter(
        pl.col("given_on") < date(2026, 1, 15)
    ).height  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_channel_that_led_to_nothing_is_said(log, lang):
    facts_, _ = log

    none, other = found(facts_, appeal(donors=()), appeal(channel="post"))

    assert none.gaps == other.gaps == ()
    assert "Appel de janvier" in sentences.held(none, lang=lang)[0]
    assert "60" in sentences.held(other, lang=lang)[0]


def test_of_nothing_held_out_nothing_is_read(tmp_path):
    assert held.beside(store.FactStore(tmp_path), (), act="gift", currency="EUR", seed=1) == ()
