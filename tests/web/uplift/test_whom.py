"""Whom to write to: a campaign drawn by lot is studied, refused or said, and made an audience."""

import shutil
from datetime import date, timedelta
from uuid import uuid4

import numpy as np
import polars as pl
import pytest

from drawn_tests import NOW, by_arm, crowd, planned, published, wanted
from mecene.features import summary
from mecene_web.uplift import adopt, apply, follow, gather, learn
from mecene_web.uplift.models import Aim, Study

pytestmark = pytest.mark.django_db
RIPE = date(2026, 5, 10)
PEOPLE = 2_000


def silent(*_):
    return None


@pytest.fixture
def few(monkeypatch):
    """The floor of 10,000 people lowered, so that a test stays quick; two tests keep it."""
    from mecene.uplift import experiment, policy

    monkeypatch.setattr(experiment, "LEAST_CONTACTS", 1_000)
    monkeypatch.setattr(policy, "_LEAST_APART", 200)


@pytest.fixture
def sent(db, member):
    """Return (the test, its donors): half of 2,000 held back.

    Those who gave lately are moved by the message; the others give as much without it.
    """
    from mecene_web.experiments.models import Experiment
    from mecene_web.messages import campaigns
    from mecene_web.organisation.models import Organisation
    from mecene_web.segments.models import Segment

    Organisation.objects.update_or_create(pk=1, defaults={"name": "Les Puits"})
    donors, audience = crowd(PEOPLE)
    Segment.objects.update(condition="gifts >= 0")
    template = published("A").pk
    campaign = campaigns.prepare(
        "Appel de mars", template_id=template, audience=audience, due_at=NOW,
        by=member("fundraiser"), now=NOW, token=uuid4(), cost_each_minor=500,
    )  # fmt: skip
    planned(campaign, wanted(("A", template), held_out=500, primary="amount"), member)
    campaigns.agree(campaign.pk, by=member("fundraiser"), now=NOW)
    campaigns.follow(now=NOW)
    held = Experiment.objects.get()
    given(donors, on=date(2025, 12, 1), which=lambda n: n % 2 == 0, ref="old")
    arms = by_arm(held)
    written = set(arms["A"])
    chance = np.random.default_rng(1)
    moved = [d for d in donors if d in written and d % 2 == donors[0] % 2 and chance.random() < 0.6]
    lately = {d for d in donors if d % 2 == donors[0] % 2}
    others = [d for d in donors if d not in moved
              and chance.random() < (0.08 if d in lately else 0.6)]  # fmt: skip
    given(moved + others, on=(NOW + timedelta(days=5)).date(), which=lambda _: True, ref="new")
    return held, donors


def given(donors, *, on, which, ref):
    from mecene_web.giving.models import Gift

    Gift.objects.bulk_create(
        [Gift(donor_id=donor, given_on=on, amount_minor=2_000 + 40 * (n % 50), currency="EUR",
              kind="one_off", source_ref=f"{ref}-{donor}")
         for n, donor in enumerate(donors) if which(n)], batch_size=500)  # fmt: skip


@pytest.fixture
def night(settings, tmp_path):
    """Leave what a night leaves: the facts and the summary as of ``RIPE``."""
    from mecene_web.scores import kept, snapshot
    from mecene_web.scores.models import Run

    settings.HOME = tmp_path

    def made(as_of=RIPE):
        run = Run.objects.create(as_of=as_of, began_at=NOW, ended_at=NOW)
        place = kept.folder_of(run)
        facts = snapshot.write(place / "facts", on_progress=silent)
        (place / "summary").mkdir()
        rows = summary.of(facts, as_of=as_of)
        rows.write_parquet(place / "summary" / "part-0.parquet")
        return run

    return made


def studied(held, member):
    made = learn.begin(held.pk, by=member("analyst"), now=NOW)
    learn.work(made.pk, silent)
    made.refresh_from_db()
    return made


def asked(study, member, *, never=0.05, always=0.05, base=None, token=None):
    from mecene_web.segments.models import Segment

    base = base if base is not None else Segment.objects.get().pk
    said = adopt.Wanted("Vaut une lettre", base, never, always)
    return adopt.adopt(study.pk, said, by=member("analyst"), now=NOW, token=token or uuid4())


