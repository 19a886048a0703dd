"""Whatever is done to a drawing, its lines stay whole and nobody is lost on the way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.journeys import ready, writing
from mecene_web.journeys import edit, flow

THANKS = writing.to_plain(ready.graph("thanks"))


def line(*kinds):
    """Return a drawing of steps in a row, called after their kinds."""
    drawn = {"start": kinds[0], "steps": []}
    for kind, after in zip(kinds, (*kinds[1:], None), strict=True):
        drawn["steps"].append({"do": kind, "key": kind, **edit.NEW[kind]})
        if after:
            drawn["steps"][-1]["next"] = after
    return drawn


def read(drawn):
    """Return the keys along the main way."""
    found, key = [], drawn["start"]
    while key and key not in found:
        found.append(key)
        one = edit.step(drawn, key)
        key = dict(edit.ways(one)).get(edit.main(one))
    return found


def test_a_step_is_added_where_the_line_is_cut() -> None:
    drawn, key = edit.add(line("wait", "add_tag"), "message", after="wait")
    first, began = edit.add(drawn, "wait", after=edit.START)

    assert read(drawn) == ["wait", key, "add_tag"]
    assert read(first) == [began, "wait", key, "add_tag"]


def test_a_step_taken_away_leaves_the_line_whole() -> None:
    drawn = line("wait", "message", "add_tag")

    assert read(edit.remove(drawn, "message")) == ["wait", "add_tag"]
    assert read(edit.remove(drawn, "wait")) == ["message", "add_tag"]


def test_up_and_down_are_each_others_undoing() -> None:
    drawn = line("wait", "message", "add_tag", "call")

    higher = edit.up(drawn, "add_tag")

    assert read(higher) == ["wait", "add_tag", "message", "call"]
    assert read(edit.down(higher, "add_tag")) == read(drawn)
    assert read(edit.up(drawn, "message")) == ["message", "wait", "add_tag", "call"]
    assert read(edit.up(drawn, "wait")) == read(drawn)
    assert read(edit.down(drawn, "call")) == read(drawn)


def test_a_copy_comes_right_after_and_leads_on() -> None:
    drawn, key = edit.duplicate(line("wait", "message", "add_tag"), "message")

    assert read(drawn) == ["wait", "message", key, "add_tag"]
    assert edit.step(drawn, key)["template"] == edit.step(drawn, "message")["template"]


def test_a_step_is_moved_onto_a_way_of_a_branch() -> None:
    drawn, branch = edit.add(line("wait", "add_tag", "call"), "branch", after="wait")

    moved = edit.move(drawn, "call", after=branch, way="paths.1")

    assert dict(edit.ways(edit.step(moved, branch))) == {"paths.1": "call", "otherwise": "add_tag"}
    assert read(moved) == ["wait", branch, "add_tag"]


def test_every_ready_journey_is_laid_out_with_each_step_once() -> None:
    for code in ready.CODES:
        drawn = writing.to_plain(ready.graph(code))

        whole, lost = flow.lay(drawn)

        assert sorted(keys(whole)) == sorted(one["key"] for one in drawn["steps"])
        assert lost == ()


def keys(whole):
    for card in whole.cards:
        yield card.key
        for way in card.ways:
            yield from keys(way.line)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("armdux"), st.integers(0, 9), st.integers(0, 30),
                          st.sampled_from(sorted(edit.NEW))), max_size=12))  # fmt: skip
def test_whatever_is_done_every_way_leads_to_a_step_or_the_end(done) -> None:
    drawn = THANKS
    for what, which, where, kind in done:
        held = [one["key"] for one in drawn["steps"]]
        key = held[which % len(held)]
        after, way = list(flow.places(drawn))[where % len(list(flow.places(drawn)))]
        match what:
            case "a":
                drawn, _ = edit.add(drawn, kind, after=after, way=way)
            case "r" if len(held) > 1:
                drawn = edit.remove(drawn, key)
            case "m":
                drawn = edit.move(drawn, key, after=after, way=way)
            case "d":
                drawn, _ = edit.duplicate(drawn, key)
            case "u":
                drawn = edit.up(drawn, key)
            case _:
                drawn = edit.down(drawn, key)

    known = {one["key"] for one in drawn["steps"]}
    led = [to for one in drawn["steps"] for _, to in edit.ways(one) if to is not None]
    assert set(led) <= known
    assert drawn["start"] in known
    assert len(known) == len(drawn["steps"])
    writing.from_plain(drawn)
