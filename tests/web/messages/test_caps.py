"""Nobody is asked too often, too soon after a gift, or before they are thanked; and it is said."""

from datetime import UTC, datetime, timedelta

import pytest

from mecene_web.donors.models import Household
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Gift
from mecene_web.messages import overview, send
from mecene_web.messages.models import Outgoing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 11 h in Paris


@pytest.fixture(autouse=True)
def pressed(unpressed):
    unpressed.MECENE_PRESSURE = "mecene_web.messages.caps.held"


def sent(at=NOW):
    send.send(clock=lambda: at)


def now(row):
    row.refresh_from_db()
    return row


def gave(donor, days, **told):
    return Gift.objects.create(donor=donor, given_on=(NOW - timedelta(days=days)).date(),
                               amount_minor=5000, currency="EUR", source_ref=f"{days}",
                               **({"kind": "one_off"} | told))  # fmt: skip


def test_a_second_ask_waits_ten_days_and_says_why(queued, post):
    first = queued()
    second = queued(first.donor)

    sent()
    sent()

    assert (now(first).state, now(second).state) == ("handed_over", "queued")
    assert second.reason == "pressure"
    assert second.due_at.date() == (NOW + timedelta(days=10)).date()
    assert "10" in overview.why(second)
    # Due at midnight there; mails have hours of their own.
    sent(at=second.due_at)
    sent(at=second.due_at + timedelta(hours=9))
    assert now(second).state == "handed_over"


def test_a_message_that_may_have_left_counts(queued, post):
    first = queued()
    Outgoing.objects.update(state="unknown")
    second = queued(first.donor)

    sent()

    assert now(second).reason == "pressure"


def test_what_a_file_told_of_counts(queued, post):
    row = queued()
    Contact.objects.create(donor=row.donor, at=NOW - timedelta(days=3), channel="post",
                           purpose="appeal", source_ref="f:1")  # fmt: skip

    sent()

    assert (now(row).reason, row.details["rule"]) == ("pressure", "cap_person")


def test_a_home_is_asked_no_more_than_two_can_bear(queued, donor, post):
    home = Household.objects.create()
    rows = [queued(donor(household=home)) for _ in range(3)]

    for _ in range(3):
        sent()

    assert sorted(now(row).state for row in rows) == ["handed_over", "handed_over", "queued"]
    assert next(r for r in rows if r.state == "queued").details["rule"] == "cap_household"


@pytest.mark.parametrize("kind", ["gift", "complaint", "failed_debit"])
def test_no_ask_comes_soon_after(queued, post, kind):
    row = queued()
    match kind:
        case "gift":
            gave(row.donor, 5)
        case "failed_debit":
            gave(row.donor, 5, status="failed", kind="instalment")
        case _:
            Interaction.objects.create(donor=row.donor, at=NOW - timedelta(days=5),
                                       kind="complaint", channel="sms", source_ref="x")  # fmt: skip

    sent()

    assert (now(row).state, row.details["rule"]) == ("queued", f"silence_{kind}")


def test_thanks_come_before_an_ask_once_the_association_thanks_here(queued, donor, template, post):
    service = template(purposes=["transactional"])
    queued(kind="thanks", version=service, origin="first", due_at=NOW + timedelta(days=99))
    Outgoing.objects.update(asked_at=NOW - timedelta(days=60))
    row = queued()
    gave(row.donor, 30)

    sent()
    assert (now(row).state, row.details["rule"]) == ("queued", "thank_first")
    thanks = queued(row.donor, version=service, kind="thanks")
    sent()
    assert now(thanks).state == "handed_over"
    sent(at=NOW + timedelta(days=1, minutes=1))
    assert now(row).state == "handed_over"


def test_gifts_from_before_it_thanked_here_hold_nothing_back(queued, post):
    row = queued()
    gave(row.donor, 30)

    sent()

    assert now(row).state == "handed_over"


def test_a_service_message_is_never_held_back(queued, template, post):
    first = queued()
    gave(first.donor, 1)
    receipt = queued(first.donor, version=template(purposes=["transactional"]))
    Outgoing.objects.filter(pk=first.pk).update(state="cancelled")

    sent()

    assert now(receipt).state == "handed_over"
