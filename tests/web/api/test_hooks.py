"""What providers send is believed when signed, kept first, told once, and becomes facts.

Payloads are those the providers document, retyped with invented people: HelloAsso's
https://dev.helloasso.com/docs/les-notifications-copy, Stripe's https://docs.stripe.com/api/charges
and https://docs.stripe.com/api/events, GoCardless's
https://developer.gocardless.com/api-reference/#events, Brevo's
https://developers.brevo.com/docs/transactional-webhooks, Mailgun's
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks. None was seen live.
"""

import base64
import copy
import hashlib
import hmac
import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from mecene_web.accounts import secrets
from mecene_web.api import deliveries, people, providers
from mecene_web.api.models import Delivery, Provider
from mecene_web.consent.models import Consent
from mecene_web.donors.models import Donor
from mecene_web.events.models import Interaction
from mecene_web.giving.models import Commitment, Gift
from mecene_web.tasks.models import Work

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SECRET = "whsec_invented"

CHARGE = {
    "id": "evt_1invented", "object": "event", "api_version": "2024-06-20", "created": 1_772_000_000,
    "type": "charge.succeeded", "livemode": False, "pending_webhooks": 1,
    "data": {"object": {
        "id": "ch_3invented", "object": "charge", "amount": 5000, "amount_captured": 5000,
        "amount_refunded": 0, "currency": "eur", "created": 1_772_000_000, "paid": True,
        "billing_details": {
            "address": {"city": "Lyon", "country": "FR", "line1": "3 rue des Lilas", "line2": None,
                        "postal_code": "69003", "state": None},
            "email": "Zoe.Petit@exemple.fr", "name": "Zoé Petit", "phone": None,
        },
        "customer": None, "invoice": None, "metadata": {"campaign": "NOEL"}, "refunded": False,
        "payment_method_details": {"card": {"brand": "visa"}, "type": "card"},
        "status": "succeeded", "failure_code": None,
    }},
}  # fmt: skip
HELLOASSO = {
    "data": {
        "order": {"id": 20499, "date": "2026-02-07T14:11:15.7442115+01:00", "formSlug": "hiver",
                  "formType": "Donation", "organizationSlug": "exemple", "formName": "Don d’hiver",
                  "isAnonymous": False, "isAmountHidden": False},
        "payer": {"email": "hugo@exemple.fr", "address": "23 rue du Port", "city": "Paris",
                  "zipCode": "75012", "country": "FRA", "firstName": "Hugo", "lastName": "Dubois",
                  "dateOfBirth": "1984-05-15T02:00:00+02:00"},
        "items": [{"shareAmount": 2000, "shareItemAmount": 2000, "id": 20499, "amount": 2000,
                   "type": "Donation", "state": "Processed"}],
        "cashOutState": "Transfered", "id": 13790, "amount": 2000,
        "date": "2026-02-07T14:11:15.0825381+01:00", "paymentMeans": "Card",
        "installmentNumber": 1, "state": "Authorized",
        "meta": {"createdAt": "2026-02-07T14:10:49.3535024+01:00",
                 "updatedAt": "2026-02-07T14:11:15.3255145+01:00"},
        "refundOperations": [],
    },
    "eventType": "Payment",
}  # fmt: skip
FAILED = {
    "id": "EV123", "created_at": "2026-02-08T17:01:06.000Z", "resource_type": "payments",
    "action": "failed", "links": {"payment": "PM123"}, "metadata": {},
    "details": {"origin": "bank", "cause": "insufficient_funds", "scheme": "sepa_core",
                "reason_code": "AM04", "will_attempt_retry": False,
                "description": "The customer's account had insufficient funds."},
}  # fmt: skip
CANCELLED = {
    "id": "EV124", "created_at": "2026-02-09T08:00:00.000Z", "resource_type": "mandates",
    "action": "cancelled", "links": {"mandate": "MD123"}, "metadata": {},
    "details": {"origin": "bank", "cause": "mandate_cancelled", "scheme": "sepa_core",
                "reason_code": "MD01", "description": "Cancelled at a bank branch."},
}  # fmt: skip


