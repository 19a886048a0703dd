"""Goals, conditions, segments, days, pauses: what journeys are told, and what follows."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from mecene_web.accounts.models import Staff
from mecene_web.donors.models import Attribute
from mecene_web.events.models import Interaction
from mecene_web.journeys import always, enrol, hear, look, passages, pause
from mecene_web.journeys.models import HoldOut, Progress, Trace, Traveller
from mecene_web.messages.models import Outgoing
from mecene_web.segments.models import Passage, Segment

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
TAG = """
code = "tagged"
name = { fr = "Étiquette", en = "Tag" }
purpose = "newsletter"
start = "mark"
triggers = [TRIGGER]
[[steps]]
do = "add_tag"
key = "mark"
tag = "here"
"""
ASKING = """
code = "asking"
name = { fr = "Demande", en = "Ask" }
purpose = "appeal"
start = "patience"
triggers = [{ on = "command" }]
goals = [{ key = "gave", event = "gift_received" }]
[[steps]]
do = "wait_for"
key = "patience"
event = "click"
timeout = { days = 5 }
next = "clicked"
otherwise = "silent"
[[steps]]
do = "add_tag"
key = "clicked"
tag = "clicked"
[[steps]]
do = "add_tag"
key = "silent"
tag = "silent"
"""
BY_HISTORY = """
code = "history"
name = { fr = "Selon l’histoire", en = "By history" }
purpose = "newsletter"
start = "which"
audience = "event_amount_minor >= 1000"
reentry = { allowed = "each_event" }
triggers = [{ on = "event", event = "gift_received" }]
[[steps]]
do = "branch"
key = "which"
otherwise = "known"
[[steps.paths]]
when = "gifts = 1"
next = "new"
[[steps]]
do = "add_tag"
key = "new"
tag = "new"
[[steps]]
do = "add_tag"
key = "known"
tag = "known"
"""


def tags():
    return sorted(Attribute.objects.filter(name="tag").values_list("donor_id", "value"))


def click(who, at=NOW):
    made = Interaction.objects.create(donor=who, at=at, kind="click", source_ref=f"c{who.pk}")
    hear.tell([who.pk], now=at)
    return made


def test_who_gives_leaves_and_who_clicks_goes_on_and_who_is_silent_is_told_so(
    donor, gift, journey
) -> None:
    asking = journey(ASKING)
    gave, clicked, silent = donor(), donor(), donor()
    enrol.enrol([gave.pk, clicked.pk, silent.pk], journey_id=asking.pk, token=uuid4(), by=None,
                now=NOW)  # fmt: skip
    always.caught_up(now=NOW)
    later = NOW + timedelta(hours=2)

    gift(gave, now=later, on=later.date())
    click(clicked, at=later)
    always.caught_up(now=later + timedelta(seconds=1))
    always.caught_up(now=NOW + timedelta(days=5, seconds=1))

    assert tags() == [(clicked.pk, "clicked"), (silent.pk, "silent")]
    outcomes = dict(Traveller.objects.values_list("donor_id", "outcome"))
    assert outcomes == {gave.pk: "goal:gave", clicked.pk: "completed", silent.pk: "completed"}


def test_conditions_see_what_came_today_before_any_night(donor, gift, journey) -> None:
    journey(BY_HISTORY)
    new, known, small = donor(), donor(), donor()
    gift(known, on=date(2025, 5, 1))
    gift(new)
    gift(known)
    gift(small, amount=500)

    always.caught_up(now=NOW)

    assert tags() == sorted([(new.pk, "new"), (known.pk, "known")])
    refused = Trace.objects.get(donor=small)
    assert (refused.code, refused.traveller) == ("audience", None)
    assert refused.found["condition"] == "event_amount_minor >= 1000"


def test_a_pause_holds_people_and_what_came_meanwhile_counts(donor, member, journey) -> None:
    asking, by = journey(ASKING), member("fundraiser")
    waits = donor()
    enrol.enrol([waits.pk], journey_id=asking.pk, token=uuid4(), by=by, now=NOW)
    always.caught_up(now=NOW)
    pause.pause(asking.pk, by=by, now=NOW + timedelta(minutes=1))

    click(waits, at=NOW + timedelta(hours=1))
    always.caught_up(now=NOW + timedelta(days=9))
    assert tags() == []
    with pytest.raises(enrol.NotLive):
        enrol.enrol([waits.pk], journey_id=asking.pk, token=uuid4(), by=by, now=NOW)

    pause.resume(asking.pk, by=by, now=NOW + timedelta(days=9))
    pause.wake(asking.pk, lambda *told: None)

    assert tags() == [(waits.pk, "clicked")]


def test_who_would_have_come_in_during_a_pause_comes_in_afterwards(
    donor, gift, member, journey
) -> None:
    paused, by = journey(BY_HISTORY), member("fundraiser")
    pause.pause(paused.pk, by=by, now=NOW - timedelta(hours=1))
    given = gift(donor())
    always.caught_up(now=NOW)
    assert not Traveller.objects.exists()

    pause.resume(paused.pk, by=by, now=NOW + timedelta(hours=1))
    pause.wake(paused.pk, lambda *told: None)
    pause.wake(paused.pk, lambda *told: None)

    assert tags() == [(given.donor_id, "new")]


def test_a_passage_starts_a_journey_once_however_often_it_is_read(donor, journey) -> None:
    segment = Segment.objects.create(code="lapsed", name="Partis", condition="gifts = 0",
                                     made_at=NOW)  # fmt: skip
    journey(TAG.replace("TRIGGER", '{ on = "segment", segment = "lapsed" }'))
    passages.read(now=NOW)
    went, came_back = donor(), donor()

    Passage.objects.create(segment=segment, donor=went, entered=True, at=NOW)
    Passage.objects.create(segment=segment, donor=came_back, entered=False, at=NOW)
    always.caught_up(now=NOW)
    Progress.objects.filter(name="passages").update(number=0)
    always.caught_up(now=NOW)

    assert tags() == [(went.pk, "here")]


def test_a_birthday_comes_back_and_a_day_is_looked_at_once(donor, journey) -> None:
    journey(TAG.replace("TRIGGER", '{ on = "anniversary", of = "birth_date" }'))
    born, _other = donor(birth_date=date(1960, 3, 3)), donor(birth_date=date(1960, 3, 4))

    found = [look.look(now=NOW), look.look(now=NOW)]
    always.caught_up(now=NOW)

    assert found == [1, 0]
    assert tags() == [(born.pk, "here")]


def test_a_date_is_everybodys_also_of_a_day_slept_through(donor, journey) -> None:
    journey(TAG.replace("TRIGGER", '{ on = "date", month = 3, day = 2 }'),
            now=NOW - timedelta(days=9))  # fmt: skip
    people = [donor(), donor()]
    Progress.objects.create(name="days", on=date(2026, 3, 1))

    look.look(now=NOW)
    always.caught_up(now=NOW)

    assert tags() == [(one.pk, "here") for one in people]


def test_the_hold_out_is_told_and_nobody_of_it_enters(donor, gift, journey) -> None:
    journey(BY_HISTORY)
    HoldOut.objects.create(experiment="2026", share=0.10, at=NOW)
    people = [donor() for _ in range(60)]
    for one in people:
        gift(one)

    always.caught_up(now=NOW)

    out = set(Trace.objects.filter(code="held_out").values_list("donor_id", flat=True))
    assert 0 < len(out) < 20
    assert {donor_id for donor_id, _ in tags()} == {one.pk for one in people} - out


def test_a_journey_starts_another_in_the_same_breath(donor, journey) -> None:
    journey(TAG.replace("TRIGGER", '{ on = "command", by = "api" }'))
    first = journey(
        TAG.replace("TRIGGER", '{ on = "command" }')
        .replace('"tagged"', '"first"')
        .replace('do = "add_tag"', 'do = "start_journey"')
        .replace('tag = "here"', 'journey = "tagged"')
    )
    who = donor()

    enrol.enrol([who.pk], journey_id=first.pk, token=uuid4(), by=None, now=NOW)
    always.caught_up(now=NOW)

    assert tags() == [(who.pk, "here")]
    assert not Outgoing.objects.exists()
    assert not Staff.objects.exists()


def test_who_is_sent_where_nobody_comes_by_hand_is_told_so(donor, journey) -> None:
    made = journey(BY_HISTORY)
    journey(TAG.replace("TRIGGER", '{ on = "event", event = "click" }'))
    who = donor()

    enrol.enrol([who.pk], journey_id=made.pk, token=uuid4(), by=None, now=NOW)
    always.caught_up(now=NOW)

    told = Trace.objects.get()
    assert (told.journey, told.code) == (made, "wrong_event")
    assert not Traveller.objects.exists()


@pytest.mark.parametrize("began", [datetime(2026, 3, 2, 23, 30, tzinfo=UTC), NOW])
def test_a_gift_of_the_day_a_journey_begins_to_live_is_heard_and_that_of_the_day_before_is_not(
    donor, gift, journey, began
) -> None:
    """In Paris 23 h 30 of Greenwich is the day after already."""
    journey(BY_HISTORY, now=began)
    heard, before = donor(), donor()
    gift(heard, on=date(2026, 3, 3))
    gift(before, on=date(2026, 3, 2))

    always.caught_up(now=NOW)

    assert [who for who, _ in tags()] == [heard.pk]
