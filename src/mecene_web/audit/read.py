"""Read: what the log says, of whom and by whom."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mecene_web.audit import keys
from mecene_web.audit.models import Entry


@dataclass(frozen=True)
class Details:
    """What was before and what came after; nothing where the donor was forgotten since."""

    before: Any = None
    after: Any = None
    forgotten: bool = False


def entries(
    *,
    verb: str | None = None,
    subject: str | None = None,
    subject_id: object = None,
    donor_id: int | None = None,
    by: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Entry]:
    """Return the entries that match all that is told, the latest first; in ``[since, until)``."""
    asked = {
        "verb": verb, "subject": subject, "donor_id": donor_id, "by": by, "at__gte": since,
        "at__lt": until, "subject_id": None if subject_id is None else str(subject_id),
    }  # fmt: skip
    told = {name: value for name, value in asked.items() if value is not None}
    return Entry.objects.filter(**told).order_by("-pk")


def details(entry: Entry) -> Details:
    """Return what an entry tells of before and after, unlocked."""
    if entry.details is None:
        return Details()
    held = bytes(entry.details)
    try:
        text = held if entry.donor_id is None else keys.unlock(held, donor_id=entry.donor_id)
    except keys.Forgotten:
        return Details(forgotten=True)
    return Details(**json.loads(text))
