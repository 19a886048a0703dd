"""Mail: what mail providers say became of messages, read by django-anymail.

A bounce, a complaint, an unsubscribe, a click are things that happened to a donor. An open is
kept only of who granted to be watched (``open_tracking``): mail programs open by themselves.
That a message was delivered is nothing a donor did: it is written with the message alone, which is
known by our key, or by the provider's number for it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mecene_web.api import mail_bounces, mail_readers, write
from mecene_web.api.payments import NotYet, Unread
from mecene_web.channels import outside
from mecene_web.channels.email.send import METADATA
from mecene_web.consent.models import Consent
from mecene_web.donors.models import Record
from mecene_web.events.models import Interaction
from mecene_web.messages import outcome
from mecene_web.messages.models import Outgoing

READERS = mail_readers.READERS
_KINDS = {
    "clicked": "click", "bounced": "bounce", "rejected": "bounce", "complained": "complaint",
    "unsubscribed": "unsubscribe", "opened": "open",
}  # fmt: skip
# Where a provider keeps no metadata, the key stands among the tags.
_KEY = re.compile(r"[0-9a-f]{32}")
_SECONDS = 8


def beforehand(provider: str, body: bytes) -> None:
    """Say to Amazon that we want to be told, where a message asks it; before anything is locked.

    Raises:
        NotYet: Amazon does not answer; it is asked again.
        Unread: it no longer wants to be.
    """
    url = mail_readers.subscription(provider, body)
    if url is None:
        return
    try:
        answer = outside.get(url, headers={}, seconds=_SECONDS)
    except (outside.Unreached, outside.Broken) as silent:
        raise NotYet(f"Amazon does not answer: {silent}") from silent
    if answer.status >= 300:
        raise Unread(f"Amazon answers {answer.status} to our confirmation")


def work(provider: str, body: bytes, content_type: str, *, now: datetime) -> str:
    """Make interactions of a message kept; return what was made of it, in a word.

    Raises:
        Unread: anymail cannot read it.
    """
    try:
        events = mail_readers.events(provider, body, content_type)
    except Exception as wrong:  # whatever a body may hold
        raise Unread(f"{type(wrong).__name__}: it is not as {provider} documents it") from wrong
    heard = [_heard(event, now) for event in events]
    rows = list(_rows(body, events, heard, now))
    if rows:
        write.write(Interaction, rows, source=provider, now=now)
        return "interaction"
    return "message" if any(heard) else "nothing"


def _heard(event: Any, now: datetime) -> Outgoing | None:
    """Tell the outbox; return the message it is about, where it is one of ours."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    key = str(metadata.get(METADATA) or "") or next(filter(_is_key, _tags(event)), "")
    return outcome.heard(
        key=key, ref=str(event.message_id or ""), event=mail_bounces.word(event),
        at=event.timestamp or now, now=now, said=mail_bounces.said(event),
        reason=mail_bounces.reason(event),
    )  # fmt: skip


def _rows(
    body: bytes, events: list[Any], heard: list[Outgoing | None], now: datetime
) -> Iterator[dict[str, Any]]:
    told: Counter[str] = Counter()
    for event, message in zip(events, heard, strict=True):
        named = _named(event, body)
        place, told[named] = told[named], told[named] + 1
        kind = _KINDS.get(mail_bounces.word(event))
        if kind is None or (message is not None and message.trial_to):
            continue
        donor = message.donor_id if message is not None else _donor(event.recipient)
        if donor is None or (kind == "open" and not _watched(donor)):
            continue
        said = {"url": event.click_url, "reason": event.reject_reason, "message": event.message_id}
        yield {
            "donor_id": donor,
            "at": event.timestamp or now,
            "kind": kind,
            "channel": "email",
            "campaign_code": next((tag for tag in _tags(event) if not _is_key(tag)), None),
            "properties": {name: str(value)[:500] for name, value in said.items() if value},
            "source_ref": f"{named}-{place}"[:200],
        }


def _named(event: Any, body: bytes) -> str:
    """Return what an event is known by, however it is put with others when it is told again."""
    if event.event_id:
        return str(event.event_id)
    try:
        whole = json.dumps(event.esp_event, sort_keys=True).encode()
    except TypeError:
        whole = body
    return hashlib.sha256(whole).hexdigest()[:32]


def _tags(event: Any) -> list[str]:
    tags = event.tags if isinstance(event.tags, list) else [event.tags]
    return [str(tag)[:200] for tag in tags if tag]


def _is_key(tag: str) -> bool:
    return _KEY.fullmatch(tag) is not None


def _donor(address: str | None) -> int | None:
    """Return the donor who has an address; of several, the one known first."""
    if not address:
        return None
    held = Record.objects.filter(email=address.strip().lower())
    return held.order_by("donor_id").values_list("donor_id", flat=True).first()


def _watched(donor_id: int) -> bool:
    said = Consent.objects.filter(donor_id=donor_id, purpose="open_tracking")
    last = said.order_by("-occurred_at", "-pk").values_list("status", flat=True).first()
    return last == "granted"
