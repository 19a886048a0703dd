"""Each mail provider's documented webhook: signed it is believed, once; otherwise refused.

Payloads and signatures follow the providers' documentation: Amazon SES
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html, MailerSend
https://developers.mailersend.com/api/v1/webhooks.html, Mailtrap
https://docs.mailtrap.io/email-api-smtp/advanced/webhooks, Mandrill
https://mailchimp.com/developer/transactional/docs/webhooks/, Postal
https://docs.postalserver.io/developer/webhooks, Resend https://resend.com/docs/dashboard/webhooks,
SendGrid https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event, Unisender Go
https://godocs.unisender.ru/web-api-ref#callback-format. None was seen live.
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.utils import timezone

from mecene_web.api import deliveries, mail_readers, people, providers, signatures
from mecene_web.api.models import Delivery
from mecene_web.channels import outside
from mecene_web.consent.models import Consent
from mecene_web.events.models import Interaction

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WHO = "claire@exemple.fr"
SECRET = "s3cret-invented"
SVIX = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def public(key) -> str:
    """Return a public key as the provider shows it: one line of base64."""
    raw = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(raw).decode()


def sha256(secret: str, *parts: bytes) -> str:
    return hmac.new(secret.encode(), b"".join(parts), hashlib.sha256).hexdigest()


def with_password(event):
    def sent(provider, url, *, right):
        said = providers.secret(provider) if right else "mecene:wrong"
        login = base64.b64encode(said.encode()).decode()
        return json.dumps(event).encode(), "application/json", {"authorization": f"Basic {login}"}

    return sent


def amazon(provider, url, *, right):
    told = {"eventType": "Click", "click": {"link": "https://a.fr/", "userAgent": "x",
            "timestamp": "2026-03-02T09:00:00.000Z"},
            "mail": {"timestamp": "2026-03-02T08:00:00.000Z", "messageId": "0100",
                     "destination": [WHO], "headers": [], "headersTruncated": False}}  # fmt: skip
    message = {"Type": "Notification", "MessageId": "sns-1", "TopicArn": "arn:aws:sns:x:1:t",
               "Message": json.dumps(told), "Timestamp": "2026-03-02T09:00:01.000Z"}  # fmt: skip
    body, _, headers = with_password(message)(provider, url, right=right)
    sns = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "sns-1"}
    return body, "text/plain; charset=UTF-8", headers | sns


def mailersend(provider, url, *, right):
    event = {"type": "activity.clicked", "created_at": "2026-03-02T09:00:00.000000Z",
             "data": {"object": "activity", "id": "62f", "type": "clicked",
                      "created_at": "2026-03-02T09:00:00.000000Z",
                      "email": {"object": "email", "id": "e", "status": "delivered", "tags": None,
                                "message": {"object": "message", "id": "m"},
                                "recipient": {"object": "recipient", "email": WHO}},
                      "morph": {"object": "click", "url": "https://a.fr/"}}}  # fmt: skip
    body = json.dumps(event).encode()
    return body, "application/json", {"signature": sha256(SECRET if right else "x", body)}


def mailgun(provider, url, *, right):
    at, token = "1772000000", "t" * 50
    signed = sha256(SECRET if right else "x", at.encode(), token.encode())
    event = {"event": "clicked", "id": "ev1", "recipient": WHO, "timestamp": 1_772_000_000.5,
             "tags": [], "message": {"headers": {"message-id": "1@exemple.fr"}},
             "user-variables": {}, "url": "https://a.fr/"}  # fmt: skip
    told = {"signature": {"timestamp": at, "token": token, "signature": signed}}
    return json.dumps(told | {"event-data": event}).encode(), "application/json", {}


def mailtrap(provider, url, *, right):
    event = {"event": "click", "message_id": "1df3", "sending_stream": "transactional",
             "email": WHO, "timestamp": 1_772_000_000, "event_id": "bede", "category": "NOEL",
             "custom_variables": {}, "ip": "1.2.3.4", "user_agent": "x",
             "url": "https://a.fr/"}  # fmt: skip
    body = json.dumps({"events": [event]}).encode()
    return body, "application/json", {"mailtrap-signature": sha256(SECRET if right else "x", body)}


def mandrill(provider, url, *, right):
    event = {"event": "click", "_id": "aa", "ts": 1_772_000_000, "url": "https://a.fr/",
             "msg": {"_id": "aa", "ts": 1_772_000_000, "email": WHO, "state": "sent",
                     "tags": ["NOEL"], "metadata": {}}}  # fmt: skip
    told = json.dumps([event])
    signed = hmac.new((SECRET if right else "x").encode(),
                      f"http://testserver{url}mandrill_events{told}".encode(),
                      hashlib.sha1).digest()  # fmt: skip
    return (urlencode({"mandrill_events": told}).encode(), "application/x-www-form-urlencoded",
            {"x-mandrill-signature": base64.b64encode(signed).decode()})  # fmt: skip


def postal(provider, url, *, right):
    event = {"event": "MessageLinkClicked", "timestamp": 1_772_000_000.5, "uuid": "b1",
             "payload": {"url": "https://a.fr/", "token": "x", "ip_address": "1.2.3.4",
                         "user_agent": "x",
                         "message": {"id": 12345, "token": "a", "direction": "outgoing",
                                     "message_id": "5817@app34.mail", "to": WHO, "from": "a@m.fr",
                                     "subject": "Merci", "tag": "NOEL"}}}  # fmt: skip
    body = json.dumps(event).encode()
    key = RSA if right else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signed = base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA1())).decode()
    return body, "application/json", {"x-postal-signature": signed}


def resend(provider, url, *, right):
    event = {"type": "email.clicked", "created_at": "2026-03-02T09:00:00.000Z",
             "data": {"created_at": "2026-03-02T08:00:00.000Z", "email_id": "56761188",
                      "from": "m@m.fr", "to": [WHO], "subject": "Merci", "headers": [],
                      "click": {"ipAddress": "1.2.3.4", "link": "https://a.fr/",
                                "timestamp": "2026-03-02T09:00:00.000Z",
                                "userAgent": "x"}}}  # fmt: skip
    body, at = json.dumps(event).encode(), str(int(time.time()))
    key = base64.b64decode(SVIX.removeprefix("whsec_")) if right else b"x"
    signed = base64.b64encode(hmac.digest(key, f"msg_1.{at}.".encode() + body, "sha256")).decode()
    return body, "application/json", {"svix-id": "msg_1", "svix-timestamp": at,
                                      "svix-signature": f"v1,{signed}"}  # fmt: skip


def sendgrid(provider, url, *, right):
    event = {"email": WHO, "timestamp": 1_772_000_000, "smtp-id": "<14c5@ismtpd-555>",
             "event": "click", "category": ["NOEL"], "sg_event_id": "sg1", "useragent": "x",
             "sg_message_id": "14c5.filter0", "ip": "1.2.3.4", "url": "https://a.fr/"}  # fmt: skip
    body, at = json.dumps([event]).encode(), "1772000001"
    key = EC if right else ec.generate_private_key(ec.SECP256R1())
    signed = key.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))
    start = "x-twilio-email-event-webhook"
    return (body, "application/json", {f"{start}-signature": base64.b64encode(signed).decode(),
                                       f"{start}-timestamp": at})  # fmt: skip


def unisender(provider, url, *, right):
    event = {"event_name": "transactional_email_status",
             "event_data": {"job_id": "1ZymBc", "metadata": {}, "email": WHO, "status": "clicked",
                            "event_time": "2026-03-02 09:00:00", "url": "https://a.fr/",
                            "delivery_info": {"user_agent": "x"}}}  # fmt: skip
    told = {"auth": SECRET if right else "x",
            "events_by_user": [{"user_id": 1, "project_id": "6", "events": [event]}]}  # fmt: skip
    signed = hashlib.md5(json.dumps(told).encode()).hexdigest()
    return json.dumps(told | {"auth": signed}).encode(), "application/json", {}


BREVO = {"event": "click", "email": WHO, "id": 1, "ts_epoch": 1_772_000_000_000,
         "message-id": "<1@exemple.fr>", "tag": "NOEL", "link": "https://a.fr/"}  # fmt: skip
MAILJET = {"event": "click", "time": 1_772_000_000, "email": WHO, "MessageID": 1, "Payload": "",
           "url": "https://a.fr/"}  # fmt: skip
POSTMARK = {"RecordType": "Click", "MessageID": "m", "Metadata": {}, "Tag": "NOEL",
            "Recipient": WHO, "ReceivedAt": "2026-03-02T09:00:00Z",
            "OriginalLink": "https://a.fr/"}  # fmt: skip
SPARKPOST = [{"msys": {"track_event": {
    "type": "click", "rcpt_to": WHO, "raw_rcpt_to": WHO, "rcpt_meta": {}, "event_id": "1",
    "timestamp": "1772000000", "message_id": "m", "transmission_id": "t",
    "target_link_url": "https://a.fr/"}}}]  # fmt: skip
SENT = {
    "amazon-ses": amazon, "brevo": with_password(BREVO), "mailersend": mailersend,
    "mailgun": mailgun, "mailjet": with_password(MAILJET), "mailtrap": mailtrap,
    "mandrill": mandrill, "postal": postal, "postmark": with_password(POSTMARK),
    "resend": resend, "sendgrid": sendgrid, "sparkpost": with_password(SPARKPOST),
    "unisender-go": unisender,
}  # fmt: skip
SECRETS = {"postal": public(RSA), "sendgrid": public(EC), "resend": SVIX}


def post(client, provider, *, right=True, other=None):
    url = f"/api/hooks/{provider.name}/{provider.place}/"
    body, kind, headers = SENT[provider.name](provider, url, right=right)
    return client.post(url, other or body, content_type=kind, headers=headers)


def worked():
    deliveries.work(0, lambda *_: None)
    return [tuple(row) for row in Delivery.objects.order_by("pk").values_list("state", "reason")]


def test_all_that_anymail_has_are_heard():
    from pathlib import Path

    import anymail.webhooks

    files = {path.stem for path in Path(anymail.webhooks.__file__).parent.glob("*.py")}
    files -= {"__init__", "base", "sendinblue"}
    assert {name.replace("-", "_") for name in mail_readers.READERS} == files
    assert set(SENT) == set(mail_readers.READERS)


@pytest.mark.parametrize("name", sorted(SENT))
def test_a_click_signed_as_documented_is_one_click_however_often_told(client, name):
    zoe = people.welcome([{"email": WHO, "source_ref": "1"}], source="x", now=NOW)[0]
    provider = providers.open_to(name, secret=SECRETS.get(name, SECRET), now=NOW)

    assert post(client, provider, right=False).status_code in (401, 403)
    assert not Delivery.objects.exists()
    for _ in range(2):
        assert post(client, provider).status_code == 200
    told = set(worked())

    assert told == {("done", "interaction")}
    click = Interaction.objects.get()
    assert (click.kind, click.donor_id) == ("click", zoe.donor_id)
    assert click.properties["url"] == "https://a.fr/"


@pytest.mark.parametrize("name", sorted(set(SENT) - providers.named_by_password() - {"mailgun"}))
def test_another_body_under_a_right_signature_is_refused(client, name):
    provider = providers.open_to(name, secret=SECRETS.get(name, SECRET), now=NOW)

    assert post(client, provider, other=b'{"events": [], "auth": "1"}').status_code == 403


def test_an_event_told_again_among_others_is_one(client):
    people.welcome([{"email": WHO, "source_ref": "1"}], source="x", now=NOW)
    provider = providers.open_to("sparkpost", secret="", now=NOW)
    other = json.loads(json.dumps(SPARKPOST[0]))
    other["msys"]["track_event"] |= {"event_id": "2", "target_link_url": "https://b.fr/"}

    post(client, provider)
    post(client, provider, other=json.dumps([other, SPARKPOST[0]]).encode())
    worked()

    seen = [one.properties["url"] for one in Interaction.objects.order_by("pk")]
    assert seen == ["https://a.fr/", "https://b.fr/"]


@pytest.mark.parametrize("name", sorted(SENT))
def test_until_its_secret_is_known_nobody_who_signs_is_believed(client, name):
    provider = providers.open_to(name, secret="", now=NOW)

    status = post(client, provider).status_code

    assert status == (200 if name in providers.named_by_password() else 403)


@pytest.mark.parametrize("name", ["postal", "sendgrid", "resend", "mailgun"])
def test_a_secret_that_could_check_nothing_is_refused(name):
    with pytest.raises(mail_readers.UnusableSecret):
        providers.open_to(name, secret="clé — de travers", now=NOW)


def test_a_known_secret_is_not_taken_away_by_an_empty_form():
    providers.open_to("mailgun", secret=SECRET, now=NOW)

    with pytest.raises(providers.NoSecret):
        providers.open_to("mailgun", secret="", now=NOW)


def test_mandrill_is_believed_behind_a_proxy_that_has_another_name(client, monkeypatch):
    monkeypatch.setenv("MECENE_ADDRESS", "https://dons.exemple.fr")
    provider = providers.open_to("mandrill", secret=SECRET, now=NOW)
    url = f"/api/hooks/mandrill/{provider.place}/"
    for place, status in (("https://dons.exemple.fr", 200), ("https://mal.exemple.fr", 403)):
        signed = hmac.new(SECRET.encode(), f"{place}{url}mandrill_events[]".encode(),
                          hashlib.sha1).digest()  # fmt: skip
        told = client.post(url, {"mandrill_events": "[]"}, headers={
            "x-mandrill-signature": base64.b64encode(signed).decode()})  # fmt: skip
        assert told.status_code == status


def subscribed(client, provider, url):
    message = {"Type": "SubscriptionConfirmation", "MessageId": "s1", "Token": "t",
               "TopicArn": "arn:aws:sns:eu-west-3:1:t", "SubscribeURL": url,
               "Timestamp": "2026-03-02T09:00:01.000Z"}  # fmt: skip
    body, _, headers = with_password(message)(provider, "", right=True)
    sns = {"x-amz-sns-message-type": "SubscriptionConfirmation", "x-amz-sns-message-id": "s1"}
    return client.post(f"/api/hooks/amazon-ses/{provider.place}/", body,
                       content_type="text/plain", headers=headers | sns)  # fmt: skip


@pytest.mark.parametrize(("status", "state"), [(200, "done"), (403, "unread"), (None, "waiting")])
def test_amazon_is_told_that_we_want_to_be_told(client, monkeypatch, status, state):
    asked = []

    def get(url, **_):
        asked.append(url)
        if status is None:
            raise outside.Unreached("nobody")
        return outside.Answer(status, b"")

    monkeypatch.setattr(outside, "get", get)
    provider = providers.open_to("amazon-ses", secret="", now=NOW)
    url = "https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&Token=t"

    assert subscribed(client, provider, url).status_code == 200
    Delivery.objects.update(received_at=timezone.now())

    assert [one[0] for one in worked()] == [state]
    assert asked == [url]


@pytest.mark.parametrize("url", [
    "https://sns.eu-west-3.amazonaws.com.mal.fr/", "http://sns.eu-west-3.amazonaws.com/",
    "https://mal.fr/?sns.eu-west-3.amazonaws.com", "https://x@mal.fr/", "",
])  # fmt: skip
def test_no_other_address_is_ever_called_for_amazon(client, monkeypatch, url):
    monkeypatch.setattr(outside, "get", lambda *_, **__: pytest.fail("it was called"))
    provider = providers.open_to("amazon-ses", secret="", now=NOW)

    subscribed(client, provider, url)

    assert worked() == [("done", "nothing")]


def test_amazon_shows_its_password_once_it_is_asked_for(client):
    provider = providers.open_to("amazon-ses", secret="", now=NOW)

    told = client.post(f"/api/hooks/amazon-ses/{provider.place}/", b"{}", content_type="text/plain")

    assert (told.status_code, told["WWW-Authenticate"]) == (401, 'Basic realm="webhook"')


def test_svix_signatures_are_those_of_its_own_documentation():
    """The example that Svix's libraries are documented with, of 25 February 2021."""
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = {"svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp": "1614265330",
               "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}  # fmt: skip

    signatures.svix(b'{"test": 2432232314}', headers, secret=SVIX, now=at)
    for wrong in ({"svix-timestamp": "1614265000"}, {"svix-id": "other"}, {"svix-signature": ""},
                  {"svix-timestamp": ""}):  # fmt: skip
        with pytest.raises(signatures.Forged):
            signatures.svix(b'{"test": 2432232314}', headers | wrong, secret=SVIX, now=at)


def test_an_open_is_kept_of_who_granted_it_alone(client):
    zoe = people.welcome([{"email": WHO, "source_ref": "1"}], source="x", now=NOW)[0]
    provider = providers.open_to("brevo", secret="", now=NOW)
    opened = json.dumps(BREVO | {"event": "opened"}).encode()

    post(client, provider, other=opened)
    worked()
    assert not Interaction.objects.exists()

    Consent.objects.create(donor_id=zoe.donor_id, purpose="open_tracking", status="granted",
                           occurred_at=NOW, written_at=NOW, source_ref="c")  # fmt: skip
    post(client, provider, other=json.dumps(BREVO | {"event": "opened", "id": 2}).encode())
    worked()
    assert Interaction.objects.get().kind == "open"
