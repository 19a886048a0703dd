"""Claim: which messages are this worker's to send, and whose are they when it dies?

A message that was claimed and not yet begun goes back to the queue: nothing of it left. One that
was being handed over may have left: nobody knows, and it waits for a human or for the provider.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from mecene_web.messages.models import Halt, Outgoing
from mecene_web.organisation.indexed import Seen

LEASE = timedelta(seconds=120)

_HELD = (Seen("claimed"), Seen("sending"))
_LOCK = 0x6D656365  # one claims at a time (PostgreSQL; SQLite has one writer)


def claim(worker: str, *, channels: Collection[str], most: int, now: datetime) -> list[int]:
    """Claim what is due, at most one message a person and a household; return which.

    Who has one under way with somebody else waits: what is asked at the moment of sending (caps,
    last contact) is asked of one message at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        stopped = Halt.objects.filter(lifted_at=None, domain="")
        halted = set(stopped.values_list("channel", flat=True))
        due = Outgoing.objects.filter(
            state=Seen("queued"), due_at__lte=now, channel__in=set(channels) - halted
        ).exclude(campaign__state="paused")
        due = due.order_by("due_at", "pk")
        offered = due.values_list("pk", "donor_id", "donor__household_id")[: most * 3]
        # Whoever is claimed is leased: it is said, so that the index of those is looked through.
        held = Outgoing.objects.filter(state__in=_HELD, leased_until__isnull=False)
        busy = held.values_list("donor_id", "donor__household_id")
        donors, homes = {row[0] for row in busy}, {row[1] for row in busy} - {None}
        mine: list[int] = []
        for number, donor, home in offered:
            if donor in donors or home in homes:
                continue
            donors.add(donor)
            homes |= {home} - {None}
            mine.append(number)
            if len(mine) == most:
                break
        Outgoing.objects.filter(pk__in=mine, state="queued").update(
            state="claimed", claimed_by=worker, leased_until=now + LEASE, attempts=F("attempts") + 1
        )
    return mine


def release(numbers: Collection[int], *, worker: str, due_at: datetime, why: str) -> None:
    """Give back messages that were claimed and did not leave."""
    Outgoing.objects.filter(pk__in=numbers, state="claimed", claimed_by=worker).update(
        state="queued", claimed_by="", leased_until=None, due_at=due_at, reason=why,
        attempts=F("attempts") - 1,
    )  # fmt: skip


def reap(*, now: datetime) -> tuple[int, int]:
    """Take up what dead workers held; return how many go back to the queue, and how many may have left."""  # noqa: E501
    held = Outgoing.objects.filter(state__in=_HELD, leased_until__lt=now)
    with transaction.atomic():
        back = held.filter(state="claimed").update(
            state="queued", claimed_by="", leased_until=None, reason="worker_gone",
            attempts=F("attempts") - 1,
        )  # fmt: skip
        unsure = held.filter(state="sending").update(
            state="unknown", leased_until=None, reason="worker_gone"
        )
    return back, unsure
