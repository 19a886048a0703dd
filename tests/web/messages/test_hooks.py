"""What each provider's documented webhook says of a message reaches it by our own key.

Payloads follow the providers' documentation: Brevo
https://developers.brevo.com/docs/transactional-webhooks, Mailgun
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks, Postmark
https://postmarkapp.com/developer/webhooks, SparkPost
https://developers.sparkpost.com/api/webhooks, Mailjet
https://dev.mailjet.com/email/guides/webhooks; the others' are named in
``tests/web/api/test_mail_hooks.py``. None was seen live.
"""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from mecene_web.api import mail
from mecene_web.consent.models import Consent, Suppression
from mecene_web.events.models import Contact, Interaction
from mecene_web.messages import send
from mecene_web.messages.models import Halt, Outgoing

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


def amazon(event, key, to):
    told = {"mail": {"messageId": "0100", "destination": [to], "headers": [
        {"name": "X-Metadata", "value": json.dumps({"mecene": key})}]}}  # fmt: skip
    told |= {
        "delivered": {"eventType": "Delivery", "delivery": {"recipients": [to],
                      "smtpResponse": "250 2.6.0 ok"}},
        "bounced": {"eventType": "Bounce", "bounce": {
            "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [
                {"emailAddress": to, "action": "failed", "status": "5.1.1",
                 "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}},
        "complained": {"eventType": "Complaint", "complaint": {
            "complainedRecipients": [{"emailAddress": to}], "complaintFeedbackType": "abuse"}},
    }[event]  # fmt: skip
    return {"Type": "Notification", "MessageId": "s", "Message": json.dumps(told),
            "Timestamp": "2026-03-03T10:00:00.000Z"}  # fmt: skip


def mailersend(event, key, to):
    kind = {"delivered": "delivered", "bounced": "hard_bounced",
            "complained": "spam_complaint"}[event]  # fmt: skip
    morph = {"object": "recipient_bounce", "reason": "550 5.1.1 user unknown",
             "readable_reason": None} if event == "bounced" else None  # fmt: skip
    return {"type": f"activity.{kind}", "data": {
        "object": "activity", "id": "62f", "type": kind, "created_at": "2026-03-03T10:00:00Z",
        "email": {"tags": ["NOEL", key], "message": {"id": "m"}, "recipient": {"email": to}},
        "morph": morph}}  # fmt: skip


def mailtrap(event, key, to):
    return {"events": [{
        "event": {"delivered": "delivery", "bounced": "bounce", "complained": "spam"}[event],
        "message_id": "1df3", "sending_stream": "transactional", "email": to, "timestamp": AT,
        "event_id": "bede", "custom_variables": {"mecene": key}, "response_code": 550,
        "bounce_category": "badmailbox", "response": "550 5.1.1 user unknown"}]}  # fmt: skip


def mandrill(event, key, to):
    name = {"delivered": "send", "bounced": "hard_bounce", "complained": "spam"}[event]
    return [{"event": name, "_id": "aa", "ts": AT, "msg": {
        "_id": "aa", "email": to, "metadata": {"mecene": key}, "tags": [],
        "bounce_description": "bad_mailbox", "diag": "smtp;550 5.1.1 user unknown"}}]  # fmt: skip


def postal(event, key, to):
    message = {"id": 12345, "token": "a", "direction": "outgoing", "message_id": "5817@app.mail",
               "to": to, "from": "a@m.fr", "subject": "Merci", "tag": key}  # fmt: skip
    sent = {"details": "Message sent", "output": "250 2.0.0 OK", "sent_with_ssl": True}
    failed = {"details": "Permanent SMTP delivery error", "output": "550 5.1.1 user unknown"}
    payload = {
        "delivered": {"status": "Sent", "message": message, **sent},
        "bounced": {"status": "HardFail", "message": message, **failed},
    }[event]  # fmt: skip
    return {"event": "x", "timestamp": AT, "uuid": "b1", "payload": payload}


def resend(event, key, to):
    told = {"email_id": "56761188", "to": [to], "headers": [
        {"name": "X-Metadata", "value": json.dumps({"mecene": key})}]}  # fmt: skip
    if event == "bounced":
        told["bounce"] = {"type": "Permanent", "subType": "General",
                          "message": "The recipient's email provider sent a hard bounce message: "
                                     "550 5.1.1 user unknown"}  # fmt: skip
    return {"type": f"email.{event}", "created_at": "2026-03-03T10:00:00Z", "data": told}


def sendgrid(event, key, to):
    name = {"delivered": "delivered", "bounced": "bounce", "complained": "spamreport"}[event]
    return [{"email": to, "timestamp": AT, "event": name, "sg_event_id": "1", "mecene": key,
             "sg_message_id": "14", "type": "bounce", "status": "5.1.1",
             "reason": "550 5.1.1 user unknown"}]  # fmt: skip


def unisender(event, key, to):
    status = {"delivered": "delivered", "bounced": "hard_bounced", "complained": "spam"}[event]
    info = {"delivery_status": "err_user_unknown",
            "destination_response": "550 5.1.1 user unknown"}  # fmt: skip
    return {"auth": "x", "events_by_user": [{"user_id": 1, "events": [
        {"event_name": "transactional_email_status", "event_data": {
            "job_id": "1Z", "metadata": {"mecene": key}, "email": to, "status": status,
            "event_time": "2026-03-03 10:00:00",
            "delivery_info": info if event == "bounced" else {}}}]}]}  # fmt: skip


PROVIDERS = {
    "amazon-ses": amazon, "brevo": brevo, "mailersend": mailersend, "mailgun": mailgun,
    "mailjet": mailjet, "mailtrap": mailtrap, "mandrill": mandrill, "postal": postal,
    "postmark": postmark, "resend": resend, "sendgrid": sendgrid, "sparkpost": sparkpost,
    "unisender-go": unisender,
}  # fmt: skip
# Postal has no word for a complaint; Mandrill's last word of a mail that goes well is « send ».
COMPLAINING = sorted(set(PROVIDERS) - {"postal"})
DELIVERING = sorted(set(PROVIDERS) - {"mandrill"})


def heard(provider, payload):
    body, kind = json.dumps(payload).encode(), "application/json"
    if provider == "mandrill":
        body = urlencode({"mandrill_events": body.decode()}).encode()
        kind = "application/x-www-form-urlencoded"
    return mail.work(provider, body, kind, now=NOW)


def told(provider, event, row):
    return heard(provider, PROVIDERS[provider](event, row.key, row.donor.email))


@pytest.mark.parametrize("provider", DELIVERING)
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


@pytest.mark.parametrize("provider", COMPLAINING)
def test_a_complaint_is_an_objection_whatever_the_address_is_now(queued, donor, post, provider):
    row = queued()
    send.send(clock=lambda: NOW)
    other = donor(email=row.donor.email)  # somebody else has the address too

    told(provider, "complained", row)

    assert Consent.objects.get().donor_id == row.donor_id != other.pk
    assert Interaction.objects.get().donor_id == row.donor_id


def test_mandrills_word_that_it_left_is_the_last_it_says(queued):
    row = queued()
    Outgoing.objects.update(state="unknown")

    assert told("mandrill", "delivered", row) == "message"

    row.refresh_from_db()
    assert row.state == "handed_over"


def changed(payload, path, **more):
    at = payload
    for step in path:
        at = at[step]
    at |= more
    return payload


MSG, INFO = ("data", "bounce"), ("events_by_user", 0, "events", 0, "event_data", "delivery_info")
SOFT = [
    ("brevo", (), {"event": "soft_bounce", "reason": "deferred"}, "soft"),
    ("mailjet", (), {"hard_bounce": False, "error": "connection issue", "comment": ""}, "soft"),
    ("postmark", (), {"Type": "SoftBounce", "Details": "try later"}, "soft"),
    ("mandrill", (0,), {"event": "soft_bounce", "msg": {"diag": "try later"}}, None),
    ("sendgrid", (0,), {"type": "blocked", "status": "", "reason": "try later"}, "soft"),
    ("sparkpost", (0, "msys", "message_event"), {"bounce_class": "20", "raw_reason": ""}, "soft"),
    ("sparkpost", (0, "msys", "message_event"),
     {"bounce_class": "22", "raw_reason": "mailbox is full"}, "full"),
    ("resend", MSG, {"type": "Transient", "message": "a general bounce message"}, "soft"),
    ("unisender-go", INFO,
     {"delivery_status": "err_mailbox_full", "destination_response": ""}, "full"),
    ("unisender-go", INFO,
     {"delivery_status": "err_unreachable", "destination_response": ""}, "soft"),
    ("postal", ("payload",), {"status": "HardFail", "output": "452 4.2.2 over quota"}, "full"),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "path", "more", "kind"), SOFT)
def test_what_a_provider_calls_soft_silences_nobody(queued, post, provider, path, more, kind):
    row = queued()
    send.send(clock=lambda: NOW)
    if provider == "mandrill":
        more["msg"]["metadata"] = {"mecene": row.key}

    heard(provider, changed(PROVIDERS[provider]("bounced", row.key, row.donor.email), path, **more))

    row.refresh_from_db()
    assert row.state == "bounced"
    assert [one.kind for one in row.bounces.all()] == [kind or "soft"]
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(("kind", "silenced"), [("Transient", 0), ("Permanent", 1)])
def test_amazon_says_without_a_code_whether_a_bounce_is_for_good(queued, post, kind, silenced):
    row = queued()
    send.send(clock=lambda: NOW)
    payload = amazon("bounced", row.key, row.donor.email)
    inner = json.loads(payload["Message"])
    inner["bounce"] |= {"bounceType": kind, "bouncedRecipients": [
        {"emailAddress": row.donor.email}]}  # fmt: skip

    heard("amazon-ses", payload | {"Message": json.dumps(inner)})

    assert Suppression.objects.count() == silenced


@pytest.mark.parametrize("provider", ["mandrill", "sendgrid"])
def test_who_calls_a_bounce_hard_is_believed_without_a_code(queued, post, provider):
    row = queued()
    send.send(clock=lambda: NOW)
    payload = PROVIDERS[provider]("bounced", row.key, row.donor.email)
    payload[0].get("msg", {}).pop("diag", None)
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#bounce
    payload[0] |= {"status": "5.0.0", "reason": "500 unknown recipient"}

    heard(provider, payload)

    assert Suppression.objects.count() == 1


def test_a_provider_that_wrote_somebody_off_does_not_stop_the_whole_domain(queued, post):
    row = queued()
    send.send(clock=lambda: NOW)

    heard("brevo", brevo("bounced", row.key, row.donor.email) | {"event": "blocked", "reason": ""})

    row.refresh_from_db()
    assert row.state == "bounced"
    assert not Halt.objects.exists()
    assert not Suppression.objects.exists()


def test_a_mail_that_a_server_took_and_then_sent_back_has_bounced(queued, post):
    """Postal's MessageBounced: https://docs.postalserver.io/developer/webhooks"""
    row = queued()
    send.send(clock=lambda: NOW)
    told("postal", "delivered", row)
    message = postal("delivered", row.key, row.donor.email)["payload"]["message"]

    heard("postal", {"event": "MessageBounced", "timestamp": AT + 60, "uuid": "b2", "payload": {
        "original_message": message, "bounce": {"id": 9, "to": "psrp@m.fr"}}})  # fmt: skip

    row.refresh_from_db()
    assert row.state == "bounced"
    assert Suppression.objects.count() == 1


def test_a_trial_that_bounces_is_nobodys(queued, donor, post):
    row = queued(trial_to="moi@association.org")
    send.send(clock=lambda: NOW)

    told("brevo", "bounced", row)

    assert not Interaction.objects.exists()
    assert not Suppression.objects.exists()
