"""Every address of the house has a door: strangers see nothing, each role sees its own."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from mecene_web.accounts import roles

pytestmark = pytest.mark.django_db
# Not ours: each is tried as a stranger below.
FOREIGN = ("allauth.", "django.contrib.admin.", "unfold.", "ninja.", "django.views.generic.")
# What allauth shows to whoever asks: how to come in, or that one may not.
ALLAUTH_OPEN = {
    "account_login", "account_signup", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_email",
    "account_email_verification_sent", "account_confirm_login_code", "account_logout",
    "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup",
    "openid_connect_login", "openid_connect_callback", "mfa_authenticate", "mfa_trust",
    "account_confirm_password_reset_code",
}  # fmt: skip
FILLED = {"int": "999999", "str": "x", "slug": "x", "path": "x", "uuid": "0" * 32}


def walked(
    patterns: Any = None, before: str = "/", space: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield (name, address, view) of every pattern of the project."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walked(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", here, pattern.callback


def filled(route: str) -> str:
    route = re.sub(r"\(\?P<\w+>([^)]*)\)", lambda found: _one_of(found[1]), route)
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED.get(found[1] or "str", "x"), route)
    return re.sub(r"\\Z|[$^\\]", "", route)


def _one_of(group: str) -> str:
    """Return something that a group of a regular expression takes."""
    return "x" if "[" in group or "." in group else group.split("|")[0]


EVERY = list(walked())
OURS = [
    each
    for each in EVERY
    if not each[0].startswith("admin:")
    and not (getattr(each[2], "__module__", "") or "").startswith(FOREIGN)
    and not hasattr(each[2], "view_class")
]  # fmt: skip
CLOSED = [each for each in OURS if getattr(each[2], "needs", None)]


def to_login(answer: Any) -> bool:
    return answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]


def test_every_view_of_ours_says_who_may_open_it():
    assert [name for name, _, view in OURS if not hasattr(view, "needs")] == []
    assert len(CLOSED) > 10


def test_every_door_has_a_key_that_exists():
    needed = {view.needs for _, _, view in CLOSED}

    assert needed <= roles.MAY_DO_ALL | {"membership"}


@pytest.mark.parametrize(("name", "address", "view"), CLOSED, ids=[n for n, _, _ in CLOSED])
class TestAClosedDoor:
    def test_is_shut_to_a_stranger(self, browser, name, address, view):
        for answer in (browser().get(address), browser().post(address)):
            assert to_login(answer) or answer.status_code in (403, 404, 405)

    def test_opens_to_the_roles_that_may_and_to_no_other(self, browser, name, address, view):
        for role in roles.ROLES:
            may = view.needs == "membership" or roles.allows(role, view.needs)
            client = browser(role)
            seen = client.get(address).status_code
            if may:
                assert seen not in (401, 403), f"{role} is refused {address}"
            else:
                assert seen in (403, 405), f"{role} sees {address}: {seen}"
                assert client.post(address).status_code in (403, 405)


def test_djangos_own_pages_are_for_administrators(browser):
    for name, address, _ in (each for each in EVERY if each[0].startswith("admin:")):
        if name in ("admin:login", "admin:logout", "admin:jsi18n"):
            continue
        for role in (None, "fundraiser", "analyst", "caller", "auditor"):
            answer = browser(role).get(address)
            assert answer.status_code in (302, 403, 404), f"{role} sees {address}"
            assert answer.status_code != 302 or "login" in answer.headers["Location"]

    assert browser("administrator").get("/admin/").status_code == 200


def test_what_allauth_shows_a_stranger_is_only_how_to_come_in(browser):
    wrong = []
    for name, address, view in EVERY:
        if not getattr(view, "__module__", "").startswith("allauth.") or name in ALLAUTH_OPEN:
            continue
        answer = browser().get(address)
        if not (to_login(answer) or answer.status_code in (401, 403, 404, 405)):
            wrong.append((name, answer.status_code))

    assert wrong == []


def test_nobody_makes_an_account_by_themselves(browser):
    from mecene_web.accounts.models import Staff

    told = {"email": "new@example.org", "password1": "correct horse battery staple"}
    browser().post("/accounts/signup/", told)

    assert not Staff.objects.exists()
