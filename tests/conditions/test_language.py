"""Conditions say what SQL says, refuse everything else, and point at the word."""

from functools import cache

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condition_rows import CONDITIONS, DONORS
from mecene.conditions import language
from mecene.conditions.mistake import InvalidCondition
from mecene.features import dictionary


def polars_says(text: str) -> list[bool]:
    condition = language.compile(text, columns=DONORS.schema)
    return DONORS.with_columns(answer=condition.expr)["answer"].to_list()


@cache
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect(config={"threads": 1})
    opened.register("rows", DONORS.with_row_index("row").to_arrow())
    opened.execute("create table donors as from rows")
    # Division by zero is unknown here, as it is for us.
    opened.execute("set ieee_floating_point_ops = false")
    return opened


def duckdb_says(texts: list[str]) -> list[list[bool]]:
    answers = ", ".join(f"coalesce(({text}), false) as a{at}" for at, text in enumerate(texts))
    told = connection().execute(f"select {answers} from donors order by row").pl()
    return [answer.to_list() for answer in told]


# A question to the engine costs as much whatever it asks: several conditions in each.
@given(st.lists(CONDITIONS, min_size=1, max_size=10))
@settings(max_examples=40, deadline=None)
def test_a_condition_says_what_duckdb_says(texts: list[str]) -> None:
    for text, answer in zip(texts, duckdb_says(texts), strict=True):
        assert polars_says(text) == answer, text


WORDS = st.sampled_from(
    [
        "gifts",
        "amount_minor",
        "deceased",
        "city",
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "null",
        "like",
        "true",
        "(",
        ")",
        ",",
        "=",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "1",
        "2.5",
        "'a'",
        "'2024-01-01'",
        "coalesce(",
        "abs(",
        "date",
        "'",
        ";",
        ";",
        "--",
        '"',
        "é",
        "$",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join)))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_condition_or_a_typed_refusal(text: str) -> None:
    try:
        condition = language.compile(text, columns=DONORS.schema)
    except InvalidCondition as mistake:
        for lang in ("fr", "en"):
            message, _, caret = mistake.written(lang=lang).split("\n")
            assert message
            assert caret.strip().strip("^") == ""
    else:
        assert DONORS.filter(condition.expr).height <= DONORS.height


def test_what_is_unknown_is_not_true_and_neither_is_its_negation() -> None:
    assert polars_says("last_gift_age_days > 365") == [False, False, False, True, True, False]
    assert polars_says("not last_gift_age_days > 365")[0] is False
    assert polars_says("last_gift_age_days is null")[0] is True


def test_a_constant_before_a_column_still_answers_for_every_donor() -> None:
    donors = pl.DataFrame({"gifts": [0, 3, None]}, schema={"gifts": pl.Int64})

    condition = language.compile("0 = abs(coalesce(0, gifts))", columns=donors.schema)

    assert donors.select(condition.expr).to_series().to_list() == [True, True, True]


@pytest.mark.parametrize(
    ("text", "holds"), [("1 = 1", True), ("not (1 = 1)", False), ("true", True)]
)
@pytest.mark.parametrize("rows", [0, 1, 3, 20_000])
def test_a_condition_without_a_column_answers_for_every_donor(text, holds, rows) -> None:
    donors = pl.DataFrame({"gifts": [1] * rows}, schema={"gifts": pl.Int64})

    condition = language.compile(text, columns=donors.schema)

    assert donors.select(condition.expr).to_series().to_list() == [holds] * rows
    assert donors.filter(condition.expr).height == holds * rows


def test_the_columns_it_reads_are_told() -> None:
    condition = language.compile("gifts_24m >= 2 and Last_Gift_Age_Days > 365 or gifts_24m = 9")

    assert condition.columns == ("gifts_24m", "last_gift_age_days")


@pytest.mark.parametrize("column", dictionary.columns(), ids=lambda column: column.name)
def test_every_column_of_the_summary_can_be_named(column: dictionary.FeatureColumn) -> None:
    assert language.compile(f"{column.name} is null").columns == (column.name,)


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("last_gift_age > 365", "unknown_column", "last_gift_age"),
        ("gifts > ", "unfinished", " "),
        ("gifts > 3 ; drop table donors", "unknown_sign", ";"),
        ("gifts = 'three'", "not_alike", "gifts = 'three'"),
        ("last_gift_on > '2024-13-01'", "not_a_date", "'2024-13-01'"),
        ("read_csv('x') = 1", "unknown_function", "read_csv"),
        ("gifts and deceased", "wrong_type", "gifts"),
        ("city like gifts", "unexpected", "gifts"),
        ("city = 'Paris", "open_text", "'Paris"),
        ("gifts > 1e999", "too_big", "1e999"),
        ("1 < gifts < 3", "unexpected", "<"),
        ("abs(1, 2) = 1", "arguments", "abs"),
        ("deceased > false", "no_order", "deceased > false"),
        ("", "empty", " "),
        ("gifts > 1 " * 201, "too_long", None),
        ("(" * 41 + "true" + ")" * 41, "too_deep", None),
    ],
)
def test_a_mistake_is_named_and_shown_where_it_stands(
    text: str, kind: str, word: str | None
) -> None:
    with pytest.raises(InvalidCondition) as raised:
        language.compile(text)

    mistake = raised.value
    assert mistake.kind == kind
    if word is not None:
        assert (text + " ")[mistake.place.start : mistake.place.end] == word


def test_a_misspelt_column_is_met_with_the_nearest_one_in_both_languages() -> None:
    with pytest.raises(InvalidCondition) as raised:
        language.compile("gifts_24 >= 2")

    assert raised.value.written(lang="fr") == (
        "«\u00a0gifts_24\u00a0» n'est pas une colonne connue\u202f; gifts_24m\u202f?\n"
        "  gifts_24 >= 2\n"
        "  ^^^^^^^^"
    )
    assert "did you mean gifts_24m?" in raised.value.written(lang="en")


def test_the_longest_condition_allowed_still_runs() -> None:
    text = "gifts>1 or " * 180 + "gifts=0"

    assert len(text) <= language.LONGEST
    assert polars_says(text) == [True, False, True, True, True, False]
