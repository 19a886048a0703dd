"""The contracts of the fact tables, kept at the door."""

from datetime import date

import polars as pl
import pytest

from mecene import facts


def gifts(**changed: object) -> pl.DataFrame:
    row = {
        "gift_id": 1,
        "given_on": date(2025, 12, 24),
        "amount_minor": 5_000,
        "currency": "EUR",
        "kind": "one_off",
        "status": "received",
        "source_ref": "a1",
    }
    return pl.DataFrame([row | changed])


def test_a_checked_table_has_every_column_in_order() -> None:
    checked = facts.check(gifts(), facts.GIFTS)

    assert checked.schema == facts.GIFTS.schema
    assert checked["donor_id"].to_list() == [None]


def test_a_negative_amount_is_refused_with_its_row_and_value() -> None:
    both = pl.concat([gifts(), gifts(amount_minor=-500)])

    with pytest.raises(facts.InvalidFacts, match=r"amount_minor = -500 in row 2 is below 1"):
        facts.check(both, facts.GIFTS)


def test_an_unknown_word_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(facts.InvalidFacts, match="received, refunded, failed"):
        facts.check(gifts(status="pending"), facts.GIFTS)


def test_a_required_column_that_is_absent_is_refused() -> None:
    with pytest.raises(facts.InvalidFacts, match="given_on = None in row 1 is empty"):
        facts.check(gifts().drop("given_on"), facts.GIFTS)


def test_an_unknown_column_is_refused_by_name() -> None:
    with pytest.raises(facts.InvalidFacts, match="unknown column surprise"):
        facts.check(gifts(surprise=1), facts.GIFTS)


@pytest.mark.parametrize("table", facts.TABLES.values(), ids=lambda table: table.name)
def test_an_empty_table_keeps_its_contract(table: facts.Table) -> None:
    assert facts.check(facts.empty(table), table).schema == table.schema


def test_a_frame_without_columns_has_no_rows() -> None:
    assert facts.complete(pl.DataFrame(), facts.GIFTS).height == 0
