"""Staged rows become facts under their donors' numbers, and refunds undo the right gifts."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from mecene import facts
from mecene.engine import assembly, duck

AS_OF = date(2026, 1, 1)


def staged_gift(row: int, **changed: object) -> dict[str, object]:
    return {
        "given_on": date(2025, 3, row),
        "amount_minor": 5_000,
        "currency": "EUR",
        "kind": "one_off",
        "status": "received",
        "source_ref": f"r{row}",
        "person_key": 101,
        "payer_key": None,
        "source_file": "gifts.csv",
        "source_row": row,
    } | changed


def refund(row: int, **changed: object) -> dict[str, object]:
    return {
        "person_key": 101,
        "refunded_ref": None,
        "amount_minor": 5_000,
        "currency": "EUR",
        "corrected_on": date(2025, 6, 1),
        "source_ref": f"r{row}",
        "source_file": "gifts.csv",
        "source_row": row,
    } | changed


def stage(folder: Path, **tables: list[dict[str, object]]) -> Path:
    for name, rows in tables.items():
        (folder / name).mkdir(parents=True)
        pl.DataFrame(
            rows,
            schema_overrides={"refunded_ref": pl.String, "payer_key": pl.Int64},
            infer_schema_length=None,
        ).write_parquet(folder / name / "part-0.parquet")
    return folder


def write(tmp_path: Path, *, declared: bool = False, **tables: list[dict[str, object]]):
    return assembly.write(
        stage(tmp_path / "staging", **tables),
        mapping=pl.DataFrame(
            {"person_key": [101, 102], "donor_id": [1, 18], "declared": [declared, declared]}
        ),
        donors=facts.check(
            pl.DataFrame({"donor_id": [1, 18], "kind": ["person", "person"]}), facts.DONORS
        ),
        into=tmp_path / "facts",
    )


def all_gifts(written: assembly.Written) -> pl.DataFrame:
    return duck.run("select * from gifts order by gift_id", store=written.store, as_of=AS_OF)


def test_every_staged_gift_is_written_once_under_its_donor(tmp_path: Path) -> None:
    written = write(
        tmp_path,
        gifts=[
            staged_gift(1),
            staged_gift(2, person_key=102, payer_key=101),
            staged_gift(3, person_key=None),
        ],
    )

    gifts = all_gifts(written)
    assert written.rows == {"gifts": 3, "donors": 2}
    assert gifts.sort("source_ref")["donor_id"].to_list() == [1, 18, None]
    assert gifts.sort("source_ref")["payer_id"].to_list() == [None, 1, None]
    assert gifts["gift_id"].to_list() == [1, 2, 3]
    assert {file.parent.name for file in written.store.files("gifts")} == {
        "bucket=01", "bucket=02", "bucket=anonymous",
    }  # fmt: skip


def test_a_refund_without_reference_undoes_the_latest_earlier_gift_like_it(tmp_path: Path) -> None:
    written = write(
        tmp_path,
        gifts=[
            staged_gift(1),
            staged_gift(2),
            staged_gift(3, amount_minor=900),
            staged_gift(4, given_on=date(2025, 7, 1)),
        ],
        corrections=[refund(5)],
    )

    statuses = all_gifts(written).sort("source_ref")
    assert statuses["status"].to_list() == ["received", "refunded", "received", "received"]
    assert statuses["status_on"].to_list() == [None, date(2025, 6, 1), None, None]
    assert (written.refunds_applied, written.unmatched.height) == (1, 0)


def test_two_refunds_undo_two_gifts_and_the_third_is_given_back(tmp_path: Path) -> None:
    written = write(
        tmp_path,
        gifts=[staged_gift(1), staged_gift(2)],
        corrections=[refund(3, refunded_ref="r2"), refund(4), refund(5)],
    )

    assert written.refunds_applied == 2
    assert written.unmatched.select("source_row", "reason").rows() == [(5, "no_such_gift")]


def test_a_refund_of_a_part_of_a_gift_undoes_nothing(tmp_path: Path) -> None:
    written = write(
        tmp_path,
        gifts=[staged_gift(1)],
        corrections=[refund(2, refunded_ref="r1", amount_minor=100)],
    )

    assert all_gifts(written)["status"].to_list() == ["received"]
    assert written.unmatched["reason"].to_list() == ["partial_refund"]


@pytest.mark.parametrize(("declared", "met_on"), [(False, date(2025, 2, 1)), (True, None)])
def test_a_donor_nobody_declared_was_met_on_the_day_of_their_first_fact(
    tmp_path: Path, declared: bool, met_on: date | None
) -> None:
    contact = {
        "person_key": 101,
        "at": datetime.fromisoformat("2025-02-01T09:00"),
        "channel": "email",
        "source_ref": "c1",
        "source_file": "contacts.csv",
        "source_row": 1,
    }
    written = write(tmp_path, declared=declared, gifts=[staged_gift(1)], contacts=[contact])

    donors = duck.run("select * from donors order by donor_id", store=written.store, as_of=AS_OF)
    assert donors["acquired_on"].to_list() == [met_on, None]


def test_a_person_without_a_donor_is_refused_with_the_row(tmp_path: Path) -> None:
    with pytest.raises(assembly.UnknownPerson, match=r"row 2 of gifts\.csv has no donor"):
        write(tmp_path, gifts=[staged_gift(1), staged_gift(2, person_key=999)])


def test_a_broken_row_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(facts.InvalidFacts, match="amount_minor"):
        write(tmp_path, gifts=[staged_gift(1, amount_minor=-5)])

    assert list((tmp_path / "facts").rglob("*.parquet")) == []
    assert {path.name for path in tmp_path.iterdir()} == {"staging", "facts"}


def test_campaigns_are_written_without_buckets(tmp_path: Path) -> None:
    written = write(
        tmp_path,
        gifts=[staged_gift(1)],
        campaigns=[
            {"campaign_id": "noel", "source_ref": "x", "source_file": "c.csv", "source_row": 1}
        ],
    )

    assert written.rows["campaigns"] == 1
    assert duck.run("from campaigns", store=written.store, as_of=AS_OF).height == 1
