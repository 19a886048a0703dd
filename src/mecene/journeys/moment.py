"""Moment: when is a message best sent to somebody whose own hour is known?

Their hour is the first of two in which they give, click and answer (``mecene.channels``). Thanks
and service answer a gesture: they do not wait for it. A letter or a call has hours of its own.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# An hour is the first of two.
LASTS = timedelta(hours=2)
KINDS, CHANNELS = ("ask", "news"), ("email", "sms")


def best(
    decided_at: datetime, *, kind: str, channel: str, hour: int | None, zone: str,
    expires_at: datetime | None,
) -> datetime:  # fmt: skip
    """Return when a message is best sent: within a day of its decision, and before it expires.

    Args:
        decided_at: With a zone; the answer has the same.
        kind: ``ask``, ``thanks``, ``news`` or ``service``.
        channel: By which.
        hour: The first of the two in which they act, 0 to 23; None: it is not known.
        zone: IANA name of their own clock.
        expires_at: Not to be sent from then on; None: never too late.
    """
    if hour is None or kind not in KINDS or channel not in CHANNELS:
        return decided_at
    here = decided_at.astimezone(ZoneInfo(zone))
    begins = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    if begins <= here < begins + LASTS:
        return decided_at
    if begins < here:
        begins += timedelta(days=1)  # the same hour of the clock, whatever it did at night
    then = begins.astimezone(decided_at.tzinfo)
    return decided_at if expires_at is not None and then >= expires_at else then