class TestWhatIsKnown:
    def test_nothing_of_the_day_of_the_draw_or_after_it_is_seen(self, sent, night):
        held, donors = sent
        run = night()
        from mecene.engine.store import FactStore
        from mecene_web.scores import kept

        facts = FactStore(kept.folder_of(run) / "facts")
        found = gather.gather(held, facts=facts, as_of=RIPE)

        # Those who gave after the message had, before it, at most the gift of December.
        assert found.table["gifts"].max() == 1
        assert found.table["gifts"].sum() == PEOPLE // 2
        assert found.sent_on == NOW.date()
        assert found.cost_minor == 500
        assert found.share == pytest.approx(0.5)
        assert found.table[gather.DID].sum() > 0
        assert "donor_id" not in found.table.columns
        assert found.table.height == len(donors)

    def test_whoever_objects_to_profiling_is_left_out(self, sent, night):
        from mecene.engine.store import FactStore
        from mecene_web.scores import kept
        from mecene_web.scores.models import Standing

        held, donors = sent
        run = night()
        Standing.objects.create(donor_id=donors[0], run=run, segment="active", reason="", gifts=1,
                                sentence_fr="", sentence_en="", objects_profiling=True)  # fmt: skip
        facts = FactStore(kept.folder_of(run) / "facts")

        found = gather.gather(held, facts=facts, as_of=RIPE)

        assert found.left_out == 1
        assert found.table.height == PEOPLE - 1


class TestRefusals:
    def test_under_ten_thousand_people_nothing_is_said_of_individuals(self, sent, night, member):
        held, _ = sent
        night()

        study = studied(held, member)

        assert study.state == "refused"
        assert "10" in study.told["why"]["fr"]
        assert "drawn by lot" in study.told["why"]["en"]
        with pytest.raises(adopt.NotShown):
            asked(study, member)

    def test_too_early_and_no_night_are_words(self, sent, night, member):
        held, _ = sent

        assert "nuit" in studied(held, member).told["why"]["fr"]
        night(as_of=NOW.date() + timedelta(days=20))
        assert "trop tôt" in studied(held, member).told["why"]["fr"]


