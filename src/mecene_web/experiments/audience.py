"""Audience: those of a segment, and those a test left out who wait for its winner."""

from collections.abc import Sequence
from datetime import datetime

from mecene_web.experiments.models import Enrolment, Experiment
from mecene_web.segments import audience

_REST = "rest:"


def rest_of(experiment: Experiment) -> str:
    """Return the name of the audience of those a test did not draw."""
    return f"{_REST}{experiment.pk}"


def people(name: str, *, now: datetime) -> Sequence[int]:
    """Return the donors of an audience: of a segment, or of it those that a test did not draw.

    Raises:
        NoAudience: there is none of this name.
    """
    if not name.startswith(_REST):
        return audience.people(name, now=now)
    number = name.removeprefix(_REST)
    held = Experiment.objects.select_related("campaign").filter(
        pk=int(number) if number.isdecimal() else 0, campaign__isnull=False
    ).first()  # fmt: skip
    if held is None or held.campaign is None:
        raise audience.NoAudience(f"no audience is called {name}")
    drawn = set(Enrolment.objects.filter(experiment=held).values_list("donor_id", flat=True))
    return [donor for donor in people(held.campaign.audience, now=now) if donor not in drawn]
