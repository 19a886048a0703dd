"""Moments: at which hour a message of a journey is best sent to each donor, from what they did.

The hour at which they act (gifts, clicks, replies; never opens, which a machine may make), where
it is sure enough, as the last night worked it out (``mecene.channels``). Thanks and service answer
a gesture: they do not wait for it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mecene.journeys.traveller import Effect
from mecene.pressure import zones
from mecene_web.donors.models import Donor
from mecene_web.organisation import numbered

# An hour is the first of two.
_LASTS = timedelta(hours=2)
_KINDS, _CHANNELS = ("ask", "news"), ("email", "sms")


def hours(donors: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return donor → the hour at which they act, and their zone; nothing where it is not sure."""
    rows = Donor.objects.filter(numbered.among("pk", donors), standing__best_hour__isnull=False)
    told = rows.values_list("pk", "standing__best_hour", "country", "postcode")
    return {
        donor: (hour, zones.of(country=country, postcode=postcode).name)
        for donor, hour, country, postcode in told
    }


def best(effect: Effect, kind: str, channel: str, known: tuple[int, str] | None) -> datetime:
    """Return when a message is best sent, within a day of its decision and before it expires.

    Args:
        effect: What was decided.
        kind: ``ask``, ``thanks``, ``news`` or ``service``.
        channel: By which.
        known: At what hour the donor acts, and their zone; None: it is not known.
    """
    decided = effect.decided_at
    if known is None or kind not in _KINDS or channel not in _CHANNELS:
        return decided
    hour, zone = known
    here = decided.astimezone(ZoneInfo(zone))
    begins = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    if begins <= here < begins + _LASTS:
        return decided
    if begins < here:
        begins += timedelta(days=1)  # the same hour of the clock, whatever it did at night
    then = begins.astimezone(decided.tzinfo)
    return decided if effect.expires_at is not None and then >= effect.expires_at else then
