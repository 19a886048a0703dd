"""Signatures: whether a message is from who it says, as each provider's documentation has it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

# https://docs.stripe.com/webhooks: its libraries refuse what was signed over five minutes ago.
STRIPE_TOLERANCE = timedelta(minutes=5)


class Forged(PermissionError):
    """The message is not signed with the secret we know, or was signed too long ago."""


class Unnamed(Forged):
    """It shows no password at all: some show theirs only once they are asked for it."""


def stripe(body: bytes, said: str, *, secret: str, now: datetime) -> None:
    """Check ``Stripe-Signature: t=…,v1=…``: HMAC-SHA256 of ``t.body``.

    Source: https://docs.stripe.com/webhooks#verify-manually

    Raises:
        Forged: no signature is right, or its time is not about now.
    """
    parts = [part.partition("=") for part in said.split(",")]
    times = [value for name, _, value in parts if name.strip() == "t"]
    signed = [value for name, _, value in parts if name.strip() == "v1"]
    if not times or not times[0].isdecimal() or len(times[0]) > 12:
        raise Forged("the signature says no time")
    if abs(now.timestamp() - int(times[0])) > STRIPE_TOLERANCE.total_seconds():
        raise Forged("it was signed too long ago")
    right = _hmac(times[0].encode() + b"." + body, secret)
    if not any(_same(right, each) for each in signed):
        raise Forged("no signature is right")


def gocardless(body: bytes, said: str, *, secret: str) -> None:
    """Check ``Webhook-Signature``: HMAC-SHA256 of the body.

    Source: https://developer.gocardless.com/getting-started/stay-up-to-date-with-webhooks

    Raises:
        Forged: the signature is not right.
    """
    if not _same(_hmac(body, secret), said):
        raise Forged("the signature is not right")


def svix(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> None:
    """Check ``svix-signature: v1,…``: HMAC-SHA256 of ``id.timestamp.body``, in base64.

    Source: https://docs.svix.com/receiving/verifying-payloads/how-manual

    Raises:
        Forged: no signature is right, or its time is not about now.
    """
    number, moment = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not number or not moment.isdecimal() or len(moment) > 12:
        raise Forged("the signature says no time")
    if abs(now.timestamp() - int(moment)) > STRIPE_TOLERANCE.total_seconds():
        raise Forged("it was signed too long ago")
    content = f"{number}.{moment}.".encode() + body
    right = base64.b64encode(hmac.digest(svix_key(secret), content, "sha256")).decode()
    signed = [part.partition(",") for part in headers.get("svix-signature", "").split()]
    if not any(version == "v1" and _same(right, each) for version, _, each in signed):
        raise Forged("no signature is right")


def svix_key(secret: str) -> bytes:
    """Return the key that ``whsec_…`` holds.

    Raises:
        ValueError: it holds none.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    if not key:
        raise ValueError("an empty key signs for everybody")
    return key


def helloasso(body: bytes, said: str, *, secret: str) -> None:
    """Check ``x-ha-signature``: HMAC-SHA256 of the body. Partners alone have a key; see the docs.

    Source: https://dev.helloasso.com/docs/secure-webhook

    Raises:
        Forged: the signature is not right.
    """
    if not _same(_hmac(body, secret), said.lower()):
        raise Forged("the signature is not right")


def _hmac(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.strip().encode("utf-8", "replace"))
