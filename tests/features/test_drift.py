"""What a donor did lately beside before; and nobody is watched who did not agree to be."""

from datetime import date, timedelta

import pytest

import fact_rows as rows
from fact_rows import AS_OF, ago
from mecene.features import summary


def drift_of(folder, **tables):
    store = rows.written(folder, **tables)
    return summary.of(store, as_of=AS_OF, families=("recurring", "drift")).row(0, named=True)


def test_lately_is_ninety_days_and_before_the_two_years_before(tmp_path):
    clicks = [rows.act(1, ago(days)) for days in (1, 90, 91, 820, 821)]
    mails = [rows.sent(1, ago(days)) for days in (1, 90, 91, 820, 821)]

    found = drift_of(tmp_path, interactions=clicks, contacts=mails)

    assert (found["recent_clicks"], found["earlier_clicks"]) == (2, 2)
    assert (found["recent_emails"], found["earlier_emails"]) == (2, 2)
    assert found["last_click_age_days"] == 1


def test_five_links_followed_in_a_day_are_one_click(tmp_path):
    found = drift_of(tmp_path, interactions=[rows.act(1, ago(3)) for _ in range(5)])

    assert found["recent_clicks"] == 1


@pytest.mark.parametrize(
    ("consents", "opens"),
    [
        ([], None),
        ([rows.said(1, ago(200), "open_tracking")], 1),
        ([rows.said(1, ago(50), "open_tracking")], 0),
        ([rows.said(1, ago(200), "open_tracking", "refused")], None),
        ([rows.said(1, ago(200), "open_tracking"),
          rows.said(1, ago(20), "open_tracking", "withdrawn")], None),
        ([rows.said(1, ago(200), "open_tracking"), rows.said(1, ago(20), None, "objected")], None),
        ([rows.said(1, ago(200), "newsletter")], None),
        ([rows.said(1, ago(200), "open_tracking"),
          rows.said(1, ago(200), "open_tracking", "withdrawn")], None),
    ],
    ids=["never asked", "granted before", "granted after", "refused", "withdrawn", "objects to all",
         "another purpose", "both at once"],
)  # fmt: skip
def test_an_open_is_read_only_from_the_day_its_donor_agreed(tmp_path, consents, opens):
    """CNIL 2026-042: individual opens need a consent of their own."""
    opened = [rows.act(1, ago(80), kind="open")]

    assert drift_of(tmp_path, interactions=opened, consents=consents)["recent_opens"] == opens


def test_an_open_without_consent_changes_no_column(tmp_path):
    click = [rows.act(1, ago(10))]
    opened = [rows.act(1, ago(days), kind="open") for days in (2, 30, 200)]

    assert drift_of(tmp_path / "a", interactions=click + opened) == drift_of(
        tmp_path / "b", interactions=click
    )


def test_a_visit_is_read_only_of_who_agreed_to_be_measured(tmp_path):
    visit = [rows.act(1, ago(5), kind="page_view")]
    agreed = [rows.said(1, ago(300), "web_tracking")]

    assert drift_of(tmp_path / "a", interactions=visit)["recent_visits"] is None
    assert drift_of(tmp_path / "b", interactions=visit, consents=agreed)["recent_visits"] == 1


def test_a_campaign_is_answered_by_a_gift_or_a_click_and_has_a_fortnight(tmp_path):
    mails = [
        rows.sent(1, ago(days), campaign_id=name)
        for days, name in ((10, "late"), (40, "gift"), (60, "none"), (300, "click"))
    ]
    found = drift_of(
        tmp_path,
        contacts=mails,
        gifts=[rows.gift(1, ago(30), campaign_id="gift")],
        interactions=[rows.act(1, ago(299), campaign_id="click")],
    )

    assert (found["recent_campaigns"], found["recent_campaigns_answered"]) == (2, 1)
    assert (found["earlier_campaigns"], found["earlier_campaigns_answered"]) == (1, 1)


def test_the_rhythm_of_gifts_is_apart_from_that_of_instalments(tmp_path):
    free = [rows.gift(1, ago(days)) for days in (500, 400, 200)]
    debits = [rows.gift(1, ago(days), kind="instalment") for days in (90, 60, 30)]

    found = drift_of(tmp_path, gifts=free + debits)

    # gaps of 100 and 200 days: mean log is ln √20000; of 30 and 30
    assert found["free_gift_days"] == 3
    assert found["free_gap_log_mean"] == pytest.approx(4.951744, abs=1e-6)
    assert found["instalment_gap_log_variance"] == pytest.approx(0.0, abs=1e-12)
    assert found["last_free_day_minor"] == 5_000
    assert found["earlier_free_amounts"] == 2


