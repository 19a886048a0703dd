"""A journey reads back as it was written, and its fingerprint is its own."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from drawn_journeys import graph, graphs
from mecene.journeys import writing
from mecene.journeys.steps import Duration, Message, Wait


@given(graphs())
def test_a_journey_reads_back_from_json_and_from_toml_as_it_was_written(drawn) -> None:
    assert writing.from_json(writing.to_json(drawn)) == drawn
    assert writing.from_toml(writing.to_toml(drawn)) == drawn


@given(graphs())
def test_equal_journeys_have_equal_texts_and_one_fingerprint(drawn) -> None:
    again = writing.from_toml(writing.to_toml(drawn))
    turned = replace(drawn, steps=drawn.steps[::-1])

    assert writing.to_toml(again) == writing.to_toml(drawn)
    assert writing.fingerprint(again) == writing.fingerprint(drawn)
    assert writing.fingerprint(turned) == writing.fingerprint(drawn)


@given(graphs(), graphs())
def test_two_journeys_that_differ_have_two_fingerprints(one, other) -> None:
    by_key = [tuple(sorted(each.steps, key=lambda step: step.key)) for each in (one, other)]
    same = replace(one, steps=by_key[0]) == replace(other, steps=by_key[1])

    assert (writing.fingerprint(one) == writing.fingerprint(other)) is same


@pytest.mark.parametrize("text", ['« é » "q" \\ \n', "tab\t", "\x7f", "'''", "🎁 \u202f!"])
def test_any_text_passes_through_toml(text) -> None:
    drawn = graph(Message("a", text, "news"))

    assert writing.from_toml(writing.to_toml(drawn)) == drawn


def plain(**changed):
    drawn = graph(Wait("a", Duration(days=1)))
    return writing.to_plain(drawn) | changed


@pytest.mark.parametrize(
    ("changed", "place", "said"),
    [
        ({"steps": [{"do": "leap", "key": "a"}]}, "steps.1.do", "choose among wait"),
        ({"steps": [{"do": "wait", "key": "a"}]}, "steps.1.duration", "missing"),
        ({"steps": [{"do": "wait", "key": "a", "duration": {"day": 1}}]},
         "steps.1.duration.day", "fields: days, hours, minutes"),
        ({"steps": [{"do": "wait", "key": "a", "duration": {"days": "1"}}]},
         "steps.1.duration.days", "whole number"),
        ({"steps": [{"do": "wait", "key": "a", "duration": {"days": True}}]},
         "steps.1.duration.days", "whole number"),
        ({"steps": [{"do": "wait_until", "key": "a", "at": "25:00"}]}, "steps.1.at", "HH:MM"),
        ({"steps": [{"do": "wait_until", "key": "a", "at": "10:00:30"}]}, "steps.1.at", "HH:MM"),
        ({"steps": [{"do": "wait_until", "key": "a", "at": "10:00+02:00"}]}, "steps.1.at", "HH:MM"),
        ({"triggers": [{"on": "crossing", "column": "gifts", "threshold": float("nan")}]},
         "triggers.1.threshold", "a number"),
        ({"steps": "a"}, "steps", "a list"),
        ({"triggers": [{"event": "click"}]}, "triggers.1.on", "event, segment"),
        ({"name": "Welcome"}, "name", "a table"),
        ({"colour": "red"}, "colour", "unknown field"),
    ],
)  # fmt: skip
def test_what_is_no_journey_says_where_and_what_is_expected(changed, place, said) -> None:
    with pytest.raises(writing.UnreadableGraph, match=said) as wrong:
        writing.from_json(json.dumps(plain(**changed)))

    assert wrong.value.place == place
    assert wrong.value.message(lang="fr") != wrong.value.message(lang="en")


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"code": 1', "[" * 100_000, "9" * 9_999])
def test_what_is_no_json_object_is_refused(text) -> None:
    with pytest.raises(writing.UnreadableGraph):
        writing.from_json(text)


def test_unreadable_toml_says_at_which_line() -> None:
    with pytest.raises(writing.UnreadableGraph, match="line 2") as wrong:
        writing.from_toml('code = "a"\nname = \n')

    assert "ligne 2" in wrong.value.message(lang="fr")
