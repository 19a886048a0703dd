"""Gifts are put in order only where the files have not done it, and it shows in no figure."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mecene import facts
from mecene.engine import store
from mecene.engine.connection import Limits
from mecene.engine.store import FactStore
from mecene.features import dictionary, summary
from mecene.simulator import association
from mecene.simulator.association import Association

AS_OF = date(2026, 1, 1)
TWO_THREADS = Limits(threads=2)  # never as they lie


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    made = association.simulate(Association(donors=300, years=5, seed=3)).facts
    # Ties: the same donor and day, other amounts, kinds, methods and campaigns.
    same_day = made["gifts"].with_columns(
        amount_minor=pl.col("amount_minor") % 700 + 1,
        kind=pl.when(pl.col("donor_id") % 2 == 0).then(pl.lit("corporate")).otherwise("kind"),
        campaign_id=pl.when(pl.col("donor_id") % 3 == 0).then(None).otherwise("campaign_id"),
        payment_method=pl.when(pl.col("donor_id") % 5 == 0).then(None).otherwise("payment_method"),
        given_at=pl.when(pl.col("donor_id") % 7 == 0).then(None).otherwise("given_at"),
    )
    gifts = pl.concat([made["gifts"], same_day]).sample(fraction=1, shuffle=True, seed=1)
    return {"donors": made["donors"], "gifts": gifts}


def giving(written: FactStore, *, limits: Limits | None = None) -> pl.DataFrame:
    return summary.of(written, as_of=AS_OF, families=("giving",), limits=limits)


def test_files_in_order_are_read_as_they_lie_and_tell_what_sorting_tells(
    tmp_path: Path, tables: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = store.write_facts(tables, tmp_path / "facts")

    said = []
    family = summary.family

    def listened(name: str, *, as_they_lie: bool = False, columns: object = None) -> str:
        said.append(as_they_lie)
        return family(name, as_they_lie=as_they_lie)

    monkeypatch.setattr(summary, "family", listened)
    lying, in_order = giving(written), giving(written, limits=TWO_THREADS)

    assert said == [True, False]
    assert_frame_equal(lying, in_order)
    assert_frame_equal(pl.concat(_batches(written)).sort("donor_id"), in_order)


def _batches(written: FactStore) -> list[pl.DataFrame]:
    return list(summary.batches(written, as_of=AS_OF, families=("giving",)))


def test_a_second_import_is_sorted_again(tmp_path: Path, tables: dict[str, pl.DataFrame]) -> None:
    half = tables["gifts"].height // 2
    once = store.write_facts(tables, tmp_path / "once")
    store.write_facts(tables | {"gifts": tables["gifts"][:half]}, tmp_path / "twice")
    twice = store.write_facts({"gifts": tables["gifts"][half:]}, tmp_path / "twice")

    assert once.is_in_order("gifts")
    assert not twice.is_in_order("gifts")
    assert_frame_equal(giving(twice), giving(once))


def test_a_file_that_does_not_say_it_is_sorted_is_not_taken_for_it(
    tmp_path: Path, tables: dict[str, pl.DataFrame]
) -> None:
    written = store.write_facts(tables, tmp_path / "facts")
    before = giving(written)
    for file in written.files("gifts"):
        rows = pl.read_parquet(file, hive_partitioning=False)
        rows.sample(fraction=1, shuffle=True, seed=2).write_parquet(file)

    assert not written.is_in_order("gifts")
    assert_frame_equal(giving(written), before)


def test_a_file_with_two_currencies_is_sorted(
    tmp_path: Path, tables: dict[str, pl.DataFrame]
) -> None:
    # An amount in another currency than the donor's own is empty, and so comes first in its day.
    francs = tables["gifts"].with_columns(
        currency=pl.when(pl.col("amount_minor") % 3 == 0).then(pl.lit("CHF")).otherwise("currency")
    )
    written = store.write_facts(tables | {"gifts": francs}, tmp_path / "facts")

    assert written.is_in_order("gifts")
    assert_frame_equal(giving(written), giving(written, limits=TWO_THREADS))


@pytest.mark.parametrize("name", dictionary.families())
def test_only_the_giving_columns_ask_for_the_order_in_time(name: str) -> None:
    asked = summary.family(name) != summary.family(name, as_they_lie=True)

    assert asked == (name == "giving")


def test_the_order_in_time_is_the_one_gifts_are_stored_in() -> None:
    columns = [c for c in store.order(facts.GIFTS) if c not in ("donor_id", "source_ref")]
    text = " ".join(summary.text("giving").split())
    asked = text.split("partition by donor_id order by ")[1].split(" )")[0]

    assert [term.split()[0] for term in asked.split(", ")] == columns
