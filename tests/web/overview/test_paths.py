"""Paths to a gift are worked out at night, drawn, and stand beside what hold-outs say."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from drawn_tests import NOW, crowd, give
from mecene_web.events.models import Contact, Interaction
from mecene_web.scores import nightly

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(settings, tmp_path):
    """A night over 300 donors written to by mail and text, some of whom clicked, then gave."""
    from mecene_web.organisation.models import Organisation

    settings.HOME = tmp_path
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    donors, _ = crowd(300)
    Contact.objects.bulk_create(
        Contact(donor_id=donor, at=NOW - timedelta(days=20 - place % 5), purpose="appeal",
                channel="sms" if place % 3 else "email", source_ref=f"c{donor}")
        for place, donor in enumerate(donors)
    )  # fmt: skip
    Interaction.objects.bulk_create(
        Interaction(donor_id=donor, at=NOW - timedelta(days=10), kind="click", channel="email",
                    device="phone", source_ref=f"i{donor}")
        for donor in donors[::2]
    )  # fmt: skip
    give(donors, share=0.4, on=(NOW - timedelta(days=5)).date(), seed=7)
    return nightly.run(as_of=date(2026, 3, 3), on_progress=lambda *_: None)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_paths_to_each_act_have_a_page(browser, night, lang):
    client = browser("auditor", lang=lang)

    for act in ("gift", "subscription", "opt_in"):
        page = client.get(reverse("overview:travelled", args=[act]))
        assert page.status_code == 200
        assert "None" not in page.content.decode()
    page = client.get(reverse("overview:paths"))
    pictures = [
        block["picture"]["name"]
        for chapter in page.context["figures"].told["sections"]
        for block in chapter["blocks"] if block["picture"]
    ]  # fmt: skip
    assert len(pictures) >= 2
    for name in pictures:
        for kind in ("svg", "png", "csv"):
            place = reverse("overview:picture", args=[name, kind])
            assert client.get(f"{place}?act=gift").status_code == 200
            assert f"{place.rpartition('.')[0]}" in page.content.decode()
    assert client.get(reverse("overview:picture", args=[pictures[0], "svg"]) + "?act=joy"
                      ).status_code == 404  # fmt: skip
    assert client.get(reverse("overview:travelled", args=["joy"])).status_code == 404
    assert browser("caller").get(reverse("overview:paths")).status_code == 403


def test_before_the_first_night_the_page_says_so(browser):
    text = browser("auditor").get(reverse("overview:paths")).content.decode()

    assert "Rien n’a encore été calculé" in text
