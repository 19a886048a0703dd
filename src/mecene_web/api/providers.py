"""Providers: who may call us, at an address of their own, with what secret."""

import secrets as draws
from datetime import datetime

from django.db import transaction

from mecene_web.accounts import secrets
from mecene_web.accounts.models import Staff
from mecene_web.api import mail_readers
from mecene_web.api.models import Provider
from mecene_web.audit import write

KNOWN = ("helloasso", "stripe", "gocardless", *mail_readers.READERS)
_PURPOSE = "mecene.api.providers"
# Those who need not sign: their address is all we know them by.
UNSIGNED = frozenset({"helloasso"})


class UnknownProvider(ValueError):
    """It is none of those we can read."""


class NoSecret(ValueError):
    """A provider whose secret is known signs with another; none was given."""


def open_to(name: str, *, secret: str, now: datetime, by: Staff | None = None) -> Provider:
    """Give a provider an address, or its address another secret.

    For who shows a password instead of signing, it is drawn here. Who signs shows the secret only
    once it was given an address: until that secret is entered, nothing it sends is believed.

    Raises:
        UnknownProvider: we cannot read it.
        NoSecret: another secret was to be given, and was not.
        mail_readers.UnusableSecret: nothing could be checked with it.
    """
    if name not in KNOWN:
        raise UnknownProvider(name)
    if name in named_by_password():
        secret = f"mecene:{draws.token_urlsafe(24)}"
    if secret and name in mail_readers.READERS:
        mail_readers.usable(name, secret)
    known = Provider.objects.filter(name=name, closed_at=None).exclude(locked_secret="").exists()
    if not secret and known:
        raise NoSecret(name)
    locked = secrets.lock(secret, purpose=_PURPOSE) if secret else ""
    with transaction.atomic():
        made, _ = Provider.objects.update_or_create(
            name=name,
            defaults={"locked_secret": locked, "closed_at": None},
            create_defaults={
                "locked_secret": locked, "place": draws.token_urlsafe(24), "made_at": now,
            },
        )  # fmt: skip
        write.write("open", "webhook", made.pk, by=by, now=now, after={"provider": name})
    return made


def secret(provider: Provider) -> str:
    """Return what a provider signs with; nothing where it does not.

    Raises:
        secrets.UnreadableSecret: it was entered in another home.
    """
    return secrets.unlock(provider.locked_secret, purpose=_PURPOSE)


def close(name: str, *, now: datetime, by: Staff | None = None) -> bool:
    """Close a provider's address; return whether it was open."""
    with transaction.atomic():
        held = Provider.objects.filter(name=name, closed_at=None).first()
        if held is None:
            return False
        Provider.objects.filter(pk=held.pk).update(closed_at=now)
        write.write("close", "webhook", held.pk, by=by, now=now, after={"provider": name})
    return True


def named_by_password() -> frozenset[str]:
    """Return the providers who show name:password in the address instead of signing."""
    return frozenset(name for name, each in mail_readers.READERS.items() if each.by_password)
