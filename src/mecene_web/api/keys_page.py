"""Keys' page: what an administrator sees of keys, providers and their messages, and does there."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from mecene_web.accounts.models import Staff
from mecene_web.api import keys, mail_readers, providers
from mecene_web.api.models import Delivery, Key, Provider

_SHOWN = 50


def shown(site: str) -> dict[str, Any]:
    """Return what stands on the page; ``site`` is where this installation answers."""
    held = {each.name: each for each in Provider.objects.filter(closed_at=None)}
    doors = [_door(name, held.get(name), site) for name in providers.KNOWN]
    return {
        "keys": Key.objects.select_related("made_by").order_by("revoked_at", "-pk"),
        "resources": [
            {"name": name, "scopes": [s for s in keys.SCOPES if s.startswith(f"{name}:")]}
            for name in (*keys.RESOURCES, "events", "journeys")
        ],
        "providers": [each for each in doors if each["first"]],
        "others": [each for each in doors if not each["first"]],
        "unread": Delivery.objects.filter(state="unread").order_by("-pk")[:_SHOWN],
        "unread_count": Delivery.objects.filter(state="unread").count(),
        "waiting_count": Delivery.objects.filter(state="waiting").count(),
        "snippet": f'<script src="{site}collect.js" defer></script>',
        "description": f"{site}api/v1/openapi.json",
    }  # fmt: skip


def made(form: Any, *, by: Staff, now: datetime) -> dict[str, Any]:
    """Make the key a form asks for; return it with its token, to be shown this once.

    Raises:
        keys.NoName: it has no name, or a source that is none.
        keys.UnknownScope: its scopes are not ours.
        keys.MadeAlready: the form was sent before.
    """
    source = form.get("source", "").strip().lower()
    bare = source.replace("-", "").replace("_", "")
    if not (bare.isalnum() and bare.isascii() and len(source) <= 60):
        raise keys.NoName("the source is a short word")
    key, token = keys.make(
        form.get("name", "")[:200], source=source, scopes=form.getlist("scopes"),
        now=now, by=by, once=form.get("once", "")[:64] or None,
    )  # fmt: skip
    return {"made": key, "token": token}


def provider(name: str, form: Any, *, by: Staff, now: datetime) -> str:
    """Open or close a provider's address as a form asks; return which, in a word.

    Raises:
        providers.UnknownProvider: we cannot read it.
        providers.NoSecret: another secret was to be given, and was not.
        mail_readers.UnusableSecret: nothing could be checked with it.
    """
    if "close" in form:
        providers.close(name, now=now, by=by)
        return "closed"
    providers.open_to(name, secret=form.get("secret", "").strip()[:500], now=now, by=by)
    return "opened"


def _door(name: str, held: Provider | None, site: str) -> dict[str, Any]:
    """Return what is shown of a provider; mail's others stand behind the one that carries ours."""
    ours = f"anymail.backends.{name.replace('-', '_')}.EmailBackend" == settings.EMAIL_BACKEND
    mail = name in mail_readers.READERS
    password = name in providers.named_by_password()
    unsigned = name in providers.UNSIGNED
    return {
        "name": name, "address": _address(held, site) if held else "", "password": password,
        "mail": mail, "ours": ours, "first": ours or held is not None or not mail,
        "waits": held is not None and not held.locked_secret and not unsigned,
    }  # fmt: skip


def _address(held: Provider, site: str) -> str:
    path = reverse("api:hook", args=(held.name, held.place)).lstrip("/")
    if held.name not in providers.named_by_password():
        return f"{site}{path}"
    scheme, _, rest = site.partition("://")
    return f"{scheme}://{providers.secret(held)}@{rest}{path}"
