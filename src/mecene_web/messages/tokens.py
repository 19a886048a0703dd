"""Tokens: what stands in the addresses of a message: its way out, and the links we count.

Both are signed: nobody can make one up. A way out is short, so that no server cuts its header.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

_SIGNS = 16


class Forged(PermissionError):
    """The address was never ours, or was changed on its way."""


@dataclass(frozen=True)
class Followed:
    """A link that was followed.

    Attributes:
        url: Where it leads.
        group: What it is counted with.
        mark: Of the mail it stood in.
        key: Of the message, where its reader allowed it; else nothing.
        left_at: When the mail was written.
    """

    url: str
    group: str
    mark: str
    key: str
    left_at: datetime


def way_out(key: str) -> str:
    """Return the address at which a message is unsubscribed from."""
    return settings.MECENE_ADDRESS + reverse("messages:leave", args=[f"{key}{_signed('out', key)}"])


def read_way_out(token: str) -> str:
    """Return the key of the message.

    Raises:
        Forged: it is none of ours.
    """
    key, said = token[:-_SIGNS], token[-_SIGNS:]
    if not hmac.compare_digest(_signed("out", key).encode(), said.encode("utf-8", "replace")):
        raise Forged("this way out was never ours")
    return key


def report(key: str) -> str:
    """Return the address at which a provider says what became of a message."""
    return settings.MECENE_ADDRESS + reverse(
        "messages:report", args=[f"{key}{_signed('report', key)}"]
    )


def read_report(token: str) -> str:
    """Return the key of the message.

    Raises:
        Forged: it is none of ours.
    """
    key, said = token[:-_SIGNS], token[-_SIGNS:]
    if not hmac.compare_digest(_signed("report", key).encode(), said.encode("utf-8", "replace")):
        raise Forged("this address was never ours")
    return key


def link(url: str, *, group: str, mark: str, key: str, now: datetime) -> str:
    """Return the address that leads to another by way of us."""
    told = json.dumps([url, group, mark, key, int(now.timestamp())], separators=(",", ":"))
    text = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return f"{settings.MECENE_ADDRESS}{_place()}{text}.{_signed('link', text)}/"


def read_link(token: str) -> Followed:
    """Return where a link leads, and what it is counted with.

    Raises:
        Forged: it is none of ours.
    """
    text, _, said = token.rpartition(".")
    if not hmac.compare_digest(_signed("link", text).encode(), said.encode("utf-8", "replace")):
        raise Forged("this link was never ours")
    url, group, mark, key, left = json.loads(
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    )
    return Followed(url, group, mark, key, datetime.fromtimestamp(left, tz=UTC))


@lru_cache(maxsize=1)
def _place() -> str:
    return reverse("messages:follow", args=["x"]).removesuffix("x/")


def _signed(what: str, text: str) -> str:
    secret = _secret(what, settings.SECRET_KEY)
    digest = hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_SIGNS]


@lru_cache(maxsize=4)
def _secret(what: str, key: str) -> bytes:
    return hashlib.sha256(f"mecene.messages.{what}:{key}".encode()).digest()