def test_a_lowered_amount_a_pause_and_a_card_are_told(tmp_path):
    found = drift_of(
        tmp_path,
        recurring_gifts=[rows.commitment(1, ago(700))],
        recurring_changes=[
            rows.changed(1, ago(400), "amount", 1_500),
            rows.changed(1, ago(30), "amount", 1_200),
            rows.changed(1, ago(10), "pause"),
        ],
        attributes=[{"donor_id": 1, "name": "card_expires", "value": "2026-02", "source_ref": "t"}],
    )

    # 1 200 is more than at the start, and less than the amount before
    assert found["last_lowering_age_days"] == 30
    assert found["last_pause_age_days"] == 10
    assert found["instalment_months"] == 1
    # February 2026 ends 59 days after 1 January
    assert found["card_expires_in_days"] == 59


@pytest.mark.parametrize("value", ["02/26", "2026-13", "", "2026"])
def test_an_expiry_that_is_no_month_is_not_known(tmp_path, value):
    card = {"donor_id": 1, "name": "card_expires", "value": value, "source_ref": "t"}

    assert drift_of(tmp_path, attributes=[card])["card_expires_in_days"] is None


def test_an_amount_that_rises_is_no_lowering(tmp_path):
    found = drift_of(
        tmp_path,
        recurring_gifts=[rows.commitment(1, ago(700))],
        recurring_changes=[rows.changed(1, ago(30), "amount", 1_200)],
    )

    assert found["last_lowering_age_days"] is None


def test_what_happens_from_the_day_on_is_not_seen(tmp_path):
    seen = {"gifts": [rows.gift(1, ago(30))], "interactions": [rows.act(1, ago(3))]}
    later = AS_OF + timedelta(days=1)
    unseen = {
        "gifts": [*seen["gifts"], rows.gift(1, AS_OF)],
        "interactions": [
            *seen["interactions"],
            rows.act(1, AS_OF),
            rows.act(1, later, "complaint"),
        ],
        "consents": [rows.said(1, AS_OF, None, "objected")],
        "contacts": [rows.sent(1, later)],
    }
    families = ("drift", "habits")

    one = summary.of(rows.written(tmp_path / "a", **seen), as_of=AS_OF, families=families)
    other = summary.of(rows.written(tmp_path / "b", **unseen), as_of=AS_OF, families=families)

    assert one.equals(other)


def test_hours_and_weekdays_are_those_of_the_file(tmp_path):
    # 1 December 2025 is a Monday; midnight sharp is a day without an hour
    gifts = [
        rows.gift(1, date(2025, 12, 1), given_at=None),
        rows.gift(1, date(2025, 12, 9)),
    ]
    store = rows.written(
        tmp_path, gifts=gifts, interactions=[rows.act(1, date(2025, 12, 3), channel="email")]
    )

    found = summary.of(store, as_of=AS_OF, families=("habits",)).row(0, named=True)

    assert [found[f"acts_{day}"] for day in ("monday", "tuesday", "wednesday", "sunday")] == [
        1, 1, 1, 0,
    ]  # fmt: skip
    assert (found["acts_12h"], sum(found[f"acts_{h:02d}h"] for h in range(0, 24, 2))) == (1, 1)
    assert found["answers_email"] == 1


def test_a_gift_to_a_campaign_answers_the_channel_that_reached_them(tmp_path):
    store = rows.written(
        tmp_path,
        contacts=[rows.sent(1, ago(40), "post", campaign_id="noel")],
        gifts=[rows.gift(1, ago(20), campaign_id="noel"), rows.gift(1, ago(5))],
        interactions=[rows.act(1, ago(3), "call", channel="phone")],
    )

    found = summary.of(store, as_of=AS_OF, families=("habits",)).row(0, named=True)

    assert {name: found[f"answers_{name}"] for name in ("email", "post", "phone", "sms")} == {
        "email": 0, "post": 1, "phone": 0, "sms": 0,
    }  # fmt: skip
