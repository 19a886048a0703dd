"""A traveller comes back from a database as they went in, wherever they are."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn_journeys import START, event, graphs, knowns, later, traveller
from mecene.journeys import publishing, stored
from mecene.journeys.advance import advance

VALUES = st.dictionaries(
    st.sampled_from(["event_name", "event_on", "event_amount_minor"]),
    st.none() | st.integers() | st.text() | st.dates() | st.booleans(),
)


def through_json(plain):
    return json.loads(json.dumps(plain))


@given(graphs(), knowns, st.integers(0, 3_000), VALUES)
def test_what_goes_in_comes_out_and_advances_the_same(drawn, known, hours, values) -> None:
    version = publishing.publish(drawn, version=1)
    values = {"event_amount_minor": 5, **values} | {"event_amount_minor": 5}
    start = replace(traveller(drawn.start), event=replace(event(), values=values))
    decision = advance(version, start, known=known, now=later(hours=hours))

    back = stored.read_traveller(through_json(stored.traveller(decision.traveller)))

    assert back == decision.traveller
    assert back.event.values == values
    for reason in decision.trace:
        again = stored.read_reason(through_json(stored.reason(reason)))
        assert again == reason
        assert again.text(lang="fr") == reason.text(lang="fr")
    later_on = later(hours=hours + 2_000)
    assert advance(version, back, known=known, now=later_on) == advance(
        version, decision.traveller, known=known, now=later_on
    )


def test_a_text_that_looks_like_a_day_stays_a_text() -> None:
    came = replace(event(), values={"event_name": "2026-03-20", "event_on": date(2026, 3, 20)})

    assert stored.read_event(through_json(stored.event(came))).values == came.values


@pytest.mark.parametrize("change", [{"step": {"day": "x"}}, {"event": {}}, {"visits": None},
                                    {"due_at": {"hour": "9"}}])  # fmt: skip
def test_what_is_no_traveller_is_refused(change) -> None:
    plain = stored.traveller(traveller("a", START))

    with pytest.raises(stored.UnreadableState):
        stored.read_traveller(plain | change)
    with pytest.raises(stored.UnreadableState):
        stored.read_reason(plain)
