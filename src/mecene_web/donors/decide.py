"""Decide: what somebody says of a donor wins over what files say, from now on."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import by_hand, redraw, touch
from mecene_web.donors.models import Donor, Record


def decide(
    donor_id: int, told: Mapping[str, Any], *, by: Staff | None, now: datetime, source: str = ""
) -> list[str]:
    """Put a donor right: columns that differ are decided, even those now empty; return which.

    Args:
        donor_id: Whom.
        told: Columns of ``by_hand.COLUMNS``; those left out stay as they are.
        by: Who decided it; nobody where a program did.
        now: The moment.
        source: Which program.

    Raises:
        Donor.DoesNotExist: nobody has this number.
    """
    with transaction.atomic():
        donor = Donor.objects.select_for_update().get(pk=donor_id)
        before = {name: getattr(donor, name) for name in by_hand.COLUMNS}
        changed = [name for name in told if told[name] != before[name]]
        if not changed:
            return []
        Record.objects.create(
            # A decision is nobody else's, even with the same words.
            key=secrets.randbits(62) + 1, donor=donor, by_hand=True, declared=True,
            written_at=now, written_by=by, decided=changed, **(before | dict(told)),
        )  # fmt: skip
        redraw.redraw([donor_id])
        touch.touch([donor_id], now=now)
        write.write(
            "change", "donor", donor_id, by=by, now=now, donor_id=donor_id,
            before={name: before[name] for name in changed},
            after={name: told[name] for name in changed} | ({"source": source} if source else {}),
        )  # fmt: skip
    return changed
