"""Enrol: who was drawn into which arm is written down, once, with where they stood then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mecene_web.experiments.models import Arm, Enrolment, Experiment
from mecene_web.scores.models import Standing

_AT_ONCE = 2_000


@dataclass(frozen=True)
class Drawn:
    """Somebody who was drawn: the donor, the unit they were drawn with, the arm, the moment."""

    donor_id: int
    unit: str
    arm: Arm
    at: datetime


def enrol(held: Experiment, drawn: Sequence[Drawn]) -> None:
    """Write down who was drawn; whoever was already stays where they were.

    Part of the transaction it is called in. The first draw makes a planned experiment run.
    """
    if not drawn:
        return
    stand = _segments([one.donor_id for one in drawn])
    with transaction.atomic():
        Enrolment.objects.bulk_create(
            (
                Enrolment(experiment=held, arm=one.arm, donor_id=one.donor_id, unit=one.unit,
                          at=one.at, segment=stand.get(one.donor_id, ""))
                for one in drawn
            ),
            batch_size=500,
            ignore_conflicts=True,
        )  # fmt: skip
        first = min(one.at for one in drawn)
        Experiment.objects.filter(pk=held.pk, state="planned").update(
            state="running", began_at=first
        )


def _segments(people: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for first in range(0, len(people), _AT_ONCE):
        rows = Standing.objects.filter(pk__in=people[first : first + _AT_ONCE])
        found |= dict(rows.values_list("pk", "segment"))
    return found
