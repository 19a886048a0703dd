"""The measure of a journey is chosen before it is published, and frozen with its version."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from drawn_tests import crowd, give
from mecene.experiments.plan import FixedHorizon, Sequential
from mecene_web.donors.models import Donor
from mecene_web.experiments import declare, freeze
from mecene_web.experiments.models import Experiment
from mecene_web.giving.models import Gift
from mecene_web.journeys import draft
from mecene_web.journeys.models import HoldOut

pytestmark = pytest.mark.django_db
WELCOME = """
code = "welcome"
name = { fr = "Bienvenue", en = "Welcome" }
purpose = "newsletter"
judged = { primary = "second_gift", within_days = 120, secondary = ["recurring", "opt_in"] }
start = "reminders"
triggers = [{ on = "command", by = "api" }]
[[steps]]
do = "split"
key = "reminders"
label = { fr = "Relances", en = "Reminders" }
arms = [{ name = "une", weight = 1, next = "rest" }, { name = "deux", weight = 1, next = "rest" }]
[[steps]]
do = "wait"
key = "rest"
duration = { days = 3 }
"""


@pytest.fixture
def held_out(house):
    return HoldOut.objects.create(experiment="h", share=0.1, at=house_time())


def house_time():
    from drawn_tests import NOW

    return NOW - timedelta(days=2)


def plan(name):
    return freeze.plan_of(Experiment.objects.get(name=name))


def test_the_hold_out_and_each_draw_are_declared_as_the_journey_says(journey, held_out):
    journey(WELCOME)

    whole, split = plan("h.welcome"), plan("welcome.reminders")

    for told in (whole, split):
        assert (told.primary.name, told.primary.within_days) == ("second_gift", 120)
        assert [one.name for one in told.secondary] == ["recurring", "opt_in"]
        assert "unsubscribes" in {guard.name for guard in told.guards}
        assert isinstance(told.stopping, Sequential)
    # No gift was ever received: the association's own hold-out is judged by who gave.
    assert plan("h").primary.name == "gave"


def test_another_measure_is_another_version_and_another_plan(journey, held_out, browser):
    made = journey(WELCOME)
    before = Experiment.objects.get(name="welcome.reminders")
    client = browser("fundraiser")
    sent = {"do": "save:reminders", "seen": draft.latest(made).number, "step.key": "reminders",
            "step.arms.1.name": "une", "step.arms.1.weight": "1", "step.arms.1.next": "rest",
            "step.arms.2.name": "deux", "step.arms.2.weight": "1", "step.arms.2.next": "rest",
            "step.label_fr": "Relances", "step.label_en": "Reminders",
            "step.judged.primary": "recurring", "step.judged.days": "120",
            "step.judged.effect": "0,5", "step.judged.rule": "fixed",
            "step.judged.secondary": ["gave"]}  # fmt: skip

    client.post(reverse("journeys:draw", args=[made.pk]), sent)
    client.post(reverse("journeys:publish", args=[made.pk]))

    before.refresh_from_db()
    after = plan("welcome.reminders@2")
    assert before.state == "stopped"
    assert freeze.plan_of(before).primary.name == "second_gift"
    # The days nobody touched are those usual for what is measured now.
    assert (after.primary.name, after.primary.within_days) == ("recurring", 90)
    assert after.minimum_effect == 0.005
    assert [one.name for one in after.secondary] == ["gave"]
    assert after.stopping == FixedHorizon(90, declare.PEOPLE)
    # What was not touched goes on.
    assert Experiment.objects.get(name="h.welcome").state == "planned"


def test_what_is_as_usual_is_left_out_of_the_drawing(journey, browser):
    made = journey(WELCOME)
    client, number = browser("fundraiser"), draft.latest(made).number
    usual = {"judged.primary": "second_gift", "judged.days": "120", "judged.effect": "1",
             "judged.rule": "sequential", "judged.secondary": ["recurring", "opt_in"]}  # fmt: skip

    client.post(reverse("journeys:draw", args=[made.pk]), {"do": "judged", "seen": number, **usual})
    assert "judged" in draft.plain(draft.latest(made))
    client.post(reverse("journeys:draw", args=[made.pk]),
                {"do": "judged", "seen": draft.latest(made).number, "judged.primary": "amount",
                 "judged.secondary": ["gave"]})  # fmt: skip

    assert "judged" not in draft.plain(draft.latest(made))


def test_amounts_are_refused_in_words_where_no_gift_is_known(journey, held_out, browser):
    made = journey(WELCOME)
    crowd(20)
    client, number = browser("fundraiser"), draft.latest(made).number
    client.post(reverse("journeys:draw", args=[made.pk]),
                {"do": "judged", "seen": number, "judged.primary": "amount",
                 "judged.rule": "fixed"})  # fmt: skip

    refused = client.post(reverse("journeys:publish", args=[made.pk]), follow=True)
    assert "aucun don n’est connu" in refused.content.decode()
    assert made.versions.count() == 1

    donor = Donor.objects.first()
    give([donor.pk], share=1.0, on=date(2024, 2, 1), seed=1)
    client.post(reverse("journeys:publish", args=[made.pk]))
    declared = plan("h.welcome@2")
    # Long before any night, and long ago: the association's own past all the same.
    assert declared.primary.name == "amount"
    assert declared.cap_minor == Gift.objects.get().amount_minor
    shown = client.get(reverse("experiments:one", args=[Experiment.objects.last().pk]))
    assert "Montants comptés jusqu’à" in shown.content.decode()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_editor_shows_what_decides_and_the_planner_its_word(journey, held_out, browser, lang):
    made = journey(WELCOME)
    crowd(10)
    client = browser("fundraiser", lang=lang)

    page = client.get(reverse("journeys:one", args=[made.pk])).content.decode()
    asked = {"key": "reminders", "step.judged.primary": "gave"}
    said = client.get(reverse("journeys:judged", args=[made.pk]), asked).content.decode()
    wrong = client.get(reverse("journeys:judged", args=[made.pk]), {"key": "nowhere"})

    both = {"fr": "deuxième fois, dans les 120 jours", "en": "a second time, within 120 days"}
    assert page.count(both[lang]) == 2
    assert {"fr": "après la première nuit", "en": "after the first night"}[lang] in said
    assert wrong.status_code == 200
    assert browser("analyst").get(reverse("journeys:judged", args=[made.pk])).status_code == 403


def test_a_test_of_one_look_is_full_for_every_arm_at_once(journey, monkeypatch):
    from mecene_web.experiments.enrol import Drawn, enrol

    monkeypatch.setattr(declare, "PEOPLE", 4)
    journey(WELCOME.replace("within_days = 120", 'rule = "fixed"'))
    held = Experiment.objects.get(name="welcome.reminders")
    donors, _ = crowd(6)
    arms = list(held.arms.order_by("place"))

    def come(numbers):
        enrol(held, [Drawn(n, f"donor:{n}", arms[n % 2], held.frozen_at) for n in numbers])

    come(donors[:3])
    assert declare.close(now=held.frozen_at) == 0
    come(donors[3:5])
    assert declare.close(now=held.frozen_at) == 1
    assert declare.close(now=held.frozen_at) == 0
    held.refresh_from_db()
    assert held.full_at == held.frozen_at


def test_a_form_that_says_nothing_of_it_changes_nothing(journey):
    from mecene_web.journeys import judging

    drawn = draft.plain(draft.latest(journey(WELCOME)))

    assert judging.kept(drawn, QueryDict("do=save:reminders"), key="reminders") == drawn
