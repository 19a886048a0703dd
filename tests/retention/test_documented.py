"""Every key is on the page that documents it, and every measure has its words in both languages."""

import dataclasses
import json
import re
import typing
from pathlib import Path

import pytest

from mecene.retention import measure

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "metrics.md").read_text("utf-8")
WORDS = measure.words()
MEASURES = [
    "counting_gift", "retention", "new_retention", "repeat_retention", "attrition",
    "amount_retention", "recapture", "flows", "movements", "gains_losses", "net_growth",
    "second_gift", "second_gift_curve", "cohorts", "recurring_attrition", "no_shows",
    "recurring_curve", "monthly_churn", "average_monthly", "income", "income_to_date",
    "average_gift", "concentration", "gini", "who_leaves", "too_few",
]  # fmt: skip


def shapes(root: type) -> dict[str, set[str]]:
    """Return class name → field names, for every dataclass reachable from one."""
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


def documented(shape: str) -> set[str]:
    section = PAGE.partition(f"### {shape}\n")[2].partition("\n### ")[0]
    keys = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for key in keys for name in re.findall(r"`(\w+)`", key)}


@pytest.mark.parametrize(("shape", "fields"), sorted(shapes(measure.Measures).items()))
def test_every_key_of_a_shape_is_on_the_page_and_no_other(shape: str, fields: set[str]) -> None:
    assert documented(shape) == fields


def test_the_dict_is_json_and_undefined_is_null(measured) -> None:
    found = measured([(1, "2024-03-01", 10)], as_of="2025-01-01").to_dict()

    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found
    assert found["as_of"] == "2025-01-01"
    assert found["yearly"][0]["retention"] is None
    assert found["recurring"] is None


def test_the_measures_with_words_are_those_the_report_prints() -> None:
    assert sorted(WORDS) == sorted(MEASURES)


@pytest.mark.parametrize("name", sorted(WORDS))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_measure_has_a_label_a_sentence_and_a_method(name: str, lang: str) -> None:
    said = WORDS[name][lang]

    assert sorted(said) == ["how", "label", "means"]
    assert said["means"].endswith(".")
    assert said["how"].endswith(".")
    assert not said["label"].endswith(".")


@pytest.mark.parametrize("name", sorted(WORDS))
def test_french_has_its_narrow_spaces_and_its_apostrophes(name: str) -> None:
    text = " ".join(WORDS[name]["fr"].values())

    assert re.findall(r"[^\u202f][;:?!%»]|«[^\u202f]|'", text) == []
