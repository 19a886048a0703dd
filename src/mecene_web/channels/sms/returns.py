"""Returns: what a provider's report says became of a text message.

Brevo tells ``msg_status``; any other provider tells ``status``, one of the same words or of ours.
"""

import json
from dataclasses import dataclass

# A provider's word → ours, which are anymail's.
_EVENTS = {
    "sent": "sent", "accepted": "sent", "queued": "queued", "delivered": "delivered",
    "soft_bounces": "bounced", "hard_bounces": "bounced", "softbounce": "bounced",
    "hardbounce": "bounced", "bounced": "bounced", "rejected": "bounced", "failed": "bounced",
    "blacklisted": "bounced", "unsubscribe": "unsubscribed", "unsubscribed": "unsubscribed",
    "stop": "unsubscribed", "complained": "complained",
}  # fmt: skip


class Unreadable(ValueError):
    """The report is not as the provider documents it."""


@dataclass(frozen=True)
class Report:
    """What became of a message: an event of anymail's words, and what was said of it."""

    event: str
    said: str


def read(body: bytes) -> Report | None:
    """Return what a report says; None where it says nothing that changes anything.

    Raises:
        Unreadable: it is no report.
    """
    try:
        told = json.loads(body)
        word = str(told.get("msg_status") or told.get("status") or "").lower()
    except (ValueError, AttributeError, RecursionError) as wrong:
        raise Unreadable(f"{type(wrong).__name__}") from wrong
    event = _EVENTS.get(word)
    return Report(event, str(told.get("description") or "")[:500]) if event else None
