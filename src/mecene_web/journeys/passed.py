"""Passed: a journey as it was rehearsed, drawn with how many went by each step and each way."""

import json
from collections.abc import Mapping
from typing import Any

from mecene.journeys.rehearsal import passing
from mecene_web.design import words
from mecene_web.journeys import choices, edit, flow, overview
from mecene_web.journeys.flow import Card, Line

_ENDED = ("goal", "exit", "deceased")
Passed = dict[tuple[str, str], int]


def drawn(text: str, rows: list[tuple[str, str, int]]) -> dict[str, Any]:
    """Return the line of a drawing with its counts, as the page draws it; empty of none.

    Args:
        text: The journey rehearsed, as canonical JSON.
        rows: (step, way, how often), ways as ``mecene.journeys.steps.ways`` names them.
    """
    if not rows:
        return {}
    told = json.loads(text)
    passed: Passed = {(step, way): count for step, way, count in rows}
    line, _ = flow.lay(told)
    # The first of many says nothing of its width by itself: each bar is a share of those who came.
    entered = max(_came(passed).values(), default=0)
    return _line(line, told, passed, entered)


def _line(line: Line, told: dict[str, Any], passed: Passed, entered: int) -> dict[str, Any]:
    return {
        "cards": [_card(card, told, passed, entered) for card in line.cards], "ends": line.ends,
        "to": line.to, "to_name": choices.title(edit.step(told, line.to)) if line.to else "",
    }  # fmt: skip


def _card(card: Card, told: dict[str, Any], passed: Passed, entered: int) -> dict[str, Any]:
    name, summary = choices.title(dict(card.step)), choices.summary(dict(card.step))
    came = _came(passed).get(card.key, 0)
    ended = [(way, passed.get((card.key, way), 0)) for way in _ENDED]
    return {
        "key": card.key, "kind": card.step["do"], "name": name, "came": came,
        "summary": "" if summary == name else summary,
        "share": came / entered if entered else 0.0,
        "stands": passed.get((card.key, passing.STANDS), 0),
        "ended": [(words.say("journeys", f"passed.{way}", count=count), way)
                  for way, count in ended if count],
        "ways": [
            {"name": overview.way(card.step, way.name), "count": count,
             "share": count / came if came else 0.0,
             "line": _line(way.line, told, passed, entered)}
            for way in card.ways
            for count in (passed.get((card.key, _named(card.step, way.name)), 0),)
        ],
    }  # fmt: skip


def _came(passed: Passed) -> Mapping[str, int]:
    return passing.came({("", *at): count for at, count in passed.items()}, journey="")


def _named(step: Mapping[str, Any], way: str) -> str:
    """Return a way as the rehearsal names it: an arm by its name, not by its place."""
    family, _, number = way.partition(".")
    return f"arms.{step['arms'][int(number) - 1]['name']}" if family == "arms" else way
