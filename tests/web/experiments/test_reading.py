"""What a test says: what was caused is found; a broken draw gives no verdict; refusals are told."""

from datetime import date, timedelta

import polars as pl
import pytest
from django.urls import reverse

from drawn_tests import NOW, by_arm, planned, wanted
from mecene.experiments import plan as plans
from mecene_web.experiments import night
from mecene_web.experiments.models import Enrolment, Experiment, Reading

pytestmark = pytest.mark.django_db
# Sixty days and a bit after everybody was drawn.
RIPE = date(2026, 5, 10)


def test_euros_caused_stand_beside_euros_collected(appeal, gone, gifts):
    campaign = appeal(3_000)
    gone(campaign)
    held = Experiment.objects.get()
    arms = by_arm(held)
    after = (NOW + timedelta(days=5)).date()
    gifts(arms["Sans message"], share=0.25, on=after, seed=1)
    gifts(arms["Appel de mars"], share=0.45, on=after, seed=2)

    told = night.now(held, as_of=RIPE).metrics

    euros, verdict = told["euros"], told["verdicts"][0]
    assert verdict["kind"] == "won"
    assert verdict["standing"] == "confirmatory", verdict
    assert euros["why"] == ""
    assert 0 < euros["caused"]["low"] < euros["caused"]["estimate"] < euros["collected_minor"]
    # A fifth more gave, some 27 € each: 0.2 × 27 € × 2,700 people.
    assert euros["caused"]["low"] < 0.2 * 2_750 * 2_700 < euros["caused"]["high"]
    assert "provoqués" in euros["text"]["fr"]
    assert "caused" in euros["text"]["en"]
    assert {one["state"] for one in told["guards"]} == {"unsure", "not_yet"}
    others = {one["name"]: one for one in told["measures"]}
    assert others["gave"]["seen"]
    assert others["gave"]["p_adjusted"] >= others["gave"]["difference"]["p"]
    # Of givers alone, whatever their arm: exp(log 20 € + 0.8² / 2) is 27.5 €.
    assert all(2_000 < one["level"] < 3_400 for one in others["average_gift"]["levels"])
    assert others["clicks"]["why"] == "no_message"
    assert [level["level"] for level in others["events_before"]["levels"]] == [0, 0]


def test_what_is_too_early_or_too_few_is_a_word_and_no_figure(appeal, gone, gifts):
    campaign = appeal(400)
    gone(campaign)
    held = Experiment.objects.get()

    early = night.now(held, as_of=NOW.date() + timedelta(days=10)).metrics
    few = night.now(held, as_of=RIPE).metrics

    assert early["verdicts"][0]["kind"] == "too_early"
    assert early["euros"]["why"] == "too_early"
    assert few["euros"]["why"] == "too_few"
    assert few["euros"]["caused"] is None
    assert Reading.objects.filter(experiment=held).count() == 2


def test_a_mis_randomised_test_gives_no_verdict(appeal, gone, gifts, template, member):
    campaign = appeal(2_000)
    held = planned(campaign, wanted(("A", campaign.template_id), ("B", template("B").pk)), member)
    gone(campaign)
    arms = by_arm(held)
    gifts(arms["A"], share=0.1, on=NOW.date(), seed=1)
    gifts(arms["B"], share=0.4, on=NOW.date(), seed=2)
    # Some program lost a third of those who were to get B.
    Enrolment.objects.filter(experiment=held, donor__in=arms["B"][::3]).delete()

    told = night.now(held, as_of=RIPE).metrics

    assert told["arms"]["mis_randomised"]
    assert told["verdicts"][0]["kind"] == "mis_randomised"
    assert told["verdicts"][0]["difference"] is None
    assert told["euros"]["why"] == "mis_randomised"
    assert told["measures"] == told["guards"] == told["groups"] == []


def test_a_watched_test_may_be_read_each_day(appeal, gone, gifts, template, member):
    campaign = appeal(2_000)
    said = wanted(("A", campaign.template_id), ("B", template("B").pk),
                  rule=plans.Sequential(120, 1_000))  # fmt: skip
    held = planned(campaign, said, member)
    gone(campaign)
    arms = by_arm(held)
    gifts(arms["A"], share=0.1, on=NOW.date(), seed=1)
    gifts(arms["B"], share=0.3, on=NOW.date(), seed=2)

    early = night.now(held, as_of=RIPE - timedelta(days=20)).metrics["verdicts"][0]
    seen = night.now(held, as_of=RIPE).metrics["verdicts"][0]

    assert early["kind"] == "too_early"
    assert seen["kind"] == "won"
    assert "always valid" in seen["difference"]["method"]
    assert seen["exact"]["low"] < seen["difference"]["low"]
    assert seen["exact"]["high"] > seen["difference"]["high"]


