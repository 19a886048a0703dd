"""A caller sees whom they are to call, nothing else of them; what came of it is written once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mecene_web.consent.models import Consent
from mecene_web.donors import enter, to_do
from mecene_web.donors.models import Task
from mecene_web.events.models import Contact, Interaction

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def call(member):
    """Alice, to be called by the caller."""

    def made(owner="caller", name="Martin", phone="06 12 34 56 78", **told):
        by = member("fundraiser")
        donor = enter.new({"first_name": "Alice", "last_name": name, "phone": phone,
                           "email": f"{name}@exemple.fr".lower()}, by=by, now=NOW)  # fmt: skip
        return to_do.ask(donor.pk, "Remercier pour son premier don", kind="call", by=by, now=NOW,
                         owner=member(owner), due_on=told.get("due_on"))  # fmt: skip

    return made


@pytest.mark.parametrize(("lang", "words"), [("fr", "Résultat"), ("en", "Result")])
def test_the_list_has_name_number_and_reason_alone(call, browser, lang, words):
    call()
    call(owner="fundraiser", name="Durand", phone="0611111111")

    page = browser("caller", lang=lang).get("/calls/").content.decode()

    assert words in page
    assert "06 12 34 56 78" in page
    assert "Remercier" in page
    assert "martin@exemple.fr" not in page
    assert "Durand" not in page


@pytest.mark.parametrize(("outcome", "contacts", "acts", "again"), [
    ("reached", 1, 1, 0), ("no_answer", 1, 0, 1), ("refuses_calls", 1, 1, 0),
])  # fmt: skip
def test_what_came_of_a_call_is_written_once(call, browser, outcome, contacts, acts, again):
    task = call()
    client = browser("caller")
    for _ in range(2):
        client.post(f"/calls/{task.pk}/", {"outcome": outcome, "said": "Merci !"})

    assert Contact.objects.filter(channel="phone").count() == contacts
    assert Interaction.objects.filter(kind="call").count() == acts
    assert Task.objects.filter(done_at=None).count() == again


def test_who_refuses_calls_is_on_no_list_again(call, browser, member):
    task = call()
    other = to_do.ask(task.donor_id, "Autre appel", kind="call", owner=member("fundraiser"),
                      due_on=None, by=member("fundraiser"), now=NOW)  # fmt: skip

    browser("caller").post(f"/calls/{task.pk}/", {"outcome": "refuses_calls"})

    said = Consent.objects.get(donor=task.donor)
    assert (said.channel, said.status) == ("phone", "objected")
    other.refresh_from_db()
    assert other.outcome == "given_up"
    to_do.ask(task.donor_id, "Encore", kind="call", owner=member("caller"), due_on=None,
              by=member("fundraiser"), now=NOW)  # fmt: skip
    assert "Encore" not in browser("caller").get("/calls/").content.decode()


def test_who_is_to_be_called_back_comes_back_that_day(call, browser):
    task = call()
    client = browser("caller")
    tomorrow = timezone.localdate() + timedelta(days=1)

    client.post(f"/calls/{task.pk}/", {"outcome": "call_back", "again_on": "hier"})
    assert Task.objects.get().done_at is None
    client.post(f"/calls/{task.pk}/", {"outcome": "call_back",
                                       "again_on": f"{tomorrow:%d/%m/%Y}"})  # fmt: skip

    assert Task.objects.get(done_at=None).due_on == tomorrow
    assert "Remercier" not in client.get("/calls/").content.decode()


def test_anothers_call_is_not_for_them_to_say(call, browser):
    task = call(owner="fundraiser")
    client = browser("caller")

    client.post(f"/calls/{task.pk}/", {"outcome": "reached"})
    client.post("/calls/999999/", {"outcome": "reached"})
    client.post(f"/calls/{task.pk}/", {"outcome": "dance"})

    assert Task.objects.get().done_at is None
    assert not Contact.objects.exists()


@pytest.mark.parametrize("role", ["analyst", "auditor", None])
def test_others_have_no_calls(browser, role, db):
    assert browser(role).get("/calls/").status_code == (403 if role else 302)


def test_an_empty_list_says_what_comes(browser, db):
    assert "Personne à appeler" in browser("caller").get("/calls/").content.decode()
