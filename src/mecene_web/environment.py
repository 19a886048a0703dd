"""Environment: what whoever installs Mécène tells it through variables.

Secrets come by variable, or by a file named in ``NAME_FILE`` (as containers hand them).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit


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


def address() -> str:
    """Return ``https://…``, where donors reach this installation, without a stroke at its end."""
    scheme = "https" if https() else "http"
    return told("MECENE_ADDRESS", f"{scheme}://{hosts()[0]}").rstrip("/")


def dkim() -> dict[str, str]:
    """Return the key that signs mail (DKIM), its domain and selector; empty, none is signed."""
    return {
        "key": told("MECENE_DKIM_KEY"),
        "domain": told("MECENE_DKIM_DOMAIN"),
        "selector": told("MECENE_DKIM_SELECTOR"),
    }


def sms() -> dict[str, str]:
    """Return the provider of text messages; nothing, and none leaves.

    ``brevo://KEY@?sender=ASSO``, or ``https://KEY@host/path?sender=ASSO&stop=36180`` of any other.

    Raises:
        UnusableMail: the variable is set, and names no provider.
    """
    url = told("MECENE_SMS")
    if not url:
        return {}
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    sender, key = asked.get("sender", ""), unquote(parts.username or "")
    if parts.scheme not in ("brevo", "https", "http") or not key or not 0 < len(sender) <= 11:
        raise UnusableMail(
            "MECENE_SMS is brevo://KEY@?sender=NAME or https://KEY@host/path?sender=NAME&stop=36180"
        )
    if parts.scheme == "brevo":
        return {"provider": "brevo", "key": key, "sender": sender, "url": asked.get("url", "")}
    host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return {"provider": "generic", "key": key, "sender": sender, "stop": asked.get("stop", ""),
            "url": f"{parts.scheme}://{host}{parts.path}"}  # fmt: skip


# Provider → the name of the setting that each part of its address is: user, password, host.
_PROVIDERS: dict[str, tuple[str, ...]] = {
    "brevo": ("API_KEY",), "mailersend": ("API_TOKEN",),
    "mailgun": ("API_KEY", "", "SENDER_DOMAIN"),
    "mailjet": ("API_KEY", "SECRET_KEY"), "mailtrap": ("API_TOKEN",), "mandrill": ("API_KEY",),
    "postal": ("API_KEY", "", "API_URL"), "postmark": ("SERVER_TOKEN",), "resend": ("API_KEY",),
    "scaleway": ("SECRET_KEY", "PROJECT_ID"), "sendgrid": ("API_KEY",), "sparkpost": ("API_KEY",),
    "unisender-go": ("API_KEY", "", "API_URL"), "amazon-ses": (),
}  # fmt: skip


def mail() -> dict[str, Any]:
    """Return Django's settings of the mail server; none, and no mail leaves.

    Raises:
        UnusableMail: the variable is set, and names no server.
    """
    url = told("MECENE_MAIL")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme in _PROVIDERS:
        return _provider(parts.scheme, parts)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        # The address may hold a password: it is not repeated.
        raise UnusableMail(
            "MECENE_MAIL is no address of a mail server; "
            "write smtp://user:password@host:587, or smtps://…:465, or a provider's name and key "
            f"({', '.join(_PROVIDERS)}): brevo://KEY@, or unset it"
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


def _provider(name: str, parts: SplitResult) -> dict[str, Any]:
    """Return the settings of a provider that django-anymail speaks to.

    Raises:
        UnusableMail: a part of what it wants is missing.
    """
    plain = name.replace("-", "_")
    host = parts.hostname
    if host and name == "postal":
        host = f"https://{host}"
    elif host and name == "unisender-go":
        host = f"https://{host}/ru/transactional/api/v1/"
    given = (unquote(parts.username or ""), unquote(parts.password or ""), host or "")
    wanted = zip(_PROVIDERS[name], given, strict=False)
    own = {f"{plain.upper()}_{setting}": value for setting, value in wanted if setting}
    if lacking := [setting for setting, value in own.items() if not value]:
        raise UnusableMail(f"MECENE_MAIL={name}://… lacks {', '.join(lacking)}")
    return {
        "EMAIL_BACKEND": f"anymail.backends.{plain}.EmailBackend",
        "ANYMAIL": own | {"REQUESTS_TIMEOUT": (10, 30), "IGNORE_UNSUPPORTED_FEATURES": True},
    }
