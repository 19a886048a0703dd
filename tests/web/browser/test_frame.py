"""Every page of the house is readable by all, fits a phone, and runs under its own policy."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS_PAGES = {
    "staff": "/accounts/staff/", "association": "/accounts/association/",
    "trace": "/accounts/trace/", "own": "/accounts/own/", "admin": "/admin/",
}  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", MEMBERS_PAGES)
def test_a_members_page(visitor, seen, member, name, width, dark):
    from django.utils import timezone

    from mecene_web.audit.write import write

    by = member("administrator")
    write("change", "association", None, by=by, now=timezone.now(),
          before={"name": "Les Amis"}, after={"name": "Les Amis de la Loire"})  # fmt: skip
    page = visitor("administrator", width=width, dark=dark)
    page.goto(MEMBERS_PAGES[name])

    seen(page, f"{name}-{width}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("name", "address"),
    [("login", "/accounts/login/"), ("missing", "/nothing/"), ("first", "/accounts/first/x/")],
)
def test_a_strangers_page(visitor, seen, name, address, width):
    page = visitor(width=width)
    page.goto(address)

    seen(page, f"{name}-{width}")


def test_the_menu_opens_on_a_phone_and_the_keyboard_reaches_it(visitor):
    page = visitor("administrator", width=390)
    page.goto("/accounts/staff/")
    link = page.get_by_role("link", name="Journal")
    assert not link.is_visible()

    page.get_by_role("button", name="Menu").press("Enter")
    link.click()

    assert page.url.endswith("/accounts/trace/")


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visitor):
    page = visitor("administrator")
    page.goto("/accounts/staff/")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
