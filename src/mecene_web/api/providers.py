"""Providers: who may call us, at an address of their own, with what secret."""

import secrets as draws
from datetime import datetime

from mecene_web.api import deliveries, mail
from mecene_web.api.models import Provider
from mecene_web.organisation import secrets

# Those who sign with a secret without which nothing can be checked.
UNSIGNED = frozenset({"helloasso"})


class UnknownProvider(ValueError):
    """It is none of those we can read."""


class NoSecret(ValueError):
    """A provider who signs cannot be believed without the secret."""


def open_to(name: str, *, secret: str, now: datetime) -> Provider:
    """Give a provider an address, or its address another secret.

    For who shows a password instead of signing, it is drawn here.

    Raises:
        UnknownProvider: we cannot read it.
        NoSecret: it signs, and no secret was given.
    """
    if name not in deliveries.KNOWN:
        raise UnknownProvider(name)
    if name in named_by_password():
        secret = f"mecene:{draws.token_urlsafe(24)}"
    if not secret and name not in UNSIGNED:
        raise NoSecret(name)
    made, _ = Provider.objects.update_or_create(
        name=name,
        defaults={"locked_secret": secrets.lock(secret) if secret else "", "closed_at": None},
        create_defaults={
            "locked_secret": secrets.lock(secret) if secret else "",
            "place": draws.token_urlsafe(24),
            "made_at": now,
        },
    )
    return made


def close(name: str, *, now: datetime) -> bool:
    """Close a provider's address; return whether it was open."""
    return bool(Provider.objects.filter(name=name, closed_at=None).update(closed_at=now))


def named_by_password() -> frozenset[str]:
    """Return the providers who show name:password in the address instead of signing."""
    return frozenset(name for name, (_, where) in mail.READERS.items() if where == "webhook_secret")
