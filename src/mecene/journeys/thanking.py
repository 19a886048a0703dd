"""Thanking: will everybody who gave be thanked, or only those who want our news?

A receipt and a thank-you answer a gesture: they are of service (``transactional``), and leave also
to whoever opposed appeals or newsletters. Under another purpose they do not, and nobody sees it.
"""

from collections.abc import Iterator

from mecene.journeys.graph import Graph
from mecene.journeys.problems import Problem, problem
from mecene.journeys.starting import OnEvent
from mecene.journeys.steps import Call, Letter, Message

_GIFTS = ("gift_received", "recurring_started")
_SERVICE = "transactional"


def problems(graph: Graph) -> Iterator[Problem]:
    """Yield what is doubtful of the thanks for a gift; none of it keeps a journey unpublished."""
    if not any(isinstance(each, OnEvent) and each.event in _GIFTS for each in graph.triggers):
        return
    thanks = [step for step in graph.steps
              if isinstance(step, Message | Letter | Call) and step.kind == "thanks"]  # fmt: skip
    for step in thanks:
        if (step.purpose or graph.purpose) != _SERVICE:
            yield problem("thanks_not_for_all", f"steps.{step.key}")
    if thanks and graph.held_out and graph.purpose != _SERVICE:
        yield problem("thanks_held_out", f"steps.{thanks[0].key}")
