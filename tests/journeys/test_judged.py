"""What a journey is judged by is declared in its drawing, or follows from what it is for."""

from dataclasses import replace

import pytest

from mecene.experiments import measures
from mecene.journeys import judged, ready, validate, writing
from mecene.journeys.judged import Judged
from mecene.journeys.steps import Arm, Split


def with_split(graph, said=None):
    split = Split("draw", (Arm("a", 1), Arm("b", 1)), judged=said)
    return replace(graph, steps=(*graph.steps, split)), split


class TestReady:
    @pytest.mark.parametrize("code", ready.CODES)
    def test_each_ready_journey_declares_its_own_measure(self, code):
        graph = ready.graph(code)

        assert graph.judged is not None
        assert not list(judged.problems(graph))
        assert judged.of_journey(graph).primary in measures.CHOICES

    @pytest.mark.parametrize(
        ("code", "decides"),
        [("welcome", "second_gift"), ("failed_debit", "debit_recovered"), ("monthly", "recurring"),
         ("card_expiry", "still_recurring"), ("before_leaving", "unsubscribes")],
    )  # fmt: skip
    def test_it_is_the_one_that_the_journey_is_for(self, code, decides):
        assert judged.of_journey(ready.graph(code)).primary == decides


class TestUsual:
    def test_a_draw_of_news_is_judged_by_who_follows_it(self):
        graph, split = with_split(ready.graph("project_news"))

        assert judged.of_split(graph, split).primary == "clicks"

    def test_a_draw_of_a_journey_with_an_aim_is_judged_by_it(self):
        graph, split = with_split(ready.graph("welcome"))

        assert judged.of_split(graph, split) == judged.of_journey(graph)

    def test_a_draw_has_its_own_measure_where_one_was_chosen(self):
        graph, split = with_split(ready.graph("welcome"), Judged("recurring", within_days=30))

        assert judged.of_split(graph, split).primary == "recurring"
        assert judged.of_split(graph, split).within_days == 30

    def test_without_gifts_amounts_give_way_to_who_gave(self):
        told = judged.without_amounts(judged.of_journey(ready.graph("campaign")))

        assert told.primary == "gave"
        assert told.secondary == ()


class TestProblems:
    @pytest.mark.parametrize(
        ("said", "code"),
        [(Judged("smiles"), "judged_unknown"),
         (Judged("gave", secondary=("gave",)), "judged_twice"),
         (Judged("gave", within_days=0), "judged_days"),
         (Judged("gave", effect=-1.0), "judged_effect"),
         (Judged("gave", rule="when it suits"), "unknown_change"),
         (Judged("clicks"), "judged_of_a_message")],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_said(self, said, code):
        graph = replace(ready.graph("welcome"), judged=said)

        found = [one for one in validate.problems(graph) if one.place == "judged"]

        assert [one.code for one in found] == [code]
        assert all(found[0].text(lang=lang) for lang in ("fr", "en"))

    def test_clicks_may_decide_a_draw(self):
        graph, _ = with_split(ready.graph("welcome"), Judged("clicks"))

        assert not list(judged.problems(graph))


def test_a_measure_reads_back_and_changes_the_fingerprint():
    graph = ready.graph("welcome")
    other = replace(graph, judged=Judged("recurring", rule="fixed", effect=0.005))

    assert writing.from_json(writing.to_json(other)) == other
    assert writing.from_toml(writing.to_toml(other)) == other
    assert writing.fingerprint(other) != writing.fingerprint(graph)
