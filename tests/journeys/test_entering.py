"""Who enters a journey, who does not, and what is said to them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn_journeys import START, event, graph, later
from mecene.journeys import assignment, entering, publishing, triggers
from mecene.journeys.assignment import HoldOut
from mecene.journeys.entering import Refusal, Visit
from mecene.journeys.starting import (
    OnAnniversary,
    OnCommand,
    OnCrossing,
    OnDate,
    OnEvent,
    OnFailedDebit,
    OnSegment,
)
from mecene.journeys.steps import (
    AddTag,
    Reentry,
)  # fmt: skip
from mecene.journeys.traveller import Decision, Known

HELD = HoldOut("2026", 0.10)


def entered(came=None, *, past=(), known=None, donor_id=1, household_id=None, hold_out=None,
            now=START, **drawn):  # fmt: skip
    version = publishing.publish(graph(AddTag("a", "met"), **drawn), version=1)
    return entering.enter(
        version, came or event(), donor_id=donor_id, household_id=household_id, past=past,
        known=known or Known({"gifts": 1}), hold_out=hold_out, now=now,
    )  # fmt: skip


def test_whoever_enters_stands_at_the_first_step_and_is_due_at_once() -> None:
    came = entered(now=later(minutes=1), household_id=7)

    assert (came.traveller.step, came.traveller.due_at) == ("a", later(minutes=1))
    assert (came.traveller.entry, came.traveller.unit) == (1, "household:7")
    assert came.trace[0].text(lang="en") == "Entered the journey, by “gift_received”."


@pytest.mark.parametrize(
    ("trigger", "came", "enters"),
    [
        (OnEvent("gift_received", "event_amount_minor >= 1000 and gifts = 1"),
         event(amount_minor=1_000), True),
        (OnEvent("gift_received", "event_amount_minor >= 1000"), event(amount_minor=999), False),
        (OnEvent("gift_received", "event_amount_minor >= 1000"), event(), False),
        (OnEvent("petition_signed"), event(), False),
        (OnFailedDebit(codes=("AM04",)), event("debit_failed", code="am04 "), True),
        (OnFailedDebit(codes=("AM04",)), event("debit_failed", code="MD07"), False),
        (OnFailedDebit(classes=("fixable",)), event("debit_failed", code="AC04"), True),
        (OnFailedDebit(classes=("fixable",)), event("debit_failed"), False),
        (OnFailedDebit(classes=("unknown",)), event("debit_failed"), True),
        (OnCommand(), triggers.command("manual", journey="welcome", ref="7", at=START), True),
        (OnCommand(), triggers.command("manual", journey="other", ref="7", at=START), False),
        (OnCommand("api"), triggers.command("manual", journey="welcome", ref="7", at=START), False),
    ],
)  # fmt: skip
def test_an_event_starts_the_journey_that_waits_for_it(trigger, came, enters) -> None:
    assert isinstance(entered(came, triggers=(trigger,)), Decision) is enters


def codes_of(*refusals):
    return [each.code if isinstance(each, Refusal) else "enters" for each in refusals]


def test_a_file_of_old_gifts_welcomes_nobody() -> None:
    ten_years = event(at=later(days=-3_650), learnt_at=START)
    week = event(at=later(days=-7), learnt_at=START)

    assert codes_of(entered(ten_years), entered(week)) == ["too_old", "enters"]
    failed = (OnFailedDebit(classes=("soft",)),)
    by_the_month = [event("debit_failed", at=later(days=-days), learnt_at=START, code="AM04")
                    for days in (31, 32)]  # fmt: skip
    assert codes_of(*(entered(one, triggers=failed) for one in by_the_month)) == [
        "enters", "too_old",
    ]  # fmt: skip
    assert "3650 days" in entered(ten_years).text(lang="en")


INSIDE = Visit("g1", later(days=-40), None)
GONE = Visit("g1", later(days=-40), later(days=-10))


@pytest.mark.parametrize(
    ("reentry", "past", "code"),
    [
        (Reentry(), (), "enters"),
        (Reentry(), (INSIDE,), "inside"),
        (Reentry(), (GONE,), "never_again"),
        (Reentry("after_leaving", 30), (INSIDE,), "inside"),
        (Reentry("after_leaving", 30), (GONE,), "enters"),
        (Reentry("after_leaving", 40), (GONE,), "enters"),
        (Reentry("after_leaving", 41), (GONE,), "too_soon"),
        (Reentry("each_event"), (INSIDE,), "enters"),
        (Reentry("each_event"), (Visit("g0", later(days=-40), later(days=-10)),), "same_event"),
        (Reentry("each_event"), (INSIDE, Visit("g0", START, None)), "same_event"),
    ],
)  # fmt: skip
def test_whoever_came_before_comes_again_as_the_journey_says(reentry, past, code) -> None:
    came = entered(past=past, reentry=reentry)

    assert codes_of(came) == [code]
    if code == "enters":
        assert came.traveller.entry == len(past) + 1
    else:
        assert came.text(lang="fr") != came.text(lang="en")


def test_the_audience_and_death_keep_people_out() -> None:
    assert codes_of(
        entered(audience="gifts >= 2"), entered(known=Known({}, deceased=True)),
        entered(event("click"), known=Known({}, deceased=True)),
    ) == ["audience", "deceased", "wrong_event"]  # fmt: skip


def test_the_hold_out_keeps_whole_households_out_of_what_solicits_and_of_no_service() -> None:
    households = [entered(donor_id=n, household_id=n // 2, hold_out=HELD) for n in range(4_000)]
    codes = codes_of(*households)

    assert codes[::2] == codes[1::2]
    # Of 2,000 households a tenth: five standard deviations either side.
    assert abs(codes[::2].count("held_out") - 200) < 5 * (2_000 * 0.09) ** 0.5
    for spared in ({"purpose": "transactional"}, {"held_out": False}):
        assert codes_of(*(entered(donor_id=n, hold_out=HELD, **spared) for n in range(50))) == [
            "enters"
        ] * 50  # fmt: skip


@pytest.mark.parametrize("share", [-0.1, 0.01, 0.11, 1.0])
def test_a_hold_out_is_five_to_ten_percent_or_nobody(share) -> None:
    with pytest.raises(assignment.InvalidHoldOut, match="5 to 10 %"):
        HoldOut("2026", share)

    assert not any(HoldOut("2026", 0).holds(f"donor:{n}") for n in range(1_000))


def test_draws_of_two_experiments_have_nothing_to_do_with_each_other() -> None:
    units = [f"household:{n}" for n in range(4_000)]
    one = [assignment.draw("one", unit) for unit in units]
    other = [assignment.draw("other", unit) for unit in units]
    both = sum(a < 0.5 and b < 0.5 for a, b in zip(one, other, strict=True))

    assert [assignment.draw("one", unit) for unit in units] == one
    assert abs(both - 1_000) < 5 * (4_000 * 3 / 16) ** 0.5
    assert 0 <= min(one) < 0.01
    assert 0.99 < max(one) < 1


# --- what a day makes happen


def of_day(trigger, *, before=None, today=None, was=None, now_in=(), on=date(2026, 3, 20)):
    made = triggers.of_day(
        graph(AddTag("a", "met"), triggers=(trigger,)), before=before, today=today or {},
        segments_before=None if was is None else frozenset(was), segments_today=frozenset(now_in),
        on=on, at=START,
    )  # fmt: skip
    version = publishing.publish(graph(AddTag("a", "met"), triggers=(trigger,)), version=1)
    for each in made:
        assert entering.answers(version, trigger, each, Known())
    return [each.ref for each in made]


@pytest.mark.parametrize(
    ("change", "was", "is_in", "happens"),
    [
        ("entered", (), ("majors",), True),
        ("entered", ("majors",), ("majors",), False),
        ("entered", None, ("majors",), False),
        ("entered", ("majors",), (), False),
        ("left", ("majors",), (), True),
        ("left", (), (), False),
    ],
)
def test_a_segment_is_entered_and_left_from_one_look_to_the_next(
    change, was, is_in, happens
) -> None:
    made = of_day(OnSegment("majors", change), was=was, now_in=is_in)

    assert made == ([f"segment_{change}:majors:2026-03-20"] if happens else [])


@pytest.mark.parametrize(
    ("before", "today", "above", "below"),
    [(0.2, 0.6, True, False), (0.6, 0.7, False, False), (0.6, 0.2, False, True),
     (None, 0.6, True, False), (0.6, None, False, False), (0.5, 0.5, False, False),
     (0.4, 0.5, True, False), (0.5, 0.4, False, True)],
)  # fmt: skip
def test_a_threshold_is_crossed_when_the_side_changes(before, today, above, below) -> None:
    rows = {"before": {"risk": before}, "today": {"risk": today}}
    graph_of = {"column": "gifts_12m", "threshold": 0.5}
    named = {key: {"gifts_12m": row["risk"]} for key, row in rows.items()}

    assert bool(of_day(OnCrossing(**graph_of, direction="above"), **named)) is above
    assert bool(of_day(OnCrossing(**graph_of, direction="below"), **named)) is below
    assert of_day(OnCrossing(**graph_of), today=named["today"]) == []


@given(
    st.dates(date(1930, 1, 1), date(2010, 12, 31)), st.integers(-60, 60), st.integers(2011, 2030)
)
def test_an_anniversary_comes_once_a_year(born, days, year) -> None:
    trigger = OnAnniversary("birth_date", days)
    first = date(year, 1, 1)
    came = [
        day for n in range(366) if (day := first + timedelta(days=n)).year == year
        if of_day_only(trigger, born, day)
    ]  # fmt: skip

    # Moved over New Year's Eve, one may fall out of a year and two into another.
    assert len(came) in ((1,) if abs(days) <= 0 else (0, 1, 2))
    for day in came:
        turned = day - timedelta(days=days)
        assert (turned.month, turned.day) in {(born.month, born.day), (2, 28)}


def of_day_only(trigger, born, day):
    return triggers.of_day(
        graph(triggers=(trigger,)), before=None, today={"birth_date": born},
        segments_before=None, segments_today=frozenset(), on=day, at=datetime.min,  # noqa: DTZ901
    )  # fmt: skip


@pytest.mark.parametrize(
    ("trigger", "on", "happens"),
    [
        (OnDate(12, 1), date(2026, 12, 1), True), (OnDate(12, 1), date(2026, 12, 2), False),
        (OnDate(12, 1, 2026), date(2026, 12, 1), True),
        (OnDate(12, 1, 2025), date(2026, 12, 1), False),
        (OnDate(2, 29), date(2026, 2, 28), True), (OnDate(2, 29), date(2028, 2, 28), False),
        (OnDate(2, 29), date(2028, 2, 29), True),
    ],
)  # fmt: skip
def test_a_date_comes_on_its_day(trigger, on, happens) -> None:
    assert bool(of_day(trigger, on=on)) is happens


def test_a_day_looked_at_twice_makes_the_same_events() -> None:
    looks = [of_day(OnSegment("majors"), was=(), now_in=("majors",)) for _ in range(2)]

    assert looks[0] == looks[1] != []
