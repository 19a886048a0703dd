"""A test is planned, frozen, watched, concluded and rolled out by its pages; each role its own."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from drawn_tests import NOW, by_arm, planned, wanted
from mecene_web.experiments import night
from mecene_web.experiments.models import Enrolment, Experiment
from mecene_web.messages import campaigns
from mecene_web.messages.models import Campaign, Outgoing

pytestmark = pytest.mark.django_db
LANGS = pytest.mark.parametrize("lang", ["fr", "en"])


@pytest.fixture
def form(people, template):
    """What the page sends: ``form(600, share="50")``."""

    def told(many, **more):
        people(many)
        return {
            "token": str(uuid4()), "title": "Quel objet ?", "audience": people.audience,
            "template_1": str(template("A").pk), "template_2": str(template("B").pk),
            "name_1": "Court", "name_2": "Long", "held_out": "10", "share": "50",
            "measure": "gave", "effect": "2", "rule": "sequential", "cost": "0,10",
        } | more  # fmt: skip

    return told


def do(client, held, what, **more):
    answer = client.post(reverse("experiments:act", args=[held.pk]), {"do": what} | more)
    held.refresh_from_db()
    return answer


@LANGS
def test_a_test_goes_from_its_plan_to_the_roll_out(browser, form, member, gifts, lang):
    client, told = browser("fundraiser", lang=lang), form(3_000)
    for _ in range(2):
        client.post(reverse("experiments:new"), told)
    held = Experiment.objects.get()
    page = reverse("experiments:one", args=[held.pk])
    assert held.state == "draft"
    assert client.get(page).status_code == 200

    do(client, held, "freeze")
    assert held.state == "planned"
    campaigns.agree(held.campaign_id, by=member("fundraiser"), now=NOW)
    campaigns.follow(now=NOW + timedelta(days=9_000))
    held.refresh_from_db()
    assert held.state == "running"
    arms = by_arm(held)
    on = held.began_at.date()
    gifts(arms["Court"], share=0.1, on=on, seed=1)
    gifts(arms["Long"], share=0.4, on=on, seed=2)
    assert set(arms) == {"Court", "Long", "Sans message" if lang == "fr" else "No message"}
    for days in (50, 61, 62):
        night.now(held, as_of=on + timedelta(days=days))

    seen = client.get(page).content.decode()
    assert ("Gagné" if lang == "fr" else "Won") in seen
    assert ("€ provoqués" if lang == "fr" else "€ caused") in seen
    assert "<polyline" in seen
    assert "None" not in seen
    for kind, begins in (("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf")):
        assert client.get(f"{page}curve/1.{kind}").content.strip().startswith(begins)
    assert client.get(reverse("messages:campaign", args=[held.campaign_id])).status_code == 200
    assert "€" in client.get(reverse("experiments:all")).content.decode()

    do(client, held, "conclude", keep="Long", why="Plus de dons")
    assert (held.state, held.conclusion["standing"]) == ("concluded", "confirmatory")
    assert "Plus de dons" in client.get(page).content.decode()
    for _ in range(2):
        do(client, held, "roll_out", token=told["token"][::-1])
    rest = Campaign.objects.exclude(pk=held.campaign_id).get()
    assert held.state == "rolled_out"
    assert rest.template.name == "B"
    campaigns.agree(rest.pk, by=member("fundraiser"), now=NOW)
    campaigns.follow(now=NOW + timedelta(days=9_000))
    again = set(Outgoing.objects.filter(campaign=rest).values_list("donor_id", flat=True))
    assert again
    assert again.isdisjoint(Enrolment.objects.filter(experiment=held).values_list("donor_id",
                                                                                  flat=True))  # fmt: skip # noqa: E501


def test_a_broken_draw_is_said_in_red_and_cannot_be_concluded(
    browser, appeal, gone, member, template
):
    campaign = appeal(1_000)
    held = planned(campaign, wanted(("A", campaign.template_id), ("B", template("B").pk)), member)
    gone(campaign)
    Enrolment.objects.filter(experiment=held, donor__in=by_arm(held)["B"][::3]).delete()
    night.now(held, as_of=NOW.date() + timedelta(days=70))
    client = browser("analyst")

    page = client.get(reverse("experiments:one", args=[held.pk])).content.decode()

    assert "Tirage faussé" in page
    assert 'class="mc-notice bad"' in page
    assert "provoqués (entre" not in page
    do(client, held, "conclude", keep="B")
    assert held.state == "running"


def test_what_cannot_be_meant_is_said(browser, form):
    client = browser("analyst")
    told = form(250)
    for wrong in ({"title": " "}, {"audience": "segment:999"}, {"measure": "joy"}, {"effect": "0"},
                  {"effect": "abc"}, {"held_out": "80"}, {"template_1": "", "template_2": ""},
                  {"template_1": "999999"}, {"template_1": "x"}, {"days": "0"}, {"name_2": "Court"},
                  {"template_2": "", "held_out": "0"}, {"held_out": "0"}, {"cost": "beaucoup"},
                  {"due_at": "demain"}, {"share": "0"}):  # fmt: skip
        answer = client.post(reverse("experiments:new"), told | wrong)
        assert answer.status_code == 422, wrong
        assert b'role="alert"' in answer.content, wrong
    assert not Experiment.objects.exists()
    assert not Campaign.objects.exists()


def test_the_test_of_a_waiting_campaign_may_be_changed_until_it_is_frozen(
    browser, appeal, template
):
    campaign, client = appeal(300), browser("fundraiser")
    place = reverse("experiments:of_campaign", args=[campaign.pk])
    told = {"title": "Et si ?", "template_1": campaign.template_id, "measure": "amount",
            "effect": "1,5", "held_out": "20", "rule": "fixed"}  # fmt: skip
    assert b"Par d" in client.get(reverse("messages:campaign", args=[campaign.pk])).content
    for _ in range(2):
        assert client.post(place, told).status_code == 302
    held = Experiment.objects.get()
    assert [arm.weight for arm in held.arms.order_by("place")] == [200, 800]
    do(client, held, "freeze")
    assert client.post(place, told).status_code == 422


def test_who_reads_and_who_acts(browser, appeal, gone):
    gone(appeal(300))
    held = Experiment.objects.get()
    page, act = (reverse(f"experiments:{name}", args=[held.pk]) for name in ("one", "act"))
    for role, reads, acts in (("auditor", 200, 403), ("analyst", 200, 302), ("caller", 403, 403)):
        assert browser(role).get(page).status_code == reads
        assert browser(role).post(act, {"do": "conclude"}).status_code == acts
        assert browser(role).get(reverse("experiments:new")).status_code == (
            200 if acts == 302 else 403
        )
    assert browser("analyst").post(act, {"do": "explode"}).status_code == 404
    seen = browser("auditor").get(page).content.decode()
    assert "experiments/" in seen
    assert 'value="stop"' not in seen


@LANGS
def test_the_planner_tells_from_the_associations_own_past(
    browser, people, gifts, template, lang, settings, tmp_path
):
    from mecene_web.scores import nightly

    settings.HOME = tmp_path
    donors = people(1_500)
    gifts(donors, share=0.3, on=(NOW - timedelta(days=20)).date(), seed=5)
    nightly.run(as_of=NOW.date(), on_progress=lambda *_: None)
    client = browser("analyst", lang=lang)
    told = {"audience": people.audience, "template_1": template().pk, "held_out": "10",
            "measure": "gave", "effect": "5", "days": "60"}  # fmt: skip

    page = client.get(reverse("experiments:size"), told).content.decode()
    whole = client.get(reverse("experiments:size"), told | {"effect": "25"}).content.decode()

    assert ("D’habitude" if lang == "fr" else "Usually") in page
    assert "mc-notice warn" in page
    assert ("C’est assez" if lang == "fr" else "That is enough") in whole
    assert client.get(reverse("experiments:size"), {"measure": "x"}).status_code == 200


def test_stopping_takes_back_what_has_not_left(browser, appeal, gone, member):
    campaign = appeal(400)
    gone(campaign)
    held = Experiment.objects.get()

    do(browser("fundraiser"), held, "stop")

    assert held.state == "stopped"
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"cancelled"}
