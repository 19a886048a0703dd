"""Draw: who of an audience gets which text, and who is held back; written down as it is drawn.

A household is drawn by a hash of the experiment's name (``mecene.journeys.assignment``): nobody
can shift it afterwards. Whoever is drawn is enrolled in the transaction in which the messages are
written down; whoever is held back too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from mecene.journeys import assignment
from mecene_web.donors.models import Donor
from mecene_web.experiments import enrol, freeze, prepare
from mecene_web.experiments.models import Arm, Experiment
from mecene_web.messages import campaigns
from mecene_web.messages.campaigns import Given
from mecene_web.messages.models import Campaign

_AT_ONCE = 2_000


def drawn(campaign: Campaign, people: Sequence[int], *, now: datetime) -> Mapping[int, Given]:
    """Return who of an audience gets what (``settings.MECENE_DRAW``), and enrol everybody drawn.

    A campaign nobody planned a test for keeps a hold-out by default (``prepare.by_default``). A
    plan that was not frozen yet is frozen now, before anything leaves.

    Args:
        campaign: Which; its transaction is under way.
        people: Its audience, now.
        now: The moment.
    """
    assert campaign.version_id is not None
    whole = Given(campaign.version_id, campaigns.group(campaign))
    units = _units(people)
    with transaction.atomic():
        held = Experiment.objects.filter(campaign=campaign).first()
        held = held or prepare.by_default(campaign, people=people,
                                          households=len(set(units.values())), now=now)  # fmt: skip
        if held is None or not held.plan_text:
            return dict.fromkeys(people, whole)
        if held.state == "draft":
            freeze.freeze(held.pk, by=campaign.approved_by, now=now)
        arms = list(held.arms.order_by("place"))
        by_donor = _arms(held, arms, units)
        enrol.enrol(held, [enrol.Drawn(donor, units[donor], arm, now)
                           for donor, arm in by_donor.items()])  # fmt: skip
    return {
        donor: Given(arm.version_id or campaign.version_id,
                     campaigns.group(campaign, arm=arm.place))
        for donor, arm in by_donor.items()
        if not arm.held_out
    }  # fmt: skip


def _arms(held: Experiment, arms: list[Arm], units: Mapping[int, str]) -> dict[int, Arm]:
    weights = [arm.weight for arm in arms]
    tested = {
        unit: arms[assignment.arm(held.name, unit, weights=weights)]
        for unit in set(units.values())
        if held.share >= 1 or assignment.draw(f"{held.name}:share", unit) < held.share
    }
    return {donor: tested[unit] for donor, unit in units.items() if unit in tested}


def _units(people: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for first in range(0, len(people), _AT_ONCE):
        rows = Donor.objects.filter(pk__in=people[first : first + _AT_ONCE])
        for donor, household in rows.values_list("pk", "household_id"):
            found[donor] = assignment.unit(donor_id=donor, household_id=household)
    return found