@pytest.mark.slow
class TestAudience:
    def test_from_a_study_to_an_audience_that_measures_itself(
        self, sent, night, member, few, browser
    ):
        held, _ = sent
        run = night()
        study = studied(held, member)

        told = study.told
        assert study.state == "said", told
        assert told["proposed"] == "aimed"
        followed = next(one for one in told["policies"] if one["name"] == "aimed")
        # Half are moved by 0.55 × 30 €, less 5 €; for the others the 5 € are lost.
        assert followed["share"] == pytest.approx(0.5, abs=0.08)
        truth = 1_000 * 0.5 * (0.55 * 2_980 - 500)
        assert followed["net"]["low"] < truth < followed["net"]["high"]
        assert followed["net"]["high"] > told["curve"][-1][1]
        text = learn.text_of(study)
        assert "example.org" not in text
        assert "Petit" not in text
        self.pages_say_it(study, browser)

        token = uuid4()
        aim = asked(study, member, token=token)
        assert asked(study, member, token=token).pk == aim.pk
        apply.work(aim.pk, silent)
        aim.refresh_from_db()
        groups = aim.told["groups"]
        assert sum(groups.values()) == PEOPLE
        assert 40 < groups["never"] < 170
        assert 40 < groups["always"] < 170
        # The gift of March is known by now: most of those it came from gave lately.
        assert groups["aimed"] > 300
        assert {one["column"] for one in aim.told["apart"]}
        self.members_are_those_aimed_at(aim, run)
        self.the_policy_is_measured(aim)
        for lang in ("fr", "en"):
            page = browser("auditor", lang=lang).get(f"/uplift/audiences/{aim.pk}/")
            assert page.status_code == 200
            assert "Vaut une lettre" in page.content.decode()

    def pages_say_it(self, study, browser):
        for lang, word in (("fr", "Visez"), ("en", "Aim:")):
            analyst = browser("analyst", lang=lang)
            page = analyst.get(f"/uplift/tests/{study.experiment_id}/").content.decode()
            assert word in page
            assert 'name="never"' in page
            assert word in analyst.get("/uplift/").content.decode()
            assert 'name="never"' not in browser("auditor", lang=lang).get(
                f"/uplift/tests/{study.experiment_id}/").content.decode()  # fmt: skip
        assert b"<svg" in analyst.get(f"/uplift/studies/{study.pk}/curve.svg").content
        assert analyst.get(f"/uplift/studies/{study.pk}/curve.png").content[:4] == b"\x89PNG"
        lines = analyst.get(f"/uplift/studies/{study.pk}/curve.csv").content.decode().splitlines()
        assert len(lines) == 22
        assert analyst.get(f"/uplift/studies/{study.pk}/curve.pdf").status_code == 404
        model = analyst.get(f"/uplift/studies/{study.pk}/model.json").content.decode()
        assert model.startswith('{"mecene_uplift"')

    def members_are_those_aimed_at(self, aim, run):
        from mecene_web.scores import kept
        from mecene_web.segments import policies, recompute

        recompute.work(aim.segment_id, silent)
        aim.segment.refresh_from_db()
        where = policies.of(aim.code).collect()
        inside = set(aim.segment.memberships.values_list("donor_id", flat=True))
        assert inside == set(where.filter(pl.col("group").is_in(["aimed", "always"]))["donor_id"])
        # Another night moves nobody where nothing is known anew.
        before = where.select("donor_id", "group")
        apply.after_the_night(run, silent)
        assert policies.of(aim.code).select("donor_id", "group").collect().equals(before)
        # Nor where the night had no use for some columns: they are worked out from the facts.
        shutil.rmtree(kept.folder_of(run) / "summary")
        apply.after_the_night(run, silent)
        assert policies.of(aim.code).select("donor_id", "group").collect().equals(before)

    def the_policy_is_measured(self, aim):
        from mecene_web.experiments.models import Enrolment, Experiment
        from mecene_web.messages.models import Campaign

        waiting = Experiment.objects.get(source=f"aim:{aim.pk}")
        assert waiting.fingerprint
        left = waiting.frozen_at + timedelta(days=1)
        old = Campaign.objects.get()
        for name in ("Avant", "Après"):
            Campaign.objects.create(
                name=name, code=name, template=old.template, version=old.version,
                audience=f"segment:{aim.segment_id}", due_at=left, made_at=left, state="approved",
                approved_at=left, made_by=old.made_by, approved_by=old.made_by, token=uuid4(),
                began_at=left if name == "Après" else waiting.frozen_at - timedelta(days=1),
            )  # fmt: skip
        follow.after_the_night(None, silent)
        follow.after_the_night(None, silent)

        # What left before the measure was declared proves nothing.
        measured = follow.measures(aim)
        assert [one.pk for one in measured] == [waiting.pk]
        by = dict.fromkeys(("Personne", "Tout le monde", "D’après la règle"), 0)
        for name in Enrolment.objects.filter(experiment=waiting).values_list(
            "arm__name", flat=True
        ):
            by[name] += 1
        groups = aim.told["groups"]
        assert by["Personne"] == groups["never"]
        assert by["Tout le monde"] == groups["always"]
        assert by["D’après la règle"] == groups["aimed"] + groups["left"]
        # The next one is declared before the next campaign leaves.
        assert Experiment.objects.filter(source=f"aim:{aim.pk}", state="planned").count() == 1


def test_an_audience_needs_a_name_a_base_and_both_lots(sent, member):
    held, _ = sent
    study = Study.objects.create(experiment=held, state="said", asked_at=NOW, told={"aimed": True})

    for wrong, error in (
        ({"never": 0.0}, adopt.NoShares), ({"always": 0.5}, adopt.NoShares),
        ({"base": 0}, adopt.NoBase),
    ):  # fmt: skip
        with pytest.raises(error):
            asked(study, member, **wrong)
    assert not Aim.objects.exists()


def test_who_may_not_run_tests_only_reads(sent, browser):
    held, _ = sent

    assert browser("auditor").post(f"/uplift/tests/{held.pk}/study/").status_code == 403
    assert browser("caller").get("/uplift/").status_code == 403
    assert browser("analyst").get(f"/uplift/tests/{held.pk}/").status_code == 200
    assert browser("analyst").get("/uplift/tests/999999/").status_code == 404
    assert browser("analyst").post(f"/uplift/tests/{held.pk}/study/").status_code == 302
    # Asked twice, it is studied once.
    assert browser("analyst").post(f"/uplift/tests/{held.pk}/study/").status_code == 302
    assert Study.objects.count() == 1
