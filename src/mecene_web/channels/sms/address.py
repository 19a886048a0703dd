"""Address: the telephone number on which a donor gets text messages."""

from collections.abc import Mapping
from typing import Any

import phonenumbers

from mecene_web.channels.parcel import NoAddress

CONSENT = "sms"
_MOBILE = (
    phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)  # fmt: skip


def of(donor: Any, _values: Mapping[str, Any]) -> str:
    """Return a donor's mobile number, in E.164.

    Raises:
        NoAddress: there is none, it is no number, or it is a landline's.
    """
    if not (donor.phone or "").strip():
        raise NoAddress("missing")
    try:
        number = phonenumbers.parse(donor.phone, donor.country or "FR")
    except phonenumbers.NumberParseException as wrong:
        raise NoAddress("unusable") from wrong
    if phonenumbers.number_type(number) not in _MOBILE:
        raise NoAddress("unusable")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
