"""Every key of metrics.json is on the page that documents it, and the page promises no other."""

import dataclasses
import re
import typing
from pathlib import Path
from typing import Any

import pytest

from mecene.lifetime_value.value import ValueModel

pytestmark = pytest.mark.xdist_group("report")
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md").read_text(
    "utf-8"
)
# Section of the page → where its rows stand in the file.
PLACES = {
    "Metrics": (),
    "File": ("files", 0),
    "Identity": ("identity",),
    "Segment": ("segments", 0),
    "Flow": ("flows", 0),
    "RfmCell": ("rfm", 0),
    "Value": ("value",),
    "Expected": ("value", "expected"),
    "Band": ("value", "bands_36m", 0),
    "Scores": ("scores",),
    "Income": ("scores", "income_12m"),
    "ScoreBand": ("scores", "bands", 0),
    "ScoreTest": ("scores", "test"),
    "Goodness": ("scores", "test", "methods", "score"),
    "ScoreTenth": ("scores", "test", "curve", 0),
    "ScoreCard": ("scores", "card"),
    "NetDepth": ("scores", "card", "depths", 0),
    "LiftPart": ("scores", "card", "lift", 0),
    "ScoreGroup": ("scores", "card", "groups", 0),
    "ScoreYear": ("scores", "card", "years", 0),
    "Drift": ("scores", "card", "drift", 0),
    "Exclusion": ("excluded_from_lists", 0),
}


def documented(shape: str) -> set[str]:
    section = PAGE.partition(f"### {shape}\n")[2].partition("\n### ")[0]
    keys = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for key in keys for name in re.findall(r"`(\w+)`", key)}


def shapes(root: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    waiting = [root]
    while waiting:
        shape = waiting.pop()
        if dataclasses.is_dataclass(shape) and shape.__name__ not in found:
            hints = typing.get_type_hints(shape)
            found[shape.__name__] = set(hints)
            waiting += hints.values()
        waiting += typing.get_args(shape)
    return found


@pytest.mark.parametrize("shape", PLACES)
def test_every_key_of_the_file_is_on_the_page_and_no_other(reported: Any, shape: str) -> None:
    found = reported("fr").metrics()
    for step in PLACES[shape]:
        found = found[step]

    assert documented(shape) == set(found)


@pytest.mark.parametrize(("shape", "fields"), sorted(shapes(ValueModel).items()))
def test_every_parameter_of_the_value_model_is_on_the_page(shape: str, fields: set[str]) -> None:
    assert documented(shape) == fields


def test_the_segments_of_a_year_ago_have_the_keys_of_those_of_today(reported: Any) -> None:
    found = reported("fr").metrics()

    assert {*found["segments_a_year_ago"][0]} == {*found["segments"][0]}


@pytest.mark.parametrize("shape", ["Metrics", *PLACES])
def test_every_shape_that_the_page_names_has_its_table(shape: str) -> None:
    section = PAGE.partition(f"### {shape}\n")[2].partition("\n### ")[0]
    named = set(re.findall(r"\| (?:list of )?([A-Z]\w+)", section)) - {"Key", "Means", "Type"}

    assert [name for name in named if f"### {name}\n" not in PAGE] == []
