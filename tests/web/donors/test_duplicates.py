"""Duplicates are judged by a person, side by side, once; whatever was merged can be taken apart."""

from datetime import UTC, datetime

import pytest

from mecene_web.donors import enter
from mecene_web.donors.models import Donor, Merge, Proposal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def pair(member):
    by = member("fundraiser")
    one = enter.new({"last_name": "Martin", "first_name": "Alice", "city": "Paris",
                     "birth_date": "01/02/1980"}, by=by, now=NOW)  # fmt: skip
    other = enter.new({"last_name": "Martin", "first_name": "A.", "city": "Paris",
                       "email": "alice@exemple.fr"}, by=by, now=NOW)  # fmt: skip
    return Proposal.objects.create(one=one, other=other, score=0.8,
                                   evidence={"fr": "même nom", "en": "same name"})  # fmt: skip


@pytest.mark.parametrize(("lang", "words"), [("fr", "même nom"), ("en", "same name")])
def test_both_are_shown_side_by_side_with_the_evidence(pair, browser, lang, words):
    page = browser("fundraiser", lang=lang).get("/donors/duplicates/").content.decode()

    for text in (words, "Alice Martin", "A. Martin", "alice@exemple.fr", "Paris"):
        assert text in page


def test_merged_then_taken_apart_each_once(pair, browser):
    client = browser("fundraiser")
    judged = {"keep": pair.one_id, "other": pair.other_id}
    first = client.post(f"/donors/duplicates/{pair.pk}/", judged, follow=True).content.decode()
    stale = client.post(f"/donors/duplicates/{pair.pk}/", judged, follow=True).content.decode()
    refusal = client.post(f"/donors/duplicates/{pair.pk}/", follow=True).content.decode()

    made = Merge.objects.get()
    assert made.rule == "proposed"
    assert "n’en font plus qu’une" in first
    assert "datait un peu" in stale
    assert "datait un peu" in refusal
    assert Donor.objects.get(pk=pair.one_id).email == "alice@exemple.fr"

    for _ in range(2):
        client.post(f"/donors/merges/{made.pk}/undo/")
    made.refresh_from_db()
    assert made.undone_at
    assert Donor.objects.get(pk=pair.one_id).email is None
    assert Donor.objects.get(pk=pair.other_id).email == "alice@exemple.fr"


def test_two_people_are_not_proposed_again(pair, browser):
    client = browser("fundraiser")
    client.post(f"/donors/duplicates/{pair.pk}/")

    assert "Aucun doublon" in client.get("/donors/duplicates/").content.decode()
    stale = client.post(f"/donors/duplicates/{pair.pk}/",
                        {"keep": pair.one_id, "other": pair.other_id}, follow=True)  # fmt: skip
    assert "deux personnes" in stale.content.decode()
    assert not Merge.objects.exists()


@pytest.mark.parametrize("told", [{"keep": "1" * 30, "other": "2"}, {"keep": "7", "other": "7"},
                                  {"keep": "x", "other": "y"},
                                  {"keep": "999998", "other": "5"}])  # fmt: skip
def test_numbers_that_are_nobodys_change_nothing(pair, browser, told):
    client = browser("fundraiser")
    assert client.post(f"/donors/duplicates/{pair.pk}/", told).status_code == 302
    assert client.post("/donors/duplicates/999999/", {}).status_code == 302
    assert client.post("/donors/merges/999999/undo/").status_code == 302
    assert not Merge.objects.exists()


@pytest.mark.parametrize("role", ["analyst", "caller", "auditor", None])
def test_others_judge_nothing(pair, browser, role):
    client = browser(role)
    for answer in (client.get("/donors/duplicates/"),
                   client.post(f"/donors/duplicates/{pair.pk}/")):  # fmt: skip
        assert answer.status_code == (403 if role else 302)
    pair.refresh_from_db()
    assert pair.refused_at is None
