"""What is published, kept, merged, erased, repaired and moved."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from mecene.journeys import writing
from mecene.journeys.moving import NoPlace
from mecene.journeys.publishing import InvalidGraph
from mecene_web.donors import merge, unmerge
from mecene_web.donors.models import Attribute, Household
from mecene_web.events.models import Contact
from mecene_web.journeys import always, draft, enrol, hear, move, publish, repair
from mecene_web.journeys.models import Heard, Journey, Trace, Traveller, Version
from mecene_web.messages import caps
from mecene_web.messages.models import Outgoing
from mecene_web.messages.pressure import Asked
from mecene_web.messages.texts import Template
from mecene_web.rights import erase

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
WAITING = """
code = "waiting"
name = { fr = "Attente", en = "Wait" }
purpose = "newsletter"
start = "rest"
triggers = [{ on = "command" }]
[[steps]]
do = "wait"
key = "rest"
duration = { days = 3 }
next = "mark"
[[steps]]
do = "add_tag"
key = "mark"
tag = "here"
"""


def asked(who, kind="ask", channel="email", home=None):
    return Asked(key=f"{who.pk}{kind}", donor_id=who.pk, household_id=home, channel=channel,
                 purposes=("appeal",), kind=kind, group="g")  # fmt: skip


def test_a_version_does_not_change_and_the_same_drawing_is_one(journey) -> None:
    made = journey(WAITING)

    again = publish.publish(made.pk, by=None, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(pk=again.pk).update(text="{}")

    assert made.versions.count() == 1
    assert writing.from_json(again.text).code == "waiting"


def test_what_is_wrong_is_named_with_its_step_in_both_languages(journey) -> None:
    with pytest.raises(InvalidGraph) as wrong:
        journey(WAITING.replace('next = "mark"', 'next = "nowhere"'))

    steps = {problem.step for problem in wrong.value.problems}
    said = {lang: wrong.value.problems[0].text(lang=lang) for lang in ("fr", "en")}
    assert steps == {"rest", "mark"}
    assert "n’existe pas" in said["fr"]
    assert "does not exist" in said["en"]
    assert Journey.objects.get().state == "draft"


def test_each_change_can_be_undone_and_who_draws_from_an_old_page_is_told(journey) -> None:
    made = journey(WAITING)
    held = draft.latest(made)
    drawn = draft.plain(held)
    drawn["steps"][0]["duration"] = {"days": 9}

    draft.change(made.pk, drawn, seen=held.number, by=None, now=NOW)
    with pytest.raises(draft.Overtaken):
        draft.change(made.pk, drawn, seen=held.number, by=None, now=NOW)
    back = draft.undo(made.pk, seen=held.number + 1)

    assert back.text == held.text
    with pytest.raises(draft.NothingToUndo):
        draft.undo(made.pk, seen=back.number)


def test_merged_donors_keep_one_way_and_taken_apart_each_has_their_own(
    donor, member, journey
) -> None:
    waiting, by = journey(WAITING), member("fundraiser")
    kept, absorbed, other = donor(), donor(), donor()
    enrol.enrol([kept.pk, absorbed.pk], journey_id=waiting.pk, token=uuid4(), by=by, now=NOW)
    always.caught_up(now=NOW)
    before = list(Traveller.objects.order_by("pk").values())

    first = merge.merge(kept.pk, absorbed.pk, by=by, now=NOW)
    second = merge.merge(other.pk, kept.pk, by=by, now=NOW)
    always.caught_up(now=NOW + timedelta(days=4))
    gone_on = list(Attribute.objects.filter(name="tag").values_list("donor_id", flat=True))
    unmerge.unmerge(second.pk, by=by, now=NOW)
    unmerge.unmerge(first.pk, by=by, now=NOW)

    assert gone_on == [other.pk]
    after = {row["donor_id"]: row for row in Traveller.objects.values()}
    assert after[absorbed.pk] == before[1]
    assert after[kept.pk]["outcome"] == "completed"
    assert set(after) == {kept.pk, absorbed.pk}


def test_an_erased_donor_leaves_nothing_in_journeys(donor, gift, thanking, member) -> None:
    thanking()
    given, stays = gift(donor()), gift(donor())
    hear.hear(now=NOW)

    erase.erase(given.donor_id, reason="request", by=member("administrator"), now=NOW)

    for model in (Traveller, Trace, Heard, Outgoing):
        assert set(model.objects.values_list("donor_id", flat=True)) == {stays.donor_id}


def test_who_is_stuck_holds_up_nobody_and_is_repaired(donor, gift, thanking, member) -> None:
    thanking()
    Template.objects.update(archived_at=NOW)
    given = gift(donor())
    always.caught_up(now=NOW)

    held = repair.stuck()
    assert [(one["row"].donor_id, one["cause"]) for one in held] == [(given.donor_id, "NoText")]
    assert not Outgoing.objects.exists()

    Template.objects.update(archived_at=None)
    repair.repair(held[0]["row"].pk, "again", by=member("fundraiser"), now=NOW)
    always.caught_up(now=NOW)

    assert Outgoing.objects.count() == 1
    assert repair.stuck() == []
    with pytest.raises(repair.NotStuck):
        repair.repair(held[0]["row"].pk, "again", by=member("fundraiser"), now=NOW)


def test_people_go_over_to_another_version_only_as_previewed(donor, journey, member) -> None:
    made, by = journey(WAITING), member("fundraiser")
    who = donor()
    enrol.enrol([who.pk], journey_id=made.pk, token=uuid4(), by=by, now=NOW)
    always.caught_up(now=NOW)
    held = draft.latest(made)
    drawn = draft.plain(held)
    drawn["steps"][0] |= {"key": "longer", "duration": {"days": 9}}
    drawn["start"] = "longer"
    draft.change(made.pk, drawn, seen=held.number, by=by, now=NOW)
    new = publish.publish(made.pk, by=by, now=NOW)
    old = made.versions.get(number=1)

    rows = move.preview(old, new)
    with pytest.raises(NoPlace):
        move.move(old.pk, new.pk, mapping={}, by=by, now=NOW)
    assert Traveller.objects.get().version == old
    moved = move.move(old.pk, new.pk, mapping={"rest": "longer"}, by=by, now=NOW)
    always.caught_up(now=NOW + timedelta(days=4))

    assert [(row.step, row.people, row.placed) for row in rows] == [("rest", 1, False)]
    assert moved == 1
    inside = Traveller.objects.get()
    assert (inside.version, inside.step) == (new, "longer")
    assert inside.due_at == NOW + timedelta(days=9)


def test_pressure_counts_the_whole_household_and_thanks_come_first(donor, gift, thanking) -> None:
    home = Household.objects.create()
    one, other = donor(household=home), donor(household=home)
    for days in (1, 2):
        Contact.objects.create(donor=other, at=NOW - timedelta(days=days), channel="email",
                               purpose="appeal", source_ref=f"c{days}")  # fmt: skip
    giver, free = donor(), donor()
    thanking()
    hear.hear(now=NOW)
    given, thanked = gift(giver), gift(donor())
    hear.hear(now=NOW)
    Outgoing.objects.filter(donor=thanked.donor).update(state="handed_over", handed_at=NOW)

    held = caps.held(
        [asked(one, home=home.pk), asked(giver), asked(giver, "thanks"), asked(free),
         asked(thanked.donor)],
        now=NOW,
    )  # fmt: skip

    said = {key: each.details["fr"] for key, each in held.items()}
    assert set(said) == {f"{one.pk}ask", f"{giver.pk}ask", f"{thanked.donor_id}ask"}
    assert "Plafond du foyer" in said[f"{one.pk}ask"]
    assert "merci d’abord" in said[f"{given.donor_id}ask"]
    assert "merci d’abord" not in said[f"{thanked.donor_id}ask"]
    assert held[f"{one.pk}ask"].until > NOW


def test_a_message_of_a_journey_and_one_of_a_campaign_count_together(donor) -> None:
    who = donor()
    Outgoing.objects.create(origin="campaign:1", donor=who, channel="email", kind="ask",
                            key="k1", state="handed_over", due_at=NOW, asked_at=NOW,
                            handed_at=NOW - timedelta(days=3))  # fmt: skip

    held = caps.held([asked(who)], now=NOW)

    assert "Plafond de la personne" in held[f"{who.pk}ask"].details["fr"]
