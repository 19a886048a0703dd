"""Ingest: events of every kind, a batch in one transaction that is on the disk once answered."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from mecene_web.api import resuming, write
from mecene_web.api.rows import ContactEvent, Event
from mecene_web.events.models import Contact, Interaction

_UNKNOWN = "no donor has this number"


@transaction.atomic
def ingest(events: Sequence[Event], *, source: str, now: datetime) -> dict[str, object]:
    """Write events and return how many were added, repeated, and which were refused.

    An event of a donor there is not (or no more) is refused by itself: one erased donor does not
    stop a stream. So is one that leads to a page that is none of ours. Every other one is kept.
    """
    rows = [event.model_dump(exclude={"type"}) for event in events]
    _, wrong = write.strangers(rows)
    wrong = dict.fromkeys(wrong, _UNKNOWN) | resuming.astray(rows)
    added = repeated = 0
    for model, kind in ((Contact, True), (Interaction, False)):
        chosen = [
            row
            for index, (row, event) in enumerate(zip(rows, events, strict=True))
            if index not in wrong and isinstance(event, ContactEvent) is kind
        ]
        if chosen:
            told = write.write(model, chosen, source=source, now=now)
            again = sum(each.repeated for each in told)
            repeated += again
            added += len(told) - again
    refused = [{"index": index, "reason": wrong[index]} for index in sorted(wrong)]
    return {"added": added, "repeated": repeated, "refused": refused}
