"""A mail is written by keyboard alone, looked at as a phone and a desk show it, and published."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def claire():
    from mecene_web.donors.models import Donor, Record
    from mecene_web.organisation.models import Organisation

    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    told = {"civility": "Mme", "first_name": "Claire", "last_name": "Petit",
            "email": "claire@example.org"}  # fmt: skip
    made = Donor.objects.create(**told)
    Record.objects.create(key=1, donor=made, **told)
    return made


def test_a_mail_is_written_by_keyboard_looked_at_and_published(visitor, seen, claire):
    from mecene_web.messages.texts import Part

    page = visitor("fundraiser")
    page.goto("/messages/new/")
    page.get_by_label("Nom").fill("Merci")
    page.get_by_label("Appels aux dons").press("Space")
    page.get_by_role("button", name="Commencer").press("Enter")
    page.wait_for_url("**/write/")

    frame = page.frame_locator("#preview")
    frame.get_by_text("Chère Madame Petit,").wait_for()
    # A block more, moved by the keyboard; the focus stays where the hand is.
    page.get_by_role("button", name="+ Impact").press("Enter")
    page.get_by_role("button", name="Monter Impact").press("Enter")
    page.locator("#blocks fieldset:nth-of-type(2) strong", has_text="Impact").wait_for()
    page.get_by_label("Texte", exact=True).nth(1).fill("Grâce à vous, un puits de plus.")
    frame.get_by_text("Grâce à vous, un puits de plus.").wait_for()
    seen(page, "messages-write")
    assert page.locator("#preview").bounding_box()["width"] == 375
    page.get_by_label("Ordinateur").check()
    assert page.locator("#preview").bounding_box()["width"] == 700

    part = Part.objects.get(lang="fr")
    assert [block["kind"] for block in part.content["blocks"]] == [
        "greeting", "impact", "story", "footer",
    ]  # fmt: skip
    page.get_by_role("button", name="Publier").press("Enter")
    page.get_by_text("C’est publié.").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_messages_are_readable_by_all(visitor, seen, claire, width):
    page = visitor("administrator", width=width)
    for place in ("", "new/", "unknown/", "campaigns/new/", "rules/", f"why/{claire.pk}/"):
        page.goto(f"/messages/{place}")

        seen(page, f"messages-{place.strip('/').replace('/', '-') or 'all'}-{width}")