@pytest.fixture
def opened():
    def made(name, secret=SECRET):
        return providers.open_to(name, secret=secret, now=NOW)

    return made


def address(provider: Provider) -> str:
    return f"/api/hooks/{provider.name}/{provider.place}/"


def sealed(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def stripe(client, provider, event, *, at=None, secret=SECRET):
    body = json.dumps(event).encode()
    at = int(time.time()) if at is None else at
    signature = f"t={at},v1={'0' * 64},v1={sealed(f'{at}.'.encode() + body, secret)}"
    return client.post(address(provider), body, content_type="application/json",
                       headers={"stripe-signature": signature})  # fmt: skip


def gocardless(client, provider, *events):
    body = json.dumps({"events": events}).encode()
    return client.post(address(provider), body, content_type="application/json",
                       headers={"webhook-signature": sealed(body)})  # fmt: skip


def helloasso(client, provider, notice):
    body = json.dumps(notice).encode()
    return client.post(address(provider), body, content_type="application/json",
                       headers={"x-ha-signature": sealed(body)})  # fmt: skip


def worked():
    deliveries.work(0, lambda *told: None)
    return list(Delivery.objects.order_by("pk").values_list("state", "reason"))


def changed(event, **told):
    event = copy.deepcopy(event)
    event["id"] = f"{event['id']}-{len(told)}-{told.get('type', '')}"
    if "type" in told:
        event["type"] = told.pop("type")
    event["data"]["object"].update(told)
    return event


def test_a_charge_is_a_gift_of_its_donor_once(client, opened):
    provider = opened("stripe")

    for _ in range(3):
        assert stripe(client, provider, CHARGE).status_code == 200
    assert Delivery.objects.count() == 1
    assert Work.objects.filter(kind="api.deliveries").count() == 1
    assert worked() == [("done", "gift")]

    gift = Gift.objects.get()
    assert (gift.amount_minor, gift.currency, gift.payment_method) == (5000, "EUR", "card")
    assert (gift.source_ref, gift.campaign_code) == ("ch_3invented", "NOEL")
    assert (gift.donor.first_name, gift.donor.last_name, gift.donor.email) == (
        "Zoé", "Petit", "zoe.petit@exemple.fr",
    )  # fmt: skip
    Delivery.objects.update(state="waiting")
    worked()
    assert Gift.objects.count() == 1


def test_a_refund_corrects_the_gift_even_when_it_comes_first(client, opened):
    provider = opened("stripe")
    refund = changed(CHARGE, type="charge.refunded", amount_refunded=5000, refunded=True)

    stripe(client, provider, refund)
    assert worked()[0][0] == "waiting"
    stripe(client, provider, CHARGE)
    worked()
    assert worked()[0] == ("done", "refund")
    assert Gift.objects.get().status == "refunded"


def test_a_dispute_that_is_lost_takes_the_gift_back(client, opened):
    provider = opened("stripe")
    stripe(client, provider, CHARGE)
    lost = {"charge": "ch_3invented", "status": "lost", "reason": "fraudulent", "id": "dp_1"}
    stripe(client, provider, changed(CHARGE, type="charge.dispute.closed", **lost))

    assert [reason for _, reason in worked()] == ["gift", "refund"]
    assert (Gift.objects.get().status, Gift.objects.get().return_code) == ("refunded", "fraudulent")


def test_a_refund_in_part_waits_for_a_person(client, opened):
    provider = opened("stripe")
    stripe(client, provider, CHARGE)
    stripe(client, provider, changed(CHARGE, type="charge.refunded", amount_refunded=1000))

    state, reason = worked()[1]

    assert state == "unread"
    assert "in part" in reason
    assert Gift.objects.get().status == "received"


def test_what_became_of_nothing_known_is_shown_after_three_days(client, opened):
    stripe(client, opened("stripe"), changed(CHARGE, type="charge.refunded", amount_refunded=5000))
    Delivery.objects.update(received_at=datetime.now(tz=UTC) - timedelta(days=4))

    assert worked()[0][0] == "unread"


def test_a_charge_that_failed_is_a_failed_gift_and_a_subscription_ends(client, opened):
    provider = opened("stripe")
    donor = people.welcome([{"email": "a@exemple.fr", "source_ref": "1"}], source="x", now=NOW)[0]
    Commitment.objects.create(ref="sub_1", donor_id=donor.donor_id, currency="EUR",
                              started_on=date(2025, 1, 1), source_ref="sub_1")  # fmt: skip
    stripe(client, provider, changed(CHARGE, type="charge.failed", status="failed",
                                     failure_code="insufficient_funds"))  # fmt: skip
    why = {"reason": "cancellation_requested"}
    stripe(client, provider, changed(CHARGE, type="customer.subscription.deleted", id="sub_1",
                                     cancellation_details=why))  # fmt: skip
    stripe(client, provider, changed(CHARGE, type="customer.created"))

    assert [reason for _, reason in worked()] == ["gift", "end", "nothing"]
    gift = Gift.objects.get()
    assert (gift.status, gift.return_code) == ("failed", "insufficient_funds")
    assert Commitment.objects.get().end_reason == "voluntary"


def test_what_is_not_signed_is_not_believed(client, opened):
    provider = opened("stripe")

    assert stripe(client, provider, CHARGE, secret="whsec_other").status_code == 403
    assert stripe(client, provider, CHARGE, at=int(time.time()) - 301).status_code == 403
    assert stripe(client, provider, CHARGE, at=int(time.time()) + 301).status_code == 403
    bare = client.post(address(provider), b"{}", content_type="application/json")
    assert bare.status_code == 403
    for said in ("t=", "t=1", "v1=x", "t=\u00b2,v1=1", "é", "t=1,v1=é"):
        told = client.post(address(provider), b"{}", content_type="application/json",
                           headers={"stripe-signature": said})  # fmt: skip
        assert told.status_code == 403, said
    other = opened("gocardless")
    forged = client.post(address(other), b"{}", content_type="application/json",
                         headers={"webhook-signature": "0" * 64})  # fmt: skip
    assert forged.status_code == 403
    assert not Delivery.objects.exists()


def test_nobody_answers_at_another_address(client, opened):
    provider = opened("stripe")
    elsewhere = f"/api/hooks/stripe/{'x' * 32}/"
    assert client.post(elsewhere, b"{}", content_type="application/json").status_code == 404
    assert client.put(address(provider)).status_code == 405
    assert client.get(address(provider)).content == b""
    assert client.head(address(provider)).status_code == 200
    providers.close("stripe", now=NOW)
    assert stripe(client, provider, CHARGE).status_code == 404
    with pytest.raises(providers.UnknownProvider):
        providers.open_to("paypal", secret="x", now=NOW)


def test_a_message_too_large_is_refused(client, opened):
    provider = opened("stripe")
    large = client.post(address(provider), b" " * 2_000_001, content_type="application/json")
    assert large.status_code == 413


def test_a_notification_of_helloasso_is_a_gift_then_a_refund(client, opened):
    provider = opened("helloasso")
    back = copy.deepcopy(HELLOASSO)
    back["data"] |= {"state": "Refunded"}

    for notice in (HELLOASSO, HELLOASSO, {"eventType": "Order", "data": {"id": 1}}, back):
        assert helloasso(client, provider, notice).status_code == 200

    assert [reason for _, reason in worked()] == ["gift", "nothing", "refund"]
    gift = Gift.objects.get()
    assert (gift.amount_minor, gift.given_on, gift.status) == (2000, date(2026, 2, 7), "refunded")
    assert (gift.donor.last_name, gift.donor.country) == ("Dubois", "FR")


def test_without_a_key_helloasso_is_known_by_its_address(client, opened):
    provider = opened("helloasso", "")
    said = client.post(address(provider), json.dumps(HELLOASSO), content_type="application/json")
    assert said.status_code == 200


def test_a_debit_that_fails_and_a_mandate_that_ends(client, opened):
    donor = people.welcome([{"email": "a@exemple.fr", "source_ref": "1"}], source="x", now=NOW)[0]
    Gift.objects.create(donor_id=donor.donor_id, given_on=date(2026, 2, 5), amount_minor=1000,
                        currency="EUR", kind="instalment", source_ref="PM123")  # fmt: skip
    Commitment.objects.create(ref="C1", mandate_ref="MD123", donor_id=donor.donor_id,
                              currency="EUR", started_on=date(2025, 1, 1),
                              source_ref="C1")  # fmt: skip
    provider = opened("gocardless")

    gocardless(client, provider, FAILED, CANCELLED)
    gocardless(client, provider, CANCELLED, FAILED | {"id": "EV9", "action": "confirmed"})

    assert [reason for _, reason in worked()] == ["failure", "end", "nothing"]
    gift, held = Gift.objects.get(), Commitment.objects.get()
    assert (gift.status, gift.return_code, gift.status_on) == ("failed", "AM04", date(2026, 2, 8))
    assert (held.ended_on, held.end_reason) == (date(2026, 2, 9), "voluntary")


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"3", b"[" * 50_000, b"\xff\xfe", b'{"id": 3}',
    b'{"id": "a", "type": "charge.succeeded"}',
    b'{"id": "b", "type": "charge.succeeded", "data": 1}',
    b'{"id": "c", "type": "charge.succeeded", "data": {"object": {"id": "x"}}, "created": 1}',
    b'{"id": "\\u0000", "type": "charge.succeeded"}', b'{"eventType": "Payment", "data": []}',
    b'{"eventType": "Payment", "data": {"state": "Authorized"}}', b'{"events": 1}',
    b'{"events": [1]}',
    b'{"events": [{"id": "E", "resource_type": "payments", "action": "failed"}]}',
])  # fmt: skip
@pytest.mark.parametrize("name", ["stripe", "gocardless", "helloasso"])
def test_what_cannot_be_read_stays_with_its_reason(client, opened, name, body):
    provider = opened(name)
    at = int(time.time())
    signed = {
        "stripe-signature": f"t={at},v1={sealed(f'{at}.'.encode() + body)}",
        "webhook-signature": sealed(body), "x-ha-signature": sealed(body),
    }  # fmt: skip
    said = client.post(address(provider), body, content_type="application/json", headers=signed)

    assert said.status_code == 200
    for state, reason in worked():
        assert state == "unread"
        assert reason
    assert not Gift.objects.exists()


