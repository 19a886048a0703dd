"""Mail readers: which mail providers are heard, and how each is believed to be who it says.

django-anymail reads what they send and checks it. Two things are ours: the signature of Svix
(Resend), whose library would be one more to install, and Amazon's subscription, which anymail
confirms with a client of Amazon's that only who sends through it has.
"""

import base64
import json
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailInsecureWebhookWarning, AnymailNotSupportedWarning
from anymail.webhooks import (
    amazon_ses,
    brevo,
    mailersend,
    mailgun,
    mailjet,
    mailtrap,
    mandrill,
    postal,
    postmark,
    resend,
    sendgrid,
    sparkpost,
    unisender_go,
)
from anymail.webhooks.base import AnymailBaseWebhookView
from cryptography.hazmat.primitives import serialization
from django.http import HttpRequest
from django.test import RequestFactory

from mecene_web import environment
from mecene_web.api import signatures

PASSWORD = "webhook_secret"  # noqa: S105 - what anymail calls it
# https://docs.aws.amazon.com/general/latest/gr/sns.html: one host a region.
_AMAZON = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")


class UnusableSecret(ValueError):
    """No message of this provider could ever be checked with such a secret."""


class _Ses(amazon_ses.AmazonSESTrackingWebhookView):
    def __init__(self, **kwargs: Any) -> None:
        # Its own wants boto3, to confirm a subscription: ``subscription`` says how we do.
        self.auto_confirm_enabled = False
        AnymailBaseWebhookView.__init__(self, **kwargs)


@dataclass(frozen=True)
class Reader:
    """Who reads a provider's messages, and the name anymail gives to what they are checked with."""

    view: Any
    secret: str

    @property
    def by_password(self) -> bool:
        """Whether the provider does not sign: the address we give it carries name:password."""
        return self.secret == PASSWORD


READERS: dict[str, Reader] = {
    "brevo": Reader(brevo.BrevoTrackingWebhookView, PASSWORD),
    "mailjet": Reader(mailjet.MailjetTrackingWebhookView, PASSWORD),
    "amazon-ses": Reader(_Ses, PASSWORD),
    "mailersend": Reader(mailersend.MailerSendTrackingWebhookView, "signing_secret"),
    "mailgun": Reader(mailgun.MailgunTrackingWebhookView, "webhook_signing_key"),
    "mailtrap": Reader(mailtrap.MailtrapTrackingWebhookView, "tracking_secret"),
    "mandrill": Reader(mandrill.MandrillCombinedWebhookView, "webhook_key"),
    "postal": Reader(postal.PostalTrackingWebhookView, "webhook_key"),
    "postmark": Reader(postmark.PostmarkTrackingWebhookView, PASSWORD),
    "resend": Reader(resend.ResendTrackingWebhookView, ""),
    "sendgrid": Reader(
        sendgrid.SendGridTrackingWebhookView, "tracking_webhook_verification_key"
    ),
    "sparkpost": Reader(sparkpost.SparkPostTrackingWebhookView, PASSWORD),
    "unisender-go": Reader(unisender_go.UnisenderGoTrackingWebhookView, "api_key"),
}  # fmt: skip


def check(provider: str, request: HttpRequest, *, secret: str, now: datetime) -> None:
    """Check that a message is from who says so, as anymail does.

    Raises:
        signatures.Unnamed: it shows no password, where it should.
        signatures.Forged: it is not, or its secret was not entered yet.
    """
    if not secret:
        raise signatures.Forged("its secret was not entered yet")
    if READERS[provider].by_password and "Authorization" not in request.headers:
        raise signatures.Unnamed("it shows no password")
    if provider == "resend":
        signatures.svix(request.body, request.headers, secret=secret, now=now)
        return
    try:
        if provider == "mandrill":
            _mandrill(request, secret)
        else:
            _view(provider, secret).run_validators(request)
    except Exception as wrong:  # whatever a stranger may send
        raise signatures.Forged(f"{type(wrong).__name__}: {wrong}") from wrong


def events(provider: str, body: bytes, content_type: str) -> list[Any]:
    """Return what a message kept tells, as anymail's events.

    Raises:
        Exception: it is not as the provider documents it; anymail says so in many ways.
    """
    request = RequestFactory().post("/", data=body, content_type=content_type)
    found: list[Any] = _view(provider, "").parse_events(request)
    return found


def usable(provider: str, secret: str) -> None:
    """Check that a secret is one: a key can be read, a text can sign.

    Raises:
        UnusableSecret: it is none.
    """
    try:
        secret.encode("ascii")
        if provider == "resend":
            signatures.svix_key(secret)
        if provider == "postal":
            serialization.load_pem_public_key(
                f"-----BEGIN PUBLIC KEY-----\n{secret}\n-----END PUBLIC KEY-----".encode()
            )
        if provider == "sendgrid":
            _view(provider, secret)
    except Exception as wrong:  # each library has its own words for a key it cannot read
        raise UnusableSecret(provider) from wrong


def subscription(provider: str, body: bytes) -> str | None:
    """Return the address that says to Amazon that we do want to be told; None where nobody asks.

    Source: https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
    """
    if provider != "amazon-ses":
        return None
    with suppress(ValueError, AttributeError, TypeError, RecursionError):
        told = json.loads(body)
        url = str(told.get("SubscribeURL") or "")
        parts = urlsplit(url)
        if (
            told.get("Type") == "SubscriptionConfirmation"
            and parts.scheme == "https"
            and _AMAZON.fullmatch(parts.hostname or "")
        ):
            return url
    return None


def _view(provider: str, secret: str) -> Any:
    reader = READERS[provider]
    # To read again, no secret is wanted; but some ask for one, and others for none.
    given = secret or ("" if provider == "sendgrid" else base64.b64encode(b"read again").decode())
    with warnings.catch_warnings():
        # Anymail tests SendGrid no longer, and reads it still; what is read again was checked.
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        warnings.simplefilter("ignore", AnymailInsecureWebhookWarning)
        return reader.view(**({reader.secret: given} if reader.secret else {PASSWORD: given}))


def _mandrill(request: HttpRequest, secret: str) -> None:
    """Check Mandrill's signature, which is of the very address it called.

    Behind a proxy that address may be another than what comes here: the one donors know counts too.
    """
    known = f"{environment.address()}{request.get_full_path()}"
    view = READERS["mandrill"].view
    try:
        view(webhook_key=secret).run_validators(request)
    except Exception:
        view(webhook_key=secret, webhook_url=known).run_validators(request)
