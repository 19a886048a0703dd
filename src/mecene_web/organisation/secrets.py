"""Secrets: what others entrusted to us, unreadable in the database without the home's own key."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

_PURPOSE = b"mecene.secrets.v1"


class UnreadableSecret(ValueError):
    """A secret was locked with another key than this home's; it must be entered again."""


def lock(text: str) -> str:
    """Return a text that only this installation can read."""
    return _fernet().encrypt(text.encode()).decode("ascii")


def unlock(locked: str) -> str:
    """Return what was locked; nothing for nothing.

    Raises:
        UnreadableSecret: it was locked elsewhere, or is damaged.
    """
    if not locked:
        return ""
    try:
        return _fernet().decrypt(locked.encode("ascii")).decode()
    except InvalidToken as wrong:
        raise UnreadableSecret(
            "this secret was locked with another home's key; enter it again"
        ) from wrong


def _fernet() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=_PURPOSE[:16])
    return Fernet(base64.urlsafe_b64encode(key.digest()))
