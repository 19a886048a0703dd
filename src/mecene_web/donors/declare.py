"""Declare: something a donor told us, or that was seen of them, with its origin and its day."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import enter, touch, whereabouts
from mecene_web.donors.models import Attribute

LONGEST = 500
PARTIES = ("zero", "first")


class Unusable(ValueError):
    """There is no name or no value, one is too long, or the day cannot be read."""


def declare(donor_id: int, said: Mapping[str, str], *, by: Staff, now: datetime) -> Attribute:
    """Write down an attribute; what was known before stays, and the latest holds.

    Raises:
        Unusable: see its words.
        Donor.DoesNotExist: nobody has this number.
    """
    told = {
        key: " ".join(said.get(key, "").replace("\0", "").split())
        for key in ("name", "value", "given_in_exchange")
    }
    party, day = said.get("party", "zero"), said.get("collected_on", "").strip()
    if not told["name"] or not told["value"] or max(map(len, told.values())) > LONGEST:
        raise Unusable("an attribute has a name and a value")
    try:
        on = enter.day(day) if day else timezone.localdate(now)
    except ValueError as wrong:
        raise Unusable(str(wrong)) from wrong
    if party not in PARTIES or on > timezone.localdate(now):
        raise Unusable("the origin is zero or first, and the day is not to come")
    with transaction.atomic():
        donor = whereabouts.locked(donor_id)
        last = Attribute.objects.filter(donor=donor, name=told["name"]).order_by("-pk").first()
        if last and (last.value, last.party, last.collected_on) == (told["value"], party, on):
            return last
        made = Attribute.objects.create(
            donor=donor, name=told["name"], value=told["value"], party=party, collected_on=on,
            given_in_exchange=told["given_in_exchange"] or None, source_ref="hand", by=by,
        )  # fmt: skip
        touch.touch([donor.pk], now=now)
        write.write("declare", "donor", donor.pk, by=by, now=now, donor_id=donor.pk,
                    before={"value": last and last.value}, after=told)  # fmt: skip
    return made
