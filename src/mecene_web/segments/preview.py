"""Preview: how many donors a condition would have, and ten of them, before it is saved."""

from dataclasses import dataclass
from datetime import date

from mecene_web.donors.models import Donor
from mecene_web.segments import known, plan
from mecene_web.segments.models import Segment
from mecene_web.segments.plan import Plan

SHOWN = 10
_CODE = "·"  # no segment's code has this sign


@dataclass(frozen=True)
class Previewed:
    """Donors who answer as of the last night; ``of`` is how many there are in all."""

    as_of: date
    count: int
    of: int
    examples: tuple[Donor, ...]


def preview(condition: str, *, solicited: bool) -> Previewed | None:
    """Return who answers to a condition, None before the first night.

    Raises:
        InvalidCondition: it is not understood.
        plan.NoSuchSegment: it names a segment that is not there.
        plan.Circle: those it names go round.
    """
    asked = _plan(condition, solicited)
    night = known.last()
    if night is None:
        return None
    held = total = 0
    examples: list[int] = []
    for part in known.batches(night, asked):
        answers = plan.evaluated(part, asked)
        donors = answers["donor_id"].filter(answers[_CODE])
        held, total = held + donors.len(), total + answers.height
        examples += donors.head(SHOWN - len(examples)).to_list()
    people = Donor.objects.select_related("standing").filter(pk__in=examples).order_by("pk")
    return Previewed(night.as_of, held, total, tuple(people))


def _plan(condition: str, solicited: bool) -> Plan:
    """Return the plan of a condition and of what it rests on, nothing else."""
    own = Segment(pk=0, code=_CODE, condition=condition, solicited=solicited)
    waiting, needed = [own], {_CODE: own}
    there = {one.code: one for one in Segment.objects.filter(archived_at=None)}
    while waiting:
        for code in plan.names(plan.understood(waiting.pop().condition)):
            if code in there and code not in needed:
                needed[code] = there[code]
                waiting.append(there[code])
    return plan.of(needed.values())
