"""Environment: what whoever installs Mécène tells it through variables.

Secrets come by variable, or by a file named in ``NAME_FILE`` (as containers hand them).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class UnusableMail(ValueError):
    """``MECENE_MAIL`` is no address of a mail server; the message says what it may be."""


@dataclass(frozen=True)
class SignOn:
    """Where the association's own accounts are kept (OpenID Connect)."""

    name: str
    server: str
    client: str
    secret: str


def told(name: str, default: str = "") -> str:
    """Return a variable, or what is in the file that ``name_FILE`` names."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def hosts() -> list[str]:
    """Return the names under which the pages are served."""
    return [host.strip() for host in told("MECENE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")]


def https() -> bool:
    """Return whether the pages are reached by https, directly or through a proxy that says so."""
    return told("MECENE_HTTPS").lower() in ("1", "true", "yes", "on")


def sign_on() -> SignOn | None:
    """Return where members may sign in from; None where nobody said so."""
    server = told("MECENE_OIDC_SERVER")
    if not server:
        return None
    return SignOn(
        name=told("MECENE_OIDC_NAME", "SSO"),
        server=server,
        client=told("MECENE_OIDC_CLIENT"),
        secret=told("MECENE_OIDC_SECRET"),
    )


def mail() -> dict[str, Any]:
    """Return Django's settings of the mail server; none, and no mail leaves.

    Raises:
        UnusableMail: the variable is set, and names no server.
    """
    url = told("MECENE_MAIL")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        # The address may hold a password: it is not repeated.
        raise UnusableMail(
            "MECENE_MAIL is no address of a mail server; "
            "write smtp://user:password@host:587, or smtps://…:465, or unset it"
        )
    implicit = parts.scheme == "smtps"
    own = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if implicit else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit and not own,
        "EMAIL_TIMEOUT": 20,
    }
