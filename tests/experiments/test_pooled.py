"""Several tests of one question: the published reading of thirteen trials, and simple laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.experiments import pooled

# BCG against tuberculosis, Colditz et al., JAMA 271 (1994): cases and others, vaccinated then not.
TRIALS = np.array([
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
], dtype=float)  # fmt: skip


def intervals(estimates, errors, z=1.959963984540054):
    return [(e, e - z * s, e + z * s) for e, s in zip(estimates, errors, strict=True)]


def test_thirteen_trials_are_read_as_they_were_published():
    """DerSimonian-Laird in metafor's manual (``rma``, dat.bcg): -0.7141 (0.1787), I² 92.12 %."""
    a, b, c, d = TRIALS.T
    logs = np.log(a / (a + b)) - np.log(c / (c + d))
    errors = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))

    found = pooled.of(intervals(logs, errors), confidence=[0.95] * 13)

    assert found.estimate == pytest.approx(-0.7141, abs=5e-5)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(0.1787, abs=5e-5)
    assert found.i_squared == pytest.approx(0.9212, abs=5e-5)
    assert found.differs
    assert found.p_differs < 1e-4


def test_one_test_is_itself_and_none_is_refused():
    found = pooled.of([(0.02, 0.01, 0.03)], confidence=[0.95])

    assert (found.estimate, found.low, found.high) == pytest.approx((0.02, 0.01, 0.03))
    assert found.i_squared is None
    assert not found.differs
    for nothing in ([], [(0.1, 0.1, 0.1)]):
        with pytest.raises(pooled.NothingToPool):
            pooled.of(nothing, confidence=[0.95] * len(nothing))


def test_a_wider_confidence_is_the_same_error():
    narrow = pooled.of([(0.0, -1.959963985, 1.959963985)], confidence=[0.95])
    wide = pooled.of([(0.0, -2.575829304, 2.575829304)], confidence=[0.99])

    assert narrow.high == pytest.approx(wide.high)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.05, 1)), min_size=1, max_size=8))
def test_the_mean_lies_among_the_tests_and_order_does_not_matter(told):
    rows = intervals(*zip(*told, strict=True))

    found = pooled.of(rows, confidence=[0.95] * len(rows))
    turned = pooled.of(rows[::-1], confidence=[0.95] * len(rows))

    assert min(t[0] for t in told) - 1e-9 <= found.estimate <= max(t[0] for t in told) + 1e-9
    assert turned.estimate == pytest.approx(found.estimate, abs=1e-9)
    assert turned.high == pytest.approx(found.high, abs=1e-9)
