"""A journey is copied, drawn by buttons, published, looked into; each in French and in English."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mecene.journeys import ready
from mecene_web.journeys import always, draft, edit
from mecene_web.journeys.models import Endpoint, HoldOut, Journey, Traveller, Unheard
from mecene_web.messages.models import Rules
from mecene_web.messages.texts import Template

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def drawn(browser, house):
    """A blank journey and the browser in which it is drawn."""
    client = browser("fundraiser")
    client.post("/journeys/new/", {"name": "Mes amis", "name_en": "My friends", "token": uuid4()})
    return client, Journey.objects.get()


def do(client, journey, what, **told):
    seen = draft.latest(journey).number
    return client.post(f"/journeys/{journey.pk}/draw/", {"do": what, "seen": seen, **told},
                       headers={"hx-request": "true"})  # fmt: skip


def steps(journey):
    return [(one["key"], one["do"]) for one in draft.plain(draft.latest(journey))["steps"]]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("code", ready.CODES)
def test_a_ready_journey_becomes_ones_own_and_can_be_published(
    code, lang, browser, house, linked
) -> None:
    client, token = browser("fundraiser", lang=lang), uuid4()

    client.post(f"/journeys/ready/{code}/copy/", {"token": token})
    client.post(f"/journeys/ready/{code}/copy/", {"token": token})
    made = Journey.objects.get()
    page = client.get(f"/journeys/{made.pk}/")
    client.post(f"/journeys/{made.pk}/publish/")

    made.refresh_from_db()
    assert page.status_code == 200
    assert len(page.context["problems"]) == 0
    assert page.context["lacking"] == []
    assert made.state == "live"
    assert Template.objects.count() == sum(1 for _ in ready.texts(code, lang="fr"))


def test_a_column_that_the_night_does_not_work_out_is_named(drawn) -> None:
    client, journey = drawn

    # Of the family of columns ``drift``, which is not part of the night.
    page = do(
        client, journey, "whole", purpose="appeal", start="wait", audience="recent_clicks > 1"
    )

    (said,) = page.context["problems"]
    assert "recent_clicks" in said, said
    assert "colonne" in said, said


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_text_that_leads_nowhere_keeps_its_journey_from_being_published(
    lang, browser, house
) -> None:
    client = browser("fundraiser", lang=lang)
    client.post("/journeys/ready/petition/copy/", {"token": uuid4()})
    journey = Journey.objects.get()

    before = client.get(f"/journeys/{journey.pk}/").content.decode()
    client.post(f"/journeys/{journey.pk}/publish/")
    journey.refresh_from_db()
    state = journey.state
    links = {"petition": "https://puits.example/petition", "project": "https://puits.example/p"}
    Rules.objects.create(pk=1, donation_url="https://puits.example/don", links=links)
    after = client.get(f"/journeys/{journey.pk}/")

    assert state == "draft"
    assert ("ce que personne n’a donné" if lang == "fr" else "needs what nobody gave") in before
    assert ("Pétition" if lang == "fr" else "Petition") in before
    assert after.context["publishable"] == (not after.context["lacking"])
    assert after.context["lacking"] == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_list_teaches_the_next_step(lang, browser, house) -> None:
    page = browser("fundraiser", lang=lang).get("/journeys/").content.decode()

    assert page.count("/copy/") == len(ready.CODES)
    assert ("Aucun parcours" if lang == "fr" else "No journey yet") in page


def test_steps_are_added_changed_moved_copied_and_taken_back_by_buttons(drawn, template) -> None:
    client, journey = drawn
    code = template()

    do(client, journey, "add:wait|next", kind="branch")
    do(client, journey, "add:branch|paths.1", kind="message")
    page = do(client, journey, "save:message", **{
        "step.template": code, "step.kind": "thanks", "step.channel": "email",
        "step.expires_days": "3", "step.label_fr": "Dire merci", "step.key": "say_thanks",
    })  # fmt: skip
    do(client, journey, "copy:say_thanks")
    do(client, journey, "up:say_thanks_2")
    held = draft.plain(draft.latest(journey))
    do(client, journey, "undo")

    assert "Dire merci" in page.content.decode()
    assert [key for key, _ in steps(journey)] == ["wait", "branch", "say_thanks", "say_thanks_2"]
    assert held["steps"][1]["paths"][0]["next"] == "say_thanks_2"
    assert held["steps"][2] == {
        "do": "message", "key": "say_thanks", "template": code, "kind": "thanks",
        "channel": "email", "expires_days": 3,
        "label": {"fr": "Dire merci", "en": "Dire merci"},
    }  # fmt: skip


def test_a_faulty_step_is_named_and_nothing_is_published(drawn) -> None:
    client, journey = drawn

    page = do(client, journey, "add:wait|next", kind="message").content.decode()
    client.post(f"/journeys/{journey.pk}/publish/")

    journey.refresh_from_db()
    assert 'href="#step-message"' in page
    assert "n’existe pas" in page
    assert journey.state == "draft"


def test_triggers_goals_and_the_whole_are_changed_by_forms(drawn) -> None:
    client, journey = drawn

    do(client, journey, "trigger:|add", kind="failed_debit")
    do(client, journey, "trigger:1|save", **{"trigger.classes": ["soft", "fixable"],
                                             "trigger.codes": "am04, MS03"})  # fmt: skip
    do(client, journey, "trigger:0|remove")
    do(client, journey, "rule:goals||add")
    goal = {"rule.event": "gift_received", "rule.when": "event_amount_minor >= 500"}
    do(client, journey, "rule:goals|0|save", **goal)
    do(client, journey, "whole", purpose="appeal", start="wait", audience="gifts >= 1",
       reentry="after_leaving", after_days="90")  # fmt: skip

    graph = draft.graph(journey)
    (trigger,), (goal,) = graph.triggers, graph.goals
    assert (trigger.codes, trigger.classes) == (("AM04", "MS03"), ("soft", "fixable"))
    assert (goal.event, goal.when) == ("gift_received", "event_amount_minor >= 500")
    assert (graph.purpose, graph.audience, graph.held_out) == ("appeal", "gifts >= 1", False)
    assert (graph.reentry.allowed, graph.reentry.after_days) == ("after_leaving", 90)


@pytest.mark.parametrize("kind", sorted(edit.NEW))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_kind_of_step_has_its_form_and_can_be_saved_empty(kind, lang, drawn, browser) -> None:
    _, journey = drawn
    client = browser("fundraiser", lang=lang)

    do(client, journey, "add:wait|next", kind=kind)
    key = steps(journey)[-1][0]
    page = do(client, journey, f"save:{key}")

    assert page.status_code == 200
    assert page.context["wrong"] == ""
    assert f'id="step-{key}"' in page.content.decode()


def test_nonsense_changes_nothing(drawn) -> None:
    client, journey = drawn
    before = draft.latest(journey).text

    for what in ("", "save:nobody", "add:wait|paths.9", "trigger:7|save", "rule:x|0|save",
                 "place:wait", "remove:nobody", "explode:wait"):  # fmt: skip
        assert do(client, journey, what, kind="nothing", place="nobody|next").status_code == 200
    late = client.post(f"/journeys/{journey.pk}/draw/", {"do": "add:wait|next", "kind": "wait",
                                                        "seen": "0"})  # fmt: skip
    assert late.status_code == 302
    assert draft.latest(journey).text == before


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_why_is_told_of_a_donor_and_of_each_message(lang, donor, gift, thanking, browser) -> None:
    journey = thanking()
    given = gift(donor())
    always.caught_up(now=NOW)

    page = browser("fundraiser", lang=lang).get(f"/journeys/why/{given.donor_id}/").content.decode()

    assert ("Entrée dans le parcours" if lang == "fr" else "Entered the journey") in page
    assert ("En attente" if lang == "fr" else "Waiting") in page
    assert journey.name(lang) in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_who_is_stuck_has_a_page_and_is_repaired_there(
    lang, donor, gift, thanking, browser
) -> None:
    journey = thanking()
    Template.objects.update(archived_at=NOW)
    gift(donor())
    always.caught_up(now=NOW)
    client, number = browser("fundraiser", lang=lang), Traveller.objects.get().pk

    page = client.get(f"/journeys/{journey.pk}/stuck/").content.decode()
    client.post(f"/journeys/travellers/{number}/repair/", {"way": "out"})

    assert ("Un modèle manque" if lang == "fr" else "A template is missing") in page
    assert Traveller.objects.get().outcome == "stopped"
    assert client.get(f"/journeys/{journey.pk}/stuck/").status_code == 200


def test_a_donor_is_let_in_by_hand_once(donor, drawn) -> None:
    client, journey = drawn
    client.post(f"/journeys/{journey.pk}/publish/")
    token, who = uuid4(), donor()

    for _ in range(2):
        client.post(f"/journeys/{journey.pk}/enrol/", {"donor": who.pk, "token": token})
    client.post(f"/journeys/{journey.pk}/enrol/", {"donor": "nobody", "token": uuid4()})
    assert Unheard.objects.count() == 2
    always.caught_up(now=datetime.now(UTC))

    assert Traveller.objects.get().donor == who


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_people_are_moved_after_a_preview(lang, donor, drawn, browser) -> None:
    _, journey = drawn
    client = browser("fundraiser", lang=lang)
    client.post(f"/journeys/{journey.pk}/publish/")
    client.post(f"/journeys/{journey.pk}/enrol/", {"donor": donor().pk, "token": uuid4()})
    always.caught_up(now=datetime.now(UTC))
    do(client, journey, "save:wait", **{"step.duration.days": "9", "step.key": "longer"})
    client.post(f"/journeys/{journey.pk}/publish/")
    old = journey.versions.get(number=1)

    shown = client.get(f"/journeys/{journey.pk}/move/{old.pk}/").content.decode()
    refused = client.post(f"/journeys/{journey.pk}/move/{old.pk}/", {"go": "1", "to.wait": ""})
    gone = client.post(f"/journeys/{journey.pk}/move/{old.pk}/", {"go": "1", "to.wait": "longer"})

    assert ("Dites où vont" if lang == "fr" else "Say where these") in shown
    assert (refused.status_code, gone.status_code) == (200, 302)
    assert Traveller.objects.get().step == "longer"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_settings_are_the_administrators(lang, browser, house) -> None:
    client = browser("administrator", lang=lang)

    client.post("/journeys/settings/", {"name": "crm", "url": "https://crm.example.org/in"})
    client.post("/journeys/settings/", {"share": "7", "experiment": "spring"})
    for wrong in ({"share": "50"}, {"name": "x", "url": "javascript:1"}, {"name": "", "url": "x"}):
        assert client.post("/journeys/settings/", wrong).status_code == 200

    assert Endpoint.objects.get().url == "https://crm.example.org/in"
    assert (HoldOut.objects.latest("pk").experiment, HoldOut.objects.latest("pk").share) == (
        "spring",
        0.07,
    )
    assert client.get("/journeys/settings/").status_code == 200


@pytest.mark.parametrize("role", ["analyst", "caller", "auditor"])
def test_others_are_refused(role, drawn, browser) -> None:
    _, journey = drawn
    client = browser(role)

    own = f"{journey.pk}/"
    for place in ("", own, f"{own}stuck/", f"{own}rehearsals/", "settings/"):
        assert client.get(f"/journeys/{place}").status_code == 403, place
    for place in ("new/", f"{journey.pk}/draw/", f"{journey.pk}/publish/", f"{journey.pk}/enrol/"):
        assert client.post(f"/journeys/{place}").status_code == 403, place


@pytest.mark.parametrize(("lang", "said"), [("fr", "ne sera pas remercié"),
                                            ("en", "will not be thanked")])  # fmt: skip
def test_thanks_that_some_would_not_get_are_said_and_may_be_published(
    browser, thanking, lang, said
) -> None:
    made = thanking()
    drawn = draft.plain(draft.latest(made)) | {"purpose": "newsletter"}
    draft.change(made.pk, drawn, seen=1, by=None, now=NOW)

    page = browser("fundraiser", lang=lang).get(f"/journeys/{made.pk}/")

    assert page.context["publishable"]
    assert page.content.decode().count(said) >= 2  # above the drawing, and on its card
