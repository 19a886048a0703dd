"""A donor chooses what they receive: no account, a link, and each choice a row with its proof."""

import json
from datetime import date, timedelta

import pytest
from django.core import signing
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mecene_web.consent import choose, links, state
from mecene_web.consent.links import Visit
from mecene_web.consent.models import Asked, Consent, Wording
from mecene_web.donors.models import Donor, Merge
from mecene_web.organisation.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def donor():
    return Donor.objects.create(first_name="Zoé", last_name="Petit", email="zoe@exemple.fr")


@pytest.fixture
def address(donor):
    return links.address(donor.pk)


def allowed(donor):
    return {box for box, on in choose.boxes(donor.pk, now=timezone.now()).items() if on}


@pytest.mark.parametrize(("lang", "words"), [("fr", "Vos préférences"), ("en", "Your preferences")])
def test_anybody_with_the_link_sees_their_choices(browser, address, lang, words):
    page = browser(lang=lang).get(address)

    assert page.status_code == 200
    text = page.content.decode()
    assert words in text
    assert f'<html lang="{lang}"' in text
    assert "Zoé Petit" in text
    assert "<script" not in text
    assert "checked" in text


def test_the_language_may_be_asked_for(browser, address):
    assert "Your preferences" in browser().get(f"{address}?lang=en").content.decode()


def test_unticking_writes_what_changed_with_its_proof(browser, donor, address):
    keep = [f"{p}:{c}" for p, c in allowed(donor) if (p, c) != ("appeal", "email")]

    page = browser().post(address, {"box": keep}, follow=True)

    assert "1 choix" in page.content.decode()
    row = Consent.objects.get()
    assert (row.purpose, row.channel, row.status) == ("appeal", "email", "objected")
    assert row.source == "preference_centre"
    assert set(json.loads(row.proof)) == {"link", "on", "by"}
    shown = Wording.objects.get(version=row.text_version)
    assert "Appels aux dons" in shown.text_fr
    assert "Appeals for gifts" in shown.text_en


def test_the_same_choice_twice_is_written_once(browser, donor, address):
    for _ in range(2):
        page = browser().post(address, {"box": []}, follow=True)

    assert "Rien n’avait changé" in page.content.decode()
    rows = Consent.objects.count()
    assert rows == len({(r.purpose, r.channel) for r in Consent.objects.all()})
    assert allowed(donor) == set()


def test_everything_is_refused_at_once_and_may_be_taken_back_by_one_box(browser, donor, address):
    browser().post(address, {"stop": "1"})
    assert Consent.objects.get().purpose is None
    assert allowed(donor) == set()

    browser().post(address, {"box": ["newsletter:email"]})
    assert allowed(donor) == {("newsletter", "email")}
    assert not state.may(donor.pk, purposes=["newsletter"], channel="owl",
                         on=timezone.localdate()).allowed  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sets(st.integers(0, 40)), min_size=1, max_size=3), st.booleans())
def test_what_is_ticked_is_what_holds(donor, choices, stops):
    visit = Visit(donor, "link")
    boxes = list(choose.boxes(donor.pk, now=timezone.now()))
    if stops:
        choose.stop(visit, now=timezone.now())
    for picked in choices:
        ticked = {boxes[n] for n in picked if n < len(boxes)}

        choose.choose(visit, ticked, now=timezone.now())

        assert allowed(donor) == ticked


def test_boxes_nobody_drew_are_not_heard(browser, donor, address):
    browser().post(address, {"box": ["transactional:email", "lottery:owl", "x", ":"]})

    assert not Consent.objects.filter(purpose="transactional").exists()


class TestLostLinks:
    def test_an_old_link_says_so_and_offers_another(self, browser, donor, monkeypatch):
        with monkeypatch.context() as then:
            then.setattr("django.core.signing.time.time", lambda: 1_600_000_000)
            old = links.address(donor.pk)

        page = browser().get(old)

        assert page.status_code == 410
        assert "90" in page.content.decode()
        assert "Demander un autre lien" in page.content.decode()

    @pytest.mark.parametrize("cut", [-1, -10, 5])
    def test_a_cut_link_too(self, browser, address, cut):
        page = browser().get(address.rstrip("/")[:cut] + "/" if cut < 0 else "/preferences/abc/")

        assert page.status_code == 410
        assert "coupé" in page.content.decode()

    @pytest.mark.parametrize("told", [[1], "x", None, ["a", "b"], [10**30, "x"], [1, 2, 3]])
    def test_what_we_never_wrote_is_refused(self, browser, told):
        token = signing.dumps(told, salt=links._SALT)

        assert browser().get(f"/preferences/{token}/").status_code == 410

    def test_another_is_asked_for_and_nothing_says_who_is_known(self, browser, donor):
        known = browser().post("/preferences/ask/", {"email": "Zoe@exemple.fr"})
        stranger = browser().post("/preferences/ask/", {"email": "nobody@exemple.fr"})

        assert known.content == stranger.content
        assert Asked.objects.count() == 2

    def test_what_is_no_address_is_said_so(self, browser):
        page = browser().post("/preferences/ask/", {"email": "zoe<script>"})

        assert page.status_code == 400
        assert "<script>" not in page.content.decode()
        assert not Asked.objects.exists()


def test_the_link_follows_who_was_found_to_be_another(browser, donor, address):
    other = Donor.objects.create(first_name="Zoé", last_name="Petit-Roux")
    Merge.objects.create(kept=other, absorbed=donor, at=timezone.now())

    assert "Petit-Roux" in browser().get(address).content.decode()


def test_beliefs_leave_no_box_ticked_that_takes_consent(browser, donor):
    Organisation.objects.update_or_create(pk=1, defaults={"sensitive": True})

    assert ("profiling", "any") not in allowed(donor)
    assert ("appeal", "email") in allowed(donor)


def test_who_is_protected_sees_no_form(browser, donor, address):
    donor.marks.create(kind="vulnerable", since=date(2026, 1, 1), reason="x", at=timezone.now())

    assert "checkbox" not in browser().get(address).content.decode()


def test_links_last_as_long_as_they_say():
    assert timedelta(days=links.DAYS) == timedelta(days=90)
