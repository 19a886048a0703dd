"""Each measure is read in each group and over time; an effect on newcomers is seen among them."""

from datetime import date, timedelta

import pytest

from drawn_tests import NOW, by_arm, planned, wanted
from mecene_web.experiments import night

pytestmark = pytest.mark.django_db
RIPE = date(2026, 5, 10)


def test_measures_stand_by_group_and_over_time(appeal, gone, gifts, template, member, browser):
    from mecene_web.events.models import Interaction
    from mecene_web.messages.models import Campaign, Outgoing

    campaign = appeal(1_200)
    held = planned(campaign, wanted(("A", campaign.template_id), ("B", template("B").pk)), member)
    gone(campaign)
    arms = by_arm(held)
    days = (NOW + timedelta(days=3)).date()
    for number, (arm, fresh, old) in enumerate((("A", 0.1, 0.3), ("B", 0.6, 0.3))):
        gifts(arms[arm][::2], share=1.1, on=date(2020, 1, 1), seed=10 + number)
        gifts(arms[arm][::2], share=old, on=days, seed=20 + number)
        gifts(arms[arm][1::2], share=fresh, on=days, seed=30 + number)
        Interaction.objects.bulk_create(
            Interaction(donor_id=donor, at=NOW + shift, kind="event_attended", source_ref=ref)
            for ref, shift, people in (
                ("before", timedelta(days=-9), arms[arm][:40]),
                ("after", timedelta(days=9), arms[arm][: 40 if arm == "A" else 160]),
            )
            for donor in people
        )  # fmt: skip
    Outgoing.objects.filter(campaign=campaign).update(state="handed_over", cost_minor=50)
    Campaign.objects.update(cost_each_minor=50)

    night.now(held, as_of=RIPE - timedelta(days=1))
    told = night.now(held, as_of=RIPE).metrics

    kpis = {one["name"]: {(g["family"], g["value"]): g for g in one["groups"]}
            for one in told["kpis"]}  # fmt: skip
    assert set(kpis) >= {"gave", "clicks", "bounces", "unsubscribes", "time_on_site", "life_value",
                         "amount", "retention_12m", "events", "events_before"}  # fmt: skip
    gave = kpis["gave"]
    assert gave["new", ""]["difference"]["low"] > 0.3
    assert gave["standing", ""]["difference"]["low"] < 0.1
    assert gave["all", ""]["units"] == gave["new", ""]["units"] + gave["standing", ""]["units"]
    levels = {one["arm"]: one["level"] for one in kpis["events"]["all", ""]["levels"]}
    before = {one["arm"]: one["level"] for one in kpis["events_before"]["all", ""]["levels"]}
    assert levels["B"] > 3 * levels["A"] > 0
    assert before["A"] == pytest.approx(before["B"], rel=0.2)
    assert kpis["retention_12m"].keys() == {("all", "")}
    assert kpis["retention_12m"]["all", ""]["why"] == "too_early"
    costs = {one["family"]: one for one in told["group_costs"]}
    whole = costs["new"]["cost_minor"] + costs["standing"]["cost_minor"]
    assert costs["all"]["cost_minor"] == pytest.approx(whole)
    assert costs["all"]["per_euro"] == pytest.approx(whole / costs["all"]["raised_minor"])

    address = f"/experiments/{held.pk}/measures/"
    for lang, label, everybody in (("fr", "Part de ceux qui ont donné", "Tous"),
                                   ("en", "Share who gave", "Everybody")):  # fmt: skip
        page = browser("auditor", lang=lang).get(f"{address}?measure=gave").content.decode()
        assert label in page
        assert everybody in page
        assert "<svg" in page
    reader = browser("auditor")
    assert "Mesures par groupe" in reader.get(f"/experiments/{held.pk}/").content.decode()
    # What nobody measures is answered by the first there is.
    assert reader.get(f"{address}?measure=<b>").status_code == 200
    assert len(reader.get(f"{address}gave.csv").content.decode().splitlines()) == 3
    assert b"<svg" in reader.get(f"{address}gave.svg").content
    assert reader.get(f"{address}gave.png").content[:4] == b"\x89PNG"
    assert reader.get(f"{address}retention_12m.csv").status_code == 404
    assert reader.get(f"{address}unknown.csv").status_code == 404
    assert browser("caller").get(address).status_code == 403


def test_before_any_night_the_page_says_so(appeal, gone, browser):
    campaign = appeal(400)
    gone(campaign)
    held = campaign.experiment

    page = browser("auditor").get(f"/experiments/{held.pk}/measures/")

    assert page.status_code == 200
    assert "Rien n’a encore été lu" in page.content.decode()
