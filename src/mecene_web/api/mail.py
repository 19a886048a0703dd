"""Mail: what mail providers say became of messages, read by django-anymail.

A bounce, a complaint, an unsubscribe, a click are things that happened to a donor. An open is
kept only of who granted to be watched (``open_tracking``): mail programs open by themselves.
That a message was delivered is nothing a donor did: it is written with the message alone, which is
known by our key, or by the provider's number for it.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks import brevo, mailersend, mailgun, mailjet, postmark, sparkpost
from django.http import HttpRequest
from django.test import RequestFactory

from mecene_web.api import write
from mecene_web.api.payments import Unread
from mecene_web.api.signatures import Forged
from mecene_web.channels.email.send import METADATA
from mecene_web.consent.models import Consent
from mecene_web.donors.models import Record
from mecene_web.events.models import Interaction
from mecene_web.messages import outcome
from mecene_web.messages.models import Outgoing

# Provider → who reads it, and where its secret goes. Those of ``webhook_secret`` do not sign:
# the address we give them carries name:password.
READERS: dict[str, tuple[Any, str]] = {
    "brevo": (brevo.BrevoTrackingWebhookView, "webhook_secret"),
    "mailjet": (mailjet.MailjetTrackingWebhookView, "webhook_secret"),
    "postmark": (postmark.PostmarkTrackingWebhookView, "webhook_secret"),
    "sparkpost": (sparkpost.SparkPostTrackingWebhookView, "webhook_secret"),
    "mailgun": (mailgun.MailgunTrackingWebhookView, "webhook_signing_key"),
    "mailersend": (mailersend.MailerSendTrackingWebhookView, "signing_secret"),
}
_KINDS = {
    "clicked": "click", "bounced": "bounce", "rejected": "bounce", "complained": "complaint",
    "unsubscribed": "unsubscribe", "opened": "open",
}  # fmt: skip


def check(provider: str, request: HttpRequest, *, secret: str) -> None:
    """Check that a message is from who says so, as anymail does.

    Raises:
        Forged: it is not.
    """
    try:
        reader = _reader(provider, secret)
        reader.run_validators(request)
    except AnymailWebhookValidationFailure as wrong:
        raise Forged(str(wrong)) from wrong


def work(provider: str, body: bytes, content_type: str, *, now: datetime) -> str:
    """Make interactions of a message kept; return what was made of it, in a word.

    Raises:
        Unread: anymail cannot read it.
    """
    request = RequestFactory().post("/", data=body, content_type=content_type)
    try:
        events = _reader(provider, "read:again").parse_events(request)
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
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    told = (
        event.mta_response,
        event.description,
        *(raw.get(name) for name in ("error", "comment")),
    )
    said = " ".join(str(part) for part in told if isinstance(part, str) and part)
    return outcome.heard(
        key=str(metadata.get(METADATA) or ""), ref=str(event.message_id or ""),
        event=str(event.event_type), at=event.timestamp or now, now=now, said=said,
        reason="" if _may_pass(raw) else str(event.reject_reason or ""),
    )  # fmt: skip


def _may_pass(raw: dict[str, Any]) -> bool:
    """Return whether a provider calls a bounce soft, which anymail does not tell apart."""
    words = " ".join(str(raw.get(name, "")) for name in ("event", "type", "Type", "severity"))
    return "soft" in words.lower() or "temporary" in words or raw.get("hard_bounce") is False


def _rows(
    body: bytes, events: list[Any], heard: list[Outgoing | None], now: datetime
) -> Iterator[dict[str, Any]]:
    whole = hashlib.sha256(body).hexdigest()[:32]
    for place, (event, message) in enumerate(zip(events, heard, strict=True)):
        kind = _KINDS.get(event.event_type)
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
            "campaign_code": str(event.tags[0])[:200] if event.tags else None,
            "properties": {name: str(value)[:500] for name, value in said.items() if value},
            "source_ref": f"{event.event_id or whole}-{place}"[:200],
        }


def _reader(provider: str, secret: str) -> Any:
    reader, where = READERS[provider]
    return reader(**{where: secret})


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