def test_what_no_database_keeps_is_told_too(client, opened):
    for place, name in enumerate(("\x00", "\ud800")):
        told = {"email": "a@exemple.fr", "name": f"Zoé {name}"}
        odd = changed(CHARGE, billing_details=told)
        stripe(client, opened("stripe"), odd | {"id": f"evt_{place}"})
    states = [state for state, _ in worked()]
    assert set(states) <= {"done", "unread"}
    assert len(states) == 2


def test_a_message_unread_can_be_tried_again(client, opened, browser):
    stripe(client, opened("stripe"), changed(CHARGE, amount=0))
    assert worked()[0][0] == "unread"
    number = Delivery.objects.get().pk
    Delivery.objects.update(body=json.dumps(CHARGE).encode())

    assert browser("fundraiser").post(f"/api/deliveries/{number}/retry/").status_code == 403
    browser("administrator").post(f"/api/deliveries/{number}/retry/")

    assert worked() == [("done", "gift")]


def brevo(client, provider, secret, **told):
    event = {"event": "click", "email": "zoe@exemple.fr", "id": 1, "ts_epoch": 1_772_000_000_000,
             "message-id": "<1@exemple.fr>", "tag": "NOEL", "link": "https://a.fr/"}  # fmt: skip
    event |= told
    login = base64.b64encode(secret.encode()).decode()
    return client.post(address(provider), json.dumps(event), content_type="application/json",
                       headers={"authorization": f"Basic {login}"})  # fmt: skip


