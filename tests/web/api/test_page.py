"""Administrators make keys and open addresses; nobody else sees that page."""

import pytest

from mecene_web.api import providers
from mecene_web.api.models import Key, Provider
from mecene_web.audit.models import Entry

pytestmark = pytest.mark.django_db
PAGE = "/api/keys/"
FORM = {"name": "Site de dons", "source": "site", "scopes": ["gifts:write"], "once": "f1"}


@pytest.mark.parametrize("role", ["fundraiser", "analyst", "caller", "auditor"])
def test_other_roles_are_refused(browser, role):
    mine = browser(role)
    assert mine.get(PAGE).status_code == 403
    assert mine.post(PAGE, FORM).status_code == 403
    assert mine.post("/api/keys/1/revoke/").status_code == 403
    assert mine.post("/api/providers/stripe/", {"secret": "x"}).status_code == 403
    assert not Key.objects.exists()


def test_a_stranger_is_asked_to_sign_in(browser):
    assert browser().get(PAGE).status_code == 302


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_key_is_shown_once(browser, lang):
    mine = browser("administrator", lang=lang)
    assert mine.get(PAGE).status_code == 200

    shown = mine.post(PAGE, FORM).content.decode()

    key = Key.objects.get()
    assert "mecene_" in shown
    token = shown.split('value="mecene_')[1].split('"')[0]
    assert token not in mine.get(PAGE).content.decode()
    again = mine.post(PAGE, FORM)
    assert again.status_code == 400
    assert Key.objects.count() == 1
    mine.post(f"/api/keys/{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at is not None
    told = Entry.objects.filter(subject="api_key").order_by("pk")
    assert [(each.verb, each.by_name) for each in told] == [
        ("create", "administrator@example.org"), ("revoke", "administrator@example.org"),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [
    {"name": " "}, {"source": "é è"}, {"source": ""}, {"scopes": []}, {"scopes": ["all:write"]},
    {"source": "x" * 61},
])  # fmt: skip
def test_a_form_that_cannot_be_is_said_so(browser, wrong):
    told = browser("administrator").post(PAGE, FORM | wrong)
    assert told.status_code == 400
    assert not Key.objects.exists()


def test_addresses_are_opened_and_closed(browser):
    mine = browser("administrator")
    for name in providers.KNOWN:
        mine.post(f"/api/providers/{name}/", {})
    waiting = mine.get(PAGE).content.decode()
    assert waiting.count("D’ici là") == len(
        set(providers.KNOWN) - providers.named_by_password() - providers.UNSIGNED
    )
    for name in providers.KNOWN:
        mine.post(f"/api/providers/{name}/", {"secret": "s3cret-invented"})
    page = mine.get(PAGE).content.decode()
    assert "s3cret-invented" not in page
    for name in providers.KNOWN:
        assert f"/api/hooks/{name}/{Provider.objects.get(name=name).place}/" in page
    assert Provider.objects.get(name="postal").locked_secret == ""  # no key at all
    mine.post("/api/providers/stripe/", {"close": "1"})
    assert Provider.objects.get(name="stripe").closed_at is not None
    assert mine.post("/api/providers/paypal/", {"secret": "x"}).status_code == 404
