"""Members are invited, come in by a link, change, leave; the association keeps an administrator."""

import re

import pytest
from django.core.cache import cache

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence one remembers"


@pytest.fixture(autouse=True)
def calm():
    cache.clear()


@pytest.fixture
def admin(browser):
    return browser("administrator")


def staff(email: str):
    from mecene_web.accounts.models import Staff

    return Staff.objects.get(email=email)


def link_in(answer) -> str:
    return re.search(r'value="http://testserver([^"]+)"', answer.content.decode())[1]


def welcome(client, **told):
    given = {"name": "Inès", "password": PASSWORD, "password_again": PASSWORD, "language": ""}
    return client.post("/accounts/welcome/", given | told)


def trace() -> list[tuple[str, str]]:
    from mecene_web.audit import read

    return [(entry.verb, entry.subject) for entry in read.entries()]


class TestAnInvitation:
    def test_is_a_link_by_which_somebody_comes_in_once_and_chooses_a_password(self, admin, browser):
        answer = admin.post("/accounts/staff/", {"email": "New@Example.org", "role": "analyst"})
        link = link_in(answer)
        guest = browser()
        assert guest.get(link).status_code == 200  # a preview does not use it up
        assert guest.post(link).headers["Location"] == "/accounts/welcome/"
        # Nothing is open before a password is chosen.
        assert guest.get("/exports/").headers["Location"] == "/accounts/welcome/"
        assert welcome(guest, language="en").headers["Location"] == "/"

        member = staff("new@example.org")
        assert (member.name, member.role, member.language) == ("Inès", "analyst", "en")
        assert guest.get("/exports/").status_code == 200
        assert browser().post(link).status_code == 403
        assert browser().login(username="new@example.org", password=PASSWORD)
        assert trace() == [("join", "staff"), ("invite", "staff")]

    def test_of_a_known_address_is_refused(self, admin):
        answer = admin.post(
            "/accounts/staff/", {"email": "Administrator@example.org", "role": "analyst"}
        )

        assert "déjà cette adresse" in answer.content.decode()

    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"email": "x"},
            {"email": "a" * 300 + "@x.org"},
            {"email": "b@x.org", "role": "king"},
        ],
    )
    def test_ill_written_is_refused_with_a_message(self, admin, told):
        from mecene_web.accounts.models import Staff

        answer = admin.post("/accounts/staff/", {"role": "analyst"} | told)

        assert answer.status_code == 200
        assert "mc-error" in answer.content.decode()
        assert Staff.objects.count() == 1

    def test_link_is_of_no_use_after_a_week_nor_when_changed(self, admin, browser, monkeypatch):
        from mecene_web.accounts import one_time

        link = link_in(
            admin.post("/accounts/staff/", {"email": "n@example.org", "role": "analyst"})
        )
        assert browser().post(link[:-3] + "x/").status_code == 403
        monkeypatch.setitem(one_time.HOURS, "invitation", -1)
        assert browser().post(link).status_code == 403

    def test_is_sent_where_there_is_a_server(self, admin, settings, mailoutbox):
        admin.post("/accounts/staff/", {"email": "n@example.org", "role": "analyst"})

        assert mailoutbox[0].to == ["n@example.org"]
        assert "/accounts/first/" in mailoutbox[0].body

    @pytest.mark.parametrize(
        "told",
        [
            {"password_again": "another sentence altogether"},
            {"password": "short", "password_again": "short"},
            {"password": "motdepasse123", "password_again": "motdepasse124"},
            {"name": ""},
            {"name": "n" * 300},
        ],
    )
    def test_a_bad_welcome_is_refused_and_nothing_is_kept(self, admin, browser, told):
        answer = admin.post("/accounts/staff/", {"email": "n@example.org", "role": "analyst"})
        guest = browser()
        guest.post(link_in(answer))
        refused = welcome(guest, **told)

        assert "mc-error" in refused.content.decode()
        assert not staff("n@example.org").has_usable_password()


class TestTheVeryFirst:
    def test_gives_an_address_of_their_own_too(self, db, browser):
        from mecene_web.accounts import first_login

        link = first_login.link("")
        guest = browser()
        guest.post(link)
        welcome(guest, email="chair@example.org")

        assert staff("chair@example.org").role == "administrator"
        assert first_login.link("") is None


