"""What is decided leaves once, if it is still allowed; what became of it is written down."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from mecene_web.accounts.models import Staff
from mecene_web.channels import known
from mecene_web.channels.parcel import Halted, Later, Refused, Unsure
from mecene_web.consent import suppression
from mecene_web.consent.models import Consent, Mark, Suppression
from mecene_web.donors.models import Household, Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Gift
from mecene_web.messages import claim, decide, outcome, pressure, queue, send, values
from mecene_web.messages.models import Bounce, Campaign, Halt, Outgoing, Rules
from mecene_web.messages.throttle import Throttle

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 11 h in Paris


def sent(*, at=NOW, worker="w"):
    return send.send(worker=worker, clock=lambda: at)


def now(row):
    row.refresh_from_db()
    return row


def test_a_message_leaves_once_and_is_a_fact(queued, post):
    row = queued(campaign_code="HIVER", motive="story", cost_minor=3)

    sent()
    sent()

    assert len(post.heard) == 1
    assert now(row).state == "handed_over"
    assert row.provider_ref == f"ref-{row.key}"
    contact = Contact.objects.get()
    assert (contact.donor_id, contact.channel, contact.purpose, contact.campaign_code,
            contact.variant, contact.cost_minor, contact.at) == (
        row.donor_id, "email", "appeal", "HIVER", "story", 3, NOW)  # fmt: skip


def test_the_same_decision_is_written_once(queued, donor, template):
    person, version = donor(), template()
    queued(person, version=version, origin="journey:1:2")
    told = queue.Decided(
        origin="journey:1:2", group="g", donor_id=person.pk, channel="email", kind="ask",
        purposes=("appeal",), version_id=version.pk, due_at=NOW,
    )  # fmt: skip

    assert queue.add([told, told], now=NOW) == 0
    assert Outgoing.objects.count() == 1


def test_what_is_not_due_waits(queued, post):
    row = queued(due_at=NOW + timedelta(minutes=1))

    assert sent() == 0
    assert sent(at=NOW + timedelta(minutes=1)) == 1
    assert now(row).state == "handed_over"


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({"purpose": None, "channel": None, "status": "objected"}, "against"),
        ({"purpose": "appeal", "channel": "email", "status": "objected"}, "against"),
        ({"purpose": "appeal", "channel": None, "status": "refused"}, "against"),
    ],
)
def test_who_said_no_since_it_was_decided_gets_nothing(queued, post, told, verdict):
    row = queued()
    Consent.objects.create(donor=row.donor, occurred_at=NOW, written_at=NOW, source_ref="x", **told)

    sent()

    assert (now(row).state, row.reason, row.details["verdict"]) == ("refused", "consent", verdict)
    assert post.heard == []
    assert not Contact.objects.exists()


def test_what_was_just_said_is_heard_where_our_day_is_behind(queued, post, settings):
    row = queued()
    night = NOW.replace(day=4, hour=0)  # still the 3rd in Martinique
    Consent.objects.create(donor=row.donor, occurred_at=night + timedelta(minutes=5),
                           written_at=NOW, status="objected", source_ref="x")  # fmt: skip
    settings.TIME_ZONE = "America/Martinique"
    from django.utils import timezone

    with timezone.override("America/Martinique"):
        sent(at=night + timedelta(minutes=10))

    assert now(row).state == "refused"


def test_a_no_to_another_channel_or_purpose_is_no_no_here(queued, post):
    row = queued()
    for purpose, channel in (("newsletter", "email"), ("appeal", "sms")):
        Consent.objects.create(donor=row.donor, occurred_at=NOW, written_at=NOW, purpose=purpose,
                               channel=channel, status="objected", source_ref=channel)  # fmt: skip

    sent()

    assert now(row).state == "handed_over"


def test_of_several_purposes_the_strictest_holds(queued, post, template):
    row = queued(version=template(purposes=["newsletter", "commercial"]))

    sent()

    assert (now(row).reason, row.details["verdict"]) == ("consent", "no_consent")


@pytest.mark.parametrize("kind", ["deceased", "vulnerable"])
def test_who_died_or_is_protected_gets_nothing(queued, post, kind):
    row = queued()
    Mark.objects.create(donor=row.donor, kind=kind, since=date(2026, 3, 1), reason="r", at=NOW)

    sent()

    assert (now(row).state, row.details["verdict"]) == ("refused", kind)


def test_a_suppressed_address_gets_nothing(queued, post):
    row = queued()
    suppression.add([("email", row.donor.email.upper())], reason="by_hand", now=NOW)

    sent()

    assert (now(row).state, row.details["verdict"]) == ("refused", "suppressed")


@pytest.mark.parametrize(
    ("email", "reason"), [(None, "address_missing"), ("claire@@x", "address_unusable")]
)
def test_without_an_address_nothing_leaves(queued, donor, post, email, reason):
    row = queued(donor(email=email))

    sent()

    assert (now(row).state, row.reason) == ("refused", reason)


def test_missing_data_fails_the_send_with_its_name(queued, donor, template, post):
    version = template({"fr": {"subject": "Cher {{ donor.first_name }}", "blocks": [
        {"id": "z", "kind": "footer", "text": "[x]({{ link.unsubscribe }})"}]}})  # fmt: skip
    row = queued(donor(first_name=None), version=version)

    sent()

    assert (now(row).state, row.reason) == ("refused", "missing_data")
    assert row.details == {"name": "donor.first_name"}
    assert post.heard == []


def test_out_of_date_is_not_sent(queued, post):
    row = queued(until=NOW + timedelta(hours=1))

    sent(at=NOW + timedelta(hours=1))

    assert (now(row).state, row.reason) == ("refused", "out_of_date")


HELD = {}


def hold(asked, *, now):
    return {one.key: HELD[one.donor_id] for one in asked if one.donor_id in HELD}


def test_pressure_holds_back_or_refuses_and_says_why(queued, donor, post, settings):
    settings.MECENE_PRESSURE = f"{__name__}.hold" if "." in __name__ else None
    settings.MECENE_PRESSURE = None
    import sys

    sys.modules["pressure_of_a_test"] = sys.modules[__name__]
    settings.MECENE_PRESSURE = "pressure_of_a_test.hold"
    waits, never, leaves = queued(), queued(), queued()
    later = NOW + timedelta(days=7)
    HELD.clear()
    HELD[waits.donor_id] = pressure.Held("recent_gift", until=later, details={"days": 3})
    HELD[never.donor_id] = pressure.Held("cap", details={"most": 4})

    sent()

    assert (now(waits).state, waits.due_at, waits.reason) == ("queued", later, "recent_gift")
    assert (now(never).state, never.reason, never.details) == ("refused", "cap", {"most": 4})
    assert now(leaves).state == "handed_over"


def test_two_messages_of_one_home_are_asked_about_one_after_the_other(queued, donor, post):
    home = Household.objects.create()
    first = queued(donor(household=home))
    second = queued(donor(household=home))
    third = queued(first.donor)

    assert len(claim.claim("a", channels=["email"], most=10, now=NOW)) == 1
    assert claim.claim("b", channels=["email"], most=10, now=NOW) == []
    claim.release([first.pk], worker="a", due_at=NOW, why="")
    sent()
    assert {now(first).state, now(second).state, now(third).state} == {"handed_over", "queued"}
    sent()
    sent()
    assert {now(row).state for row in (first, second, third)} == {"handed_over"}


def test_two_workers_never_have_the_same_message(queued):
    rows = {queued().pk for _ in range(6)}

    one = claim.claim("a", channels=["email"], most=4, now=NOW)
    other = claim.claim("b", channels=["email"], most=4, now=NOW)

    assert set(one) | set(other) == rows
    assert not set(one) & set(other)


def test_a_worker_that_died_before_it_began_gives_its_messages_back(queued, post):
    row = queued()
    claim.claim("dead", channels=["email"], most=4, now=NOW)

    assert claim.reap(now=NOW + timedelta(seconds=60)) == (0, 0)
    assert claim.reap(now=NOW + timedelta(seconds=121)) == (1, 0)
    sent(at=NOW + timedelta(seconds=122))
    assert (now(row).state, row.attempts) == ("handed_over", 1)


def test_a_worker_that_died_while_handing_over_leaves_unknown_and_nobody_sends_again(queued, post):
    row = queued()
    claim.claim("dead", channels=["email"], most=4, now=NOW)
    Outgoing.objects.update(state="sending")

    assert claim.reap(now=NOW + timedelta(seconds=121)) == (0, 1)
    sent(at=NOW + timedelta(days=30))
    assert now(row).state == "unknown"
    assert post.heard == []


def test_silence_after_the_hand_over_is_unknown(queued, post):
    row = queued()
    post.answers = [Unsure("the line broke")]

    sent()

    assert (now(row).state, row.reason) == ("unknown", "no_answer")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("event", "state"),
    [("delivered", "delivered"), ("bounced", "bounced"), ("sent", "handed_over")],
)
def test_the_provider_resolves_what_is_unknown_by_our_key(queued, post, event, state):
    row = queued()
    post.answers = [Unsure("?")]
    sent()

    for _ in range(2):
        outcome.heard(key=row.key, event=event, at=NOW, now=NOW, said="550 5.1.1 no such user")

    assert now(row).state == state
    assert Contact.objects.count() == 1


def test_a_message_to_be_sent_again_is_not_when_the_provider_has_it_after_all(queued, post, member):
    row = queued()
    post.answers = [Unsure("?")]
    sent()
    decide.decide(row.pk, "send_again", by=member("fundraiser"), now=NOW)

    outcome.heard(key=row.key, event="delivered", at=NOW, now=NOW)

    assert sent() == 0
    assert now(row).state == "delivered"
    assert len(post.heard) == 1


def test_a_human_decides_of_the_unknown_once(queued, post, member):
    _, again, _ = rows = [queued(), queued(), queued()]
    post.answers = [Unsure("?")] * 3
    sent()
    who = member("fundraiser")

    for row, decision in zip(rows, decide.DECISIONS, strict=True):
        decide.decide(row.pk, decision, by=who, now=NOW)
        with pytest.raises(decide.NotUnknown):
            decide.decide(row.pk, decision, by=who, now=NOW)

    assert [now(row).state for row in rows] == ["handed_over", "queued", "cancelled"]
    assert Contact.objects.count() == 1
    sent()
    assert now(again).state == "handed_over"
    assert len(post.heard) == 4


def test_a_wrong_address_is_silenced_at_once_and_somebody_looks_for_it(queued, post):
    row = queued()
    post.answers = [Refused("No such user", code="550 5.1.1")]

    sent()

    assert (now(row).state, row.details["code"]) == ("bounced", "5.1.1")
    assert Suppression.objects.count() == 1
    assert "adresse" in Task.objects.get(donor=row.donor).what
    assert Interaction.objects.get().kind == "bounce"
    assert not Contact.objects.exists()


def test_a_full_mailbox_is_silenced_after_three_times_in_thirty_days(queued, donor, post):
    person = donor()
    for day in (0, 20, 51, 55):
        row = queued(person, due_at=NOW + timedelta(days=day))
        post.answers = [Refused("Mailbox full", code="552 5.2.2")]
        sent(at=NOW + timedelta(days=day))
        assert now(row).details["code"] == "5.2.2"
        assert not Suppression.objects.exists()
    row = queued(person, due_at=NOW + timedelta(days=60))
    post.answers = [Refused("Mailbox full", code="552 5.2.2")]
    sent(at=NOW + timedelta(days=60))

    assert Suppression.objects.count() == 1


def test_what_may_pass_is_tried_again_over_days_then_has_come_back(queued, post):
    row, at = queued(), NOW
    for waits in (24, 48, 72):
        post.answers = [Later("Greylisted", code="451 4.4.1")]
        sent(at=at)
        assert (now(row).state, row.reason) == ("queued", "try_again")
        assert row.due_at == at + timedelta(hours=waits)
        at = row.due_at
    post.answers = [Later("Greylisted", code="451 4.4.1")]
    sent(at=at)

    assert (now(row).state, row.attempts) == ("bounced", 4)
    assert not Suppression.objects.exists()


def test_a_refusal_of_ourselves_stops_the_sending_not_the_donor(queued, donor, post, member):
    first = queued(donor(email="a@gmail.com"))
    second = queued(donor(email="b@gmail.com"))
    other = queued(donor(email="c@example.org"))
    post.answers = [Refused("Unauthenticated mail", code="550 5.7.26")]

    sent()
    sent(at=NOW + timedelta(minutes=1))

    halt = Halt.objects.get()
    assert (halt.channel, halt.domain) == ("email", "gmail.com")
    assert not Suppression.objects.exists()
    assert now(first).state == "queued"
    assert now(other).state == "handed_over"
    decide.lift(halt.pk, by=member("administrator"), now=NOW + timedelta(hours=1))
    sent(at=NOW + timedelta(hours=3))
    assert now(first).state == "handed_over"
    assert now(second).state == "handed_over"


def test_a_server_that_is_down_loses_nobody(queued, post):
    rows = [queued() for _ in range(3)]
    post.answers = [Later("connection refused", everybody=True)]

    sent()

    assert {now(row).state for row in rows} == {"queued"}
    sent(at=NOW + timedelta(seconds=61))
    assert {now(row).state for row in rows} == {"handed_over"}
    assert {row.attempts for row in rows} == {1}


def test_a_wrong_key_halts_the_channel_until_somebody_mends_it(queued, post, member):
    row = queued()
    post.answers = [Halted("bad API key", code="401")]

    sent()

    assert sent(at=NOW + timedelta(days=1)) == 0
    assert now(row).state == "queued"
    decide.lift(Halt.objects.get().pk, by=member("administrator"), now=NOW)
    sent()
    assert now(row).state == "handed_over"


def test_a_complaint_is_an_objection_to_everything_by_this_channel(queued, post, template):
    row = queued()
    sent()

    for _ in range(2):
        outcome.heard(ref=f"ref-{row.key}", event="complained", at=NOW, now=NOW)

    assert now(row).state == "complained"
    assert Consent.objects.count() == 1
    after = queued(row.donor, version=template(purposes=["newsletter"]))
    service = queued(row.donor, version=template(purposes=["transactional"]))
    sent()
    sent()
    assert now(after).reason == "consent"
    assert now(service).state == "handed_over"


def test_a_campaign_spends_no_more_than_it_may(queued, template, donor, post, member):
    version = template()
    campaign = Campaign.objects.create(
        name="x", code="x", template=version.template, version=version, state="sending",
        approved_at=NOW, most_cost_minor=10, made_at=NOW, made_by=member("fundraiser"),
        token="12345678-1234-5678-1234-567812345678",
    )  # fmt: skip
    rows = [queued(version=version, campaign_id=campaign.pk, cost_minor=4) for _ in range(4)]

    sent()

    assert sorted(now(row).state for row in rows) == ["handed_over"] * 2 + ["refused"] * 2
    assert {row.reason for row in rows if row.state == "refused"} == {"budget"}
    campaign.refresh_from_db()
    assert campaign.spent_minor == 8


def test_a_paused_campaign_holds_its_people(queued, template, post, member):
    version = template()
    campaign = Campaign.objects.create(
        name="x", code="x", template=version.template, version=version, state="paused",
        approved_at=NOW, made_at=NOW, made_by=member("fundraiser"),
        token="12345678-1234-5678-1234-567812345678",
    )  # fmt: skip
    row = queued(version=version, campaign_id=campaign.pk)

    assert sent() == 0
    Campaign.objects.update(state="sending")
    assert sent() == 1
    assert now(row).state == "handed_over"


def test_a_trial_goes_to_a_colleague_and_is_nobodys_contact(queued, donor, post):
    person = donor(email=None)
    row = queued(person, trial_to="moi@association.org")

    sent()

    assert now(row).state == "handed_over"
    assert post.heard[0].address == "moi@association.org"
    assert not Contact.objects.exists()


def test_the_database_refuses_a_refusal_without_a_reason_and_a_second_decision(queued):
    row = queued()

    for change in (
        lambda: Outgoing.objects.filter(pk=row.pk).update(state="refused", reason=""),
        lambda: Outgoing.objects.filter(pk=row.pk).update(state="claimed", leased_until=None),
        lambda: Outgoing.objects.create(
            origin=row.origin, donor=row.donor, channel="email", key="k", due_at=NOW, asked_at=NOW
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_pace_to_a_domain_is_kept(queued, donor, post):
    from mecene_web.messages import throttle

    Rules.objects.create(pk=1, per_domain={"wanadoo.fr": 0.2})
    rows = [queued(donor(email=f"p{n}@orange.fr")) for n in range(3)]
    pace = throttle.of(Rules.objects.get())

    send.send(worker="w", clock=lambda: NOW, throttle=pace)

    states = sorted(now(row).state for row in rows)
    assert states == ["handed_over", "queued", "queued"]
    assert {row.reason for row in rows if row.state == "queued"} == {"throttled"}
    assert Bounce.objects.count() == 0
    assert Staff.objects.count() == 0


def test_two_donors_with_one_address_are_written_the_same_thing_once(queued, donor, template, post):
    version, service = template(), template(purposes=["transactional"])
    first, second = (donor(email="nous@example.org") for _ in range(2))
    rows = [queued(person, version=version, group="g") for person in (first, second)]
    receipts = [queued(person, version=service, group="r") for person in (first, second)]
    other = queued(second, version=version, group="another")

    for _ in range(3):
        sent()

    assert [now(row).state for row in rows] == ["handed_over", "refused"]
    assert rows[1].reason == "same_address"
    assert [now(row).state for row in (*receipts, other)] == ["handed_over"] * 3


def test_nor_at_one_instant_by_two_workers(queued, donor, template, post):
    version = template()
    homes = [donor(email="nous@example.org") for _ in range(2)]
    rows = [queued(person, version=version, group="g") for person in homes]
    channel = known.channel("email")
    # given two workers, each with one of them, both asked about before either begins
    rounds = [send._Round(name, channel, lambda: NOW, Throttle(), Rules()) for name in "ab"]
    held = [claim.claim(each.worker, channels=["email"], most=1, now=NOW) for each in rounds]
    ready = [send._made_ready(some, each) for some, each in zip(held, rounds, strict=True)]
    assert [len(each) for each in ready] == [1, 1]

    begun = [send._begun(one, each) for (one,), each in zip(ready, rounds, strict=True)]

    assert begun == [True, False]
    assert sorted((now(row).state, row.reason) for row in rows) == [
        ("refused", "same_address"), ("sending", ""),
    ]  # fmt: skip


def test_amounts_of_a_month_lead_to_where_one_signs_up(donor):
    Rules.objects.create(pk=1, donation_url="https://puits.example/don",
                         links={"monthly": "https://puits.example/mois?a=b"})  # fmt: skip
    who = donor()
    Gift.objects.create(donor=who, given_on=date(2026, 1, 5), amount_minor=12_000,
                        currency="EUR", kind="one_off", source_ref="g")  # fmt: skip

    asked = values.of([who.pk], today=NOW.date(), site="")[who.pk].values["ask"]

    assert asked["monthly"][0]["amount_minor"] == 1_000
    assert asked["monthly"][0]["url"] == "https://puits.example/mois?a=b&amount=10.0"
    assert asked["amounts"][0]["amount_minor"] == 12_000


def test_the_pace_is_everybodys_whoever_sends(db):
    rates = {"orange.fr": 2.0, "*": 10.0}
    one, other = (Throttle(rates=rates, clock=lambda: 1_000.0) for _ in range(2))

    waits = [one.wait("orange.fr"), other.wait("wanadoo.fr"), one.wait("orange.fr")]

    # Two a second: the third waits a whole one, whose place is taken; the fourth takes none.
    assert waits == pytest.approx([0.0, 0.5, 1.0])
    assert other.wait("orange.fr") == pytest.approx(1.5)
    assert other.wait("orange.fr") == pytest.approx(1.5)
    assert Throttle().wait("orange.fr") == 0.0
