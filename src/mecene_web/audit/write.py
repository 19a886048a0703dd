"""Write: one more line in the log, in the same transaction as what it tells."""

import json
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from mecene_web.audit import chain, keys
from mecene_web.audit.models import Entry, Head

Who = AbstractBaseUser | AnonymousUser | int | None


def write(
    verb: str,
    subject: str,
    subject_id: object,
    *,
    by: Who,
    now: datetime,
    donor_id: int | None = None,
    before: Any = None,
    after: Any = None,
) -> Entry:
    """Append an entry: somebody did something to something.

    Whoever writes waits for who wrote before and has not ended: write last in a long transaction.

    Args:
        verb: What was done: ``merge``, ``change``, ``export``…
        subject: What kind of thing it was done to: ``donor``, ``import``, ``staff``…
        subject_id: Which one; its number, or whatever names it. None: nothing in particular.
        by: The member who did it, or their number; None: the installation itself.
        now: When.
        donor_id: The donor it tells of; then before and after are locked with the donor's key.
        before: What was, as JSON can say it (days, moments and amounts too).
        after: What is now.
    """
    with transaction.atomic():
        head = _end()
        entry = Entry(
            at=now,
            by=by if isinstance(by, int) else by.pk if by else None,
            by_name=_name(by),
            verb=verb,
            subject=subject,
            subject_id="" if subject_id is None else str(subject_id),
            donor_id=donor_id,
            details=_details(before, after, donor_id),
        )
        entry.chain = chain.link(entry, after=bytes(head.chain))
        entry.save(force_insert=True)
        head.entries, head.chain = head.entries + 1, entry.chain
        head.seal = chain.seal(entries=head.entries, chain=entry.chain)
        head.save()
    return entry


def _end() -> Head:
    """Return the end of the log; nobody else has it until the transaction is over."""
    held = Head.objects.select_for_update().filter(pk=Head.THE_ONE).first()
    if held is None:
        Head.objects.get_or_create(pk=Head.THE_ONE)
        held = Head.objects.select_for_update().get(pk=Head.THE_ONE)
    return held


def _name(by: Who) -> str:
    if isinstance(by, int):
        by = get_user_model().objects.filter(pk=by).first()
    return str(by) if by and by.pk else ""


def _details(before: Any, after: Any, donor_id: int | None) -> bytes | None:
    if before is None and after is None:
        return None
    told = json.dumps({"before": before, "after": after}, cls=DjangoJSONEncoder).encode()
    return told if donor_id is None else keys.lock(told, donor_id=donor_id)