class TestAMember:
    def test_is_given_another_role_and_the_log_says_so(self, admin, member):
        from mecene_web.audit import read

        one = member("fundraiser")
        admin.post(f"/accounts/staff/{one.pk}/role/", {"role": "administrator"})

        one.refresh_from_db()
        assert (one.role, one.is_superuser) == ("administrator", True)
        told = read.details(read.entries(verb="change").get())
        assert (told.before, told.after) == ({"role": "fundraiser"}, {"role": "administrator"})

    def test_who_is_deactivated_is_out_at_once(self, admin, browser, member):
        one = member("fundraiser")
        client = browser()
        told = {"login": one.email, "password": "correct horse battery"}
        client.post("/accounts/login/", told)
        assert client.get("/exports/").status_code == 200
        admin.post(f"/accounts/staff/{one.pk}/active/", {"active": "no"})

        assert client.get("/exports/").status_code == 302
        client.post("/accounts/login/", told)
        assert client.get("/exports/").status_code == 302
        admin.post(f"/accounts/staff/{one.pk}/active/", {"active": "yes"})
        client.post("/accounts/login/", told)
        assert client.get("/exports/").status_code == 200

    def test_who_lost_everything_begins_anew_by_a_link(self, admin, browser, member):
        one = member("fundraiser")
        answer = admin.post(f"/accounts/staff/{one.pk}/link/")
        assert not browser().login(username=one.email, password="correct horse battery")
        guest = browser()
        guest.post(link_in(answer))
        welcome(guest)

        assert guest.get("/exports/").status_code == 200

    @pytest.mark.parametrize(
        ("path", "told"),
        [("role", {"role": "analyst"}), ("active", {"active": "no"}), ("link", {})],
    )
    def test_the_last_administrator_stays(self, admin, path, told):
        me = staff("administrator@example.org")
        answer = admin.post(f"/accounts/staff/{me.pk}/{path}/", told, follow=True)

        assert "plus personne" in answer.content.decode()
        me.refresh_from_db()
        assert (me.role, me.is_active, me.has_usable_password()) == ("administrator", True, True)

    def test_nobody_who_is_no_member_is_changed(self, admin):
        for path in ("", "role/", "active/", "link/"):
            answer = admin.post(f"/accounts/staff/999999/{path}")
            assert answer.status_code == 404


class TestOneself:
    def test_chooses_a_name_and_a_language(self, browser):
        client = browser("caller", lang="fr")
        assert "Mon compte" in client.get("/accounts/own/").content.decode()
        client.post("/accounts/own/", {"name": "Zoé", "language": "en"})

        assert "My account" in client.get("/accounts/own/").content.decode()

    @pytest.mark.parametrize("page", ["password/change", "2fa", "sessions"])
    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_has_pages_for_password_second_step_and_sessions(self, browser, page, lang):
        answer = browser("caller", lang=lang).get(f"/accounts/{page}/", follow=True)

        assert answer.status_code == 200
        assert f'<html lang="{lang}"' in answer.content.decode()


class TestSigningIn:
    def test_after_too_many_tries_waits_even_with_the_right_password(self, browser, member):
        one = member("analyst")
        client = browser()
        for number in range(6):
            client.post("/accounts/login/", {"login": one.email, "password": f"no {number}"})
        answer = client.post(
            "/accounts/login/", {"login": one.email, "password": "correct horse battery"}
        )

        assert answer.status_code == 200  # still at the door
        assert client.get("/exports/").status_code == 302

    def test_tries_are_counted_where_every_process_sees_them(self, settings):
        assert "db.DatabaseCache" in settings.CACHES["default"]["BACKEND"]

    def test_with_a_second_step_asks_for_it_and_locks_its_secret(self, browser, member):
        from allauth.mfa.models import Authenticator
        from allauth.mfa.totp.internal import auth

        one = member("analyst")
        secret = auth.generate_totp_secret()
        auth.TOTP.activate(one, secret)
        assert secret not in str(Authenticator.objects.get().data)
        client = browser()
        answer = client.post(
            "/accounts/login/", {"login": one.email, "password": "correct horse battery"}
        )
        assert "2fa" in answer.headers["Location"]
        assert client.get("/exports/").status_code == 302
        counter = next(auth.yield_hotp_counters_from_time())
        code = auth.format_hotp_value(auth.hotp_value(secret, counter))
        client.post("/accounts/2fa/authenticate/", {"code": code})

        assert client.get("/exports/").status_code == 200

    def test_ends_everywhere_else_when_asked(self, browser, member):
        one = member("analyst")
        told = {"login": one.email, "password": "correct horse battery"}
        here, there = browser(), browser()
        here.post("/accounts/login/", told)
        there.post("/accounts/login/", told)
        here.post("/accounts/sessions/")

        assert there.get("/exports/").status_code == 302
        assert here.get("/exports/").status_code == 200
