"""What is wrong with a drawn journey is said at the step where it is, with what to do."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given

from drawn_journeys import graph, graphs, later, traveller
from mecene.journeys import moving, publishing, validate
from mecene.journeys.advance import WrongJourney
from mecene.journeys.problems import Problem
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
    Arm,
    Branch,
    Duration,
    Letter,
    Message,
    Path,
    Reentry,
    Rule,
    Split,
    StartJourney,
    Wait,
    WaitFor,
    WaitUntil,
)  # fmt: skip

DAY = Duration(days=1)
PLACES = validate.Places(
    templates={"hello": frozenset({"email", "sms"})}, segments=frozenset({"majors"}),
    journeys=frozenset({"welcome", "second_gift"}),
)  # fmt: skip


def found(drawn):
    return {(each.code, each.place) for each in validate.problems(drawn, places=PLACES)}


@given(graphs())
def test_a_right_journey_has_no_problem(drawn) -> None:
    said = {each.code for each in validate.problems(drawn)}
    # Some of those drawn thank for a gift under a purpose that one may refuse.
    assert said <= {"thanks_not_for_all", "thanks_held_out"}


@pytest.mark.parametrize(
    ("drawn", "code", "place"),
    [
        (graph(), "no_step", "steps"),
        (graph(AddTag("a", "t"), triggers=()), "no_trigger", "triggers"),
        (graph(AddTag("a", "t"), start="b"), "unknown_start", "start"),
        (graph(AddTag("a", "t", "c"), AddTag("a", "t")), "same_key", "steps.a"),
        (graph(AddTag("Ça", "t")), "bad_key", "steps.Ça"),
        (graph(AddTag("a", "t", "b")), "unknown_step", "steps.a"),
        (graph(AddTag("a", "t"), AddTag("b", "t")), "unreachable", "steps.b"),
        (graph(AddTag("a", "t", "b"), AddTag("b", "t", "a")), "endless", "steps.a"),
        (graph(AddTag("a", "t", "a")), "endless", "steps.a"),
        (graph(WaitUntil("a", time(10), next="b"), AddTag("b", "t", "a")), "endless", "steps.a"),
        (graph(Wait("a", Duration())), "no_wait", "steps.a"),
        (graph(Wait("a", Duration(days=2, hours=-1))), "negative_wait", "steps.a"),
        (graph(Wait("a", Duration(days=900))), "long_wait", "steps.a"),
        (graph(Wait("a", Duration(days=10**30))), "long_wait", "steps.a"),
        (graph(Message("a", "hello", "news", expires_days=10**9)), "out_of_range", "steps.a"),
        (graph(Split("a", (Arm("x", 10**400), Arm("y", 1)))), "out_of_range", "steps.a.arms.x"),
        (graph(AddTag("a", "t"), reentry=Reentry("after_leaving", 10**9)), "out_of_range",
         "reentry"),
        (graph(AddTag("a", "t"), triggers=(OnEvent("click", within_days=-1),)), "out_of_range",
         "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnFailedDebit(("AM04",), within_days=-1),)),
         "out_of_range", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnAnniversary("birth_date", 10**9),)), "out_of_range",
         "triggers.1"),
        (graph(Split("a", (Arm("x", 1, "b"), Arm("y", 1, "b")), "e"),
               Split("b", (Arm("x", 1), Arm("z", 1)), "e")), "other_arms", "steps.b"),
        (graph(WaitUntil("a", time(10), (0, 8))), "weekday", "steps.a"),
        (graph(WaitFor("a", "clik", DAY)), "unknown_event", "steps.a"),
        (graph(Branch("a", ())), "no_path", "steps.a"),
        (graph(Branch("a", (Path("gifs > 1"),))), "condition", "steps.a.paths.1"),
        (graph(Branch("a", (Path("gifts > 1"), Path("gifts >")))), "condition", "steps.a.paths.2"),
        (graph(AddTag("a", "t"), audience="1"), "condition", "audience"),
        (graph(Split("a", (Arm("x", 1),))), "few_arms", "steps.a"),
        (graph(Split("a", (Arm("x", 1), Arm("x", 1)))), "same_arm", "steps.a"),
        (graph(Split("a", (Arm("x", 0), Arm("y", 1)))), "weight", "steps.a.arms.x"),
        (graph(Message("a", "helo", "news")), "unknown_template", "steps.a"),
        (graph(Letter("a", "hello", "news", "may")), "channel_text", "steps.a"),
        (graph(Message("a", "hello", "news", "fax")), "unknown_channel", "steps.a"),
        (graph(Message("a", "hello", "begging")), "unknown_kind", "steps.a"),
        (graph(Message("a", "hello", "news", purpose="fun")), "unknown_purpose", "steps.a"),
        (graph(Message("a", "hello", "ask", purpose="transactional")), "service_ask", "steps.a"),
        (graph(Message("a", "hello", "ask")), "no_goal", "steps.a"),
        (graph(Message("a", "hello", "news", expires_days=0)), "expires", "steps.a"),
        (graph(StartJourney("a", "welcome")), "itself", "steps.a"),
        (graph(StartJourney("a", "third_gift")), "unknown_journey", "steps.a"),
        (graph(AddTag("a", "t"), goals=(Rule("gave"),)), "empty_rule", "goals.gave"),
        (graph(AddTag("a", "t"), goals=(Rule("gave", "gift_recived"),)), "unknown_event",
         "goals.gave"),
        (graph(AddTag("a", "t"), exits=(Rule("x", when="?"),)), "condition", "exits.x"),
        (graph(AddTag("a", "t"), exits=(Rule("x", "click"),), goals=(Rule("x", "click"),)),
         "same_rule", "exits.x"),
        (graph(AddTag("a", "t"), reentry=Reentry("after_leaving")), "reentry_days", "reentry"),
        (graph(AddTag("a", "t"), reentry=Reentry("often")), "unknown_change", "reentry"),
        (graph(AddTag("a", "t"), triggers=(OnEvent("clik"),)), "unknown_event", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnSegment("minors"),)), "unknown_segment", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnSegment("majors", "met"),)), "unknown_change",
         "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnDate(2, 30),)), "no_such_day", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnDate(2, 29, 2027),)), "no_such_day", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnAnniversary("gifts"),)), "not_a_date", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnAnniversary("birth_dat"),)), "unknown_column",
         "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnCrossing("city", 1),)), "not_a_number", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnFailedDebit(("XX99",)),)), "unknown_code",
         "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnFailedDebit(),)), "no_code", "triggers.1"),
        (graph(AddTag("a", "t"), triggers=(OnCommand("magic"),)), "unknown_change", "triggers.1"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_where_it_is(drawn, code, place) -> None:
    assert (code, place) in found(drawn)


def test_thanks_that_some_would_not_get_are_said() -> None:
    """Whoever opposed newsletters is thanked under `transactional` alone."""
    given, thanks = (OnEvent("gift_received"),), Message("a", "hello", "thanks")
    own = Message("a", "hello", "thanks", purpose="transactional")
    held = {"thanks_not_for_all", "thanks_held_out"}

    def said(step, **more):
        return {code for code, _ in found(graph(step, **more))} & held

    assert said(thanks, triggers=given, purpose="newsletter") == held
    assert said(thanks, triggers=given, purpose="newsletter", held_out=False) == {
        "thanks_not_for_all"
    }
    assert said(own, triggers=given, purpose="newsletter") == {"thanks_held_out"}
    assert not said(thanks, triggers=given, purpose="transactional")
    assert not said(Message("a", "hello", "news"), triggers=given, purpose="newsletter")
    assert not said(thanks, triggers=(OnEvent("petition_signed"),), purpose="newsletter")


@pytest.mark.parametrize("code", ["unknown_event", "no_goal", "thanks_not_for_all"])
def test_what_is_only_doubtful_may_be_published(code) -> None:
    assert not Problem(code, "steps.a").is_error


def test_a_journey_with_a_mistake_is_not_published() -> None:
    with pytest.raises(publishing.InvalidGraph, match=r"steps.a: .*leads to “b”") as wrong:
        publishing.publish(graph(AddTag("a", "t", "b")), version=1)

    assert [each.step for each in wrong.value.problems] == ["a"]


def test_the_nearest_word_is_offered_in_both_languages() -> None:
    (wrong,) = validate.problems(graph(Message("a", "helo", "news")), places=PLACES)

    assert "did you mean hello?" in wrong.text(lang="en")
    assert "hello\u202f?" in wrong.text(lang="fr")


def test_a_condition_that_is_wrong_is_explained_in_the_readers_language() -> None:
    (wrong,) = validate.problems(graph(Branch("a", (Path("gifs > 1"),))))

    assert "did you mean gifts?" in wrong.text(lang="en")
    assert "n'est pas une colonne connue" in wrong.text(lang="fr")


@pytest.mark.parametrize(
    ("pause", "endless"),
    [
        (Wait("a", DAY, "b"), False),
        (WaitFor("a", "click", DAY, next="b", otherwise="b"), False),
        (WaitUntil("a", time(10), next="b"), True),
        (Split("a", (Arm("x", 1, "b"), Arm("y", 1))), True),
    ],
)
def test_a_loop_needs_a_wait_of_some_length(pause, endless) -> None:
    drawn = graph(pause, AddTag("b", "t", "a"))

    assert ("endless" in {code for code, _ in found(drawn)}) is endless


def test_journeys_that_start_one_another_in_a_ring_are_told() -> None:
    one = graph(StartJourney("a", "second"))
    second = graph(StartJourney("a", "welcome"), code="second")
    third = graph(StartJourney("a", "welcome"), code="third")

    (wrong,) = validate.together([third, one, second])

    assert (wrong.code, "second → welcome" in wrong.text(lang="en")) == ("ring", True)
    assert validate.together([third, one]) == ()


# --- from one version to another


OLD = graph(
    Message("a", "hello", "news", next="b"), Wait("b", Duration(days=3), "c"), Wait("c", DAY),
)  # fmt: skip
NEW = graph(
    Wait("b", Duration(days=10), "d"), Message("d", "hello", "news"), start="b",
)  # fmt: skip


def versions():
    return publishing.publish(OLD, version=1), publishing.publish(NEW, version=2)


def test_a_preview_says_who_has_no_place_and_who_would_be_told_twice() -> None:
    old, new = versions()
    told = traveller("b", visits=(("a", 1),))
    crowd = [told, told, traveller("b"), traveller("c", visits=(("a", 1),)), traveller(None)]

    rows = moving.preview(crowd, old=old, new=new, mapping=moving.suggested(old, new))

    assert rows == (
        moving.Row("b", 3, "b", placed=True, again=(("hello", 2),)),
        moving.Row("c", 1, None, placed=False, again=()),
    )


def test_whoever_is_moved_keeps_the_day_they_came_to_the_step_of_the_same_name() -> None:
    from mecene.journeys.advance import advance
    from mecene.journeys.traveller import Known

    old, new = versions()
    here = advance(old, traveller("b"), known=Known(), now=later(hours=0)).traveller

    moved = moving.move(here, new=new, mapping={"b": "b"}, now=later(days=2)).traveller
    waiting = advance(new, moved, known=Known(), now=later(days=2)).traveller

    assert (waiting.version, waiting.step, waiting.due_at) == (2, "b", later(days=10, hours=-1))


def test_nobody_is_moved_without_a_place() -> None:
    _, new = versions()

    for mapping in ({}, {"b": "z"}):
        with pytest.raises(moving.NoPlace, match="'b'"):
            moving.move(traveller("b"), new=new, mapping=mapping, now=later())
    with pytest.raises(WrongJourney):
        moving.move(replace(traveller("b"), journey="other"), new=new, mapping={}, now=later())
    out = moving.move(traveller("b"), new=new, mapping={"b": None}, now=later()).traveller
    assert (out.step, out.due_at, out.outcome) == (None, None, "stopped")
