"""Weights are those of the past, never below zero; false alarms are as many as were asked."""

import numpy as np
import polars as pl
import pytest

from mecene.signals import calibration, lessons
from mecene.signals.lessons import SURPRISES
from mecene.signals.surprises import SIGNALS


def past(donors, *, seed, weights, start=-2.0):
    """Draw donors whose log-odds of leaving are start + Σ weight x surprise."""
    rng = np.random.default_rng(seed)
    surprises = np.round(rng.exponential(1.0, (donors, len(SIGNALS))), 1)
    pull = np.array([weights.get(name, 0.0) for name in SIGNALS])
    left = rng.random(donors) < 1 / (1 + np.exp(-(start + surprises @ pull)))
    told = pl.DataFrame(surprises, schema=SURPRISES).with_columns(
        donor_id=pl.int_range(donors), group=pl.lit("free"), stage=pl.lit("free_long"),
        origin=pl.lit(None, pl.String), peers=pl.lit("free_long"),
    )  # fmt: skip
    return told, pl.DataFrame({"donor_id": range(donors), "left": left})


@pytest.mark.slow
def test_weights_are_recovered_from_the_past():
    """Twenty thousand donors: each weight to 0.1."""
    true = {"silence": 0.9, "clicks": 0.5, "complaint": 0.2}
    told, became = past(20_000, seed=5, weights=true, start=-3.0)

    found = calibration.fit(lessons.of(told, became)).groups["free"]

    for name in SIGNALS:
        assert found.weights[name] == pytest.approx(true.get(name, 0.0), abs=0.1)
    assert found.log_odds["free_long"] == pytest.approx(-3.0, abs=0.2)


def test_a_sign_of_loyalty_weighs_nothing_rather_than_less():
    told, became = past(3_000, seed=6, weights={"silence": 0.8, "visits": -0.6})

    found = calibration.fit(lessons.of(told, became)).groups["free"]

    assert found.weights["visits"] == 0.0
    assert min(found.weights.values()) >= 0.0


def test_a_file_without_a_past_has_ordinary_weights():
    told, became = past(40, seed=7, weights={})

    found = calibration.fit(lessons.of(told, became)).groups["free"]

    assert not found.learnt
    assert found.weights == calibration.ORDINARY


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.02, 0.05, 0.2])
def test_of_further_donors_who_stay_as_many_are_alarmed_as_asked(rate):
    """The limit is conformal: at most the rate on average over pasts; 40 pasts, 3 s.e."""
    shares = []
    for seed in range(40):
        told, became = past(1_500, seed=seed, weights={"silence": 0.8})
        known = calibration.fit(lessons.of(told, became)).groups["free"]
        new, later = past(1_500, seed=1_000 + seed, weights={"silence": 0.8})
        stayed = new.filter(~later["left"])
        alarmed = known.score(stayed) > known.limit(stayed, false_alarm_rate=rate)
        shares.append(alarmed.mean())

    error = np.std(shares) / np.sqrt(len(shares))
    assert np.mean(shares) <= rate + 3 * error
    assert np.mean(shares) >= rate * 0.7


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_the_limit_from_theory_holds_when_surprises_are_exponential_or_come_together(rate):
    rng = np.random.default_rng(8)
    together = rng.exponential(1.0, (40_000, 1))
    each = rng.exponential(1.0, (40_000, len(SIGNALS)))
    known = calibration.fit(lessons.none()).groups["free"]
    for surprises in (each, np.where(rng.random(each.shape) < 0.3, together, each)):
        kept = np.where([name in ("silence", "amounts", "clicks", "replies") for name in SIGNALS],
                        surprises, np.nan)  # fmt: skip
        told = pl.DataFrame(kept, schema=SURPRISES, nan_to_null=True).with_columns(
            stage=pl.lit("free_long"), origin=pl.lit(None, pl.String), beyond_limit=pl.lit(0.0)
        )

        alarmed = known.score(told) > known.limit(told, false_alarm_rate=rate)

        assert alarmed.mean() <= rate * 1.1
        assert alarmed.mean() >= rate * 0.3


def test_the_lessons_of_a_file_are_those_of_its_parts():
    told, became = past(500, seed=9, weights={"silence": 0.5})

    parts = lessons.of(told[:200], became) + lessons.of(told[200:], became)

    assert parts.counts.equals(lessons.of(told, became).counts)


def test_a_donor_whose_end_is_unknown_teaches_nothing():
    told, became = past(50, seed=10, weights={})

    none = lessons.of(told, became.with_columns(left=pl.lit(None, pl.Boolean)))

    assert none.counts.is_empty()
