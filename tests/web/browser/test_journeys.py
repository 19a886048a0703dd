"""Journeys' pages are readable by all, and a journey is drawn by mouse and by keyboard alone."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def house():
    from mecene_web.messages import parts, regulate
    from mecene_web.messages.models import Rules
    from mecene_web.organisation.models import Organisation

    parts.forget()
    pages = {name: f"https://puits.example/{name}" for name in regulate.LINKS}
    Rules.objects.update_or_create(
        pk=1, defaults={"donation_url": "https://puits.example/don", "links": pages}
    )
    told = {"name": "Les Puits", "privacy_contact": "contact@puits.example"}
    return Organisation.objects.update_or_create(pk=1, defaults=told)[0]


@pytest.fixture
def copied(house, member):
    """A ready-made journey, made one's own: ``copied("failed_debit")``."""
    from mecene_web.journeys import copy

    return lambda code: copy.copy(code, by=member("fundraiser"), now=NOW, token=uuid4())


# Each language and each width; the other two with the walk of every page (make proofs).
@pytest.mark.parametrize(
    ("lang", "width"),
    [
        ("fr", 390),
        ("en", 1280),
        pytest.param("fr", 1280, marks=pytest.mark.proof),
        pytest.param("en", 390, marks=pytest.mark.proof),
    ],
)
def test_the_pages_of_journeys_are_readable_by_all(visitor, seen, copied, lang, width):
    debit, second = copied("failed_debit"), copied("second_gift")
    from mecene_web.journeys import publish

    publish.publish(second.pk, by=None, now=NOW)
    page = visitor("administrator", width=width, lang=lang)
    own = f"{second.pk}/"
    for name, place in (
        ("all", ""), ("one", own), ("debit", f"{debit.pk}/"), ("rehearsals", f"{own}rehearsals/"),
        ("stuck", f"{own}stuck/"), ("settings", "settings/"),
        ("condition", f"{own}condition/?at=audience"),
    ):  # fmt: skip
        page.goto(f"/journeys/{place}")
        page.wait_for_load_state("networkidle")
        seen(page, f"journeys-{name}-{width}-{lang}")


def test_a_journey_is_drawn_by_keyboard_and_the_focus_stays_where_the_hand_is(visitor, seen, house):
    from mecene_web.journeys import draft
    from mecene_web.journeys.models import Journey

    page = visitor("fundraiser")
    page.goto("/journeys/")
    page.get_by_label("Nom en français").fill("Merci aux amis")
    page.get_by_role("button", name="Commencer").press("Enter")
    page.wait_for_url("**/journeys/*/")

    # A choice after the first wait, then a card on each way.
    page.get_by_label("Ajouter une étape après : Attendre : 1 j").press("Enter")
    page.get_by_role("button", name="Choisir une voie").press("Enter")
    page.locator("#step-branch").wait_for()
    assert page.evaluate("document.activeElement.id") == "change-branch"
    seen(page, "journeys-drawn-branch")

    page.locator("#up-branch").press("Enter")
    page.locator(".mc-canvas > .mc-flow > li:nth-child(2) > #step-branch").wait_for()
    assert page.evaluate("document.activeElement.id") == "up-branch"
    page.locator("#undo").press("Enter")
    page.locator(".mc-canvas > .mc-flow > li:nth-child(2) > #step-wait").wait_for()

    # Its condition is built by rules, as a segment's.
    page.locator("#change-branch").press("Enter")
    page.locator("#step-branch").get_by_role("button", name="Changer la condition").press("Enter")
    page.wait_for_url("**/condition/?at=*")
    page.locator("[name='name.0.0']").select_option("event_amount_minor")
    page.locator("[name='sign.0.0']").select_option(">=")
    page.locator("[name='value.0.0']").fill("50")
    page.locator("[name='value.0.0']").press("Tab")
    page.get_by_text("on ne peut pas compter d’avance").wait_for()
    page.wait_for_load_state("networkidle")
    seen(page, "journeys-condition-at-hand")
    page.get_by_role("button", name="Garder cette condition").last.press("Enter")
    page.wait_for_url("**/journeys/*/?open=branch**")

    drawn = draft.plain(draft.latest(Journey.objects.get()))
    assert drawn["steps"][1]["paths"][0]["when"] == "event_amount_minor >= 5000"
    assert page.get_by_role("heading", name="Montant de l’événement ≥ 50 €").count() == 1
