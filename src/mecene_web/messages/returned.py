"""Returned: mails that servers and mailboxes send back about ours, read and told to the outbox.

Delivery status notifications (RFC 3464) and complaints (RFC 5965, ARF): what plain SMTP tells of a
message after it was taken. They come to a Maildir that the association's own mail server fills
(``MECENE_RETURNS``); what was read is marked as seen, and stays. A mail that names no message of
ours is nobody's: whoever sends one without our key changes nothing.
"""

import email
import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from mecene_web.messages import outcome

MOST_BYTES = 2_000_000
_AT_ONCE = 500
_SEEN = "S"
# RFC 3464, 2.3.3 → anymail's words, which the outbox knows.
_ACTIONS = {
    "failed": "bounced", "delayed": "deferred", "delivered": "delivered", "relayed": "sent",
    "expanded": "sent",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What a returned mail tells of one message: our Message-ID, what became of it, in its words."""  # noqa: E501

    ref: str
    event: str
    said: str
    at: datetime | None


def read(raw: bytes) -> list[Told]:
    """Return what a mail tells of messages of ours; nothing where it is no such report."""
    if len(raw) > MOST_BYTES:
        return []
    mail = email.message_from_bytes(raw, policy=policy.default)
    ref = _reference(mail)
    if mail.get_content_type() != "multipart/report" or not ref:
        return []
    at = _moment(mail.get("Date"))
    kind = str(mail.get_param("report-type", "")).lower()
    if kind == "feedback-report":
        return [Told(ref, "complained", "", at)] if _abuse(mail) else []
    if kind != "delivery-status":
        return []
    return [Told(ref, event, said, at) for event, said in _recipients(mail)]


def hear(raw: bytes, *, now: datetime) -> int:
    """Tell the outbox what a mail tells; return how many messages of ours it is about."""
    heard = [
        outcome.heard(ref=one.ref, event=one.event, at=min(one.at or now, now), now=now,
                      said=one.said)
        for one in read(raw)
    ]  # fmt: skip
    return sum(row is not None for row in heard)


def look(place: str, *, now: datetime, most: int = _AT_ONCE) -> int:
    """Read what came to a Maildir since it was last looked at; return how many mails."""
    if not place or not (Path(place) / "new").is_dir():
        return 0
    box, looked = mailbox.Maildir(place, create=False), 0
    for key in box.iterkeys():
        mail = box.get_message(key)
        if _SEEN in mail.get_flags():
            continue
        hear(box.get_bytes(key), now=now)
        mail.set_subdir("cur")
        mail.add_flag(_SEEN)
        box[key] = mail
        looked += 1
        if looked == most:
            break
    return looked


def _recipients(mail: EmailMessage) -> Iterator[tuple[str, str]]:
    """Yield (event, words) of each recipient that a report tells of."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        held = part.get_payload()
        # The first part is of the mail; one follows for each recipient.
        for fields in held[1:] if isinstance(held, list) else ():
            event = _ACTIONS.get(str(fields.get("Action", "")).strip().lower())
            status = str(fields.get("Status", "")).partition("(")[0].strip()
            words = str(fields.get("Diagnostic-Code", "")).partition(";")[2].strip()
            if event:
                yield event, " ".join(part for part in (status, words) if part)[:500]


def _abuse(mail: EmailMessage) -> bool:
    """Return whether a person calls it unwanted; other reports (fraud, virus, not-spam) do not."""
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            text = part.as_string().lower()
            return "feedback-type: abuse" in text
    return False


def _reference(mail: EmailMessage) -> str:
    """Return the Message-ID of the mail that a report is about: it comes whole, or its head."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            held = part.get_payload()
            if isinstance(held, list) and held:
                return str(held[0].get("Message-ID", "")).strip()
        if kind == "text/rfc822-headers":
            head = email.message_from_string(str(part.get_payload()), policy=policy.default)
            return str(head.get("Message-ID", "")).strip()
    return ""


def _moment(said: object) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(said))
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
