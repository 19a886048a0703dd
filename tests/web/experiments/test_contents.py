"""The page of contents: what was observed is said to be; what was drawn by lot stands first."""

import json
from datetime import date

import pytest

from drawn_tests import NOW
from mecene_web.experiments import contents
from mecene_web.experiments.models import Arm, Experiment, Reading

pytestmark = pytest.mark.django_db


def tried(title, arms, difference, *, mis=False, measure="gave"):
    """Write a test down with what it read: ``arms`` the control first."""
    from uuid import uuid4

    from mecene.experiments import plan as plans
    from mecene.experiments import plan_text
    from mecene_web.experiments import measured

    primary = measured.measure(measure)
    plan = plans.Plan(
        name=title, question=title, population="Tous", primary=primary, minimum_effect=0.01,
        arms=tuple(plans.Arm(name, 1) for name, _ in arms),
        stopping=plans.FixedHorizon(primary.within_days, 1_000), guards=measured.guards(primary),
    )  # fmt: skip
    held = Experiment.objects.create(
        name=title, title=title, kind="campaign", token=uuid4(), made_at=NOW, began_at=NOW,
        plan_text=plan_text.to_json(plan),
    )  # fmt: skip
    for place, (name, levels) in enumerate(arms):
        Arm.objects.create(experiment=held, place=place, name=name, weight=1, levels=levels)
    frozen = plan_text.freeze(plan, at=NOW)
    Experiment.objects.filter(pk=held.pk).update(
        state="running", frozen_at=NOW, plan_text=frozen.text, fingerprint=frozen.fingerprint
    )
    estimate, low, high = difference
    Reading.objects.create(experiment=held, as_of=date(2026, 6, 1), at=NOW, metrics={
        "arms": {"mis_randomised": mis},
        "verdicts": [{"arm": arms[1][0], "against": arms[0][0], "difference": {
            "estimate": estimate, "low": low, "high": high, "confidence": 0.95}}],
    })  # fmt: skip
    return held


@pytest.fixture
def house(db):
    from mecene_web.organisation.models import Organisation

    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})


def test_tests_of_one_question_count_together_either_way_round(house):
    tried("Un", [("A", {"contenu": "histoire"}), ("B", {"contenu": "vidéo"})], (0.04, 0.02, 0.06))
    tried("Deux", [("A [contenu:video]", {}), ("B [contenu:histoire]", {})], (-0.02, -0.04, 0.0))
    tried("Faussé", [("A", {"c": "story"}), ("B", {"c": "video"})], (0.9, 0.8, 1.0), mis=True)
    tried("Sans type", [("A", {}), ("B", {})], (0.5, 0.4, 0.6))

    (found,) = contents.drawn()

    assert (found["type"], found["against"], found["tests"]) == ("story", "video", 2)
    # 4 and 2 points, of one precision: three between them.
    assert found["estimate"] == pytest.approx(-0.03)
    assert found["low"] < -0.03 < found["high"] < 0


def test_the_page_says_what_is_proven_and_what_is_only_seen(house, browser, settings, tmp_path):
    from mecene_web.scores import kept
    from mecene_web.scores.models import Run

    settings.HOME = tmp_path
    empty = browser("auditor").get("/experiments/contents/").content.decode()
    assert "Aucun contenu ne porte encore de type" in empty
    tried("Un", [("A", {"contenu": "histoire"}), ("B", {"contenu": "vidéo"})], (0.04, 0.02, 0.06))
    run = Run.objects.create(as_of=date(2026, 6, 1), began_at=NOW, ended_at=NOW)
    place = kept.folder_of(run)
    place.mkdir(parents=True)
    rows = [
        {"type": kind, "is_new": new, "measure": measure, "donors": 500, "sent": 600,
         "share": share, "low": share and share - 0.02, "high": share and share + 0.02}
        for kind, new, share in (("video", True, 0.3), ("story", True, 0.1), ("video", False, 0.1),
                                 ("story", False, 0.11), ("survey", True, None))
        for measure in ("clicks", "answers", "gifts", "unsubscribes")
    ]  # fmt: skip
    (place / contents.FILE).write_text(json.dumps(rows), encoding="utf-8")

    for lang, proven, seen, first, few in (
        ("fr", "histoire, face à vidéo", "Observé, pas prouvé", "Chez les nouveaux, «\u00a0vidéo",
         "trop peu"),
        ("en", "story, beside video", "Observed, not proven", "Among newcomers, “video”",
         "too few"),
    ):  # fmt: skip
        page = browser("analyst", lang=lang).get("/experiments/contents/").content.decode()
        assert page.index(proven) < page.index(seen) < page.index(first)
        assert few in page
    # Of the long-standing nothing stands apart, and nothing is said to.
    assert "Among long-standing donors" not in page
    assert browser("caller").get("/experiments/contents/").status_code == 403


def test_the_night_leaves_what_it_counted(house, settings, tmp_path):
    from mecene_web.scores import kept, snapshot
    from mecene_web.scores.models import Run

    settings.HOME = tmp_path
    run = Run.objects.create(as_of=date(2026, 6, 1), began_at=NOW, ended_at=NOW)
    snapshot.write(kept.folder_of(run) / "facts", on_progress=lambda *_: None)

    contents.after_the_night(run, lambda *_: None)

    rows, night = contents.observed()
    assert rows == []
    assert night == run
