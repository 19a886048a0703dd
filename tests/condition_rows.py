"""Conditions of every shape, and the donors they are asked of."""

from datetime import date

import polars as pl
from hypothesis import strategies as st

DONORS = pl.DataFrame(
    {
        "gifts": [0, 1, 2, 3, 12, None],
        "amount_minor": [0, 5_000, 100, None, 250_000, 7],
        "last_gift_age_days": [None, 10, 365, 366, 1_000, 0],
        "last_gift_on": [
            None, date(2025, 12, 22), date(2025, 1, 1), date(2024, 12, 31), None,
            date(2024, 2, 29),
        ],
        "city": ["Paris", "Parthenay", None, "L'Haÿ-les-Roses", "paris", ""],
        "recurring_state": ["active", None, "failing", "stopped", "paused", "active"],
        "deceased": [True, False, None, False, True, False],
    },
    schema_overrides={"gifts": pl.Int64, "amount_minor": pl.Int64},
)  # fmt: skip

NUMBER_COLUMNS = st.sampled_from(["gifts", "amount_minor", "last_gift_age_days"])
NUMBERS = st.one_of(
    NUMBER_COLUMNS,
    st.integers(0, 1_000).map(str),
    st.sampled_from(["0.5", "2.25", "1e3", "(-3)"]),
)
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda one: f"abs({one})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda all_: f"least({', '.join(all_)})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda all_: f"greatest({', '.join(all_)})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda all_: f"coalesce({', '.join(all_)})"),
    ),
    max_leaves=4,
)
SIGNS = st.sampled_from(["=", "==", "!=", "<>", "<", "<=", ">", ">="])
TEXT_COLUMNS = st.sampled_from(["city", "recurring_state"])
TEXTS = st.sampled_from(["'Paris'", "'active'", "'L''Haÿ-les-Roses'", "''", "'a'"])
PATTERNS = st.sampled_from(["'Par%'", "'%a%'", "'_aris'", "'%'", "''", "'L''H%'", "'.*'"])
SIMPLE = st.one_of(
    st.tuples(SUMS, SIGNS, SUMS).map(" ".join),
    st.tuples(SUMS, NUMBERS, NUMBERS).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
    st.tuples(NUMBER_COLUMNS, st.lists(NUMBERS, min_size=1, max_size=3)).map(
        lambda p: f"{p[0]} in ({', '.join(p[1])})"
    ),
    st.tuples(TEXT_COLUMNS, st.lists(TEXTS, min_size=1, max_size=3)).map(
        lambda p: f"{p[0]} not in ({', '.join(p[1])})"
    ),
    st.tuples(TEXT_COLUMNS, st.sampled_from(["like", "not like"]), PATTERNS).map(" ".join),
    st.tuples(TEXT_COLUMNS, TEXTS).map(lambda p: f"starts_with({p[0]}, {p[1]})"),
    st.tuples(SIGNS, st.sampled_from(["'2024-12-31'", "date '2024-02-29'"])).map(
        lambda p: f"last_gift_on {p[0]} {p[1]}"
    ),
    st.sampled_from(["gifts", "city", "last_gift_on"]).map(lambda name: f"{name} is null"),
    st.sampled_from(["gifts", "city", "deceased"]).map(lambda name: f"{name} is not null"),
    st.sampled_from(["deceased", "deceased is true", "deceased is not false", "true"]),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda one: f"not ({one})"),
        inner.map(lambda one: f"({one})"),
    ),
    max_leaves=5,
)
