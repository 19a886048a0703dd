"""Nobody is told too much, too soon or at night; and when it may be said is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.pressure import hours, rules, verdict, zones
from mecene.pressure.rules import Cap, Rules
from mecene.pressure.verdict import Happened, History, Proposal, Sent
from mecene.pressure.zones import Zone

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)  # a Monday, noon in Paris
USUAL = rules.usual(on=NOW.date())
PARIS = Zone()
KINDS = st.sampled_from(rules.KINDS)
CHANNELS = st.sampled_from(["email", "sms", "phone", "post"])
ZONES = st.sampled_from([PARIS, Zone(part="57"), Zone("America/Martinique", "FR", "972"),
                         Zone("Pacific/Noumea", "FR", "NC")])  # fmt: skip
AGES = st.integers(0, 60 * 24 * 60)


def ago(**length):
    return NOW - timedelta(**length)


sent = st.builds(
    lambda donor, minutes, channel, kind: Sent(donor, ago(minutes=minutes), channel, kind),
    st.sampled_from([1, 2]), AGES, CHANNELS, KINDS,
)  # fmt: skip
happened = st.builds(
    lambda event, minutes, thanked: Happened(event, ago(minutes=minutes), thanked),
    st.sampled_from(rules.EVENTS), AGES, st.booleans(),
)  # fmt: skip
histories = st.builds(
    History, st.lists(sent, max_size=8).map(tuple), st.lists(happened, max_size=3).map(tuple)
)
proposals = st.builds(Proposal, st.just(1), CHANNELS, KINDS)
MICROSECOND = timedelta(microseconds=1)
moments = st.integers(0, 20 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


def judged(proposal, history=None, now=NOW, zone=PARIS, held=USUAL):
    return verdict.judge(proposal, history=history or History(), rules=held, zone=zone, now=now)


@given(proposals, histories, ZONES, moments)
def test_when_it_may_be_said_it_may(proposal, history, zone, now) -> None:
    found = judged(proposal, history, now, zone)

    assert found.allowed is not bool(found.why)
    if found.next_at is not None:
        known = History(tuple(one for one in history.sent if one.at <= now),
                        tuple(one for one in history.happened if one.at <= now))  # fmt: skip
        assert judged(proposal, known, found.next_at, zone).allowed


@given(proposals, histories, ZONES, moments, st.floats(0, 1))
def test_and_no_sooner(proposal, history, zone, now, share) -> None:
    found = judged(proposal, history, now, zone)
    if found.next_at is None or found.allowed:
        return
    # Clocks count microseconds: a share of almost 1 would round to the moment itself.
    last = (found.next_at - now) // MICROSECOND - 1
    between = now + int(share * last) * MICROSECOND

    assert not judged(proposal, history, between, zone).allowed


@given(proposals, histories, ZONES, moments, sent)
def test_one_message_more_never_frees_anything_but_thanks(
    proposal, history, zone, now, one
) -> None:
    more = replace(history, sent=(*history.sent, one))

    if judged(proposal, more, now, zone).allowed and one.kind != "thanks":
        assert judged(proposal, history, now, zone).allowed


@given(histories, ZONES, moments)
def test_no_day_ever_goes_beyond_a_cap(history, zone, now) -> None:
    """Whatever was sent before, what is let through from then on keeps within the cap."""
    cap = Cap("two_a_week", frozenset({"ask"}), None, most=2, days=7, per="person")
    held = Rules((cap,), (), (), 0)
    clock = ZoneInfo(zone.name)
    let_through, so_far = [], []
    for hour in range(0, 24 * 30, 7):
        at = now + timedelta(hours=hour)
        if judged(Proposal(1, "email", "ask"), History(tuple(so_far)), at, zone, held).allowed:
            let_through.append(at.astimezone(clock).date())
            so_far.append(Sent(1, at, "email", "ask"))

    for day in let_through:
        week = [one for one in let_through if day <= one < day + timedelta(days=7)]
        assert len(week) <= 2
    # And no less than it could: two in each week of seven days.
    assert len(let_through) >= 8


@pytest.mark.parametrize(
    ("history", "kind", "rule", "free_on"),
    [
        (History(sent=(Sent(1, ago(days=3), "post", "ask"),)), "ask", "cap_person",
         date(2026, 6, 22)),
        (History(sent=(Sent(1, ago(days=3), "post", "ask"),)), "news", None, None),
        (History(sent=(Sent(2, ago(days=3), "post", "ask"),)), "ask", None, None),
        (History(sent=(Sent(2, ago(days=3), "post", "ask"), Sent(3, ago(days=1), "post", "ask"))),
         "ask", "cap_household", date(2026, 6, 22)),
        (History(sent=(Sent(1, ago(days=10), "post", "ask"),)), "ask", None, None),
        (History(happened=(Happened("gift", ago(days=5)),)), "ask", "silence_gift",
         date(2026, 6, 30)),
        (History(happened=(Happened("gift", ago(days=20)),)), "ask", None, None),
        (History(happened=(Happened("complaint", ago(days=5)),)), "news", "silence_complaint",
         date(2026, 9, 8)),
        (History(happened=(Happened("complaint", ago(days=5)),)), "service", None, None),
        (History(happened=(Happened("failed_debit", ago(days=5)),)), "ask", "silence_failed_debit",
         date(2026, 7, 10)),
        (History(happened=(Happened("gift", ago(days=40), True),)), "ask", "thank_first", None),
        (History(sent=(Sent(1, ago(days=39), "post", "thanks"),),
                 happened=(Happened("gift", ago(days=40), True),)), "ask", None, None),
        (History(sent=(Sent(1, ago(days=41), "post", "thanks"),),
                 happened=(Happened("gift", ago(days=40), True),)), "ask", "thank_first", None),
        (History(happened=(Happened("gift", ago(days=365), True),)), "ask", None, None),
    ],
)  # fmt: skip
def test_each_rule_holds_back_what_it_is_for(history, kind, rule, free_on) -> None:
    found = judged(Proposal(1, "email", kind), history)

    assert [each.rule for each in found.why] == ([rule] if rule else [])
    if free_on is not None:
        assert found.next_at.astimezone(ZoneInfo("Europe/Paris")).date() == free_on
    if rule:
        assert found.text(lang="fr") != found.text(lang="en")


@pytest.mark.parametrize(
    ("channel", "now", "next_at"),
    [
        ("sms", "2026-06-15T09:59+02:00", "2026-06-15T10:00+02:00"),
        ("sms", "2026-06-15T20:00+02:00", "2026-06-16T10:00+02:00"),
        ("sms", "2026-06-13T20:30+02:00", "2026-06-15T10:00+02:00"),
        # Bastille Day, and All Saints' on a Sunday with the clocks already back.
        ("sms", "2026-07-13T21:00+02:00", "2026-07-15T10:00+02:00"),
        ("phone", "2026-06-15T13:00+02:00", "2026-06-15T14:00+02:00"),
        ("phone", "2026-06-12T20:00+02:00", "2026-06-15T10:00+02:00"),
        ("phone", "2026-10-23T20:00+02:00", "2026-10-26T10:00+01:00"),
        ("email", "2026-12-24T23:00+01:00", "2026-12-25T08:00+01:00"),
        ("post", "2026-12-25T03:00+01:00", "2026-12-25T03:00+01:00"),
    ],
)
def test_the_hours_are_those_of_the_donors_clock(channel, now, next_at) -> None:
    found = judged(Proposal(1, channel, "news"), now=datetime.fromisoformat(now))

    assert found.next_at == datetime.fromisoformat(next_at)


def test_a_receipt_and_a_thank_you_go_by_e_mail_at_night() -> None:
    night = datetime(2026, 6, 15, 1, tzinfo=UTC)

    assert judged(Proposal(1, "email", "thanks"), now=night).allowed
    assert judged(Proposal(1, "email", "service"), now=night).allowed
    assert not judged(Proposal(1, "sms", "service"), now=night).allowed


def test_a_holiday_is_that_of_where_the_donor_lives_and_is_named() -> None:
    # Good Friday is kept in Strasbourg and not in Paris; 27 April remembers in Mayotte.
    friday = datetime(2026, 4, 3, 10, tzinfo=UTC)
    call = Proposal(1, "phone", "news")
    strasbourg = zones.of(country="FR", postcode="67000")

    assert judged(call, now=friday, zone=zones.of(country="FR", postcode="75011")).allowed
    found = judged(call, now=friday, zone=strasbourg)
    assert "Vendredi saint" in found.text(lang="fr")
    assert "Good Friday" in found.text(lang="en")


@pytest.mark.parametrize(
    ("country", "postcode", "name", "part"),
    [
        ("FR", "75011", "Europe/Paris", None), ("FR", "97 200", "America/Martinique", "972"),
        ("fr", "97410", "Indian/Reunion", "974"), ("FR", "97133", "America/St_Barthelemy", "BL"),
        ("FR", "57000", "Europe/Paris", "57"), (None, None, "Europe/Paris", None),
        ("RE", "97410", "Indian/Reunion", "974"), ("BE", "1000", "Europe/Brussels", None),
        ("XX", "1000", "Europe/Paris", None), ("FR", "98800", "Pacific/Noumea", "NC"),
        ("FR", "57", "Europe/Paris", None),
    ],
)  # fmt: skip
def test_a_donors_clock_is_read_off_the_postcode(country, postcode, name, part) -> None:
    found = zones.of(country=country, postcode=postcode)

    assert (found.name, found.part) == (name, part)
    assert ZoneInfo(found.name) is not None
    assert found.holiday(date(2026, 1, 1)) is not None


@given(st.integers(0, 400 * 24 * 60), ZONES, st.sampled_from(["sms", "phone"]))
def test_the_next_open_moment_is_open_and_the_one_before_is_not(minutes, zone, channel) -> None:
    moment = NOW + timedelta(minutes=minutes)
    kept = hours.of(USUAL, channel=channel, kind="news")

    opening = hours.next_open(kept, moment, zone=zone)

    assert hours.closed(kept, opening, zone=zone) is None
    if opening > moment:
        assert hours.closed(kept, opening - timedelta(microseconds=1), zone=zone) is not None
        local = opening.astimezone(ZoneInfo(zone.name))
        assert local.time() in (time(10), time(14))


# --- the table of rules


def test_every_shipped_figure_says_whence_it_comes() -> None:
    assert USUAL.caps
    assert USUAL.silences
    assert {each.channel for each in USUAL.hours} == {"sms", "phone", "email"}
    assert USUAL.thank_first_days == 365


def test_a_figure_holds_from_its_day_on() -> None:
    text = (
        rules.shipped()
        + """
