"""Two welcome mails are compared, from the plan to the conclusion, in a browser."""

import re
from datetime import timedelta

import pytest

from drawn_tests import NOW, by_arm, crowd, give, published

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def association(settings, tmp_path):
    """1,600 new donors, two welcome mails, a past to plan from."""
    from mecene_web.organisation.models import Organisation
    from mecene_web.scores import nightly

    settings.HOME = tmp_path
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    donors, _ = crowd(1_600)
    published("Bienvenue, court")
    published("Bienvenue, avec une histoire")
    give(donors, share=0.12, on=(NOW - timedelta(days=30)).date(), seed=3)
    nightly.run(as_of=NOW.date(), on_progress=lambda *_: None)


def test_a_welcome_mail_is_tested_from_the_plan_to_the_conclusion(visitor, seen, association):
    from mecene_web.experiments import night
    from mecene_web.experiments.models import Experiment
    from mecene_web.messages import campaigns

    page = visitor("fundraiser")
    page.goto("/experiments/")
    page.get_by_role("link", name="Planifier un test").click()
    page.get_by_label("La question, en une phrase").fill("Une histoire dans le mail de bienvenue ?")
    page.get_by_label("Coût d’un message").fill("0,10")
    page.get_by_label("Version 1", exact=True).select_option(label="Bienvenue, court · E-mail")
    page.get_by_label("Version 2", exact=True).select_option(
        label="Bienvenue, avec une histoire · E-mail"
    )
    page.get_by_label("Nom de la version 1").fill("Court")
    page.get_by_label("Nom de la version 2").fill("Histoire")
    page.get_by_label("La mesure qui décide").select_option("gave")
    page.get_by_label("Le plus petit écart").fill("10")
    page.get_by_label(re.compile("Chaque nuit")).check()
    page.get_by_text("C’est assez").wait_for()
    seen(page, "experiments-new")
    page.get_by_role("button", name="Préparer").click()
    page.get_by_role("button", name="Figer le plan").click()
    page.get_by_text("Plan figé").wait_for()
    seen(page, "experiments-planned")

    held = Experiment.objects.get()
    page.get_by_role("link", name="Voir l’envoi").click()
    page.get_by_role("button", name="Approuver").click()
    page.wait_for_load_state()
    campaigns.follow(now=NOW + timedelta(days=9_000))
    held.refresh_from_db()
    assert held.state == "running"
    arms, on = by_arm(held), held.began_at.date()
    give(arms["Court"], share=0.12, on=on + timedelta(days=4), seed=11)
    give(arms["Histoire"], share=0.33, on=on + timedelta(days=4), seed=12)
    give(arms["Sans message"], share=0.10, on=on + timedelta(days=4), seed=13)
    for days in (40, 61, 62, 63, 64):
        night.now(held, as_of=on + timedelta(days=days))

    page.goto(f"/experiments/{held.pk}/")
    page.get_by_text("Gagné", exact=True).first.wait_for()
    assert "€ provoqués" in page.inner_text("main")
    seen(page, "experiments-won")
    with page.expect_download() as told:
        page.get_by_role("link", name="CSV").click()
    assert told.value.suggested_filename.endswith(".csv")
    page.get_by_label("La version à garder").select_option("Histoire")
    page.get_by_label("Pourquoi, en quelques mots").fill("Elle fait donner davantage.")
    page.get_by_role("button", name="Conclure").click()
    page.get_by_text("Version gardée\u00a0: Histoire").wait_for()
    assert "Lecture déclarée d’avance" in page.inner_text("main")
    seen(page, "experiments-concluded")

    for width, name in ((390, "phone"), (1280, "desk")):
        other = visitor("analyst", width=width, lang="en")
        for place in ("", "new/", "method/", f"{held.pk}/"):
            other.goto(f"/experiments/{place}")
            other.wait_for_load_state("networkidle")
            seen(other, f"experiments-{name}-{place.strip('/') or 'all'}")


def test_the_paths_to_a_gift_are_drawn(visitor, seen, settings, tmp_path):
    from mecene_web.events.models import Contact, Interaction
    from mecene_web.organisation.models import Organisation
    from mecene_web.scores import nightly

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
    nightly.run(as_of=NOW.date(), on_progress=lambda *_: None)

    for width, lang in ((1280, "fr"), (390, "en")):
        page = visitor("auditor", width=width, lang=lang)
        page.goto("/paths/")
        page.wait_for_load_state("networkidle")
        seen(page, f"paths-{width}")
        assert page.locator("img.mc-picture").count() >= 2
