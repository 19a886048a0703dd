"""Address: the number on which a donor is called, and how often they may be."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django.db.models import Q
from django.utils import timezone

from mecene_web.channels import hours
from mecene_web.channels.parcel import NoAddress
from mecene_web.donors.models import Task
from mecene_web.events.models import Contact

CONSENT = "phone"
# A task may be made at any hour; it is the caller who keeps them (``hours.held("call")``).
QUIET = "post"


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


def wait_for(donor_id: int, now: datetime) -> datetime | None:
    """Return when somebody may be called again; None where they may be now.

    Calls made within the rule's days count, and those that somebody is asked to make.
    """
    rule = hours.held("calls", on=timezone.localdate(now))
    within = timedelta(days=rule["within_days"])
    made = Contact.objects.filter(donor_id=donor_id, channel="phone", at__gt=now - within)
    times = sorted(made.values_list("at", flat=True))
    asked = Task.objects.filter(Q(kind="call"), donor_id=donor_id, done_at=None).count()
    free = rule["most"] - asked
    if len(times) < free:
        return None
    # Once the oldest of those that fill the room is out of the days.
    place = len(times) - max(free, 1)
    return (times[place] if times else now) + within
