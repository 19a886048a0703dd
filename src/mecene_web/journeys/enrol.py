"""Enrol: somebody, or a program, has donors enter a journey, if its own rules let them."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from mecene.journeys import triggers
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.donors import whereabouts
from mecene_web.donors.models import Donor, Merge
from mecene_web.journeys import carry_out
from mecene_web.journeys.models import Journey, Unheard

MOST = 100_000
_AT_ONCE = 5_000


class NotLive(ValueError):
    """Nobody enters a journey that was not published, that is paused or was put away."""


class TooMany(ValueError):
    """More than ``MOST`` donors at once: a segment is the better way in."""


def enrol(
    donor_ids: Collection[int], *, journey_id: int, token: UUID, by: Staff | None, now: datetime,
    way: Literal["manual", "api"] = "manual",
) -> int:  # fmt: skip
    """Have donors stand at the door of a journey; return how many.

    Whether each comes in is decided when they are heard, a moment later, by the journey's own
    rules; why somebody was not let in is told by « Why? ».

    Args:
        donor_ids: Who; those nobody knows are left out.
        journey_id: Where.
        token: The form's, or the call's, own: the same lets nobody in twice.
        by: Who asks; None: a program.
        now: When.
        way: How they come.

    Raises:
        NotLive: nobody enters this journey now.
        TooMany: they are too many.
    """
    wanted = sorted(set(donor_ids))
    if len(wanted) > MOST:
        raise TooMany(f"{len(wanted)} donors at once; {MOST} at most")
    with transaction.atomic():
        journey = Journey.objects.get(pk=journey_id)
        if journey.state != "live":
            raise NotLive(journey.state)
        there = [
            donor
            for first in range(0, len(wanted), _AT_ONCE)
            for donor in Donor.objects.filter(pk__in=wanted[first : first + _AT_ONCE])
            .order_by("pk").values_list("pk", flat=True)
        ]  # fmt: skip
        came = triggers.command(way, journey=journey.code, ref=token.hex, at=now)
        merged = set(
            Merge.objects.filter(absorbed__in=there, undone_at=None).values_list(
                "absorbed", flat=True
            )
        )
        now_are = {whereabouts.current(donor) if donor in merged else donor for donor in there}
        Unheard.objects.bulk_create(
            (carry_out.unheard(donor, came, now=now) for donor in sorted(now_are)), batch_size=500
        )
        audit.write("enrol", "journey", journey_id, by=by, now=now, after={"donors": len(there)})
    return len(there)
