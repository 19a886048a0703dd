"""Rules: documented, overridable one key at a time, refused by name when wrong."""

import dataclasses
import re
from pathlib import Path

import polars as pl
import pytest

from mecene.segments import lifecycle, rules

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rules.md"


def test_a_file_changes_only_what_it_says(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("[lifecycle]\nlapsed_months = 25\n")

    loaded = rules.load(mine)

    assert loaded.lifecycle.lapsed_months == 25
    assert loaded.lifecycle.deep_lapsed_months == rules.load().lifecycle.deep_lapsed_months
    assert loaded.rfm == rules.load().rfm


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"lifecycle": {"lapsed_month": 20}}, "lifecycle.lapsed_month is unknown"),
        ({"tags": {"major_minor": "2000"}}, "tags.major_minor is '2000'. Write a whole number"),
        ({"tags": {"major_minor": 2.5}}, "tags.major_minor is 2.5. Write a whole number"),
        ({"tags": {"major_minor": -1}}, "tags.major_minor is -1. Write a number, 0 or more"),
        ({"tags": {"major_minor": 100}}, "tags.major_minor = 100 must be above"),
        ({"lifecycle": {"lapsed_months": 12}}, "lapsed_months = 12.0 must be above"),
        ({"lifecycle": {"seasonal_share": 60}}, "lifecycle.seasonal_share is a share"),
        ({"lifecycle": {"new_days": 500}}, "lifecycle.new_days = 500 is past"),
        ({"lifecycle": {"ambassador_on_campaigns": 1}}, "Write true or false"),
        (
            {"rfm": {"amount_minor": [5_000, 3_000]}},
            "rfm.amount_minor is .* Write numbers that rise",
        ),
        ({"rfm": {"amount_minor": []}}, r"rfm.amount_minor is \[\]. Write a list"),
        ({"lifecycle": 3}, "lifecycle is a section"),
        ({"segment": {}}, r"the section \[segment\] is unknown"),
        ({"custom": {"x": {"condition": 3}}}, "custom.x.condition is not text"),
        ({"custom": {"x y": {"condition": "gifts > 1"}}}, "custom.x y"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_key(given: dict, says: str) -> None:
    with pytest.raises(rules.InvalidRules, match=says):
        rules.of(given)


def test_a_broken_file_says_which_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[lifecycle\n")

    with pytest.raises(
        rules.InvalidRules, match=r"broken\.toml: this is not a TOML file .* at line 1, column 11"
    ):
        rules.load(broken)


def test_every_rule_is_explained_in_the_reference() -> None:
    explained = set(re.findall(r"^\| `(\w+\.\w+)`", REFERENCE.read_text("utf-8"), re.MULTILINE))
    loaded = rules.load()
    known = {
        f"{part.name}.{field.name}"
        for part in dataclasses.fields(loaded)
        if part.name not in {"custom", "where", "own"}
        for field in dataclasses.fields(getattr(loaded, part.name))
    }

    assert explained == known


def test_amounts_follow_a_currency_without_cents_and_ones_own_are_left() -> None:
    mine = rules.of({"tags": {"mid_value_minor": 60_000}})

    francs = rules.in_currency(mine, "XOF")

    assert francs.tags.mid_value_minor == 60_000
    assert francs.tags.major_minor == 1_000_000
    assert francs.rfm.amount_minor[0] == 15_000
    assert francs.lifecycle.new_days == mine.lifecycle.new_days
    assert rules.in_currency(mine, "CHF") == mine


def test_ones_own_amount_that_contradicts_a_default_one_of_the_currency_is_refused() -> None:
    # 100,000 is above 500 € in cents, and under the 250,000 F CFA that stand for them.
    mine = rules.of({"tags": {"major_minor": 100_000}})

    with pytest.raises(rules.InvalidRules, match=r"tags\.major_minor = 100000 must be above"):
        rules.in_currency(mine, "XOF")


def test_donors_in_francs_stand_where_the_same_donors_in_euros_do() -> None:
    euros = pl.DataFrame(
        {
            "donor_id": [1, 2, 3],
            "gifts": [1, 1, 3],
            "currency": ["EUR"] * 3,
            "first_gift_age_days": [30, 30, 900],
            "last_gift_age_days": [30, 30, 40],
            "largest_gift_minor": [7_900, 8_000, 250_000],
            "amount_12m_minor": [7_900, 8_000, 250_000],
        }
    )
    francs = euros.with_columns(pl.col("^.*_minor$") * 5, currency=pl.lit("XOF"))
    theirs = rules.in_currency(rules.load(), "XOF")

    assert lifecycle.classify(euros)["reason"].to_list() == ["new", "new_large_gift", "gives"]
    assert lifecycle.classify(francs, rules=theirs)["reason"].to_list() == (
        lifecycle.classify(euros)["reason"].to_list()
    )
