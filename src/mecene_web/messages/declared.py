"""Declared: may a message lead a reader to this address, which somebody else named?

Only to a page of a host that the association itself named: its site, its donation page, the pages
it gave for its texts. An address from outside that leads elsewhere would make our mail a way to it.
"""

from urllib.parse import urlsplit

from mecene_web.messages import values
from mecene_web.messages.models import Rules
from mecene_web.organisation.models import Organisation

LONGEST = 1_000
_Host = tuple[str, str, int | None]


def hosts(own: Organisation | None = None, rules: Rules | None = None) -> frozenset[_Host]:
    """Return (scheme, host, port) of each page the association named, ``www.`` aside."""
    if own is None or rules is None:
        own, rules = values.house()
    named = (own.site, rules.donation_url, *rules.links.values())
    return frozenset(found for url in named if (found := _host(url)) is not None)


def leads_home(url: object, known: frozenset[_Host]) -> bool:
    """Return whether an address is of one of these hosts, as every browser reads it."""
    if not isinstance(url, str) or len(url) > LONGEST:
        return False
    # Browsers take « \\ » for « / », drop line breaks, and show a name before « @ » as if a host.
    if any(sign <= " " or sign in "\\\x7f" for sign in url):
        return False
    return _host(url) in known


def _host(url: str) -> _Host | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.removeprefix("www."), port
