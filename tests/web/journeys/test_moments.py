"""A message of a journey leaves at the hour at which its reader acts, by what they act by."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mecene.journeys.steps import Message
from mecene.journeys.traveller import Effect
from mecene_web.journeys import hear, moments
from mecene_web.journeys.models import Unheard
from mecene_web.messages.models import Outgoing
from mecene_web.scores.models import Run, Standing

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # 11 h in Paris
ASK = """
code = "asked"
name = { fr = "Demande", en = "Ask" }
purpose = "appeal"
start = "say"
triggers = [{ on = "event", event = "gift_received" }]
[[steps]]
do = "message"
key = "say"
template = "TEMPLATE"
kind = "KIND"
channel = "email"
expires_days = 3
"""


def effect(at=NOW, expires=None):
    return Effect("k", Message("say", "t", "ask"), "email", "appeal", at, expires, (), "gift:1")


def stands(who, **told):
    run = Run.objects.create(as_of=date(2026, 3, 3), began_at=NOW, ended_at=NOW)
    return Standing.objects.create(donor=who, run=run, segment="active", reason="", **told)


@pytest.mark.parametrize(
    ("hour", "then"),
    [
        (10, NOW),  # 11 h is of 10 h to noon
        (18, datetime(2026, 3, 3, 17, 0, tzinfo=UTC)),
        (8, datetime(2026, 3, 4, 7, 0, tzinfo=UTC)),
    ],
)
def test_the_next_time_their_hour_comes(hour, then) -> None:
    assert moments.best(effect(), "ask", "email", (hour, "Europe/Paris")) == then


def test_the_hour_is_the_clocks_on_the_day_it_changes() -> None:
    night_before = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)

    found = moments.best(effect(night_before), "ask", "email", (8, "Europe/Paris"))

    assert found == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)  # 8 h in summer


@pytest.mark.parametrize(
    ("kind", "channel", "known", "expires"),
    [
        ("thanks", "email", (18, "Europe/Paris"), None),
        ("ask", "post", (18, "Europe/Paris"), None),
        ("ask", "email", None, None),
        ("ask", "email", (18, "Europe/Paris"), NOW + timedelta(hours=2)),
    ],
)
def test_thanks_letters_and_what_would_be_too_late_do_not_wait(
    kind, channel, known, expires
) -> None:
    assert moments.best(effect(expires=expires), kind, channel, known) == NOW


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "hour"), [("ask", 17), ("thanks", 10)])
def test_an_ask_waits_for_the_hour_of_its_reader_and_thanks_do_not(
    kind, hour, donor, gift, journey, template
) -> None:
    text = ASK.replace("TEMPLATE", template(purposes=("appeal",))).replace("KIND", kind)
    journey(text)
    who = donor()
    stands(who, best_hour=18)
    gift(who)

    hear.hear(now=NOW)

    assert Unheard.objects.count() == 0
    assert Outgoing.objects.get().due_at == datetime(2026, 3, 3, hour, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_the_preferred_channel_is_what_they_act_by(donor, gift, journey, template) -> None:
    from mecene_web.journeys.models import Speech
    from mecene_web.messages.texts import Template

    code = template(purposes=("transactional",))
    letter = template(channel="post", purposes=("transactional",))
    Speech.objects.create(code=code, channel="post",
                          template=Template.objects.get(pk=int(letter[1:])))  # fmt: skip
    text = (
        ASK.replace("TEMPLATE", code).replace("KIND", "thanks").replace("appeal", "transactional")
    )
    journey(text.replace('channel = "email"', 'channel = "preferred"'))
    told = {"address": "1 rue du Puits", "city": "Nantes", "postcode": "44000"}
    by_post, unknown = donor(**told), donor(**told)
    stands(by_post, best_channel="post")
    for who in (by_post, unknown):
        gift(who)

    hear.hear(now=NOW)

    assert dict(Outgoing.objects.values_list("donor_id", "channel")) == {
        by_post.pk: "post", unknown.pk: "email",
    }  # fmt: skip
