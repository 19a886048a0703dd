"""Queue: a message is decided, and written down once."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from django.db import transaction

from mecene_web.messages.models import Outgoing
from mecene_web.organisation import many

_KEY_BYTES = 16
# What a row says, in order (``_row``); the rest is as a message begins.
_COLUMNS = (
    "origin", "group", "donor_id", "channel", "purposes", "kind", "version_id", "due_at", "until",
    "campaign_id", "campaign_code", "motive", "segments", "values", "cost_minor", "trial_to", "key",
    "asked_at",
)  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """A message somebody decided to send.

    Attributes:
        origin: What decided it, once: ``journey:3:traveller:99:step:5:1``. With the donor and the
            channel it is written once, however often it is asked.
        group: What it is counted with: ``journey:3:step:5``, ``campaign:12``.
        purposes: Of ``facts.PURPOSES``; of several, the strictest rule holds.
        kind: ``ask``, ``thanks``, ``news`` or ``service``.
        version_id: A published version of a template of this channel.
        due_at: Not before.
        until: Not after; it is refused as out of date. None: whenever.
        values: What the template may say besides what is known of the donor.
    """

    origin: str
    group: str
    donor_id: int
    channel: str
    purposes: tuple[str, ...]
    kind: str
    version_id: int | None
    due_at: datetime
    until: datetime | None = None
    campaign_id: int | None = None
    campaign_code: str | None = None
    motive: str = ""
    segments: Sequence[str] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    cost_minor: int = 0
    trial_to: str = ""


def add(decided: Iterable[Decided], *, now: datetime) -> int:
    """Write messages down; return how many are new. Part of the transaction it is called in.

    What was decided before, by the same origin for the same donor and channel, is left as it is.
    """
    with transaction.atomic():
        all_ = list(decided)
        drawn = secrets.token_hex(_KEY_BYTES * len(all_))  # asked of the machine once
        keys = (drawn[first : first + 2 * _KEY_BYTES] for first in count(0, 2 * _KEY_BYTES))
        rows = (_row(one, key, now) for one, key in zip(all_, keys, strict=False))
        return many.insert(Outgoing, _COLUMNS, rows, once=True)


def withdraw(group: str, *, why: str, now: datetime) -> int:
    """Take back what has not left yet of a group; return how many that is."""
    waiting = Outgoing.objects.filter(group=group, state="queued")
    return waiting.update(state="cancelled", reason=why, ended_at=now)


def _row(one: Decided, key: str, now: datetime) -> tuple[object, ...]:
    return (
        one.origin, one.group, one.donor_id, one.channel, list(one.purposes), one.kind,
        one.version_id, one.due_at, one.until, one.campaign_id, one.campaign_code, one.motive,
        list(one.segments), dict(one.values), one.cost_minor, one.trial_to, key, now,
    )  # fmt: skip
