"""Attrition: stops over months at risk, drawn to published figures, falling survival."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.lifetime_value import attrition


def test_hazards_are_stops_over_months_at_risk_when_there_are_many():
    # 60,000 commitments: one in ten stops in its first month, the others live 40 months.
    ages, active, donors = [0, 40], [False, True], [6_000_000, 54_000_000]

    table = attrition.fit(ages, active, donors=donors)

    # At risk in months 0-2: 1 × 6 M + 3 × 54 M; nobody stops later.
    assert table.hazards[0] == pytest.approx(6 / (6 + 3 * 54), rel=1e-4)
    assert max(table.hazards[1:]) < 1e-5
    assert table.stops == 6_000_000


def test_without_evidence_the_published_figures_stand():
    assert attrition.fit([], [], donors=[]).hazards == pytest.approx(attrition.PUBLISHED_HAZARDS)


def test_published_figures_lie_between_the_two_channels_after_a_year():
    # Face to face 44-57 % gone in year 1 (PFRA 2008-09); otherwise about 20 % (Sargeant & Jay).
    gone = 1 - attrition.fit([], [], donors=[]).survival([0], months=12)[0, -1]

    assert 0.20 < gone < 0.44


@given(
    st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=20),
    st.integers(0, 300),
)
@settings(deadline=None)
def test_survival_is_a_falling_probability(rows, age):
    ages = np.array([row[0] for row in rows], dtype=np.int64)
    active = np.array([row[1] for row in rows], dtype=bool)

    survival = attrition.fit(ages, active, donors=np.ones_like(ages)).survival([age], months=60)[0]

    assert np.all((survival > 0) & (survival < 1))
    assert np.all(np.diff(survival) < 0)