[[thank_first]]
from = 2027-01-01
days = 30
state = "to_confirm"
source = "test"
"""
    )

    assert rules.read(text, on=date(2026, 12, 31)).thank_first_days == 365
    assert rules.read(text, on=date(2027, 1, 1)).thank_first_days == 30
    assert rules.read(text, on=date(2019, 1, 1)).caps == ()


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("most = 1", "most = 0", "at least 1"), ("most = 1", "most = '1'", "whole numbers"),
        ('per = "person"', 'per = "street"', "person, household"),
        ('kinds = ["ask"]', 'kinds = ["beg"]', "ask, thanks"),
        ('channel = "sms"', 'channel = "fax"', "email, sms"),
        ('"10:00-20:00"', '"20:00-10:00"', "the end later"),
        ('"10:00-20:00"', '"ten"', "HH:MM"), ("[1, 2, 3, 4, 5, 6]", "[0]", "1 \\(Monday\\)"),
        ('state = "open"', 'state = "sure"', "confirmed"), ("[[caps]]", "[caps", "TOML"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_refused(was, is_now, said) -> None:
    with pytest.raises(rules.InvalidRules, match=said):
        rules.read(rules.shipped().replace(was, is_now, 1), on=NOW.date())


def test_a_message_of_no_known_kind_is_refused() -> None:
    with pytest.raises(verdict.UnknownKind, match="ask, thanks"):
        judged(Proposal(1, "email", "begging"))