def test_new_donors_and_old_ones_are_read_apart(appeal, gone, gifts, template, member):
    campaign = appeal(2_000)
    held = planned(campaign, wanted(("A", campaign.template_id), ("B", template("B").pk)), member)
    gone(campaign)
    arms = by_arm(held)
    for number, (arm, fresh, old) in enumerate((("A", 0.1, 0.1), ("B", 0.4, 0.1))):
        gifts(arms[arm][::2], share=1.0, on=date(2020, 1, 1), seed=10 + number)
        gifts(arms[arm][::2], share=old, on=NOW.date(), seed=20 + number)
        gifts(arms[arm][1::2], share=fresh, on=NOW.date(), seed=30 + number)

    groups = {one["family"]: one for one in night.now(held, as_of=RIPE).metrics["groups"]}

    assert groups["new"]["difference"]["low"] > 0.15
    assert groups["standing"]["difference"]["low"] < 0 < groups["standing"]["difference"]["high"]


def test_texts_and_colours_are_read_by_factors(appeal, gone, gifts, template, member):
    from dataclasses import replace

    from mecene_web.experiments import prepare

    campaign = appeal(4_000)
    texts = tuple(
        prepare.Text(f"{text} {colour}", template(f"{text} {colour}").pk,
                     {"Texte": text, "Couleur": colour})
        for text in ("court", "long") for colour in ("bleu", "rouge")
    )  # fmt: skip
    said = replace(wanted(("x", campaign.template_id), held_out=0, why="Ancien donateurs"),
                   texts=texts)  # fmt: skip
    held = planned(campaign, said, member)
    gone(campaign)
    for number, (arm, donors) in enumerate(sorted(by_arm(held).items())):
        gifts(donors, share=0.3 if "long" in arm else 0.15, on=NOW.date(), seed=number)

    effects = {one["name"]: one for one in night.now(held, as_of=RIPE).metrics["factors"]}

    assert effects["Texte"]["verdict"] == "seen"
    assert effects["Texte"]["low"] < 0.15 < effects["Texte"]["high"]
    assert effects["Couleur"]["verdict"] == "nothing"
    assert effects["Texte × Couleur"]["verdict"] != "seen"
    assert "long" in effects["Texte"]["text"]["fr"]


def test_the_night_reads_what_an_asked_reading_does(
    appeal, gone, gifts, settings, tmp_path, monkeypatch, browser
):
    from mecene_web.events.models import Contact
    from mecene_web.experiments import enrolled
    from mecene_web.overview import draw_paths
    from mecene_web.scores import nightly

    settings.HOME = tmp_path
    gone(appeal(1_000))
    held = Experiment.objects.get()
    for number, donors in enumerate(by_arm(held).values()):
        gifts(donors, share=0.9, on=NOW.date() + timedelta(days=3), seed=number)

    sent = by_arm(held)["Appel de mars"]
    Contact.objects.bulk_create(Contact(donor_id=donor, at=NOW, channel="email", purpose="appeal",
                                        source_ref=f"c{donor}") for donor in sent)  # fmt: skip
    nightly.run(as_of=RIPE, on_progress=lambda *_: None)
    by_night = Reading.objects.get(experiment=held).metrics
    asked = night.now(held, as_of=RIPE).metrics
    monkeypatch.setattr(enrolled, "A_PART", 150)
    in_parts = night.now(held, as_of=RIPE).metrics

    (told,) = draw_paths.held_out(RIPE)
    assert (told.channel, set(told.donors)) == ("email", set(sent))
    # Everybody gave, sent something or not: nearly nothing was caused, all is credited.
    assert told.caused.low < told.caused.acts < told.caused.high < 0.2 * len(sent)
    for lang, said in (("fr", "auprès des personnes contactées"), ("en", "among those contacted")):
        page = browser("auditor", lang=lang).get(reverse("overview:paths"))
        assert said in page.content.decode()
    # To the last digit, however many parts those drawn are read in.
    assert in_parts == asked
    # The night worked out what each donor is worth first, the other time it stands.
    assert by_night == asked
    assert by_night["euros"]["why"] == ""
    assert Reading.objects.filter(experiment=held).count() == 1


def test_who_was_found_to_be_another_is_counted_as_that_other(appeal, gone, tmp_path):
    from mecene_web.donors.models import Donor, Merge
    from mecene_web.experiments import enrolled

    gone(appeal(300))
    held = Experiment.objects.get()
    gone_by = held.enrolments.order_by("pk")[0].donor_id
    kept = Donor.objects.create(first_name="Claire", last_name="Petit")
    merge = Merge.objects.create(kept=kept, absorbed_id=gone_by, at=NOW)
    assert kept.pk in pl.concat(enrolled.parts(held, into=tmp_path))["donor_id"].to_list()
    assert kept.pk in enrolled.of(held)["donor_id"].to_list()

    Merge.objects.filter(pk=merge.pk).update(undone_at=NOW)
    assert gone_by in enrolled.of(held)["donor_id"].to_list()
