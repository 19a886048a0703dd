"""Queue: a message is decided, and written down once."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from mecene_web.messages.models import Outgoing

_AT_ONCE = 1_000


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
    """Write messages down; return how many are new. Part of the transaction it is called in."""
    added, some = 0, []
    with transaction.atomic():
        for one in decided:
            some.append(_row(one, now))
            if len(some) == _AT_ONCE:
                added += _written(some)
                some = []
        return added + _written(some)


def withdraw(group: str, *, why: str, now: datetime) -> int:
    """Take back what has not left yet of a group; return how many that is."""
    waiting = Outgoing.objects.filter(group=group, state="queued")
    return waiting.update(state="cancelled", reason=why, ended_at=now)


def _row(one: Decided, now: datetime) -> Outgoing:
    return Outgoing(
        origin=one.origin, group=one.group, donor_id=one.donor_id, channel=one.channel,
        purposes=list(one.purposes), kind=one.kind, version_id=one.version_id, due_at=one.due_at,
        until=one.until, campaign_id=one.campaign_id, campaign_code=one.campaign_code,
        motive=one.motive, segments=list(one.segments), values=dict(one.values),
        cost_minor=one.cost_minor, trial_to=one.trial_to, key=secrets.token_hex(16), asked_at=now,
    )  # fmt: skip


def _written(rows: list[Outgoing]) -> int:
    """Write rows, those there already left out; return how many were written."""
    Outgoing.objects.bulk_create(rows, ignore_conflicts=True)
    return Outgoing.objects.filter(key__in=[row.key for row in rows]).count()
