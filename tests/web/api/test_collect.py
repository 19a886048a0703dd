"""Pages seen on the site are kept as far as the visitor agreed, and become theirs once known."""

import json
from datetime import UTC, datetime

import pytest

from mecene_web.api import collect, limits, people
from mecene_web.consent.models import Consent
from mecene_web.events.models import Interaction, Visitor
from mecene_web.organisation.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SITE = "https://exemple.fr"
TOKEN = "a" * 32


@pytest.fixture
def site(client):
    limits.forget()
    Organisation.objects.update_or_create(pk=1, defaults={"site": f"{SITE}/"})
    counted = iter(range(10**6))

    def told(kind="page_view", *, origin=SITE, headers=None, **more):
        seen = {"kind": kind, "id": f"{next(counted):032}", "page": f"{SITE}/don?nom=zoe"} | more
        return client.post("/collect", json.dumps(seen), content_type="text/plain",
                           headers={"origin": origin} | (headers or {}))  # fmt: skip

    return told


def zoe():
    told = [{"email": "zoe@exemple.fr", "last_name": "Petit", "source_ref": "1"}]
    return people.welcome(told, source="x", now=NOW)[0].donor_id


def test_without_consent_a_page_has_neither_visitor_nor_donor(site):
    assert site().status_code == 204
    assert site(visitor=TOKEN, consent=False).status_code == 204

    seen = Interaction.objects.all()
    assert [(row.visitor_id, row.donor_id) for row in seen] == [(None, None)] * 2
    assert not Visitor.objects.exists()
    assert seen[0].properties == {"page": "/don"}  # nothing of what stands behind «?»


def test_who_says_who_they_are_has_seen_what_they_saw_before(site):
    donor = zoe()
    site(visitor=TOKEN, consent=True)
    site("form_started", visitor=TOKEN, consent=True)
    site("known", visitor=TOKEN, consent=True, email="Zoe@exemple.fr")
    site(visitor=TOKEN, consent=True, page=f"{SITE}/merci?utm_campaign=NOEL")

    rows = Interaction.objects.order_by("pk")
    assert [(row.kind, row.donor_id) for row in rows] == [
        ("page_view", donor), ("form_started", donor), ("page_view", donor),
    ]  # fmt: skip
    assert rows.last().campaign_code == "NOEL"
    assert Consent.objects.get().status == "granted"


def test_a_link_of_ours_says_it_too_and_only_ours(site):
    donor = zoe()
    site(visitor=TOKEN, consent=True)
    for said in ("1", "x:y", collect.token(donor)[:-1] + "?"):
        site("known", visitor=TOKEN, consent=True, token=said)
    assert Visitor.objects.get().donor_id is None
    site("known", visitor=TOKEN, consent=True, token=collect.token(donor))
    assert Interaction.objects.get().donor_id == donor


def test_an_address_of_nobody_is_answered_alike(site):
    site(visitor=TOKEN, consent=True)
    assert site("known", visitor=TOKEN, consent=True, email="no@exemple.fr").status_code == 204
    assert Visitor.objects.get().donor_id is None


def test_no_longer_agreeing_takes_the_name_off(site):
    donor = zoe()
    site(visitor=TOKEN, consent=True)
    site("known", visitor=TOKEN, consent=True, email="zoe@exemple.fr")
    site("consent", visitor=TOKEN, consent=False)

    assert not Visitor.objects.exists()
    last = Consent.objects.order_by("-pk").first()
    assert (last.donor_id, last.status, last.purpose) == (donor, "withdrawn", "web_tracking")
    site(visitor=TOKEN, consent=True)
    site("known", visitor=TOKEN, consent=True, email="zoe@exemple.fr")
    assert Interaction.objects.order_by("-pk").first().donor_id is None


def test_who_asks_not_to_be_followed_is_not(site):
    for header in ("sec-gpc", "dnt"):
        assert site(visitor=TOKEN, consent=True, headers={header: "1"}).status_code == 204
    assert not Interaction.objects.exists()
    assert not Visitor.objects.exists()


def test_only_the_association_s_own_site_tells(site, client):
    assert site(origin="https://autre.fr").status_code == 403
    assert site(origin="").status_code == 403
    assert site(origin="null").status_code == 403
    assert site(origin="https://exemple.fr.autre.fr").status_code == 403
    assert site(origin="http://exemple.fr").status_code == 403
    assert site(page="https://autre.fr/don").status_code == 422
    assert site(origin="https://www.exemple.fr").status_code == 204
    assert site()["Access-Control-Allow-Origin"] == SITE
    Organisation.objects.update(site="")
    assert site().status_code == 403
    assert client.get("/collect").status_code == 405


def test_what_is_no_page_view_is_refused(site, client):
    assert site(kind="anything").status_code == 422
    assert site(visitor="'; drop").status_code == 422
    assert site(page="javascript:alert(1)").status_code == 422
    assert site(page="https://[").status_code == 422
    assert site(extra=1).status_code == 422
    assert site(email="x" * 9_000).status_code == 413
    bad = client.post("/collect", b"\xff", content_type="text/plain", headers={"origin": SITE})
    assert bad.status_code == 422


def test_sent_twice_it_is_one_page(site):
    for _ in range(2):
        site(id="b" * 32)
    assert Interaction.objects.count() == 1


def test_too_many_from_one_place_wait(site, monkeypatch):
    monkeypatch.setattr(limits, "PER_VISITOR_MINUTE", 2)
    assert [site().status_code for _ in range(3)] == [204, 204, 429]


def test_the_script_is_served_and_sets_no_cookie(client):
    told = client.get("/collect.js")
    assert told["Content-Type"].startswith("text/javascript")
    assert "globalPrivacyControl" in told.content.decode()
    assert not told.cookies
    assert "max-age" in told["Cache-Control"]
