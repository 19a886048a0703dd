"""What a journey draws is an experiment of its own accord: splits, factors, and the hold-out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from drawn_tests import by_arm, crowd, give
from mecene_web.experiments import conclude, night
from mecene_web.experiments.models import Enrolment, Experiment
from mecene_web.journeys import draft, enter, experiments, models, publish, roll_out
from mecene_web.journeys.models import Journey, Trace, Traveller

pytestmark = pytest.mark.django_db
WELCOME = """
code = "welcome"
name = { fr = "Bienvenue", en = "Welcome" }
purpose = "newsletter"
start = "reminders"
triggers = [{ on = "command", by = "api" }]
[[steps]]
do = "split"
judged = { primary = "gave" }
key = "reminders"
label = { fr = "Relances", en = "Reminders" }
arms = [{ name = "une", weight = 1, next = "order" }, { name = "deux", weight = 1, next = "order" }]
[[steps]]
do = "split"
judged = { primary = "gave" }
key = "order"
label = { fr = "Ordre des canaux", en = "Channel order" }
arms = [{ name = "mail puis SMS", weight = 1, next = "rest" }, { name = "SMS puis mail", weight = 1, next = "other" }]
[[steps]]
do = "wait"
key = "rest"
duration = { days = 3 }
[[steps]]
do = "wait"
key = "other"
duration = { days = 3 }
"""  # noqa: E501


@pytest.fixture
def came(journey):
    """Have so many people come: ``came(people)``; some are held out where a share is."""
    from mecene.journeys import triggers
    from mecene_web.journeys import following

    def entered(donors, now):
        following._of.cache_clear()
        for first in range(0, len(donors), 500):
            events = {
                number: [triggers.command("api", journey="welcome", ref=f"c{number}", at=now)]
                for number in donors[first : first + 500]
            }  # fmt: skip
            enter.let_in(enter.enter(events, now=now), now=now)

    return entered


def effects(held, name):
    return next(one for one in held["factors"] if one["name"] == name)


def test_reminders_and_the_order_of_channels_are_read_by_factors(journey, came):
    journey(WELCOME)
    donors, _ = crowd(2_400)
    now = Experiment.objects.get(name="welcome.factors").frozen_at + timedelta(hours=1)
    came(donors, now)
    experiments.after_the_night(None, lambda *_: None)
    held = Experiment.objects.get(name="welcome.factors")
    arms = by_arm(held)
    assert set(arms) == {f"{one} × {other}" for one in ("une", "deux")
                         for other in ("mail puis SMS", "SMS puis mail")}  # fmt: skip
    assert sum(map(len, arms.values())) == 2_400
    # A second reminder brings 15 points more, but only where the mail comes first.
    for number, (name, people) in enumerate(sorted(arms.items())):
        share = 0.35 if name == "deux × mail puis SMS" else 0.20
        give(people, share=share, on=now.date() + timedelta(days=2), seed=number)

    told = night.now(held, as_of=now.date() + timedelta(days=70)).metrics

    main, pair = effects(told, "Relances"), effects(told, "Relances × Ordre des canaux")
    assert main["verdict"] == "seen"
    assert main["low"] < 0.075 < main["high"]
    assert pair["verdict"] == "seen"
    assert pair["low"] < -0.15 < pair["high"]
    assert "deux" in main["text"]["fr"]
    assert "SMS puis mail" in pair["text"]["fr"]
    alone = Experiment.objects.get(name="welcome.reminders")
    assert {name: len(people) for name, people in by_arm(alone).items()} == {
        "une": sum(len(people) for name, people in arms.items() if name.startswith("une")),
        "deux": sum(len(people) for name, people in arms.items() if name.startswith("deux")),
    }


def test_who_is_held_out_is_compared_with_who_came(journey, came, browser):
    models.HoldOut.objects.all().delete()
    journey(WELCOME.replace('"welcome"', '"early"'))
    assert not models.HoldOut.objects.exists()  # of nobody, a tenth says nothing
    donors, _ = crowd(1_500)
    made = journey(WELCOME)
    assert models.HoldOut.objects.get().share == 0.10
    name = models.HoldOut.objects.get().experiment
    held = Experiment.objects.get(name=f"{name}.welcome")
    now = held.frozen_at + timedelta(hours=1)
    came(donors, now)
    for _ in range(2):
        experiments.after_the_night(None, lambda *_: None)

    silent = set(Trace.objects.filter(code="held_out").values_list("donor_id", flat=True))
    arms = by_arm(held)
    assert 100 < len(silent) < 200
    assert set(arms["Sans message"]) == silent
    assert set(arms["Avec le parcours"]) == set(
        Traveller.objects.values_list("donor_id", flat=True)
    )
    assert Enrolment.objects.filter(experiment__name=name).count() == 1_500
    night.now(held, as_of=now.date() + timedelta(days=3))
    page = browser("fundraiser").get(reverse("journeys:one", args=[made.pk])).content.decode()
    assert "€ provoqués" in page
    assert "Trop tôt" in page


def test_a_service_holds_nobody_out_and_a_share_of_none_declares_nothing(journey):
    journey(WELCOME.replace("newsletter", "transactional"))

    assert set(Experiment.objects.values_list("kind", flat=True)) == {"journey_split"}


def test_other_arms_are_another_experiment(journey):
    made = journey(WELCOME)
    first = Experiment.objects.get(name="welcome.reminders")
    held = draft.latest(made)
    drawn = draft.plain(held)
    drawn["steps"][0]["arms"][0]["weight"] = 3
    now = first.made_at + timedelta(days=1)
    draft.change(made.pk, drawn, seen=held.number, by=None, now=now)
    publish.publish(made.pk, by=None, now=now)

    first.refresh_from_db()
    assert first.state == "stopped"
    assert Experiment.objects.get(name="welcome.reminders@2").state == "planned"
    assert Experiment.objects.filter(name__startswith="welcome.order").count() == 1


def test_the_winner_is_drawn_alone_into_a_draft(journey, came, browser, member):
    made = journey(WELCOME)
    donors, _ = crowd(300)
    held = Experiment.objects.get(name="welcome.order")
    now = held.frozen_at + timedelta(hours=1)
    came(donors, now)
    experiments.after_the_night(None, lambda *_: None)
    night.now(held, as_of=now.date() + timedelta(days=70))
    fundraiser = member("fundraiser")
    with pytest.raises(conclude.NotNow):
        roll_out.roll_out(held.pk, by=fundraiser, now=now)
    conclude.conclude(held.pk, keep="SMS puis mail", why="", by=fundraiser, now=now)

    answer = browser("fundraiser").post(reverse("journeys:roll_out", args=[held.pk]))

    assert answer.status_code == 302
    graph = draft.graph(Journey.objects.get(pk=made.pk))
    assert [step.key for step in graph.steps] == ["reminders", "other"]
    assert not publish.problems(graph)
    held.refresh_from_db()
    assert held.state == "rolled_out"
