"""Adopt: the audience of a next campaign is those for whom a message is worth its cost.

A person asks for it, of a study in which aiming was ahead of every simple way beyond chance;
nothing is written to anybody. The segment is made once the policy was applied to the last night.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from mecene.conditions.mistake import InvalidCondition
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.experiments.models import Experiment
from mecene_web.segments import plan
from mecene_web.segments.models import Segment
from mecene_web.tasks import ask
from mecene_web.uplift.models import Aim, Study

LEAST_SHARE, MOST_SHARE = 0.01, 0.20
_SEGMENT, _REST = "segment:", "rest:"


class NotShown(ValueError):
    """Nothing shows that aiming is better than the simple ways: there is nothing to adopt."""


class NoShares(ValueError):
    """Nobody would be left out, or always written to, by lot: the policy could not be measured."""


class NoBase(LookupError):
    """There is no such segment to choose among, it was put away, or is no longer understood."""


class NoName(ValueError):
    """The audience has no name."""


@dataclass(frozen=True)
class Wanted:
    """What an audience is to be: its name, whom it chooses among, and the two shares by lot."""

    name: str
    base_id: int
    never_share: float
    always_share: float


def adopt(study_id: int, wanted: Wanted, *, by: Staff, now: datetime, token: UUID) -> Aim:
    """Write down an audience; its segment is made in the background. The same token makes one.

    Raises:
        NotShown: the study refused, or proposes a simple way.
        NoShares: a share is not in [``LEAST_SHARE``, ``MOST_SHARE``].
        NoBase: there is no segment to choose among.
        NoName: it has none.
    """
    if not wanted.name.strip():
        raise NoName(study_id)
    for share in (wanted.never_share, wanted.always_share):
        if not LEAST_SHARE <= share <= MOST_SHARE:
            raise NoShares(share)
    with transaction.atomic():
        there = Aim.objects.filter(token=token).first()
        if there is not None:
            return there
        study = Study.objects.get(pk=study_id)
        if study.state != "said" or not study.told.get("aimed"):
            raise NotShown(study_id)
        base = Segment.objects.filter(pk=wanted.base_id, archived_at=None).first()
        if base is None or not _understood(base):
            raise NoBase(wanted.base_id)
        made = Aim.objects.create(
            study=study, name=wanted.name.strip()[:100], base=base, made_at=now, made_by=by,
            never_share=wanted.never_share, always_share=wanted.always_share, token=token,
        )  # fmt: skip
        ask.ask("uplift.apply", now=now, subject_id=made.pk)
        audit.write("adopt", "aim", made.pk, by=by, now=now,
                    after={"name": made.name, "study": study.pk, "base": base.pk})  # fmt: skip
    return made


def base_of(held: Experiment) -> Segment | None:
    """Return the segment a campaign was for, if it is there still: what was learnt is of them."""
    name = held.campaign.audience if held.campaign else ""
    seen: set[str] = set()
    while name.startswith(_REST) and name not in seen:
        seen.add(name)
        number = name.removeprefix(_REST)
        other = Experiment.objects.select_related("campaign").filter(
            pk=int(number) if number.isdecimal() else 0
        ).first()  # fmt: skip
        name = other.campaign.audience if other and other.campaign else ""
    number = name.removeprefix(_SEGMENT)
    if not name.startswith(_SEGMENT) or not number.isdecimal():
        return None
    return Segment.objects.filter(pk=int(number), archived_at=None).first()


def _understood(base: Segment) -> bool:
    try:
        plan.understood(base.condition)
    except InvalidCondition:
        return False
    return True
