"""Enrolling: a program has donors enter a journey, if the journey's own rules let them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema

from mecene_web.api import replies
from mecene_web.journeys import enrol
from mecene_web.journeys.models import Journey

Code = Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
_MOST = 1_000


class NoJourney(LookupError):
    """There is no such journey."""


class EnrolIn(Schema):
    """Donors to stand at the door of a journey."""

    donor_ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(
        min_length=1, max_length=_MOST
    )


class EnrolOut(Schema):
    """How many stand at the door; whether each comes in is decided a moment later."""

    asked: int


def router(*, auth: Any, said: Any) -> Router:
    """Return the addresses of journeys.

    Args:
        auth: Who lets programs in.
        said: What is answered, by status.
    """
    made = Router(tags=["journeys"])

    @made.post("/{code}/enrol", auth=auth, response=said)
    def enrol_donors(request: HttpRequest, code: Code, body: EnrolIn) -> HttpResponse:
        """Have donors enter a journey that lives, if its rules let them."""

        def work(now: datetime) -> replies.Done:
            journey = Journey.objects.filter(code=code).first()
            if journey is None:
                raise NoJourney(f"there is no journey {code}")
            count = enrol.enrol(body.donor_ids, journey_id=journey.pk, token=uuid4(), by=None,
                                now=now, way="api")  # fmt: skip
            return 200, {"asked": count}

        return replies.once(request, work)

    return made
