"""Pause: nobody goes on, nobody comes in; resumed, what came meanwhile still counts."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.journeys import advance, hear
from mecene_web.journeys.models import Heard, Journey, Traveller
from mecene_web.messages import queue
from mecene_web.messages.models import Outgoing
from mecene_web.organisation import indexed
from mecene_web.tasks import ask

WAKE = "journeys.wake"


class NotNow(ValueError):
    """The journey is not in a state in which this can be done."""


def pause(journey_id: int, *, by: Staff, now: datetime) -> None:
    """Have nobody go on in a journey, nor come in; a second time does nothing.

    Raises:
        NotNow: it was never published, or was put away.
    """
    _go("pause", "live", "paused", journey_id, by=by, now=now, paused_at=now)


def resume(journey_id: int, *, by: Staff, now: datetime) -> None:
    """Have people go on; those who waited for what came meanwhile are looked at first.

    Raises:
        NotNow: it is not paused.
    """
    with transaction.atomic():
        if _go("resume", "paused", "live", journey_id, by=by, now=now):
            ask.ask(WAKE, now=now, subject_id=journey_id)


def archive(journey_id: int, *, by: Staff, now: datetime) -> int:
    """Put a journey away: who is inside goes no further; return the messages taken back.

    Raises:
        NotNow: it was put away already.
    """
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey_id)
        if journey.state == "archived":
            raise NotNow(journey.state)
        Journey.objects.filter(pk=journey_id).update(state="archived")
        Traveller.objects.filter(journey=journey, step__isnull=False).update(
            step=None, due_at=None, outcome="stopped", arrived_at=now, worker="",
            leased_until=None, stuck="",
        )  # fmt: skip
        groups = Outgoing.objects.filter(indexed.begins("group", f"journey:{journey.code}:"))
        back = sum(
            queue.withdraw(group, why="campaign_stopped", now=now)
            for group in set(groups.values_list("group", flat=True))
        )
        audit.write("archive", "journey", journey_id, by=by, now=now, after={"messages": back})
    return back


def wake(journey_id: int, report: Any) -> dict[str, Any]:
    """Look at who waited for something that came while nobody looked, and at who would come in."""
    now = timezone.now()
    journey = Journey.objects.get(pk=journey_id)
    inside = Traveller.objects.filter(journey_id=journey_id, step__isnull=False, stuck="")
    heard = Heard.objects.filter(donor_id__in=inside.values("donor_id"))
    donors = set(heard.values_list("donor_id", flat=True))
    ids = [number for number, donor in inside.values_list("pk", "donor_id") if donor in donors]
    for first in range(0, len(ids), advance.AT_ONCE):
        report("journeys", first, len(ids))
        advance.look(ids[first : first + advance.AT_ONCE], now=now)
    since = journey.paused_at or now
    came = sorted(
        set(Heard.objects.filter(learnt_at__gte=since).values_list("donor_id", flat=True))
    )
    entered = 0
    for first in range(0, len(came), hear.AT_ONCE):
        some = came[first : first + hear.AT_ONCE]
        entered += hear.again(some, journey_id=journey_id, since=since, now=now)
    return {"looked": len(ids), "entered": entered}


def _go(
    verb: str, before: str, after: str, journey_id: int, *, by: Staff, now: datetime,
    **told: datetime,
) -> bool:  # fmt: skip
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey_id)
        if journey.state == after:
            return False
        if journey.state != before:
            raise NotNow(journey.state)
        Journey.objects.filter(pk=journey_id).update(state=after, **told)
        audit.write(verb, "journey", journey_id, by=by, now=now)
    return True
