"""Seeds: colleagues' own addresses, slipped among those of a mailing."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.channels.letter.address import LINES, SIGNS, plain
from mecene_web.messages.models import Seed


class Unusable(ValueError):
    """A seed has a name and one to five lines of at most 38 signs."""


def add(name: str, lines: str, *, by: Staff, now: datetime) -> Seed:
    """Write a seed down; the same one that is there already is that one.

    Raises:
        Unusable: it has no name, or its lines do not fit an envelope.
    """
    called = plain(name)
    told = [line for line in map(plain, lines.splitlines()) if line]
    if not called or not 0 < len(told) < LINES or any(len(x) > SIGNS for x in [called, *told]):
        raise Unusable(name)
    with transaction.atomic():
        made, fresh = Seed.objects.get_or_create(name=called, lines=told, left_at=None)
        if fresh:
            audit.write("create", "seed", made.pk, by=by, now=now)
    return made


def leave(seed_id: int, *, by: Staff, now: datetime) -> None:
    """Take a seed out; a second time does nothing."""
    with transaction.atomic():
        if Seed.objects.filter(pk=seed_id, left_at=None).update(left_at=now):
            audit.write("end", "seed", seed_id, by=by, now=now)
