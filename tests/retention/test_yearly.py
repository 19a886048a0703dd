"""Retention, new and repeat, recapture, reactivation: worked by hand on six donors.

Formulas: DOMAIN report, section B; reactivated and reacquired as Neon One defines them,
https://support.neonone.com/hc/en-us/community/posts/4424065781517-Recaptured-Donors
"""

from datetime import date

from mecene.retention import yearly

# donor: years          2021 2022 2023 2024
# 1 faithful              10   10   20   20
# 2 new in 2023, stays               30   15
# 3 new in 2023, leaves              40
# 4 reactivated in 2024        50         5
# 5 reacquired in 2024    60              60
# 6 new in 2024                           70
SIX_DONORS = [
    (1, "2021-05-01", 10), (1, "2022-05-01", 10), (1, "2023-05-01", 20), (1, "2024-05-01", 20),
    (2, "2023-06-01", 30), (2, "2024-12-31", 15),
    (3, "2023-01-01", 40),
    (4, "2022-07-01", 50), (4, "2024-07-01", 5),
    (5, "2021-08-01", 60), (5, "2024-08-01", 60),
    (6, "2024-09-01", 70),
]  # fmt: skip


def year(measures, label: str, *, series: str = "fiscal", who: str = "donors"):
    return next(f for f in measures.yearly if (f.series, f.label, f.who) == (series, label, who))


def test_six_donors_worked_by_hand(measured) -> None:
    found = year(measured(SIX_DONORS, as_of="2025-01-01"), "2024")

    assert found == yearly.YearFigures(
        series="fiscal", who="donors", label="2024", start=date(2024, 1, 1),
        end=date(2025, 1, 1), complete=True,
        donors=5, donors_before=3, new=1, retained=2, reactivated=1, reacquired=1, lapsed=1,
        new_before=2, retained_new=1, lapsed_pool=2,
        amount_minor=17_000, amount_before_minor=9_000, amount_retained_minor=3_500,
        retention=2 / 3, new_retention=1 / 2, repeat_retention=1.0, attrition=1 / 3,
        amount_retention=3_500 / 9_000, recapture=1.0,
    )  # fmt: skip


def test_the_first_year_has_nobody_to_retain_so_no_rate(measured) -> None:
    first = year(measured(SIX_DONORS, as_of="2025-01-01"), "2021")

    rates = (first.retention, first.new_retention, first.repeat_retention, first.attrition)
    assert rates == (None, None, None, None)
    assert (first.amount_retention, first.recapture) == (None, None)
    assert first.donors == 2


def test_a_year_not_over_has_counts_and_no_rate(measured) -> None:
    so_far = year(measured(SIX_DONORS, as_of="2024-06-01"), "2024")

    assert (so_far.complete, so_far.retained, so_far.lapsed) == (False, 1, 2)
    assert so_far.retention is None


def test_rolling_years_end_the_day_before_as_of(measured) -> None:
    found = year(measured(SIX_DONORS, as_of="2024-12-31"), "2023-12/2024-12", series="rolling")

    # Donor 2's gift of 31 December 2024 is not seen yet.
    assert (found.start, found.end) == (date(2023, 12, 31), date(2024, 12, 31))
    assert (found.retained, found.lapsed, found.retention) == (1, 2, 1 / 3)


def test_a_fiscal_year_may_start_in_september(measured) -> None:
    gifts = [(1, "2023-08-31", 10), (1, "2023-09-01", 10), (2, "2024-08-31", 10)]

    found = measured(gifts, as_of="2024-09-01", fiscal_year_start=9)

    latest = year(found, "2023-09/2024-08")
    assert (latest.donors_before, latest.retained, latest.new) == (1, 1, 1)


def test_gifts_in_kind_legacies_failures_and_refunds_are_not_giving(measured) -> None:
    silent = [
        {"donor_id": 1, "given_on": date(2024, 5, 1), "kind": "in_kind"},
        {"donor_id": 1, "given_on": date(2024, 5, 1), "kind": "legacy"},
        {"donor_id": 1, "given_on": date(2024, 5, 1), "status": "failed"},
        {"donor_id": 1, "given_on": date(2024, 5, 1), "status": "refunded",
         "status_on": date(2024, 6, 1)},
    ]  # fmt: skip

    found = year(measured([(1, "2023-05-01", 10), *silent], as_of="2025-01-01"), "2024")

    assert (found.donors, found.lapsed, found.amount_minor) == (0, 1, 0)


def test_organisations_have_figures_of_their_own(measured) -> None:
    donors = [{"donor_id": 1, "kind": "person"}, {"donor_id": 2, "kind": "organisation"}]
    gifts = [(1, "2023-05-01", 10), (2, "2023-05-01", 900), (2, "2024-05-01", 900)]

    found = measured(gifts, as_of="2025-01-01", donors=donors)

    assert year(found, "2024").retention == 0.0
    assert year(found, "2024", who="organisations").retention == 1.0


def test_an_anonymous_gift_is_nobodys_retention(measured) -> None:
    gifts = [(None, "2023-05-01", 10), (None, "2024-05-01", 10), (1, "2023-05-01", 10)]

    found = year(measured(gifts, as_of="2025-01-01"), "2024")

    assert (found.donors, found.donors_before) == (0, 1)


def test_giving_in_another_currency_is_still_staying(measured) -> None:
    swiss = {"donor_id": 1, "given_on": date(2024, 5, 1), "currency": "CHF"}
    gifts = [(1, "2023-05-01", 10), (2, "2023-05-01", 10), swiss]

    found = measured(gifts, as_of="2025-01-01")

    assert year(found, "2024").retention == 1 / 2
    assert year(found, "2024").amount_minor == 0
    assert [(c.currency, c.gifts, c.amount_minor) for c in found.other_currencies] == [
        ("CHF", 1, 1_000)
    ]
    latest = next(m for m in found.movements if (m.label, m.who) == ("2024", "donors"))
    assert (latest.not_comparable, latest.downgraded) == (1, 0)