def test_what_became_of_mails_is_known_of_their_donors_opens_only_where_granted(client, opened):
    zoe = people.welcome([{"email": "zoe@exemple.fr", "source_ref": "1"}], source="x", now=NOW)[0]
    provider = opened("brevo", "")
    secret = providers.secret(provider)
    assert brevo(client, provider, "mecene:wrong").status_code == 403
    for event in ("click", "hard_bounce", "spam", "unsubscribe", "delivered", "opened"):
        assert brevo(client, provider, secret, event=event).status_code == 200
    brevo(client, provider, secret, email="nobody@exemple.fr")
    brevo(client, provider, secret)
    worked()

    kinds = sorted(Interaction.objects.values_list("kind", flat=True))
    assert kinds == ["bounce", "click", "complaint", "unsubscribe"]
    assert set(Interaction.objects.values_list("donor_id", flat=True)) == {zoe.donor_id}

    Consent.objects.create(donor_id=zoe.donor_id, purpose="open_tracking", status="granted",
                           occurred_at=NOW, written_at=NOW, source_ref="c")  # fmt: skip
    brevo(client, provider, secret, event="opened", id=2)
    worked()
    assert Interaction.objects.filter(kind="open").count() == 1


def test_mailgun_signs_inside_its_message(client, opened):
    people.welcome([{"email": "zoe@exemple.fr", "source_ref": "1"}], source="x", now=NOW)
    provider = opened("mailgun")
    at = str(int(time.time()))
    signature = {"timestamp": at, "token": "t" * 50, "signature": sealed((at + "t" * 50).encode())}
    event = {"event": "failed", "severity": "permanent", "reason": "bounce", "id": "ev1",
             "recipient": "zoe@exemple.fr", "timestamp": 1_772_000_000.5, "tags": [],
             "message": {"headers": {"message-id": "1@exemple.fr"}}, "user-variables": {},
             "delivery-status": {"message": "no such user", "code": 550}}  # fmt: skip

    def told(signature):
        body = json.dumps({"signature": signature, "event-data": event})
        return client.post(address(provider), body, content_type="application/json")

    assert told(signature | {"signature": "0" * 64}).status_code == 403
    assert told(signature).status_code == 200
    assert worked() == [("done", "interaction")]
    assert Interaction.objects.get().kind == "bounce"


