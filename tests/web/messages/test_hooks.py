"""What each provider's documented webhook says of a message reaches it by our own key.

Payloads follow the providers' documentation: Brevo
https://developers.brevo.com/docs/transactional-webhooks, Mailgun
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks, Postmark
https://postmarkapp.com/developer/webhooks, SparkPost
https://developers.sparkpost.com/api/webhooks, Mailjet https://dev.mailjet.com/email/guides/webhooks.
None was seen live.
"""

import json
from datetime import UTC, datetime

import pytest

from mecene_web.api import mail
from mecene_web.consent.models import Consent, Suppression
from mecene_web.events.models import Contact, Interaction
from mecene_web.messages import send
from mecene_web.messages.models import Outgoing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())


def brevo(event, key, to):
    name = {"delivered": "delivered", "bounced": "hard_bounce", "complained": "spam"}[event]
    return {"event": name, "email": to, "id": 1, "ts_epoch": AT * 1000, "message-id": "<1@mailin>",
            "X-Mailin-custom": json.dumps({"mecene": key}),
            "reason": "550 5.1.1 user unknown"}  # fmt: skip


def mailgun(event, key, to):
    told = {"id": "x", "timestamp": AT, "recipient": to, "user-variables": {"mecene": key},
            "message": {"headers": {"message-id": "1@mg"}}, "tags": []}  # fmt: skip
    told |= {
        "delivered": {"event": "delivered"}, "complained": {"event": "complained"},
        "bounced": {"event": "failed", "severity": "permanent", "reason": "bounce",
                    "delivery-status": {"code": 550, "message": "5.1.1 user unknown"}},
    }[event]  # fmt: skip
    return {"signature": {"token": "t", "timestamp": str(AT), "signature": "s"},
            "event-data": told}  # fmt: skip


def postmark(event, key, to):
    told = {"MessageID": "m", "Metadata": {"mecene": key}, "Tag": ""}
    return told | {
        "delivered": {"RecordType": "Delivery", "Recipient": to,
                      "DeliveredAt": "2026-03-03T10:00:00Z"},
        "bounced": {"RecordType": "Bounce", "Email": to, "Type": "HardBounce", "ID": 1,
                    "BouncedAt": "2026-03-03T10:00:00Z",
                    "Details": "smtp;550 5.1.1 user unknown", "Description": "x"},
        "complained": {"RecordType": "SpamComplaint", "Email": to, "Type": "SpamComplaint",
                       "BouncedAt": "2026-03-03T10:00:00Z", "ID": 1},
    }[event]  # fmt: skip


def sparkpost(event, key, to):
    told = {"type": {"delivered": "delivery", "bounced": "bounce",
                     "complained": "spam_complaint"}[event],
            "rcpt_to": to, "rcpt_meta": {"mecene": key}, "timestamp": str(AT), "event_id": "1",
            "message_id": "m", "transmission_id": "t", "bounce_class": "10",
            "raw_reason": "550 5.1.1 user unknown"}  # fmt: skip
    return [{"msys": {"message_event": told}}]


def mailjet(event, key, to):
    return {"event": {"delivered": "sent", "bounced": "bounce", "complained": "spam"}[event],
            "time": AT, "email": to, "MessageID": 1, "Payload": json.dumps({"mecene": key}),
            "hard_bounce": True, "error": "user unknown",
            "comment": "550 5.1.1 user unknown"}  # fmt: skip


PROVIDERS = {"brevo": brevo, "mailgun": mailgun, "postmark": postmark, "sparkpost": sparkpost,
             "mailjet": mailjet}  # fmt: skip


def told(provider, event, row):
    body = json.dumps(PROVIDERS[provider](event, row.key, row.donor.email)).encode()
    return mail.work(provider, body, "application/json", now=NOW)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_unknown_message_is_known_again(queued, provider):
    row = queued()
    Outgoing.objects.update(state="unknown")

    for _ in range(2):
        assert told(provider, "delivered", row) == "message"

    row.refresh_from_db()
    assert row.state == "delivered"
    assert Contact.objects.count() == 1
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_bounce_silences_the_address_and_is_an_interaction(queued, post, provider):
    row = queued()
    send.send(clock=lambda: NOW)

    told(provider, "bounced", row)

    row.refresh_from_db()
    assert (row.state, row.details.get("code")) == ("bounced", "5.1.1")
    assert Suppression.objects.count() == 1
    assert [one.kind for one in Interaction.objects.all()] == ["bounce"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_complaint_is_an_objection_whatever_the_address_is_now(queued, donor, post, provider):
    row = queued()
    send.send(clock=lambda: NOW)
    other = donor(email=row.donor.email)  # somebody else has the address too

    told(provider, "complained", row)

    assert Consent.objects.get().donor_id == row.donor_id != other.pk
    assert Interaction.objects.get().donor_id == row.donor_id


@pytest.mark.parametrize(
    ("provider", "more"),
    [("brevo", {"event": "soft_bounce", "reason": "deferred"}),
     ("mailjet", {"hard_bounce": False, "error": "connection issue", "comment": ""}),
     ("postmark", {"Type": "SoftBounce", "Details": "try later"})],
)  # fmt: skip
def test_what_a_provider_calls_soft_silences_nobody(queued, post, provider, more):
    row = queued()
    send.send(clock=lambda: NOW)
    body = PROVIDERS[provider]("bounced", row.key, row.donor.email) | more

    mail.work(provider, json.dumps(body).encode(), "application/json", now=NOW)

    row.refresh_from_db()
    assert row.state == "bounced"
    assert [one.kind for one in row.bounces.all()] == ["soft"]
    assert not Suppression.objects.exists()


def test_a_trial_that_bounces_is_nobodys(queued, donor, post):
    row = queued(trial_to="moi@association.org")
    send.send(clock=lambda: NOW)

    told("brevo", "bounced", row)

    assert not Interaction.objects.exists()
    assert not Suppression.objects.exists()
