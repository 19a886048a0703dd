"""What leaves the house: headers, policy, the pages of mistakes, and no secret in clear."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "src"
pytestmark = pytest.mark.django_db


def policy(answer) -> dict[str, str]:
    told = answer.headers["Content-Security-Policy"].split("; ")
    return dict(each.split(" ", 1) for each in told)


def test_a_strangers_page_runs_nothing_but_our_files(browser):
    told = policy(browser().get("/accounts/login/"))

    assert told["default-src"] == "'none'"
    assert "unsafe" not in " ".join(told.values())
    assert told["frame-ancestors"] == "'none'"


def test_the_frame_evaluates_and_no_more(browser):
    told = policy(browser("administrator").get("/accounts/staff/"))

    assert "'unsafe-eval'" in told["script-src"]
    assert "unsafe-inline" not in " ".join(told.values())


def test_no_nonce_is_given_twice(browser):
    client = browser()
    seen = {policy(client.get("/accounts/login/"))["script-src"] for _ in range(3)}

    assert len(seen) == 3


def test_the_other_headers_are_there_and_a_members_page_is_kept_nowhere(browser):
    headers = browser("administrator").get("/accounts/staff/").headers

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("name", ["staff", "trace", "association", "own"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_page_of_ours_has_anything_inline(browser, name, lang):
    page = browser("administrator", lang=lang).get(f"/accounts/{name}/").content.decode()

    assert 'style="' not in page
    assert "<style" not in page
    assert "onclick=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "Cette page n’existe pas"), ("en", "There is no such page")]
)
def test_a_page_that_is_not_there_says_so_in_our_looks(browser, lang, words):
    answer = browser(lang=lang).get("/nothing/at/all/")

    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_a_refusal_and_a_failure_say_so_in_our_looks(browser, settings, monkeypatch):
    from mecene_web.accounts import members

    refused = browser("caller").get("/accounts/staff/")
    assert (refused.status_code, "pas pour votre rôle" in refused.content.decode()) == (403, True)

    monkeypatch.setattr(members, "everybody", lambda: 1 / 0)
    client = browser("administrator")
    client.raise_request_exception = False
    failed = client.get("/accounts/staff/")
    assert (failed.status_code, "Quelque chose a échoué" in failed.content.decode()) == (500, True)


def test_a_form_from_elsewhere_is_refused_in_our_looks(member):
    from django.test import Client

    client = Client(enforce_csrf_checks=True, headers={"accept-language": "fr"})
    client.force_login(member("administrator"))
    refused = client.post("/accounts/staff/", {"email": "x@example.org", "role": "analyst"})

    assert refused.status_code == 403
    assert "plus valable" in refused.content.decode()


@pytest.mark.slow
@pytest.mark.once
def test_an_installation_behind_https_passes_djangos_own_check(tmp_path):
    told = {
        "MECENE_HOME": str(tmp_path), "MECENE_HTTPS": "1", "MECENE_HOSTS": "dons.example.org",
        "DJANGO_SETTINGS_MODULE": "mecene_web.settings", "PYTHONPATH": str(SOURCES),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        # A browser's tests, read in the same process, leave word for their own thread there.
        env={name: said for name, said in os.environ.items() if not name.endswith("_UNSAFE")}
        | told, capture_output=True, text=True,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "no issues (0 silenced)" in ran.stdout


@pytest.mark.slow
@pytest.mark.once
def test_sso_is_offered_where_it_is_told_and_its_secret_is_in_no_table(tmp_path):
    program = (
        "from mecene_web import opening; opening.ready()\n"
        "from django.conf import settings\n"
        "from mecene_web.design import policy\n"
        "app = settings.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0]\n"
        "print(app['client_id'], app['secret'], policy.policy(nonce='x', framed=False))\n"
    )
    (tmp_path / "secret").write_text("s3cret\n")
    told = {
        "MECENE_HOME": str(tmp_path / "home"), "MECENE_OIDC_SERVER": "https://id.example.org/realm",
        "MECENE_OIDC_CLIENT": "mecene", "MECENE_OIDC_SECRET_FILE": str(tmp_path / "secret"),
        "PYTHONPATH": str(SOURCES),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True
    )

    assert ran.stdout.startswith("mecene s3cret "), ran.stderr
    assert "form-action 'self' https://id.example.org;" in ran.stdout
