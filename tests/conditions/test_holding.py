"""One row at a time, a condition says what its expression says of the whole table."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.conditions import holding, language
from mecene.conditions.drawing import Group, Rule, Subject, plain, text

COLUMNS = {
    "gifts": pl.Int64(), "share": pl.Float64(), "city": pl.String(), "kept": pl.Boolean(),
    "last_on": pl.Date(), "seen_at": pl.Datetime("us"),
}  # fmt: skip
WORDS = st.sampled_from(["", "a", "ab", "Lyon", "l'Isle", "a%b", "été"])
NUMBERS = st.sampled_from([-1.5, 0.0, 1.0, 2.0, 2.5])
MOMENTS = (datetime(2024, 2, 28), datetime(2024, 3, 1))  # noqa: DTZ001 -- facts have no zone
DAYS = st.dates(date(2024, 2, 27), date(2024, 3, 2))
VALUES = {
    "gifts": st.integers(-1, 3), "share": NUMBERS, "city": WORDS, "kept": st.booleans(),
    "last_on": DAYS, "seen_at": st.datetimes(*MOMENTS),
}  # fmt: skip
ROWS = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})


def rule(name, signs, values):
    one = st.builds(lambda sign, value: (sign, (value,)), st.sampled_from(signs), values)
    many = st.builds(lambda found: ("in", tuple(found)), st.lists(values, min_size=1, max_size=3))
    two = st.builds(lambda a, b: ("between", (a, b)), values, values)
    alone = st.just(("is null", ()))
    compared = one | many | alone if name in ("kept", "city") else one | many | two | alone
    return st.builds(
        lambda said, negated: Rule(Subject(name), *said, negated=negated), compared, st.booleans()
    )


ORDER = ["=", "!=", "<", "<=", ">", ">="]
RULES = st.one_of(
    rule("gifts", ORDER, NUMBERS),
    rule("share", ORDER, NUMBERS),
    rule("city", ["=", "!=", "like", "starts_with"], WORDS),
    rule("kept", ["=", "!="], st.booleans()),
    rule("last_on", ORDER, DAYS),
    rule("seen_at", ORDER, DAYS),
)
DRAWN = st.recursive(
    RULES,
    lambda parts: st.builds(
        Group, st.sampled_from(["and", "or"]), st.lists(parts, min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    max_leaves=6,
)  # fmt: skip


@given(DRAWN, ROWS)
def test_a_row_alone_is_answered_as_in_a_table(drawn, row) -> None:
    condition = language.compile(text(plain(drawn)), columns=COLUMNS)
    frame = pl.DataFrame({name: [value] for name, value in row.items()}, schema=COLUMNS)

    assert condition.drawn is not None
    assert holding.holds(condition, row) == frame.select(condition.expr)[0, 0]


@pytest.mark.parametrize(
    ("said", "row", "answer"),
    [
        ("gifts * 2 > 3", {"gifts": 2}, True),
        ("gifts * 2 > 3", {"gifts": None}, False),
        ("coalesce(gifts, 5) > 3", {"gifts": None}, True),
        ("share / gifts > 0", {"share": 1.0, "gifts": 0}, False),
        ("1 = 1", {}, True),
        ("not (1 = 1)", {"gifts": 2}, False),
    ],
)
def test_what_cannot_be_drawn_is_answered_too(said, row, answer) -> None:
    condition = language.compile(said, columns=COLUMNS)

    assert holding.holds(condition, row, types=COLUMNS) is answer


def test_a_column_that_is_not_told_is_named() -> None:
    condition = language.compile("gifts > 1 and city = 'Lyon'", columns=COLUMNS)

    with pytest.raises(holding.UnansweredColumn, match="city"):
        holding.holds(condition, {"gifts": 2})


def test_an_answer_of_the_log_is_read_under_its_own_name() -> None:
    condition = language.compile("in_segment('majors')", columns=COLUMNS, asks=("in_segment",))

    assert holding.holds(condition, {"in_segment('majors')": True})
    assert not holding.holds(condition, {"in_segment('majors')": None})
