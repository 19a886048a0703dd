"""Secrets: what locks the secrets that the database must keep: second factors, keys of others."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def key(purpose: str) -> bytes:
    """Return the Fernet key of one purpose, drawn from the installation's secret."""
    drawn = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return base64.urlsafe_b64encode(drawn.derive(settings.SECRET_KEY.encode()))
