"""SQL sees the facts as they were known on a day, whole or one bucket at a time."""

from datetime import date
from importlib import resources
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlglot

from mecene import facts
from mecene.engine import duck, store
from mecene.engine.connection import Limits

AS_OF = date(2026, 1, 1)


def gifts(*days: date, **changed: object) -> pl.DataFrame:
    rows = [
        {
            "gift_id": number,
            "donor_id": number,
            "given_on": day,
            "amount_minor": 100,
            "currency": "EUR",
            "kind": "one_off",
            "status": "received",
            "source_ref": f"r{number}",
        }
        | changed
        for number, day in enumerate(days, start=1)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize("table", facts.TABLES.values(), ids=lambda table: table.name)
def test_a_table_is_seen_with_its_contract_even_when_absent(
    tmp_path: Path, table: facts.Table
) -> None:
    absent = duck.run(f"from {table.name}", store=store.FactStore(tmp_path / "facts"), as_of=AS_OF)

    assert absent.height == 0
    assert absent.columns == list(table.schema)
    assert facts.check(absent, table).schema == table.schema


def test_a_gift_of_the_day_is_not_seen_yet(tmp_path: Path) -> None:
    written = store.write_facts({"gifts": gifts(date(2025, 12, 31), AS_OF)}, tmp_path / "facts")

    assert duck.run("from gifts", store=written, as_of=AS_OF)["gift_id"].to_list() == [1]


def test_a_refund_is_seen_from_the_day_after_it(tmp_path: Path) -> None:
    refunded = gifts(date(2025, 1, 1), status="refunded", status_on=AS_OF)
    written = store.write_facts({"gifts": refunded}, tmp_path / "facts")

    seen = [
        duck.run("select status, status_on from gifts", store=written, as_of=day).row(0)
        for day in (AS_OF, date(2026, 1, 2))
    ]

    assert seen == [("received", None), ("refunded", AS_OF)]


def test_a_month_of_a_series_is_known_once_it_is_over(tmp_path: Path) -> None:
    index = pl.DataFrame(
        {"name": "cpi", "month": [date(2025, 11, 1), date(2025, 12, 1)], "value": [1.0, 2.0],
         "source_ref": "i"}
    )  # fmt: skip
    written = store.write_facts({"series": index}, tmp_path / "facts")

    known = [
        duck.run("from series", store=written, as_of=day).height
        for day in (date(2025, 12, 31), AS_OF)
    ]
    assert known == [1, 2]


def test_a_bucket_holds_its_sixteenth_and_the_anonymous_apart(tmp_path: Path) -> None:
    day = date(2025, 1, 1)
    named = gifts(*[day] * 33)
    written = store.write_facts({"gifts": named}, tmp_path / "facts")
    store.write_facts({"gifts": gifts(day, donor_id=None)}, tmp_path / "facts")

    def seen(bucket: str | None) -> list[int | None]:
        return duck.run(
            "select donor_id from gifts order by 1", store=written, as_of=AS_OF, bucket=bucket
        )["donor_id"].to_list()

    assert seen("01") == [1, 17, 33]
    assert seen("anonymous") == [None]
    assert len(seen(None)) == 34


def test_the_usual_day_is_the_one_after_the_latest_received_gift(tmp_path: Path) -> None:
    written = store.write_facts({"gifts": gifts(date(2025, 3, 1))}, tmp_path / "facts")
    store.write_facts({"gifts": gifts(date(2025, 9, 1), status="failed")}, tmp_path / "facts")

    assert duck.next_day(written) == date(2025, 3, 2)
    assert duck.next_day(store.FactStore(tmp_path / "none")) is None


def test_a_query_has_relations_and_parameters_of_its_own(tmp_path: Path) -> None:
    answer = duck.run(
        "select extra.x + three() as y, as_of() as day from extra",
        store=store.FactStore(tmp_path / "facts"),
        as_of=AS_OF,
        relations={"extra": pl.DataFrame({"x": [1]})},
        parameters={"three": 3},
    )

    assert answer.rows() == [(4, AS_OF)]


def test_no_extension_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        duck.run(
            "select * from read_xlsx('x.xlsx')",
            store=store.FactStore(tmp_path / "facts"),
            as_of=AS_OF,
        )


def test_more_than_the_memory_allowed_spills_and_leaves_nothing(tmp_path: Path) -> None:
    sql = "select sum(n) as n from (select range as n from range(4_000_000) order by hash(range))"
    answer = duck.run(
        sql,
        store=store.FactStore(tmp_path / "facts"),
        as_of=AS_OF,
        limits=Limits(memory_mb=64, threads=1),
    )

    assert answer["n"][0] == 4_000_000 * 3_999_999 // 2
    assert list(tmp_path.iterdir()) == []


def test_broken_facts_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(facts.InvalidFacts, match="status"):
        store.write_facts({"gifts": gifts(AS_OF, status="pledged")}, tmp_path / "facts")

    assert not (tmp_path / "facts").exists()


def test_what_is_seen_can_be_told_to_spark() -> None:
    text = resources.files("mecene.engine").joinpath("seen.sql").read_text()

    told = sqlglot.transpile(
        text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )

    assert len([view for view in told if view.strip()]) == len(facts.TABLES)


def test_a_query_names_its_tables_and_no_other() -> None:
    assert duck.named("select * from recurring_gifts left join donors using (donor_id)") == {
        "recurring_gifts", "donors",
    }  # fmt: skip
