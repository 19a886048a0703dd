"""Looked at twice, a donor moves once; nobody is lost; each step does what it says."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drawn_journeys import START, ZONES, event, graph, graphs, knowns, later, traveller
from mecene.conditions.holding import UnansweredColumn
from mecene.journeys import batch, publishing, validate
from mecene.journeys.advance import LostStep, WrongJourney, advance, stop
from mecene.journeys.steps import (
    AddTag,
    Arm,
    Branch,
    Call,
    Duration,
    Letter,
    Message,
    Path,
    Rule,
    Split,
    Wait,
    WaitFor,
    WaitUntil,
)  # fmt: skip
from mecene.journeys.traveller import Known

MOST_LOOKS = 60
EVENTS = st.lists(
    st.tuples(st.sampled_from(["click", "reply"]), st.integers(1, 3_000)), max_size=6
).map(lambda found: tuple(
    event(kind, f"{kind}{number}", later(hours=hours, seconds=1))
    for number, (kind, hours) in enumerate(found)
))  # fmt: skip


def published(drawn):
    return publishing.publish(drawn, version=1)


def walked(drawn, known, looks, events=()):
    """Look at one donor at each moment; return every state and every effect, in order."""
    at, states, effects = traveller(drawn.start), [], []
    version = published(drawn)
    for now in looks:
        shown = replace(known, events=tuple(one for one in events if one.learnt_at <= now))
        decision = advance(version, at, known=shown, now=now)
        at = decision.traveller
        states.append(at)
        effects += decision.effects
    return states, effects


def until_out(drawn, known, late=timedelta(0)):
    """Look at one donor whenever they are due, so late each time; return the moments."""
    version, at, looks = published(drawn), traveller(drawn.start), []
    while at.due_at is not None and len(looks) < MOST_LOOKS:
        looks.append(at.due_at + late)
        at = advance(version, at, known=known, now=looks[-1]).traveller
    return looks


@given(graphs(), knowns, st.lists(st.integers(0, 3_000), min_size=1, max_size=12), EVENTS)
def test_looked_at_twice_a_donor_moves_once(drawn, known, hours, events) -> None:
    looks = [later(hours=each) for each in sorted(hours)]

    once, effects = walked(drawn, known, looks, events)
    twice, again = walked(drawn, known, sorted([*looks, *looks]), events)

    assert twice[1::2] == once
    assert [each.key for each in again] == [each.key for each in effects]


@given(graphs(), knowns, st.lists(st.integers(0, 3_000), min_size=1, max_size=12), EVENTS)
def test_no_two_effects_have_one_key(drawn, known, hours, events) -> None:
    _, effects = walked(drawn, known, [later(hours=each) for each in sorted(hours)], events)

    assert [key for key, times in Counter(each.key for each in effects).items() if times > 1] == []


@given(graphs(), knowns, st.integers(0, 50_000))
def test_two_workers_who_see_the_same_state_decide_the_same(drawn, known, minutes) -> None:
    now = later(minutes=minutes)
    one, other = (
        advance(published(drawn), traveller(drawn.start), known=known, now=now) for _ in range(2)
    )

    assert one == other


@given(graphs(), knowns, st.lists(st.integers(0, 100_000), max_size=20))
def test_needless_looks_change_neither_what_is_sent_nor_when(drawn, known, needless) -> None:
    """Whatever wakes whom, and in whichever order, the same is sent at the same moments."""
    needed = until_out(drawn, known)
    assume(len(needed) < MOST_LOOKS)
    looks = sorted({*needed, *(each for minutes in needless
                               if (each := later(minutes=minutes)) <= needed[-1])})  # fmt: skip

    _, effects = walked(drawn, known, needed)
    _, again = walked(drawn, known, looks)

    assert [(each.key, each.decided_at) for each in again] == [
        (each.key, each.decided_at) for each in effects
    ]


@given(graphs(), knowns, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_machine_that_slept_sends_the_same_later_and_loses_nobody(drawn, known, late) -> None:
    on_time, slept = until_out(drawn, known), until_out(drawn, known, late=late)
    assume(len(on_time) < MOST_LOOKS)

    _, effects = walked(drawn, known, on_time)
    states, after = walked(drawn, known, slept)

    assert states[-1].outcome == "completed"
    assert [each.key for each in after] == [each.key for each in effects]
    for earlier, later_on in zip(effects, after, strict=True):
        assert later_on.decided_at >= earlier.decided_at


@given(graphs(), knowns)
def test_whoever_is_inside_is_due_some_day_and_then_goes_on(drawn, known) -> None:
    version, at = published(drawn), traveller(drawn.start)
    for _ in range(20):
        if at.due_at is None:
            assert at.outcome is not None
            break
        before = at
        at = advance(version, at, known=known, now=at.due_at).traveller
        assert (at.step, at.arrived_at) != (before.step, before.arrived_at) or (
            at.due_at > before.due_at
        )


@given(graphs(), knowns)
@settings(max_examples=40)
def test_a_traveller_who_is_not_due_costs_nothing_and_changes_in_nothing(drawn, known) -> None:
    version = published(drawn)
    at = advance(version, traveller(drawn.start), known=known, now=START).traveller
    assume(at.due_at is not None and at.due_at > START + timedelta(seconds=1))

    decision = advance(version, at, known=known, now=at.due_at - timedelta(seconds=1))

    assert (decision.traveller, decision.effects, decision.trace) == (at, (), ())


# --- waits


@given(st.integers(0, 2 * 365 * 24 * 60), st.integers(1, 200), st.sampled_from(ZONES))
def test_days_keep_the_hour_of_the_donors_clock_across_summer_time(minutes, days, zone) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    drawn = graph(Wait("a", Duration(days=days)))

    ends = advance(published(drawn), traveller(now=start), known=Known(zone=zone), now=start)

    due = ends.traveller.due_at.astimezone(ZoneInfo(zone))
    local = start.astimezone(ZoneInfo(zone))
    assert due.date() == local.date() + timedelta(days=days)
    # In the hour that the spring leaves out, what the clocks would have shown, an hour later.
    exists = datetime.combine(due.date(), local.time(), ZoneInfo(zone))
    if exists.astimezone(UTC).astimezone(ZoneInfo(zone)).time() == local.time():
        assert due.time() == local.time()
    else:
        assert due - due.replace(hour=local.hour, minute=local.minute) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "wait", "due"),
    [
        # The clocks of Paris go forward on 29 March 2026 at 02:00 and back on 25 October at 03:00.
        ("2026-03-28T18:00+01:00", Wait("a", Duration(days=1)), "2026-03-29T18:00+02:00"),
        ("2026-03-28T18:00+01:00", Wait("a", Duration(hours=24)), "2026-03-29T19:00+02:00"),
        ("2026-10-24T18:00+02:00", Wait("a", Duration(days=1)), "2026-10-25T18:00+01:00"),
        ("2026-03-28T02:30+01:00", Wait("a", Duration(days=1)), "2026-03-29T03:30+02:00"),
        ("2026-10-24T02:30+02:00", Wait("a", Duration(days=1)), "2026-10-25T02:30+02:00"),
        ("2026-03-27T18:00+01:00", WaitUntil("a", time(10), (1,)), "2026-03-30T10:00+02:00"),
        ("2026-03-30T09:59+02:00", WaitUntil("a", time(10), (1,)), "2026-03-30T10:00+02:00"),
        ("2026-03-30T10:01+02:00", WaitUntil("a", time(10), (1,)), "2026-04-06T10:00+02:00"),
        ("2026-03-30T10:01+02:00", WaitUntil("a", time(10)), "2026-03-31T10:00+02:00"),
        ("2026-03-30T10:01+02:00", WaitUntil("a", time(9), on=date(2026, 12, 1)),
         "2026-12-01T09:00+01:00"),
    ],
)  # fmt: skip
def test_a_wait_ends_on_the_donors_clock(start, wait, due) -> None:
    now = datetime.fromisoformat(start)

    decision = advance(published(graph(wait)), traveller(now=now), known=Known(), now=now)

    assert decision.traveller.due_at == datetime.fromisoformat(due)


def test_a_day_that_is_over_keeps_nobody() -> None:
    drawn = graph(WaitUntil("a", time(9), on=date(2026, 1, 1), next="b"), AddTag("b", "met"))

    decision = advance(published(drawn), traveller(), known=Known(), now=START)

    assert [each.act.key for each in decision.effects] == ["b"]


ANSWER = graph(
    Message("a", "ask", "news", next="b"),
    WaitFor("b", "click", Duration(days=3), where="event_channel = 'email'", next="c",
            otherwise="d"),
    AddTag("c", "clicked"), AddTag("d", "silent"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("came", "tag"),
    [
        ([("click", 1, "email")], "clicked"),
        ([("click", 1, "sms")], None),
        ([("reply", 1, "email")], None),
        ([("click", -1, "email")], None),
        ([("click", 0, "email")], None),
    ],
)
def test_a_wait_ends_by_what_happens_after_the_donor_came_to_it(came, tag) -> None:
    events = [
        event(kind, "e", later(hours=hours), channel=channel) for kind, hours, channel in came
    ]

    _, effects = walked(ANSWER, Known(), [START, later(hours=2)], events)

    assert [each.act.tag for each in effects[1:]] == ([tag] if tag else [])


def test_what_happened_days_before_but_was_learnt_since_ends_no_wait() -> None:
    old = event("click", "e", later(days=-3), learnt_at=later(hours=1), channel="email")

    states, _ = walked(ANSWER, Known(), [START, later(hours=2)], [old])

    assert states[-1].step == "b"


def test_in_vain_one_goes_the_other_way_when_the_time_is_over() -> None:
    _, effects = walked(ANSWER, Known(), [START, later(days=2), later(days=3)])

    assert [each.key for each in effects] == ["welcome/1/1-1/a/1", "welcome/1/1-1/d/1"]


def test_a_machine_that_slept_never_tells_two_things_at_once() -> None:
    drawn = graph(
        Wait("a", Duration(days=1), "b"), Message("b", "one", "news", next="c"),
        Wait("c", Duration(days=7), "d"), Message("d", "two", "news"),
    )  # fmt: skip

    _, effects = walked(drawn, Known(), [START, later(days=30), later(days=30, hours=1),
                                         later(days=37)])  # fmt: skip

    assert [each.decided_at for each in effects] == [later(days=30), later(days=37)]


def test_the_end_of_a_wait_is_said_once_and_moving_house_does_not_change_it() -> None:
    version = published(graph(Wait("a", Duration(days=30))))
    here = advance(version, traveller(), known=Known(zone="Europe/Paris"), now=START).traveller

    seen = advance(version, here, known=Known(zone="America/Cayenne"), now=later(days=29))

    assert seen.traveller == here


@given(graphs(), knowns, EVENTS, st.integers(1, 60), st.integers(1, 60))
def test_a_pause_holds_people_where_they_are_and_loses_nobody(
    drawn, known, events, pause, days
) -> None:
    """A pause is nobody looking; what happened meanwhile is shown when looking begins again."""
    begins, ends = later(days=pause), later(days=pause + days)
    looks = [later(days=day) for day in range(0, pause + 1)]

    before, sent = walked(drawn, known, looks, events)
    after, again = walked(drawn, known, [*looks, ends], events)

    assert again[: len(sent)] == sent
    held = before[-1]
    awaited = [one for one in events if begins < one.learnt_at <= ends
               and isinstance(step := published(drawn).steps.get(held.step), WaitFor)
               and one.kind == step.event]  # fmt: skip
    if awaited or (held.due_at is not None and held.due_at <= ends):
        assert after[-1] != held
    else:
        assert after[-1] == held


# --- branches, splits, rules


@pytest.mark.parametrize(
    ("gifts", "amount", "tag"), [(1, 500, "other"), (1, 5_000, "big"), (3, 500, "loyal"),
                                 (None, 500, "other")]
)  # fmt: skip
def test_a_branch_takes_the_first_way_whose_condition_holds(gifts, amount, tag) -> None:
    drawn = graph(
        Branch(
            "a", (Path("gifts >= 2", "loyal"), Path("event_amount_minor > 1000", "big")), "other"
        ),
        *(AddTag(name, name) for name in ("loyal", "big", "other")),
    )
    here = traveller(event=event(amount_minor=amount))

    decision = advance(published(drawn), here, known=Known({"gifts": gifts}), now=START)

    assert decision.effects[0].act.tag == tag


SPLIT = graph(
    Split("a", (Arm("x", 3, "x"), Arm("y", 1, "y"))), AddTag("x", "x"), AddTag("y", "y", "z"),
    Wait("z", Duration(days=1), "a"),
)  # fmt: skip


def test_a_household_is_drawn_together_and_shares_come_out_as_weighed() -> None:
    drawn = Counter(
        advance(published(SPLIT), traveller(donor_id=donor, unit=f"household:{donor // 2}"),
                known=Known(), now=START).effects[0].act.tag + str(donor // 2)
        for donor in range(8_000)
    )  # fmt: skip

    assert set(drawn.values()) == {2}
    # 4,000 households, three quarters expected: five standard deviations either side.
    assert abs(sum(tag.startswith("x") for tag in drawn) - 3_000) < 5 * (4_000 * 3 / 16) ** 0.5


@given(st.integers(1, 10_000), st.integers(1, 9), st.integers(1, 9))
def test_a_draw_holds_for_ever_though_the_weights_are_changed(donor, x, y) -> None:
    here = traveller(donor_id=donor, unit=f"donor:{donor}", arms=(("welcome.a", "y"),))
    drawn = replace(
        SPLIT, steps=(Split("a", (Arm("x", x, "x"), Arm("y", y, "y"))), *SPLIT.steps[1:])
    )

    decision = advance(published(drawn), here, known=Known(), now=START)

    assert decision.effects[0].act.tag == "y"


def test_a_donor_who_gave_is_not_asked_again() -> None:
    drawn = graph(
        Wait("a", Duration(days=20), "b"), Message("b", "ask", "ask", purpose="appeal"),
        goals=(Rule("gave", "gift_received", "event_amount_minor >= 500"),),
    )  # fmt: skip
    small = event(ref="g1", at=later(days=2), amount_minor=100)
    gift = event(ref="g2", at=later(days=5), amount_minor=2_000)

    states, effects = walked(drawn, Known(), [START, later(days=3), later(days=20)], [small, gift])

    assert effects == []
    assert states[1].step == "a"
    assert states[-1].outcome == "goal:gave"


def test_a_gift_of_the_same_day_known_by_its_day_alone_reaches_the_goal() -> None:
    """Bank files have no hours: midnight of the day one entered counts, when learnt since."""
    drawn = graph(Wait("a", Duration(days=20)), goals=(Rule("gave", "gift_received"),))
    midnight = datetime(2026, 3, 20, tzinfo=ZoneInfo("Europe/Paris"))
    gift = event(ref="g2", at=midnight, learnt_at=later(hours=5))

    states, _ = walked(drawn, Known(), [START, later(hours=6)], [gift])

    assert states[-1].outcome == "goal:gave"


def test_what_started_the_journey_does_not_end_it() -> None:
    drawn = graph(Wait("a", Duration(days=20)), goals=(Rule("gave", "gift_received"),))
    late = event(ref="g0", at=START, learnt_at=later(hours=1))

    states, _ = walked(drawn, Known(), [START, later(hours=6)], [late])

    assert states[-1].step == "a"


@pytest.mark.parametrize(
    ("known", "outcome"),
    [(Known({"gifts": 9}), "exit:enough"), (Known({"gifts": 1}, deceased=True), "deceased"),
     (Known({"gifts": 1}), "completed")],
)  # fmt: skip
def test_exits_are_looked_at_before_each_step_and_death_before_all(known, outcome) -> None:
    drawn = graph(AddTag("a", "met"), exits=(Rule("enough", when="gifts > 5"),),
                  goals=(Rule("many", when="gifts > 5"),))  # fmt: skip

    decision = advance(published(drawn), traveller(), known=known, now=START)

    assert decision.traveller.outcome == outcome
    assert len(decision.effects) == (outcome == "completed")


def test_each_telling_has_its_channel_its_purpose_and_its_last_day() -> None:
    drawn = graph(
        Message("a", "t", "news", next="b"), Message("b", "t", "thanks", "sms", "transactional",
                                                     expires_days=2, next="c"),
        Letter("c", "t", "news", batch="may", next="d"), Call("d", "t", "thanks"),
    )  # fmt: skip

    decision = advance(
        published(drawn), traveller(), known=Known(channels=("post", "email")), now=START
    )

    assert [(each.channel, each.purpose, each.expires_at) for each in decision.effects] == [
        ("post", "newsletter", later(days=7)), ("sms", "transactional", later(days=2)),
        ("post", "newsletter", later(days=30)), ("phone", "newsletter", later(days=14)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reached_by", "channel"),
    [(("post", "sms", "email"), "sms"), (("email", "sms"), "email"), (("post",), "email"),
     ((), "email")],
)  # fmt: skip
def test_the_preferred_channel_is_one_that_the_template_has_words_for(reached_by, channel) -> None:
    places = validate.Places(templates={"t": frozenset({"sms", "email"})})
    version = publishing.publish(graph(Message("a", "t", "news")), version=1, places=places)

    decision = advance(version, traveller(), known=Known(channels=reached_by), now=START)

    assert decision.effects[0].channel == channel


def test_every_turn_of_a_loop_has_a_key_of_its_own() -> None:
    drawn = graph(AddTag("a", "met", "b"), Wait("b", Duration(days=1), "a"))

    _, effects = walked(drawn, Known(), [later(days=day) for day in range(4)])

    assert [each.key.split("/", 2)[2] for each in effects] == [
        "1-1/a/1", "1-1/a/2", "1-1/a/3", "1-1/a/4",
    ]  # fmt: skip


def test_the_trace_says_why_in_both_languages() -> None:
    drawn = graph(
        Branch("a", (Path("gifts >= 2", "b"),)), Message("b", "t", "news", next="c"),
        Wait("c", Duration(days=1)),
    )  # fmt: skip

    trace = advance(published(drawn), traveller(), known=Known({"gifts": 2}), now=START).trace

    assert [reason.code for reason in trace] == ["branched", "acted", "waits"]
    assert trace[0].text(lang="en") == "“a”: the condition “gifts >= 2” holds."
    assert trace[2].text(lang="fr") == (
        "«\u00a0c\u00a0»\u00a0: attend jusqu’au 21 mars 2026 à 9\u202fh\u202f00 (UTC)."
    )


def test_a_value_that_is_missing_stops_that_donor_and_no_other() -> None:
    drawn = published(graph(Branch("a", (Path("gifts >= 2", None),))))
    crowd = [(traveller(donor_id=1), Known({"gifts": 1})), (traveller(donor_id=2), Known()),
             (traveller(donor_id=3), Known({"gifts": 3}))]  # fmt: skip

    first, stuck, last = batch.advance_all(drawn, crowd, now=START)

    assert first.traveller.outcome == last.traveller.outcome == "completed"
    assert stuck.traveller == crowd[1][0]
    assert isinstance(stuck.why, UnansweredColumn)
    assert "gifts" in str(stuck.why)


def test_a_traveller_of_another_version_or_at_no_step_is_refused() -> None:
    drawn = published(graph(AddTag("a", "met")))

    with pytest.raises(WrongJourney, match="version 2"):
        advance(drawn, traveller(version=2), known=Known(), now=START)
    with pytest.raises(LostStep, match="'gone'"):
        advance(drawn, traveller("gone"), known=Known(), now=START)


def test_whoever_is_taken_out_by_hand_is_out_once() -> None:
    out = stop(traveller(), why="asked by telephone", now=START)

    assert (out.traveller.outcome, out.traveller.due_at) == ("stopped", None)
    assert stop(out.traveller, why="again", now=START).trace == ()
