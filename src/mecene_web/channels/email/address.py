"""Address: where a donor gets e-mail."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mecene_web.channels.parcel import NoAddress

CONSENT = "email"


def of(donor: Any, _values: Mapping[str, Any]) -> str:
    """Return a donor's address.

    Raises:
        NoAddress: there is none, or no server would take it.
    """
    plain = (donor.email or "").strip()
    if not plain:
        raise NoAddress("missing")
    try:
        validate_email(plain)
    except ValidationError as wrong:
        raise NoAddress("unusable") from wrong
    return plain


def domain(address: str) -> str:
    """Return the domain that an address is served by, in small letters."""
    return address.rpartition("@")[2].lower()
