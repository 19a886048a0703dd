"""A rehearsal tells what a real run over the same facts does."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mecene.journeys import ready
from mecene_web.consent.models import Consent
from mecene_web.events.models import Interaction
from mecene_web.giving.models import Gift
from mecene_web.journeys import always, hear, moments, rehearse
from mecene_web.journeys.models import Journey, Traveller
from mecene_web.messages.models import Outgoing
from mecene_web.scores import snapshot
from mecene_web.scores.models import Run, Standing
from mecene_web.tasks.models import Work

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def silent(*_told) -> None:
    """Hear how far it has come, and say nothing."""


def test_it_lets_in_and_sends_what_a_real_run_lets_in_and_sends(
    donor, thanking, member, monkeypatch
) -> None:
    began = NOW - timedelta(days=40)
    journey = thanking(now=began)
    people = [donor() for _ in range(6)]
    given = Counter()
    for number in range(14):
        who, on = people[number % 5], (began + timedelta(days=1 + 2 * number)).date()
        Gift.objects.create(donor=who, given_on=on, amount_minor=1_000 * (number + 1),
                            kind="one_off", currency="EUR", source_ref=f"r{number}")  # fmt: skip
        hear.tell([who.pk], now=began)
        # As a rehearsal takes it: learnt on that morning at nine.
        always.caught_up(now=datetime.combine(on, time(9), PARIS))
        given[on.isoformat()] += 1
    monkeypatch.setattr(rehearse.timezone, "now", lambda: NOW)

    asked = rehearse.ask(journey.pk, by=member("fundraiser"), now=NOW, months=2)
    rehearse.work(asked.pk, silent)

    asked.refresh_from_db()
    told = asked.result
    assert told["entered"] == {"thanks": Traveller.objects.count()} == {"thanks": 14}
    assert Outgoing.objects.count() == 14
    assert {day: count for day, channel, count in told["load"]} == given
    assert told["share"] == 1.0
    assert not told["left_out"]
    assert [one["donor_id"] for one in told["worst"]][:1] == [people[0].pk]
    # Everybody was thanked and has rested, and was marked.
    always.caught_up(now=NOW)
    inside = Traveller.objects.filter(step="rest").count()
    passes = {(step, way): count for step, way, count in told["passed"]}
    assert passes.pop(("rest", ""), 0) == inside
    assert passes == {("say", "next"): 14, ("rest", "next"): 14 - inside,
                      ("mark", "next"): 14 - inside}  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_its_page_waits_then_tells(lang, browser, donor, gift, thanking, works, settings) -> None:
    journey = thanking()
    gift(donor())
    client = browser("fundraiser", lang=lang)

    empty = client.get(f"/journeys/{journey.pk}/rehearsals/").content.decode()
    client.post(f"/journeys/{journey.pk}/rehearsals/")
    waits = client.get(f"/journeys/{journey.pk}/rehearsals/")
    rehearse.work(waits.context["last"].pk, silent)
    waits.context["work"].state = "done"
    waits.context["work"].save()
    told = client.get(f"/journeys/{journey.pk}/rehearsals/").content.decode()

    assert ("Pas encore répété" if lang == "fr" else "Not rehearsed yet") in empty
    assert waits.context["running"]
    assert ("Qui serait entré" if lang == "fr" else "Who would have come in") in told
    assert ("Par où l’on serait passé" if lang == "fr" else "Which way people would") in told
    assert ("1 passage" if lang == "fr" else "1 pass") in told


def test_what_facts_alone_do_not_tell_is_left_out_and_said(browser, house) -> None:
    client = browser("fundraiser")
    client.post("/journeys/ready/disengagement/copy/")
    journey = Journey.objects.get()
    client.post(f"/journeys/{journey.pk}/rehearsals/")

    row = journey.rehearsals.get()
    rehearse.work(row.pk, silent)

    row.refresh_from_db()
    assert row.result["left_out"] == [journey.code] == ["disengagement"]
    assert row.result["entered"] == {}
    Work.objects.update(state="done")
    page = client.get(f"/journeys/{journey.pk}/rehearsals/").content.decode()
    assert "n’a pas été répété" in page
    assert "disengagement" in ready.CODES


NEWS = """
code = "news"
name = { fr = "Nouvelles", en = "News" }
purpose = "newsletter"
start = "say"
reentry = { allowed = "each_event" }
triggers = [{ on = "event", event = "petition_signed" }]
[[steps]]
do = "message"
key = "say"
template = "TEMPLATE"
kind = "news"
channel = "email"
"""


def test_it_waits_for_a_readers_own_hour_as_a_real_run_does(
    donor, journey, template, member, monkeypatch, tmp_path
) -> None:
    """Decided at half past noon, a message waits for ten in the morning of the day after.

    Who objects to be profiled has no hour of their own, and theirs leaves at once.
    """
    made = journey(NEWS.replace("TEMPLATE", template(purposes=("newsletter",))),
                   now=NOW - timedelta(days=20))  # fmt: skip
    early, other = donor(), donor()
    Consent.objects.bulk_create(
        Consent(donor=who, purpose="newsletter", channel="email", status="granted", source_ref="c",
                occurred_at=NOW - timedelta(days=300), written_at=NOW) for who in (early, other)
    )  # fmt: skip
    Consent.objects.create(donor=other, purpose="profiling", status="objected", source_ref="p",
                           legal_basis="legitimate_interest_optout", written_at=NOW,
                           occurred_at=NOW - timedelta(days=300))  # fmt: skip
    Interaction.objects.bulk_create(
        Interaction(donor=early, kind="click", channel="email", source_ref=f"i{n}",
                    at=datetime.combine((NOW - timedelta(days=40 + n)).date(), time(10, 30), PARIS))
        for n in range(40)
    )  # fmt: skip
    run = Run.objects.create(as_of=NOW.date(), began_at=NOW, ended_at=NOW)
    told = moments.over(snapshot.write(tmp_path / "facts", on_progress=silent))
    hours = told((NOW - timedelta(days=10)).date())
    assert hours == {early.pk: 10}
    assert told((NOW - timedelta(days=200)).date()) == {}  # nobody had acted yet
    Standing.objects.create(donor=early, run=run, segment="active", reason="",
                            best_hour=hours[early.pk])  # fmt: skip
    on = (NOW - timedelta(days=10)).date()
    noon = datetime.combine(on, time(12, 30), PARIS)
    Interaction.objects.bulk_create(
        Interaction(donor=who, kind="petition_signed", at=noon, source_ref="s")
        for who in (early, other)
    )
    hear.tell([early.pk, other.pk], now=noon)
    always.caught_up(now=noon)
    real = {row.donor_id: row.due_at for row in Outgoing.objects.all()}
    Standing.objects.all().delete()
    Run.objects.all().delete()  # its night kept no facts: the rehearsal reads the database
    monkeypatch.setattr(rehearse.timezone, "now", lambda: NOW)

    asked = rehearse.ask(made.pk, by=member("fundraiser"), now=NOW, months=1)
    rehearse.work(asked.pk, silent)

    asked.refresh_from_db()
    assert real == {early.pk: noon + timedelta(hours=21, minutes=30), other.pk: noon}
    assert {(day, count) for day, _, count in asked.result["load"]} == {
        (str(on), 1), (str(on + timedelta(days=1)), 1),
    }  # fmt: skip
