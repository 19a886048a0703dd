"""Address: the number on which a donor is called."""

from collections.abc import Mapping
from typing import Any

import phonenumbers

from mecene_web.channels.parcel import NoAddress

CONSENT = "phone"


def of(donor: Any, _values: Mapping[str, Any]) -> str:
    """Return a donor's number, in E.164.

    Raises:
        NoAddress: there is none, or it is no number.
    """
    if not (donor.phone or "").strip():
        raise NoAddress("missing")
    try:
        number = phonenumbers.parse(donor.phone, donor.country or "FR")
    except phonenumbers.NumberParseException as wrong:
        raise NoAddress("unusable") from wrong
    if not phonenumbers.is_possible_number(number):
        raise NoAddress("unusable")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
