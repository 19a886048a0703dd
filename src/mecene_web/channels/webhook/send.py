"""Send: a signed call tells another program of something; it never leads inside.

As Standard Webhooks has it (https://www.standardwebhooks.com): ``webhook-id`` is the message's own
key, the same when it is told again; ``webhook-signature`` is ``v1,`` and the HMAC-SHA256, in
base64, of ``id.timestamp.body``.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from mecene_web.accounts import secrets
from mecene_web.channels import outside
from mecene_web.channels.known import Line
from mecene_web.channels.parcel import Later, Parcel, Refused, Sent, Unsure

IS_CONTACT = False
_PURPOSE = "mecene.channels.webhook"


@contextmanager
def opened() -> Iterator[Line]:
    """Open a line to whoever each message names."""
    yield _told


def signature(body: bytes, *, key: str, at: int, secret: bytes) -> str:
    """Return what a call is signed with."""
    said = hmac.new(secret, f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(said).decode()


def secret() -> bytes:
    """Return what this installation signs with; the other side is given it once."""
    return secrets.key(_PURPOSE)


def _told(parcel: Parcel) -> Sent:
    said = {name: value for name, value in parcel.values.items() if name != "url"}
    body = json.dumps({"type": "donor", "data": said}, separators=(",", ":")).encode()
    at = int(timezone.now().timestamp())
    headers = {
        "content-type": "application/json", "user-agent": "Mecene",
        "webhook-id": parcel.key, "webhook-timestamp": str(at),
        "webhook-signature": signature(body, key=parcel.key, at=at, secret=secret()),
    }  # fmt: skip
    try:
        answer = outside.post(parcel.address, body=body, headers=headers)
    except outside.Forbidden as no:
        raise Refused(str(no), code="forbidden") from no
    except outside.Unreached as nobody:
        raise Later(str(nobody)) from nobody
    except outside.Broken as broken:
        raise Unsure(str(broken)) from broken
    if answer.status == 429 or answer.status >= 500:
        # The same id is told again: who receives twice knows it by that.
        raise Later(str(answer.status), code=str(answer.status))
    if not 200 <= answer.status < 300:
        raise Refused(str(answer.status), code=str(answer.status))
    return Sent("webhook")
