"""Each role sees in the menu what it may open, and nothing else."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("role", "there", "not_there"),
    [
        ("fundraiser", ("Messages", "Imports", "Segments"), ("Journal", "Équipe")),
        ("analyst", ("Segments", "Exports"), ("Messages", "Imports", "Journal")),
        ("administrator", ("Messages", "Journal"), ()),
    ],
)
def test_the_menu_is_that_of_the_role(browser, role, there, not_there):
    page = browser(role).get("/donors/").content.decode()
    menu = page[page.index('id="nav-sidebar"') : page.index("<main")]

    assert all(name in menu for name in there)
    assert not any(f">{name}" in menu or f"{name}</" in menu for name in not_there)
    assert "permission de voir" not in menu
