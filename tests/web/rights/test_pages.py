"""The pages on rights: who may open them, what they say, what a wrong form is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mecene.words import Lexicon
from mecene_web.consent.models import Asked, Consent, Mark
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation.models import Organisation
from mecene_web.rights import archive, requests
from mecene_web.rights.models import Archive, Request, Sweep

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = pytest.mark.parametrize("lang", ["fr", "en"])


@pytest.fixture
def donor():
    Organisation.objects.get_or_create(pk=1)
    made = Donor.objects.create(last_name="Martin", first_name="Alice", email="a@exemple.fr",
                                acquired_on=date(2010, 1, 1))  # fmt: skip
    Record.objects.create(key=1, donor=made, last_name="Martin", first_name="Alice")
    return made


@pytest.fixture
def asked(donor):
    now = timezone.now()
    return Request.objects.create(kind="access", donor=donor, asked_by="Alice Martin", at=now,
                                  received_on=now.date() - timedelta(days=40), token="t",
                                  due_on=now.date() - timedelta(days=9))  # fmt: skip


def addresses(donor, asked):
    return {
        "all": reverse("rights:all"),
        "one": reverse("rights:one", args=[asked.pk]),
        "consent": reverse("rights:consent", args=[donor.pk]),
        "erase": reverse("rights:erase", args=[donor.pk]),
        "retention": reverse("rights:retention"),
        "archives": reverse("rights:archives"),
    }


@LANGUAGES
def test_every_page_speaks_both_languages(browser, donor, asked, lang):
    Asked.objects.create(email="a@exemple.fr", at=timezone.now())
    Consent.objects.create(donor=donor, status="granted", channel="fax", source_ref="x",
                           occurred_at=timezone.now(), written_at=timezone.now())  # fmt: skip
    Mark.objects.create(donor=donor, kind="vulnerable", since=date(2026, 1, 1), reason="Deuil",
                        at=timezone.now())  # fmt: skip
    for name, address in addresses(donor, asked).items():
        page = browser("administrator", lang=lang).get(address)

        assert page.status_code == 200, name
        assert "mc-card" in page.content.decode() or name == "archives"
    late = browser("administrator", lang=lang).get(reverse("rights:all")).content.decode()
    assert {"fr": "en retard", "en": "late"}[lang] in late


def test_every_sentence_has_its_french_spaces_and_its_english():
    for app in ("rights", "consent"):
        for key, said in Lexicon(f"mecene_web.{app}").sentences().items():
            assert said["fr"], key
            assert said["en"], key
            for sign in ";!?%":
                assert f" {sign}" not in said["fr"], key
            assert " :" not in said["fr"], key


@pytest.mark.parametrize("role", ["analyst", "caller", "auditor"])
def test_who_may_not_is_refused(browser, donor, asked, role):
    for address in addresses(donor, asked).values():
        assert browser(role).get(address).status_code == 403
    for name in ("record", "silence", "export", "erase"):
        address = reverse(f"rights:{name}", args=[donor.pk])
        assert browser(role).post(address).status_code == 403
    assert Donor.objects.exists()


def test_a_stranger_is_asked_to_sign_in(browser, donor, asked):
    for address in addresses(donor, asked).values():
        assert browser().get(address).status_code == 302


def test_a_fundraiser_sees_the_rules_and_does_not_apply_them(browser, donor, asked):
    client = browser("fundraiser")

    assert client.get(reverse("rights:retention")).status_code == 200
    assert client.get(reverse("rights:archives")).status_code == 403
    refused = client.post(reverse("rights:confirm", args=["prospects"]), {"seen": "1"})
    assert refused.status_code == 403
    assert not Sweep.objects.exists()


class TestRequests:
    def sent(self, **new):
        today = timezone.localdate().isoformat()
        return {"kind": "access", "asked_by": "Alice", "received_on": today, "token": "k"} | new

    def test_one_is_written_down_with_its_day(self, browser, donor):
        client = browser("fundraiser")
        for _ in range(2):
            answer = client.post(reverse("rights:all"), self.sent(donor=str(donor.pk)))

        made = Request.objects.get()
        assert answer.url == reverse("rights:one", args=[made.pk])
        assert made.donor == donor
        assert 28 <= (made.due_on - made.received_on).days <= 31

    def test_after_midnight_today_has_come_although_greenwich_is_a_day_behind(self, donor):
        late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight in Paris

        made = requests.receive(kind="access", donor=donor, asked_by="Alice", by=None, now=late,
                                received_on=date(2026, 7, 2), token="late")  # fmt: skip

        assert made.due_on == date(2026, 8, 2)

    @pytest.mark.parametrize(
        "new",
        [{"kind": "everything"}, {"asked_by": " "}, {"received_on": "demain"},
         {"received_on": "2999-01-01"}, {"received_on": "1999-01-01"}, {"received_on": "9" * 400}],
    )  # fmt: skip
    def test_a_wrong_form_keeps_what_was_typed(self, browser, donor, new):
        answer = browser("fundraiser").post(reverse("rights:all"), self.sent(note="gardé") | new)

        assert answer.status_code == 400
        assert "gardé" in answer.content.decode()
        assert not Request.objects.exists()

    def test_it_is_closed_once_and_a_refusal_has_a_reason(self, browser, asked):
        client, close = browser("fundraiser"), reverse("rights:close", args=[asked.pk])
        client.post(close, {"state": "refused", "note": ""})
        assert Request.objects.get().state == "open"

        client.post(close, {"state": "done", "note": "Envoyé"})
        client.post(close, {"state": "refused", "note": "Non"})

        asked.refresh_from_db()
        assert (asked.state, asked.note) == ("done", "Envoyé")

    def test_what_does_not_exist_is_not_found(self, browser, donor):
        client = browser("fundraiser")
        for name in ("one", "consent", "erase"):
            assert client.get(reverse(f"rights:{name}", args=[404404])).status_code == 404
        assert client.post(reverse("rights:export", args=[404404])).status_code == 404
        assert client.post(reverse("rights:close", args=[404404])).status_code == 404


class TestConsent:
    def test_a_donors_own_page_has_it_in_brief(self, browser, donor):
        client = browser("fundraiser")
        page = client.get(
            reverse("rights:consent", args=[donor.pk]), headers={"hx-request": "true"}
        )

        assert "<html" not in page.content.decode()
        assert "mc-matrix" in page.content.decode()

    def test_what_a_donor_said_is_written_once(self, browser, donor):
        client = browser("fundraiser")
        sent = {"purpose": "appeal", "channel": "email", "status": "objected", "source": "letter",
                "on": "2026-01-05", "token": "same"}  # fmt: skip
        for _ in range(2):
            client.post(reverse("rights:record", args=[donor.pk]), sent)

        page = client.get(reverse("rights:consent", args=[donor.pk])).content.decode()
        assert Consent.objects.count() == 1
        assert "Opposition" in page

    @pytest.mark.parametrize(
        ("new", "told"),
        [({"on": "hier"}, "Écrivez un jour"), ({"status": "maybe"}, "Il manque un mot"),
         ({"purpose": "", "status": "granted"}, "Il manque un mot"),
         ({"on": "2099-01-01"}, "pas encore venu"), ({"source": "x" * 5_000}, "Il manque un mot")],
    )  # fmt: skip
    def test_a_wrong_form_says_what_is_wrong(self, browser, donor, new, told):
        sent = {"purpose": "appeal", "channel": "email", "status": "objected", "source": "letter",
                "on": "2026-01-05", "token": "same"} | new  # fmt: skip
        page = browser("fundraiser").post(
            reverse("rights:record", args=[donor.pk]), sent, follow=True
        )

        assert told in page.content.decode()
        assert not Consent.objects.exists()

    def test_silence_is_set_and_lifted(self, browser, donor):
        client, address = browser("fundraiser"), reverse("rights:silence", args=[donor.pk])
        client.post(address, {"kind": "deceased", "since": "2026-01-01", "reason": ""})
        assert not Mark.objects.exists()

        client.post(address, {"kind": "deceased", "since": "2026-01-01", "reason": "Sa fille"})
        client.post(reverse("rights:lift", args=[Mark.objects.get().pk]))

        assert Mark.objects.get().lifted_by.role == "fundraiser"


class TestErasure:
    def test_it_is_asked_twice(self, browser, donor):
        client, address = browser("fundraiser"), reverse("rights:erase", args=[donor.pk])
        wrong = client.post(address, {"number": "oui"})
        assert wrong.status_code == 400
        assert Donor.objects.exists()

        done = client.post(address, {"number": str(donor.pk)}, follow=True)

        assert "est effacé" in done.content.decode()
        assert not Donor.objects.exists()
        assert client.post(address, {"number": str(donor.pk)}).status_code == 404

    def test_an_export_is_a_file_that_nobody_keeps(self, browser, donor):
        answer = browser("fundraiser").post(reverse("rights:export", args=[donor.pk]))

        assert answer["Content-Type"] == "application/zip"
        assert answer["Cache-Control"] == "no-store"

    def test_the_archive_opens_for_a_reason(self, browser, donor):
        donor.gifts.create(given_on=date(2026, 1, 1), amount_minor=5_000, currency="EUR",
                           kind="one_off", source_ref="g")  # fmt: skip
        held = archive.seal(donor, now=timezone.now())
        client, address = browser("administrator"), reverse("rights:archive", args=[held.pk])

        assert client.post(address, {"reason": ""}).status_code == 302
        assert "Martin" in client.post(address, {"reason": "Contrôle"}).content.decode()
        assert Archive.objects.exists()


def test_a_rule_is_applied_by_an_administrator(browser, donor):
    client = browser("administrator")
    assert "Alice Martin" in client.get(reverse("rights:retention")).content.decode()

    done = client.post(reverse("rights:confirm", args=["prospects"]), {"seen": "1"}, follow=True)

    assert "en arrière-plan" in done.content.decode()
    assert Sweep.objects.get().found == 1
    assert client.post(reverse("rights:confirm", args=["nobody"]), {"seen": "1"}).status_code == 404


def test_who_asked_for_a_link_is_forgotten_once_answered(browser, donor):
    Asked.objects.create(email="a@exemple.fr", at=timezone.now())
    client = browser("fundraiser")
    assert "/preferences/" in client.get(reverse("rights:all")).content.decode()

    client.post(reverse("rights:answered", args=[Asked.objects.get().pk]))

    assert not Asked.objects.exists()
