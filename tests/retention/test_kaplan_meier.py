"""The product-limit estimator against a published table."""

import numpy as np
import pytest

from mecene.retention import kaplan_meier

# Remission in weeks of the 21 children who took 6-MP; + still in remission when last seen.
# Freireich et al. (1963), Blood 21, 699-716; printed in Kleinbaum & Klein, Survival Analysis,
# and Klein & Moeschberger, Survival Analysis, example 4.1.
RELAPSED = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
STILL_WELL = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
# Week, at risk, relapses, survivor function, Greenwood standard error, 95 % log-log bounds:
# R survival, summary(survfit(conf.type = "log-log")), and Stata, sts list.
PUBLISHED = (
    (6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516),
    (7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228),
    (10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894),
    (13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491),
    (16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049),
    (22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468),
    (23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801),
)


def curve_of(events: dict[int, int], censored: dict[int, int]) -> kaplan_meier.Curve:
    days = sorted(events.keys() | censored.keys())
    return kaplan_meier.curve(
        np.array(days, dtype=np.int64),
        events=np.array([events.get(day, 0) for day in days], dtype=np.int64),
        censored=np.array([censored.get(day, 0) for day in days], dtype=np.int64),
    )


def test_the_curve_of_freireich_is_the_published_one() -> None:
    curve = curve_of(RELAPSED, STILL_WELL)

    found = [
        (p.days, p.at_risk, p.events, p.surviving, p.std_error, p.low, p.high) for p in curve.points
    ]
    # Four decimals are printed.
    np.testing.assert_allclose(found, PUBLISHED, atol=5.1e-5)


def test_the_median_remission_of_freireich_is_twenty_three_weeks() -> None:
    assert curve_of(RELAPSED, STILL_WELL).median_days == 23


def test_the_median_is_absent_while_more_than_half_still_wait() -> None:
    curve = curve_of({5: 1}, {10: 9})

    assert curve.median_days is None
    assert curve.at(5) == curve.at(400)
    assert curve.at(4) is None


def test_without_censoring_the_curve_is_the_share_still_waiting() -> None:
    curve = curve_of({1: 2, 4: 3, 9: 5}, {})

    assert [point.surviving for point in curve.points] == pytest.approx([0.8, 0.5, 0.0])
    # Nobody is left: Greenwood divides by zero, so there is no band.
    assert (curve.points[-1].low, curve.points[-1].high) == (None, None)


def test_nobody_followed_is_an_empty_curve() -> None:
    assert curve_of({}, {}) == kaplan_meier.Curve(followed=0, points=())
