"""Passages: who entered a segment or left it is told to the journeys that such a passage starts."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mecene.journeys.starting import OnSegment
from mecene.journeys.traveller import Event
from mecene_web.journeys import carry_out, following
from mecene_web.journeys.models import Progress, Unheard
from mecene_web.segments.models import Passage

AT_ONCE = 2_000
_NAME = "passages"
# Numbers are given before rows are there to see: the last few are read again, and heard once.
_AGAIN = 500
_LATELY = timedelta(minutes=10)


def read(*, now: datetime) -> int:
    """Put the passages since the last look in the line of what is to be heard; return how many."""
    last = Passage.objects.aggregate(last=Max("pk"))["last"] or 0
    seen, fresh = Progress.objects.get_or_create(name=_NAME, defaults={"number": last})
    if fresh or last <= seen.number:
        return 0  # before the first look, nobody listened
    wanted = _wanted()
    with transaction.atomic():
        rows = Passage.objects.filter(pk__gt=seen.number).order_by("pk")[:AT_ONCE]
        found = list(rows.values_list("pk", "donor_id", "segment__code", "entered", "at"))
        late = Passage.objects.filter(
            pk__lte=seen.number, pk__gt=seen.number - _AGAIN, at__gte=now - _LATELY
        )
        both = [*late.values_list("pk", "donor_id", "segment__code", "entered", "at"), *found]
        Unheard.objects.bulk_create(
            (
                carry_out.unheard(donor, _event(code, entered, at), now=now)
                for _, donor, code, entered, at in both
                if (code, entered) in wanted
            ),
            batch_size=500,
        )  # fmt: skip
        held = Progress.objects.filter(name=_NAME, number=seen.number)
        if found and not held.update(number=found[-1][0]):
            transaction.set_rollback(True)  # another worker was quicker
            return 0
    return len(found)


def _wanted() -> set[tuple[str, bool]]:
    versions = [following.of(version, said={}) for version in following.live()]
    return {
        (trigger.segment, trigger.change == "entered")
        for one in versions for trigger in one.graph.triggers if isinstance(trigger, OnSegment)
    }  # fmt: skip


def _event(code: str, entered: bool, at: datetime) -> Event:
    on: date = timezone.localdate(at)
    kind = "segment_entered" if entered else "segment_left"
    # The reference a rehearsal gives it (``mecene.journeys.triggers``): once a day.
    return Event(kind, f"{kind}:{code}:{on}", at, at, {"event_name": code, "event_on": on})
