"""The morning's page says what the night found, and nothing that it did not."""

import json
from datetime import UTC, date, datetime

import pytest

from mecene_web.donors.models import Donor
from mecene_web.overview import figures
from mecene_web.scores import kept
from mecene_web.scores.models import Listed, Run
from mecene_web.tasks.models import Work

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<rect width="9" height="9"/></svg>'
)


@pytest.fixture
def night():
    """A night that found one donor at risk, and drew one picture."""
    run = Run.objects.create(as_of=date(2026, 3, 1), began_at=NOW, ended_at=NOW)
    folder = kept.folder_of(run) / kept.PIECES
    folder.mkdir(parents=True, exist_ok=True)
    rows = [["janvier", "10 €"], ["=cmd", "1 €"]]
    picture = {"name": "income", "title": "Recettes", "alternative": "deux mois",
               "header": ["Mois", "Recettes"], "rows": rows}  # fmt: skip
    block = {"lead": "", "how": "somme", "picture": picture, "table": None, "points": [],
             "folded": False, "title": "", "heading": "Recettes"}  # fmt: skip
    told = {
        "cards": [{"figure": "1 464", "label": "Donateurs", "note": "note", "tone": "good"}],
        "sentences": ["Décembre pèse 21 %."], "excluded": "", "warnings": [],
        "actions": [{"name": "Retenir", "why": "pourquoi", "people": "1 personne",
                     "value": "20 €", "file": "lists/at_risk.csv", "first": []}],
        "sections": [{"anchor": "income", "title": "Vos recettes", "lead": "", "blocks": [block]}],
    }  # fmt: skip
    for lang in ("fr", "en"):
        (folder / f"{lang}.json").write_text(json.dumps(told), encoding="utf-8")
        (folder / f"income.{lang}.svg").write_text(SVG, encoding="utf-8")
    donor = Donor.objects.create(first_name="Zélie", last_name="Quintard", phone="+33600000001")
    Listed.objects.create(run=run, list="at_risk", place=0, donor=donor, reason="à risque")
    return run


def test_an_empty_house_teaches_the_first_step(browser):
    text = browser("fundraiser").get("/").content.decode()

    assert "Importer un premier fichier" in text


def test_the_morning_shows_figures_their_day_and_whom_to_turn_to(browser, night):
    text = browser("fundraiser").get("/").content.decode()

    assert "1 464" in text
    assert "1er mars 2026" in text
    assert "Zélie Quintard" in text
    assert "à risque" in text


def test_a_list_is_shown_with_how_to_reach_its_people(browser, night):
    text = browser("fundraiser").get("/lists/at_risk/").content.decode()

    assert "+33600000001" in text
    assert browser("fundraiser").get("/lists/at_risk/?from=abc").status_code == 200
    assert browser("fundraiser").get("/lists/nothing/").status_code == 404


def test_a_picture_is_kept_as_a_drawing_an_image_and_a_table(browser, night):
    page = browser("analyst")

    assert b"<svg xmlns" in page.get("/pictures/income.svg").content
    assert page.get("/pictures/income.png").content.startswith(b"\x89PNG")
    table = page.get("/pictures/income.csv?save")
    assert "'=cmd;1 €" in table.content.decode()
    assert "attachment" in table["Content-Disposition"]
    assert page.get("/pictures/income.svg?narrow").status_code == 404
    assert page.get("/pictures/nothing.csv").status_code == 404
    assert page.get("/pictures/..%2f..%2fsecret_key.svg").status_code == 404


def test_chapters_are_shown_one_by_one(browser, night):
    page = browser("auditor")

    assert "Vos recettes" in page.get("/figures/").content.decode()
    assert "Vos recettes" in page.get("/figures/income/").content.decode()
    assert page.get("/figures/none/").status_code == 404


def test_figures_before_the_first_night_lead_to_the_first_step(browser):
    assert browser("analyst").get("/figures/").headers["Location"] == "/"


def test_working_out_is_asked_once(browser):
    page = browser("fundraiser")

    for _ in range(2):
        page.post("/refresh/")

    assert Work.objects.filter(kind="scores.nightly").count() == 1
    assert page.get("/refresh/").status_code == 405


def test_what_a_night_failed_for_is_said(browser, night):
    Work.objects.create(
        kind="scores.nightly", state="failed", asked_at=NOW, due_at=NOW, problem="disk is full"
    )

    assert "disk is full" in browser("fundraiser").get("/night/").content.decode()


@pytest.mark.parametrize("address", ["/", "/figures/", "/pictures/income.svg", "/night/"])
@pytest.mark.parametrize("role", [None, "caller"])
def test_who_may_not_see_the_figures_sees_none(browser, night, address, role):
    answer = browser(role).get(address)

    assert answer.status_code in (302, 403)
    assert b"Quintard" not in answer.content


def test_english_is_complete(browser, night):
    text = browser("fundraiser", lang="en").get("/").content.decode()

    assert "Whom to turn to" in text
    assert "1 March 2026" in text


def test_a_picture_of_no_night_is_refused():
    with pytest.raises(figures.NoSuchPicture):
        figures.svg("income", lang="fr")
