"""Twice: two donors who share an address are not written the same thing, even at one instant.

Each was asked about before the other left. So it is asked once more as a message begins, in the
transaction that marks it: one address of one group begins at a time.
"""

import hashlib

from django.db import connection

from mecene_web.messages.models import LEFT, Outgoing
from mecene_web.organisation.indexed import Seen

# Channels whose address is one reader's, whoever they are called.
_ONE_READER = ("email", "sms")


def counts(row: Outgoing) -> bool:
    """Return whether a message is one that an address has once: no thanks, no service, no trial."""
    return row.channel in _ONE_READER and not row.trial_to and row.kind not in ("thanks", "service")


def reader(row: Outgoing, address: str) -> int | None:
    """Return who else has this message at this address already; in the transaction under way.

    Whoever asks the same of the same address waits until that transaction is over.
    """
    if not counts(row):
        return None
    if connection.vendor == "postgresql":  # SQLite has one writer
        told = hashlib.blake2b(f"{row.group}\0{address}".encode(), digest_size=8).digest()
        key = int.from_bytes(told, "big", signed=True)
        connection.cursor().execute("select pg_advisory_xact_lock(%s)", [key])
    had = (
        Outgoing.objects.filter(
            group=row.group, address=address, state__in=(*LEFT, "sending", "unknown"), trial_to=""
        )
        .exclude(address=Seen(""))
        .exclude(donor_id=row.donor_id)
    )
    return had.values_list("donor_id", flat=True).first()
