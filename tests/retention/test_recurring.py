"""How standing commitments last, worked by hand on six of them."""

from datetime import date

import pytest

DAY = date.fromisoformat


def commitment(number: int, started: str, **more):
    return {
        "recurring_gift_id": f"r{number}", "donor_id": number, "months_between": 1,
        "amount_minor": 1_200, "currency": "EUR", "started_on": DAY(started),
        "source_ref": f"r{number}",
    } | more  # fmt: skip


# Seen up to 31 December 2024.
COMMITMENTS = [
    commitment(1, "2024-01-01", first_collected_on=DAY("2024-01-10")),
    commitment(2, "2024-01-01", first_collected_on=DAY("2024-01-10"),
               ended_on=DAY("2024-04-10"), end_reason="voluntary"),
    commitment(3, "2024-01-01", first_collected_on=DAY("2024-01-10"),
               ended_on=DAY("2024-04-11"), end_reason="involuntary"),
    commitment(4, "2024-11-01", first_collected_on=DAY("2024-11-10")),
    commitment(5, "2024-01-01"),  # signed long ago, never debited
    commitment(6, "2024-12-01"),  # signed a month ago
]  # fmt: skip
ONE_GIFT = [(1, "2024-01-02", 10)]


@pytest.fixture
def lasting(measured):
    return measured(ONE_GIFT, as_of="2025-01-01", recurring_gifts=COMMITMENTS)


def test_a_commitment_never_debited_is_a_no_show_or_awaited(lasting) -> None:
    found = lasting.recurring

    assert (found.collected, found.no_shows, found.awaiting) == (4, 1, 1)
    assert found.no_show_share == 1 / 5


def test_attrition_counts_those_old_enough_from_the_first_debit(lasting) -> None:
    at_3, at_6, at_12, _ = lasting.recurring.attrition

    # Three months after 10 January is 10 April: the second had ended on it, the third not yet.
    assert (at_3.ended, at_3.old_enough, at_3.by_reason) == (1, 3, {"voluntary": 1})
    assert (at_6.ended, at_6.old_enough) == (2, 3)
    assert at_6.by_reason == {"involuntary": 1, "voluntary": 1}
    assert (at_12.old_enough, at_12.attrition) == (0, None)


def test_a_horizon_is_reached_only_once_its_day_is_known(measured) -> None:
    on_the_day = measured(ONE_GIFT, as_of="2024-04-10", recurring_gifts=COMMITMENTS[:1])
    next_day = measured(ONE_GIFT, as_of="2024-04-11", recurring_gifts=COMMITMENTS[:1])

    assert on_the_day.recurring.attrition[0].old_enough == 0
    assert next_day.recurring.attrition[0].old_enough == 1


def test_an_end_before_the_first_debit_falls_on_that_debit(measured) -> None:
    odd = commitment(1, "2024-01-01", first_collected_on=DAY("2024-03-10"),
                     ended_on=DAY("2024-02-10"), end_reason="voluntary")  # fmt: skip

    found = measured(ONE_GIFT, as_of="2025-01-01", recurring_gifts=[odd]).recurring_monthly

    assert [(m.month.month, m.started, m.ended) for m in found if m.started or m.ended] == [
        (3, 1, 1)
    ]


def test_the_curve_keeps_open_commitments(lasting) -> None:
    points = [(p.days, p.share) for p in lasting.recurring.curve]

    # On day 91 (10 April) four had been collected and one, 51 days old, is no longer followed.
    assert points == [(91, pytest.approx(2 / 3)), (92, pytest.approx(1 / 3))]
    assert lasting.recurring.median_days == 92


def test_monthly_churn_is_over_those_in_force_when_the_month_starts(lasting) -> None:
    by_month = {m.month: m for m in lasting.recurring_monthly}

    april = by_month[date(2024, 4, 1)]
    assert (april.active_at_start, april.ended, april.churn) == (3, 2, 2 / 3)
    assert (april.voluntary, april.involuntary) == (1, 1)
    assert by_month[date(2024, 1, 1)].churn is None
    assert max(by_month) == date(2024, 12, 1)


def test_a_first_received_instalment_is_the_first_debit_when_no_day_is_given(measured) -> None:
    instalment = {
        "donor_id": 5, "given_on": DAY("2024-02-05"), "kind": "instalment",
        "recurring_gift_id": "r5",
    }  # fmt: skip

    found = measured([instalment], as_of="2025-01-01", recurring_gifts=COMMITMENTS)

    assert (found.recurring.collected, found.recurring.no_shows) == (5, 0)


def test_without_any_known_debit_nothing_is_said(measured) -> None:
    found = measured(ONE_GIFT, as_of="2025-01-01", recurring_gifts=COMMITMENTS[4:])

    assert found.recurring is None


def test_channels_are_those_of_the_campaign_else_of_the_donor(measured) -> None:
    campaigns = [{"campaign_id": "street", "channel": "face_to_face", "source_ref": "c1"}]
    donors = [{"donor_id": 4, "kind": "person", "acquisition_channel": "web"}]
    rows = [COMMITMENTS[0] | {"campaign_id": "street"}, COMMITMENTS[3]]

    found = measured(
        ONE_GIFT, as_of="2025-01-01", recurring_gifts=rows, campaigns=campaigns, donors=donors
    )

    assert [c.channel for c in found.recurring_by_channel] == ["face_to_face", "web"]


def test_the_monthly_average_follows_new_amounts_and_leaves_pauses_out(measured) -> None:
    def change(number: int, kind: str, day: str, amount: int | None = None):
        return {
            "recurring_gift_id": f"r{number}", "donor_id": number, "kind": kind,
            "effective_on": DAY(day), "amount_minor": amount, "source_ref": f"{number}{day}",
        }  # fmt: skip

    rows = [
        COMMITMENTS[0],
        commitment(7, "2024-01-01", first_collected_on=DAY("2024-01-10"), months_between=3),
        COMMITMENTS[3],
    ]
    changes = [
        change(1, "amount", "2024-03-01", 1_500), change(1, "amount", "2024-09-01", 2_000),
        change(4, "pause", "2024-12-01"),
        # A pause that is over.
        change(7, "pause", "2024-05-01"), change(7, "resume", "2024-06-01"),
    ]  # fmt: skip

    found = measured(
        ONE_GIFT, as_of="2025-01-01", recurring_gifts=rows, recurring_changes=changes
    ).recurring_in_force

    # 20 € a month, and 12 € every three months.
    assert (found.active, found.paused, found.average_monthly_minor) == (2, 1, (2_000 + 400) / 2)
