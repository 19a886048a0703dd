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
SENTENCES = measure.WORDS.sentences()
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


def test_every_measure_the_report_prints_has_a_label_a_meaning_and_a_method() -> None:
    expected = {f"{name}.{part}" for name in MEASURES for part in ("label", "means", "how")}

    assert set(SENTENCES) == expected


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_meaning_and_a_method_are_sentences_and_a_label_is_not(key: str) -> None:
    ends = {said[-1] == "." for said in SENTENCES[key].values()}

    assert ends == {not key.endswith(".label")}


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_french_has_its_narrow_spaces_and_its_apostrophes(key: str) -> None:
    text = SENTENCES[key]["fr"]

    # A whole no-break space before a colon, a narrow one before the others (Imprimerie nationale).
    assert re.findall(r"[^\u202f][;!?%»]|[^\u00a0]:|«[^\u202f]|'", text) == []
