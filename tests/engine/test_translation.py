"""SQL written for DuckDB is said to Spark in words that mean the same."""

from datetime import date
from importlib import resources

import pytest
import sqlglot

from mecene import facts
from mecene.engine import translation
from mecene.features import dictionary, givens, summary

PARAMETERS = {
    "as_of": date(2026, 1, 1),
    **givens.of_day(date(2026, 1, 1), year_starts_in_month=9),
    "has_contacts": True,
    "has_interactions": True,
    "has_instalments": True,
    "has_contact_details": True,
    "has_several_currencies": True,
    "some_currency": "EUR",
}


def told(text: str) -> str:
    return translation.to_spark(text, parameters=PARAMETERS)


@pytest.mark.parametrize("name", [*dictionary.families(), *summary.INTERMEDIATE])
def test_each_family_is_told_with_its_constants_filled_in(name: str) -> None:
    said = told(summary.text(name))

    assert sqlglot.parse_one(said, read="spark")
    assert not [constant for constant in PARAMETERS if f"{constant}()" in said.lower()]


def test_what_is_seen_is_a_view_a_table_over_the_table_as_stored() -> None:
    text = resources.files("mecene.engine").joinpath("seen.sql").read_text(encoding="utf-8")

    views = translation.views(text, parameters=PARAMETERS)

    assert list(views) == list(facts.TABLES)
    assert all(f"FROM {translation.stored(name)} " in view for name, view in views.items())


def test_days_are_counted_in_64_bits() -> None:
    # 2147483647 is 46340.95 squared: in 32 bits the days of 127 years overflow when squared.
    said = told("select date_diff('day', a, as_of()) from t")

    assert said == "SELECT CAST(DATEDIFF(DAY, a, CAST('2026-01-01' AS DATE)) AS BIGINT) FROM t"


def test_the_largest_is_looked_for_among_the_rows_that_have_something_to_show() -> None:
    said = told("select max_by(a, date_diff('day', b, c)) filter (where d) from t")

    assert said == (
        "SELECT MAX_BY(a, CASE WHEN NOT a IS NULL THEN CAST(DATEDIFF(DAY, b, c) AS BIGINT) END) "
        "FILTER(WHERE d) FROM t"
    )


def test_an_order_keeps_empty_cells_where_duckdb_puts_them() -> None:
    # DuckDB: last unless told; Spark: first when ascending, last when descending.
    said = told("select row_number() over (order by a, b desc, c nulls first) from t")

    assert "ORDER BY a NULLS LAST, b DESC, c)" in said


@pytest.mark.parametrize(
    "text", ["select 1; select 2", "", "create view a as select 1"], ids=["two", "none", "view"]
)
def test_anything_but_one_query_is_refused(text: str) -> None:
    with pytest.raises(translation.Untranslatable):
        told(text)


def test_anything_but_a_view_is_refused_among_views() -> None:
    with pytest.raises(translation.Untranslatable, match="DELETE"):
        translation.views("delete from gifts", parameters=PARAMETERS)
