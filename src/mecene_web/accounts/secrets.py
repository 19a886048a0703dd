"""Secrets: what locks the secrets that the database must keep: second factors, keys of others."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecret(ValueError):
    """A secret was locked with another key than this home's; it must be entered again."""


def key(purpose: str) -> bytes:
    """Return the Fernet key of one purpose, drawn from the installation's secret."""
    drawn = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return base64.urlsafe_b64encode(drawn.derive(settings.SECRET_KEY.encode()))


def lock(text: str, *, purpose: str) -> str:
    """Return a text that this installation alone can read."""
    return Fernet(key(purpose)).encrypt(text.encode()).decode("ascii")


def unlock(locked: str, *, purpose: str) -> str:
    """Return what was locked; nothing for nothing.

    Raises:
        UnreadableSecret: it was locked elsewhere, or is damaged.
    """
    if not locked:
        return ""
    try:
        return Fernet(key(purpose)).decrypt(locked.encode("ascii")).decode()
    except InvalidToken as wrong:
        raise UnreadableSecret(
            "this secret was locked with another home's key; enter it again"
        ) from wrong
