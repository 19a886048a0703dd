"""Whoever steers journeys sees who stands on a step, since when, until when, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from mecene.sources import folding
from mecene_web.donors.models import Donor
from mecene_web.journeys import always, passed, repair
from mecene_web.journeys.models import Journey, Traveller

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def resting(donor, gift, thanking):
    """Three donors who were thanked, and rest: ``(journey, donors)``."""
    journey = thanking()
    people = [donor(last_name=name) for name in ("Zola", "Élise-Martin", "Petit")]
    for who in people:
        gift(who)
    always.caught_up(now=NOW)
    for days, who in enumerate(people):
        Traveller.objects.filter(donor=who).update(arrived_at=NOW - timedelta(days=days))
        words = folding.fold(f"{who.first_name} {who.last_name}")
        Donor.objects.filter(pk=who.pk).update(sought=words)
    return journey, people


def address(journey: Journey, step: str = "rest") -> str:
    return f"/journeys/{journey.pk}/steps/{step}/"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_steps_count_leads_to_those_who_stand_there(browser, resting, lang) -> None:
    journey, people = resting
    client = browser("fundraiser", lang=lang)

    page = client.get(f"/journeys/{journey.pk}/").content.decode()
    told = client.get(address(journey))

    assert f'href="{address(journey)}"' in page
    assert [row["donor"].pk for row in told.context["rows"]] == [who.pk for who in people[::-1]]
    text = told.content.decode()
    assert ("3 personnes sont à cette étape" if lang == "fr" else "3 people stand") in text
    for who in people:
        assert f'href="/journeys/why/{who.pk}/"' in text
        assert f'href="/donors/{who.pk}/"' in text


def test_they_are_searched_as_donors_are(browser, resting) -> None:
    journey, people = resting
    client = browser("fundraiser")

    found = client.get(address(journey), {"q": "elise"}).context["rows"]
    nobody = client.get(address(journey), {"q": "Dupont<b>"}).content.decode()

    assert [row["donor"].pk for row in found] == [people[1].pk]
    assert "Personne de ce nom" in nobody
    assert "Dupont&lt;b&gt;" in nobody


def test_they_are_shown_by_pages(browser, resting, monkeypatch) -> None:
    journey, people = resting
    monkeypatch.setattr("mecene_web.journeys.standing.A_PAGE", 2)
    client = browser("fundraiser")

    first, second = (client.get(address(journey), {"page": n}).context for n in (1, 2))
    beyond = client.get(address(journey), {"page": "zorg"}).context

    shown = [row["donor"].pk for told in (first, second) for row in told["rows"]]
    assert sorted(shown) == sorted(who.pk for who in people)
    assert beyond["page"].number == 1


def test_who_is_stuck_late_or_of_another_version_is_marked(browser, resting) -> None:
    journey, people = resting
    Traveller.objects.filter(donor=people[0]).update(stuck="NoText: thanks (email)")
    Traveller.objects.filter(donor=people[1]).update(due_at=NOW - timedelta(days=1))
    page = browser("fundraiser").get(address(journey))

    rows = {row["donor"].pk: row for row in page.context["rows"]}
    text = page.content.decode()
    assert rows[people[0].pk]["stuck"] == "NoText"
    assert rows[people[1].pk]["late"]
    assert "Un modèle manque" in text
    assert "d’un instant à l’autre" in text
    assert f'href="/journeys/{journey.pk}/stuck/"' in text
    assert len(repair.stuck(journey_id=journey.pk)) == 1


def test_who_may_see_donors_sees_them_and_nobody_else(browser, resting) -> None:
    journey, _ = resting

    seen = browser("analyst").get(address(journey))
    assert seen.status_code == 200
    assert "/journeys/why/" not in seen.content.decode()  # a page they may not open
    for role in ("caller", "auditor"):
        assert browser(role).get(address(journey)).status_code == 403


def test_an_empty_step_and_one_that_is_none_say_so(browser, resting) -> None:
    journey, _ = resting
    client = browser("fundraiser")

    assert "Personne n’est à cette étape" in client.get(address(journey, "mark")).content.decode()
    assert client.get(address(journey, "no-such")).status_code == 200
    assert client.get("/journeys/987654/steps/rest/").status_code == 404


def test_a_draw_is_shown_with_what_went_by_each_arm() -> None:
    text = """{"code": "a", "start": "cast", "steps": [
        {"do": "split", "key": "cast", "arms": [
            {"name": "story", "weight": 1, "next": "rest"}, {"name": "figures", "weight": 3}]},
        {"do": "wait", "key": "rest", "duration": {"days": 2}}]}"""
    rows = [("cast", "arms.story", 3), ("cast", "arms.figures", 9), ("rest", "", 1),
            ("rest", "exit", 2)]  # fmt: skip

    line = passed.drawn(text, rows)

    card = line["cards"][0]
    assert (card["came"], [(way["count"], way["share"]) for way in card["ways"]]) == (
        12, [(3, 0.25), (9, 0.75)],
    )  # fmt: skip
    rest = card["ways"][0]["line"]["cards"][0]
    assert (rest["came"], rest["stands"], [way for _, way in rest["ended"]]) == (3, 1, ["exit"])
    assert passed.drawn(text, []) == {}
