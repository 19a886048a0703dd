"""The share of the most generous, and Gini's coefficient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.retention import concentration


def latest(measures):
    return next(c for c in measures.concentration if (c.who, c.year) == ("donors", 0))


def test_ten_donors_worked_by_hand(measured) -> None:
    # Nine gave 10 €, one gave 110 €: 200 € in all.
    gifts = [(d, "2024-05-01", 10) for d in range(1, 10)] + [(10, "2024-05-01", 110)]

    found = latest(measured(gifts, as_of="2025-01-01"))

    shares = [(t.donors_share, t.income_share) for t in found.top]
    # One and five per cent of ten donors are not one donor.
    assert shares[:2] == [(0.01, None), (0.05, None)]
    assert shares[2] == (0.1, pytest.approx(110 / 200))
    assert shares[3] == (0.2, pytest.approx(120 / 200))
    # Lorenz: the first 0.9 of donors gave 0.45; G = 1 - (0.9 x 0.45 + 0.1 x 1.45) = 0.45.
    assert found.gini == pytest.approx(0.45)
    assert [(p.donors_share, p.income_share) for p in found.lorenz] == [
        (0, 0), (pytest.approx(0.9), pytest.approx(0.45)), (pytest.approx(1), pytest.approx(1)),
    ]  # fmt: skip


def test_equal_gifts_have_no_inequality(measured) -> None:
    gifts = [(donor, "2024-05-01", 20) for donor in range(1, 6)]

    assert latest(measured(gifts, as_of="2025-01-01")).gini == pytest.approx(0)


def test_nobody_in_the_year_is_an_absence(measured) -> None:
    found = latest(measured([(1, "2020-05-01", 20)], as_of="2025-01-01"))

    assert (found.donors, found.gini, found.lorenz) == (0, None, ())
    assert all(top.income_share is None for top in found.top)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=40))
def test_gini_is_half_the_mean_difference_over_the_mean(totals: list[int]) -> None:
    values, counts = np.unique(np.array(totals, dtype=np.int64), return_counts=True)

    found = concentration.gini(values, donors=counts.astype(np.int64))

    # The definition, pair by pair.
    differences = sum(abs(a - b) for a in totals for b in totals)
    assert found == pytest.approx(differences / (2 * len(totals) * sum(totals)), abs=1e-12)
