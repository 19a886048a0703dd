"""Sign: a mail's DKIM signature (RFC 6376), where the installation has a key for it.

Behind a server or a provider that signs by itself, none is needed.
"""

from functools import cache

import dkim
from django.conf import settings

# RFC 8058, 4: both headers of the one-click way out are covered.
HEADERS = (
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
    b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip


class UnusableKey(ValueError):
    """``MECENE_DKIM_KEY`` is no RSA or Ed25519 key in PEM, or its domain or selector is missing."""


def signed(raw: bytes) -> bytes:
    """Return a mail with its signature before it; as it is where there is no key.

    Raises:
        UnusableKey: there is one, and nothing can be signed with it.
    """
    told = settings.MECENE_DKIM
    if not told.get("key"):
        return raw
    if not (told.get("domain") and told.get("selector")):
        raise UnusableKey("MECENE_DKIM_DOMAIN and MECENE_DKIM_SELECTOR go with MECENE_DKIM_KEY")
    here = {line.partition(b":")[0].strip().lower() for line in _head(raw)}
    try:
        signature: bytes = dkim.sign(
            raw, told["selector"].encode(), told["domain"].encode(), _key(told["key"]),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name for name in HEADERS if name in here],
        )  # fmt: skip
    except dkim.DKIMException as wrong:
        raise UnusableKey(f"MECENE_DKIM_KEY: {wrong}") from wrong
    return signature + raw


def _head(raw: bytes) -> list[bytes]:
    head = raw.partition(b"\r\n\r\n")[0]
    return [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]


@cache
def _key(text: str) -> bytes:
    return text.encode()
