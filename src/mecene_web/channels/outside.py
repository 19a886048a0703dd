"""Outside: a call to an address that somebody else named, which never leads inside.

A name is looked up once, every address it has must be the world's, and the line is opened to the
very address that was looked at: no answer that changes meanwhile, no redirection, leads to this
machine or its neighbours (SSRF).
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

LARGEST_ANSWER = 64 * 1024


class Forbidden(ValueError):
    """The address leads inside, or is none that may be called; nothing was sent."""


class Unreached(OSError):
    """Nobody answered at the door; nothing was sent."""


class Broken(OSError):
    """The line broke once something was sent; the other side may have taken it."""


@dataclass(frozen=True)
class Answer:
    """What the other side answered; its body cut at ``LARGEST_ANSWER``."""

    status: int
    body: bytes


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = 15) -> Answer:
    """Send a body to an address; return the answer, whatever it is. Redirections are answers.

    Raises:
        Forbidden, Unreached: nothing was sent.
        Broken: it may have been.
    """
    return _asked("POST", url, body=body, headers=headers, seconds=seconds)


def get(url: str, *, headers: Mapping[str, str], seconds: float = 15) -> Answer:
    """Ask for what an address holds; return the answer, as ``post`` does.

    Raises:
        Forbidden, Unreached, Broken: as ``post``.
    """
    return _asked("GET", url, body=None, headers=headers, seconds=seconds)


def allowed(url: str) -> bool:
    """Return whether an address may be called, as it is today."""
    with suppress(Forbidden, Unreached):
        host, port, _, _ = _read(url)
        _looked_up(host, port)
        return True
    return False


def _asked(
    method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], seconds: float
) -> Answer:
    host, port, secure, path = _read(url)
    address = _looked_up(host, port)
    line = _opened(host, port, address, secure=secure, seconds=seconds)
    try:
        line.request(method, path, body=body, headers=dict(headers))
        answer = line.getresponse()
        return Answer(answer.status, answer.read(LARGEST_ANSWER))
    except (OSError, http.client.HTTPException) as wrong:
        raise Broken(f"{type(wrong).__name__}: {wrong}") from wrong
    finally:
        line.close()


def _read(url: str) -> tuple[str, int, bool, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Forbidden("this is no address") from wrong
    if parts.username or parts.password or not parts.hostname:
        raise Forbidden("an address names a host, and no password")
    secure = parts.scheme == "https"
    if not secure and not (parts.scheme == "http" and _inside_is_allowed(parts.hostname)):
        raise Forbidden("only https:// may be called")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(sign <= " " or sign == "\x7f" for sign in path):
        raise Forbidden("an address has no spaces")
    return parts.hostname, port or (443 if secure else 80), secure, path


def _looked_up(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as wrong:
        raise Unreached(f"nobody is called {host}") from wrong
    addresses = [str(row[4][0]) for row in found]
    for address in addresses:
        plain = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(plain, "ipv4_mapped", None) or getattr(plain, "sixtofour", None)
        for each in (plain, mapped):
            if each and (not each.is_global or each.is_multicast) and not _inside_is_allowed(host):
                raise Forbidden(f"{host} leads inside")
    return addresses[0]


def _inside_is_allowed(host: str) -> bool:
    """Return whether the administrator named a host of their own network."""
    return host in settings.MECENE_HOSTS_INSIDE


def _opened(
    host: str, port: int, address: str, *, secure: bool, seconds: float
) -> http.client.HTTPConnection:
    line: http.client.HTTPConnection
    if secure:
        line = http.client.HTTPSConnection(host, port, timeout=seconds)
    else:
        line = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        plain = socket.create_connection((address, port), timeout=seconds)
        line.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            if secure else plain
        )  # fmt: skip
    except OSError as wrong:
        raise Unreached(f"{type(wrong).__name__}: {wrong}") from wrong
    return line
