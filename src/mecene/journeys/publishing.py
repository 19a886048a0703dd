"""Publishing: a graph that was found right, its conditions understood, never to change again."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from mecene.conditions.language import Condition
from mecene.journeys import graph as graphs
from mecene.journeys import validate, vocabulary
from mecene.journeys.graph import Graph
from mecene.journeys.problems import Problem
from mecene.journeys.steps import Step
from mecene.journeys.vocabulary import Vocabulary


class InvalidGraph(ValueError):
    """A graph cannot be published; ``problems`` say where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.text(lang="en") for problem in problems))


@dataclass(frozen=True)
class Published:
    """A version of a journey, as it is followed.

    Attributes:
        steps: Key → step.
        conditions: Text → condition, understood.
        columns: What the conditions read of a donor, the event's own columns aside; sorted.
        types: Column → type, of all that may be read.
        speaks: Template → the channels it has a text for; None: not known.
    """

    graph: Graph
    version: int
    steps: Mapping[str, Step]
    conditions: Mapping[str, Condition]
    columns: tuple[str, ...]
    types: Mapping[str, pl.DataType]
    speaks: Mapping[str, frozenset[str]] | None = None


def publish(
    graph: Graph,
    *,
    version: int,
    words: Vocabulary | None = None,
    places: validate.Places | None = None,
) -> Published:
    """Return a version of a graph, ready to be followed.

    Args:
        graph: As drawn.
        version: From 1, one more than the last.
        words: What conditions may say; ``vocabulary.usual()`` by default.
        places: Which templates, segments and journeys there are; None: taken on trust.

    Raises:
        InvalidGraph: something in it is wrong.
    """
    known = words or vocabulary.usual()
    found = validate.problems(graph, words=known, places=places)
    errors = tuple(problem for problem in found if problem.is_error)
    if errors:
        raise InvalidGraph(errors)
    conditions = {asked.text: known.compile(asked.text) for asked in graphs.conditions(graph)}
    read = {name for condition in conditions.values() for name in condition.columns}
    asks = {ask.column for condition in conditions.values() for ask in condition.asks}
    return Published(
        graph=graph, version=version, steps={step.key: step for step in graph.steps},
        conditions=conditions, types=dict(known.columns),
        speaks=places.templates if places else None,
        columns=tuple(sorted((read | asks) - set(vocabulary.EVENT))),
    )  # fmt: skip
