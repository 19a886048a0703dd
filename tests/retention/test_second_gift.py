"""Second-gift conversion, worked by hand on seven donors."""

from datetime import date

import pytest

# Seen up to 31 December 2024.
GIFTS = [
    (1, "2024-01-01", 10), (1, "2024-01-31", 10),  # 30 days
    (2, "2024-01-01", 10), (2, "2024-02-01", 10),  # 31 days
    (3, "2024-01-01", 10), (3, "2024-01-01", 10),  # twice the same day: one gift in two
    (4, "2024-12-01", 10),  # followed 30 days
    (5, "2024-12-02", 10), (5, "2024-12-05", 10),  # followed 29 days
]  # fmt: skip


def within(measures, days: int):
    found = next(c for c in measures.second_gift.conversions if c.days == days)
    return found.converted, found.old_enough


def test_conversion_counts_only_those_followed_so_long(measured) -> None:
    found = measured(GIFTS, as_of="2025-01-01")

    assert within(found, 30) == (1, 4)
    assert within(found, 90) == (2, 3)
    assert within(found, 365) == (2, 3)


def test_conversion_is_absent_when_nobody_is_old_enough(measured) -> None:
    found = measured([(1, "2024-12-31", 10)], as_of="2025-01-01")

    assert found.second_gift.conversions[0].share is None


def test_the_curve_keeps_those_not_followed_to_the_end(measured) -> None:
    curve = {p.days: p.share for p in measured(GIFTS, as_of="2025-01-01").second_gift.curve}

    # Day 3: 1 of 5. Day 30: 1 of the 4 still waiting, donor 4 among them. Day 31: 1 of 2.
    assert curve[3] == pytest.approx(1 - 4 / 5)
    assert curve[30] == pytest.approx(1 - 4 / 5 * 3 / 4)
    assert curve[31] == pytest.approx(1 - 4 / 5 * 3 / 4 * 1 / 2)
    assert measured(GIFTS, as_of="2025-01-01").second_gift.median_days == 31


def test_signing_a_commitment_is_a_second_gift(measured) -> None:
    signed = {
        "recurring_gift_id": "r1", "donor_id": 1, "months_between": 1, "currency": "EUR",
        "started_on": date(2024, 1, 21), "source_ref": "r1",
    }  # fmt: skip

    found = measured([(1, "2024-01-01", 10)], as_of="2025-01-01", recurring_gifts=[signed])

    assert within(found, 30) == (1, 1)


def test_who_begins_by_a_commitment_is_not_asked_for_a_second_gift(measured) -> None:
    instalment = {"donor_id": 1, "given_on": date(2024, 1, 1), "kind": "instalment"}

    found = measured([instalment, (1, "2024-02-01", 10)], as_of="2025-01-01")

    assert found.second_gift.donors == 0


def test_the_dead_are_followed_until_their_death(measured) -> None:
    donors = [{"donor_id": 1, "kind": "person", "deceased_on": date(2024, 2, 10)}]

    found = measured([(1, "2024-01-01", 10)], as_of="2025-01-01", donors=donors)

    assert within(found, 30) == (0, 1)
    assert within(found, 90) == (0, 0)


def test_each_acquisition_year_has_its_own_conversion(measured) -> None:
    gifts = [(1, "2023-01-01", 10), (1, "2023-01-11", 10), (2, "2024-01-01", 10)]

    found = measured(gifts, as_of="2025-01-01").second_gift_by_cohort

    assert [(s.cohort, s.conversions[0].share) for s in found] == [(2023, 1.0), (2024, 0.0)]
