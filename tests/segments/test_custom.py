"""Segments of one's own: any condition, on any indicator, with a threshold (B18)."""

import polars as pl
import pytest

from mecene.segments import custom, rules

FILE = pl.DataFrame(
    {"donor_id": [1, 2, 3], "gifts_24m": [3, 1, None], "retention_probability": [0.1, 0.15, 0.9]}
)


def asking(**conditions: str) -> rules.Rules:
    return rules.of({"custom": {name: {"condition": text} for name, text in conditions.items()}})


def test_an_indicator_below_a_threshold_makes_a_segment() -> None:
    found = custom.tag(FILE, rules=asking(fragile="retention_probability < 0.2 and gifts_24m >= 2"))

    assert found.rows() == [(1, True), (2, False), (3, False)]


def test_no_condition_is_no_tag() -> None:
    assert custom.tag(FILE, rules=rules.load()).columns == ["donor_id"]


def test_a_wrong_condition_is_refused_by_its_key_and_its_word() -> None:
    with pytest.raises(rules.InvalidRules, match=r"custom\.fragile: .*gift_24m"):
        custom.tag(FILE, rules=asking(fragile="gift_24m > 2"))


def test_a_name_already_taken_is_refused() -> None:
    with pytest.raises(rules.InvalidRules, match=r"custom\.gifts_24m: this name is taken"):
        custom.tag(FILE, rules=asking(gifts_24m="gifts_24m > 2"))