@pytest.mark.parametrize("name", sorted(deliveries.mail.READERS))
def test_every_mail_provider_refuses_a_stranger(client, opened, name):
    provider = opened(name, "")
    Provider.objects.filter(locked_secret="").update(
        locked_secret=secrets.lock(SECRET, purpose="mecene.api.providers")
    )
    for body, kind in ((b"{}", "application/json"), (b"", "text/plain"), (b"a=b", "x/y")):
        for more in ({}, {"authorization": "Basic eDp5"}):
            told = client.post(address(provider), body, content_type=kind, headers=more)
            assert told.status_code in (401, 403)
    assert not Delivery.objects.exists()


def test_who_signs_is_given_an_address_first_and_believed_once_the_secret_is_known(client, opened):
    provider = opened("stripe", "")
    assert stripe(client, provider, CHARGE).status_code == 403

    assert opened("stripe").place == provider.place
    assert stripe(client, provider, CHARGE).status_code == 200


def test_secrets_are_not_in_clear_in_the_database(opened):
    opened("stripe")
    assert SECRET not in str(list(Provider.objects.values()))
    assert providers.secret(Provider.objects.get()) == SECRET


def test_a_secret_of_another_home_is_said_to_be_unreadable(settings):
    locked = secrets.lock("x", purpose="test")
    settings.SECRET_KEY = "another"
    with pytest.raises(secrets.UnreadableSecret):
        secrets.unlock(locked, purpose="test")


def test_people_without_a_name_give_anonymously(client, opened):
    bare = changed(CHARGE, billing_details={"email": None, "name": None})
    stripe(client, opened("stripe"), bare)
    assert worked() == [("done", "gift")]
    assert Gift.objects.get().donor is None
    assert not Donor.objects.exists()
