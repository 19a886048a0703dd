"""Keys: what locks what the log says of a donor, and what nobody can unlock once it is gone."""

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from mecene_web.audit.models import DonorKey

_NONCE_BYTES = 12  # what AES-GCM is specified for (NIST SP 800-38D, 5.2.1.1)


class Forgotten(LookupError):
    """The key of a donor was destroyed: what it locked is lost, as was asked."""


def lock(text: bytes, *, donor_id: int) -> bytes:
    """Return what only the donor's key unlocks; the key is made on first use."""
    held = DonorKey.objects.filter(pk=donor_id).first()
    if held is None:
        key = AESGCM.generate_key(bit_length=256)
        locked = _locked(_own(), key, about=donor_id)
        held, made = DonorKey.objects.get_or_create(pk=donor_id, defaults={"key": locked})
        if made:
            return _locked(key, text, about=donor_id)
    return _locked(_unlocked(_own(), bytes(held.key), about=donor_id), text, about=donor_id)


def unlock(locked: bytes, *, donor_id: int) -> bytes:
    """Return what was locked.

    Raises:
        Forgotten: the donor's key was destroyed since.
    """
    held = DonorKey.objects.filter(pk=donor_id).first()
    if held is None:
        raise Forgotten(f"the key of donor {donor_id} was destroyed")
    try:
        key = _unlocked(_own(), bytes(held.key), about=donor_id)
        return _unlocked(key, locked, about=donor_id)
    except InvalidTag as other:
        raise Forgotten(f"donor {donor_id} has another key since") from other


def destroy(donor_id: int) -> bool:
    """Make what the log says of a donor unreadable for ever; return whether there was a key."""
    return bool(DonorKey.objects.filter(pk=donor_id).delete()[0])


@cache
def drawn(secret: str, purpose: str) -> bytes:
    """Return a key of 32 bytes drawn from a secret for one purpose."""
    told = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return told.derive(secret.encode())


def _own() -> bytes:
    return drawn(settings.SECRET_KEY, "mecene.audit.donors")


def _locked(key: bytes, text: bytes, *, about: int) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, str(about).encode())


def _unlocked(key: bytes, locked: bytes, *, about: int) -> bytes:
    nonce, text = locked[:_NONCE_BYTES], locked[_NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, text, str(about).encode())
