"""Keys: made once, shown once, recognised by their hash, and taken back."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.api.models import Key
from mecene_web.audit import write

RESOURCES = (
    "donors", "gifts", "recurring_gifts", "contacts", "interactions", "consents", "campaigns",
)  # fmt: skip
SCOPES = (
    *(f"{name}:{what}" for name in RESOURCES for what in ("read", "write")),
    "events:write", "journeys:write",
)  # fmt: skip
_MARK = "mecene_"
_SHOWN = 12
_WRITTEN_EVERY = timedelta(minutes=1)


class UnknownScope(ValueError):
    """A scope is none of ``SCOPES``."""


class MadeAlready(ValueError):
    """The same form was sent before: its key was shown then."""


class NoName(ValueError):
    """A key needs a name and a source, or nobody knows later whose it was."""


def make(
    name: str,
    *,
    source: str,
    scopes: Iterable[str],
    now: datetime,
    by: Staff | None,
    once: str | None = None,
) -> tuple[Key, str]:
    """Return a new key, and the token that is shown this once.

    Raises:
        NoName: the name or the source is empty.
        UnknownScope: a scope is none of ours, or there is none.
        MadeAlready: the form of this ``once`` made a key before.
    """
    asked = sorted(set(scopes))
    if not asked or set(asked) - set(SCOPES):
        raise UnknownScope("choose among the scopes listed")
    if not name.strip() or not source:
        raise NoName("a key has a name, and the name of what it speaks for")
    if once and Key.objects.filter(once=once).exists():
        raise MadeAlready("this form was sent before")
    # 256 bits drawn at random: a plain hash cannot be guessed back.
    token = _MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Key.objects.create(
            name=name.strip(), source=source, hashed=_hash(token), begins=token[:_SHOWN],
            scopes=asked, once=once, made_at=now, made_by=by,
        )  # fmt: skip
        after = {"name": made.name, "source": source, "scopes": asked}
        write.write("create", "api_key", made.pk, by=by, now=now, after=after)
    return made, token


def recognise(token: str, *, now: datetime) -> Key | None:
    """Return the key of a token, unless it was revoked or never was."""
    key = Key.objects.filter(hashed=_hash(token), revoked_at=None).first()
    if key and (key.last_used_at is None or now - key.last_used_at > _WRITTEN_EVERY):
        Key.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def revoke(key_id: int, *, now: datetime, by: Staff | None = None) -> bool:
    """Take a key back; return whether it still served."""
    with transaction.atomic():
        held = Key.objects.filter(pk=key_id, revoked_at=None)
        if not held.update(revoked_at=now):
            return False
        write.write("revoke", "api_key", key_id, by=by, now=now)
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
