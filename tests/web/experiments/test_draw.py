"""Who is drawn for what: a hold-out by default, arms of texts, the rest that waits; never twice."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from drawn_tests import NOW, planned, wanted
from mecene.experiments import plan_text
from mecene.experiments.plan_text import PlanChanged
from mecene_web.experiments import audience, freeze, prepare
from mecene_web.experiments.models import Arm, Enrolment, Experiment
from mecene_web.messages import campaigns
from mecene_web.messages.models import Outgoing

pytestmark = pytest.mark.django_db


def test_a_campaign_nobody_planned_holds_a_tenth_back_and_says_so(appeal, gone):
    campaign = appeal(2_000)

    gone(campaign)

    held = Experiment.objects.get(campaign=campaign)
    silent = Enrolment.objects.filter(experiment=held, arm__held_out=True)
    written = Outgoing.objects.filter(campaign=campaign)
    assert held.state == "running"
    assert 150 < silent.count() < 250
    assert silent.count() + written.count() == 2_000 == held.enrolments.count()
    assert not written.filter(donor__in=silent.values("donor")).exists()


def test_a_small_audience_and_a_service_keep_nobody_back(appeal, gone, template, people, member):
    gone(appeal(199))
    service = campaigns.prepare("Reçu", template_id=template(purposes=["transactional"]).pk,
                                audience=people.audience, due_at=NOW, by=member("fundraiser"),
                                now=NOW, token=uuid4())  # fmt: skip
    people(400)
    gone(service)

    assert not Experiment.objects.exists()
    assert Outgoing.objects.filter(campaign=service).count() == 199


def test_each_text_goes_to_those_drawn_for_it(appeal, gone, template, member):
    campaign, other = appeal(1_000), template("B")
    held = planned(campaign, wanted(("A", campaign.template_id), ("B", other.pk)), member)

    gone(campaign)

    for arm in held.arms.all():
        donors = set(Enrolment.objects.filter(arm=arm).values_list("donor_id", flat=True))
        sent = Outgoing.objects.filter(campaign=campaign, donor__in=donors)
        assert len(donors) > 60
        versions = set(sent.values_list("version_id", flat=True))
        assert versions == (set() if arm.held_out else {arm.version_id})
    assert campaigns.figures(campaign)["all"] == Outgoing.objects.count()
    assert campaigns.stop(campaign.pk, by=member("fundraiser"), now=NOW) == Outgoing.objects.count()


def test_a_household_is_on_one_side(appeal, gone, people):
    from mecene_web.donors.models import Donor, Household

    campaign = appeal(600)
    donors = list(Donor.objects.order_by("pk"))
    for one, other in zip(donors[::2], donors[1::2], strict=True):
        home = Household.objects.create()
        Donor.objects.filter(pk__in=(one.pk, other.pk)).update(household=home)

    gone(campaign)

    sides: dict[str, set[str]] = {}
    for unit, arm in Enrolment.objects.values_list("unit", "arm__name"):
        sides.setdefault(unit, set()).add(arm)
    assert len(sides) == 300
    assert all(len(arms) == 1 for arms in sides.values())


def test_the_rest_waits_and_is_an_audience(appeal, gone, member, people):
    campaign = appeal(1_000)
    held = planned(campaign, wanted(("A", campaign.template_id), share=0.3), member)

    gone(campaign)

    drawn = set(held.enrolments.values_list("donor_id", flat=True))
    rest = set(audience.people(audience.rest_of(held), now=NOW + timedelta(days=1)))
    assert 230 < len(drawn) < 370
    assert rest.isdisjoint(drawn)
    assert len(rest) + len(drawn) == 1_000


def test_a_frozen_plan_does_not_change(appeal, gone, member):
    campaign = appeal(300)
    held = planned(campaign, wanted(("A", campaign.template_id)), member)
    freeze.freeze(held.pk, by=member("analyst"), now=NOW)
    held.refresh_from_db()

    assert plan_text.fingerprint(freeze.plan_of(held)) == held.fingerprint
    for told in ({"plan_text": "{}"}, {"fingerprint": ""}, {"frozen_at": None}, {"share": 0.5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Experiment.objects.filter(pk=held.pk).update(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Arm.objects.filter(experiment=held).update(weight=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Arm.objects.create(experiment=held, place=9, name="C", weight=1)
    with pytest.raises(freeze.NotADraft):
        freeze.freeze(held.pk, by=member("analyst"), now=NOW)
    with pytest.raises(prepare.TooLate):
        planned(campaign, wanted(("A", campaign.template_id)), member)
    held.plan_text = held.plan_text.replace("0.02", "0.2")
    with pytest.raises(PlanChanged):
        freeze.plan_of(held)


def test_nobody_is_held_back_without_a_reason(appeal, gone, member):
    campaign = appeal(300)
    alone = ("A", campaign.template_id)
    with pytest.raises(prepare.NoReason):
        planned(campaign, wanted(alone, held_out=0), member)
    held = planned(campaign, wanted(alone, held_out=0, why="Urgence"), member)
    with pytest.raises(freeze.NotADraft):
        freeze.freeze(held.pk, by=member("analyst"), now=NOW)

    gone(campaign)

    assert Outgoing.objects.filter(campaign=campaign).count() == 300
    assert not Enrolment.objects.exists()
