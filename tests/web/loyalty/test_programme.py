"""The programme: its elements are declared, their uses counted at night, the best mix shown."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from drawn_tests import crowd, give
from mecene_web.events.models import Interaction
from mecene_web.loyalty import declare, night, note
from mecene_web.loyalty.models import USE, Element

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def house(db):
    from mecene_web.organisation.models import Organisation

    return Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})[0]


@pytest.fixture
def element(house, member):
    """Declare an element: ``element("Magazine", fixed=50_000)``."""

    def made(name, *, kind="symbolic", fixed=0, each=0, token=None, number=None):
        return declare.declare(
            declare.Wanted(name, kind, fixed, each), by=member("fundraiser"), now=NOW,
            token=token or uuid4(), element_id=number,
        )  # fmt: skip

    return made


def used(donors, element, **more):
    Interaction.objects.bulk_create(
        Interaction(donor_id=donor, at=NOW, kind=USE, source_ref=f"{element.code}-{donor}",
                    properties={"element": element.code, **more})
        for donor in donors
    )  # fmt: skip


class TestElements:
    def test_an_element_is_declared_once_and_its_code_stays(self, element):
        token = uuid4()
        first = element("Carte de soutien été", fixed=100, token=token)
        again = element("Carte de soutien été", fixed=100, token=token)
        other = element("Carte de soutien été")
        changed = element("Carte", each=50, number=first.pk)

        assert first.pk == again.pk == changed.pk
        assert (first.code, other.code) == ("carte-de-soutien-ete", "carte-de-soutien-ete-2")
        assert changed.code == first.code
        assert (changed.name, changed.each_minor) == ("Carte", 50)

    def test_what_is_no_element_is_refused(self, element):
        for wrong, error in (({"name": " "}, declare.NoName), ({"kind": "cash"}, declare.NoKind),
                             ({"each": -1}, declare.NegativeCost)):  # fmt: skip
            with pytest.raises(error):
                element(**({"name": "Magazine"} | wrong))
        Element.objects.bulk_create(
            [Element(code=f"e{n}", name="e", made_at=NOW, token=uuid4()) for n in range(20)]
        )
        with pytest.raises(declare.TooMany):
            element("Une de trop")

    def test_one_that_ended_keeps_what_was_done_with_it(self, element, member):
        held = element("Magazine")
        donors, _ = crowd(1)
        used(donors, held)

        declare.end(held.pk, by=member("fundraiser"), now=NOW)
        declare.end(held.pk, by=member("fundraiser"), now=NOW)

        assert Interaction.objects.filter(kind=USE).count() == 1
        with pytest.raises(Element.DoesNotExist):
            element("Magazine", number=held.pk)


class TestUses:
    def test_a_use_by_hand_is_one_fact(self, element, member):
        held = element("Visite du chantier", kind="service")
        (donor,), _ = crowd(1)
        token = uuid4()

        said = {"by": member("fundraiser"), "now": NOW, "token": token}
        note.note(held.pk, donor, satisfaction=4, **said)
        note.note(held.pk, donor, satisfaction=4, **said)

        (made,) = Interaction.objects.filter(kind=USE)
        assert made.properties == {"element": held.code, "satisfaction": 4}
        for wrong, error in (((held.pk, 10**6, 4), note.NoSuchDonor),
                             ((0, donor, 4), note.NoSuchElement), ((held.pk, donor, 6), note.NoRating)):  # fmt: skip # noqa: E501
            with pytest.raises(error):
                note.note(*wrong[:2], satisfaction=wrong[2], **said)


@pytest.fixture
def counted(element, settings, tmp_path):
    """120 donors: a dear magazine for 60, a cheap visit for 50 of them and 20 others; a mug."""
    from mecene_web.scores import kept, snapshot
    from mecene_web.scores.models import Run

    settings.HOME = tmp_path
    magazine = element("Magazine papier au très long nom que voici", fixed=100_000)
    visit, mug = element("Visite", kind="service", each=200), element("Mug", kind="tangible")
    donors, _ = crowd(120)
    give(donors, share=1.1, on=date(2026, 2, 1), seed=1)
    used(donors[:60], magazine, satisfaction=4)
    used(donors[:50] + donors[60:80], visit)
    used(donors[119:], mug)
    run = Run.objects.create(as_of=date(2026, 3, 4), began_at=NOW, ended_at=NOW)
    snapshot.write(kept.folder_of(run) / "facts", on_progress=lambda *_: None)
    night.after_the_night(run, lambda *_: None)
    return run


def test_the_night_counts_and_proposes(counted):
    told, run = night.last()

    assert run == counted
    assert (told["donors"], told["users"]) == (120, 81)
    advice = {one["element"]: one for one in told["advice"]}
    assert advice["visite"]["does"] == "extend"
    assert advice["visite"]["saved_minor"] == 70 * 200
    assert advice["mug"]["does"] == "remove"
    assert [(one["cost_minor"], one["satisfied"]) for one in told["frontier"]] == [
        (0, 1), (14_000, 71), (114_000, 81),
    ]  # fmt: skip


def test_the_page_says_it_in_both_languages_and_finds_the_mix_of_a_budget(counted, browser):
    for lang, lead, extend, kept in (
        ("fr", "Qui se sert d’un élément l’a choisi", "À étendre", "Visite, Mug"),
        ("en", "Whoever uses an element chose to", "Extend?", "Visite, Mug"),
    ):  # fmt: skip
        reader = browser("auditor", lang=lang)
        page = reader.get("/loyalty/?budget=200").content.decode()
        assert lead in page
        assert extend in page
        assert f"keep {kept}" in page or f"gardez {kept}" in page
        assert "71" in page
        assert 'name="fixed"' not in page
        # An amount that is none is refused, and nothing breaks.
        assert reader.get("/loyalty/?budget=beaucoup").status_code == 422
        assert reader.get("/loyalty/?budget=1e400").status_code == 422
    assert b"<svg" in reader.get("/loyalty/mixes.svg").content
    assert reader.get("/loyalty/mixes.png").content[:4] == b"\x89PNG"
    assert len(reader.get("/loyalty/mixes.csv").content.decode().splitlines()) == 4
    assert reader.get("/loyalty/mixes.pdf").status_code == 404


def test_elements_and_uses_are_written_from_the_page(house, browser):
    fundraiser = browser("fundraiser")
    assert "Aucun élément" in fundraiser.get("/loyalty/").content.decode()
    told = {"name": "Magazine", "kind": "symbolic", "fixed": "1 200,50", "each": "0,80",
            "token": str(uuid4())}  # fmt: skip
    fundraiser.post("/loyalty/elements/", told)
    fundraiser.post("/loyalty/elements/", told)
    held = Element.objects.get()
    assert (held.fixed_minor, held.each_minor) == (120_050, 80)
    (donor,), _ = crowd(1)
    use = {"element": held.pk, "donor": donor, "satisfaction": "5", "token": str(uuid4())}
    fundraiser.post("/loyalty/uses/", use)
    fundraiser.post("/loyalty/uses/", use | {"donor": "9" * 30})
    assert Interaction.objects.filter(kind=USE).count() == 1
    page = fundraiser.get("/loyalty/").content.decode()
    assert "rien ne l’a encore été" in page
    assert "Aucun donateur n’a ce numéro" in page
    assert '{"element"' in page or "{&quot;element&quot;" in page
    assert fundraiser.post("/loyalty/elements/", told | {"element": "999"}).status_code == 404
    fundraiser.post(f"/loyalty/elements/{held.pk}/end/")
    assert not Element.objects.filter(ended_at=None).exists()


def test_who_may_not_does_not(house, browser):
    assert browser("caller").get("/loyalty/").status_code == 403
    assert browser("analyst").post("/loyalty/elements/").status_code == 403
    assert browser("analyst").post("/loyalty/uses/").status_code == 403
    assert browser("auditor").post("/loyalty/elements/1/end/").status_code == 403
