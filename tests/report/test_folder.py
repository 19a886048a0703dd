"""The folder: the same donors in every format, lists one may act on, figures one may rely on."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from mecene.features import summary as features
from mecene.report import analysis, folder, metrics, question
from mecene.report.question import Question
from mecene.segments import audience
from mecene.segments import lists as segment_lists
from mecene.segments import summary as segment_summary

pytestmark = pytest.mark.xdist_group("report")
AMOUNTS = {"Total donné": "amount_minor", "Donné en 12 mois": "amount_12m_minor"}


def as_number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


@pytest.fixture(scope="module")
def french(reported: Any) -> Any:
    return reported("fr")


@pytest.fixture(scope="module")
def roll(french: Any) -> pl.DataFrame:
    return pl.read_parquet(french.folder / "donors.parquet")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def test_the_csv_has_the_donors_of_the_parquet_in_euros(french: Any, roll: pl.DataFrame) -> None:
    found = rows_of(french.folder / "donors.csv")

    assert [int(row["Donateur"]) for row in found] == roll["donor_id"].to_list()
    for name, code in AMOUNTS.items():
        minor = [None if v is None else v / 100 for v in roll[code].to_list()]
        assert [as_number(row[name]) for row in found] == pytest.approx(minor, nan_ok=True)


def test_the_workbook_has_the_rows_of_the_csv(french: Any, roll: pl.DataFrame) -> None:
    sheet = openpyxl.load_workbook(french.folder / "donors.xlsx", read_only=True).active
    header, *rows = sheet.iter_rows(values_only=True)
    found = {name: [row[place] for row in rows] for place, name in enumerate(header)}

    assert list(header) == list(rows_of(french.folder / "donors.csv")[0])
    assert found["Donateur"] == roll["donor_id"].to_list()
    for name, code in AMOUNTS.items():
        assert found[name] == pytest.approx((roll[code] / 100).to_list())


def test_every_donor_has_one_row_a_segment_and_a_sentence(french: Any, roll: pl.DataFrame) -> None:
    assert roll.height == french.analysis.count == roll["donor_id"].n_unique()
    assert roll.select(pl.col("segment", "sentence").null_count()).row(0) == (0, 0)
    assert roll["segment"].value_counts().sort("segment").rows() == (
        french.analysis.segments.select("segment", "donors").sort("segment").rows()
    )


@pytest.mark.parametrize("name", segment_lists.NAMES)
def test_a_list_names_people_one_may_write_to_with_the_reason(
    french: Any, roll: pl.DataFrame, simulated: Any, name: str
) -> None:
    found = rows_of(french.folder / "lists" / f"{name}.csv")
    whole = segment_summary.complete(features.of(simulated, as_of=french.analysis.as_of))
    cause = audience.barred(by_profile=False, by_debit=False)
    barred = set(whole.filter(cause.is_not_null())["donor_id"])

    listed = [int(row["Donateur"]) for row in found]
    assert barred
    assert barred.isdisjoint(listed)
    assert len(set(listed)) == len(listed) == french.analysis.lists.lists[name].height
    assert set(listed) <= set(roll["donor_id"])
    assert all(row["Raison"] for row in found)


def test_those_kept_out_of_every_list_are_counted_once(french: Any, simulated: Any) -> None:
    whole = segment_summary.complete(features.of(simulated, as_of=french.analysis.as_of))
    cause = audience.barred(by_profile=False, by_debit=False)

    assert sum(french.analysis.kept_out.values()) == whole.filter(cause.is_not_null()).height > 0
    assert french.metrics()["kept_out_of_lists"] == french.analysis.kept_out


def test_donors_with_a_regular_gift_are_counted_by_its_state(
    french: Any, roll: pl.DataFrame
) -> None:
    counted = dict(roll["recurring_state"].drop_nulls().value_counts().iter_rows())

    assert french.analysis.recurring_states == counted
    assert counted["active"] > 0


def test_the_figures_are_strict_json_and_add_up(french: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    text = (french.folder / "metrics.json").read_text("utf-8")
    figures = json.loads(text, parse_constant=refuse)

    assert figures["rows_read"] == figures["facts"] + figures["rejects"]
    assert figures["donors"] == sum(row["donors"] for row in figures["segments"])
    assert {name: len(rows_of(french.folder / "lists" / f"{name}.csv"))
            for name in figures["lists"]} == figures["lists"]  # fmt: skip


@pytest.mark.slow
def test_the_same_facts_make_the_same_files(
    french: Any, simulated: Any, intake: Any, tmp_path: Path
) -> None:
    again = analysis.analyse(Question(simulated, french.analysis.as_of, tmp_path / "work", "fr"))
    folder.write(again, intake, tmp_path / "out")

    for name in ("metrics.json", "report.html", "donors.csv", "lists/at_risk.csv"):
        first, second = (place / name for place in (french.folder, tmp_path / "out"))
        assert first.read_bytes() == second.read_bytes(), name


@pytest.mark.slow
@pytest.mark.proof
def test_donors_gone_through_in_sixteen_parts_give_the_same_figures(
    french: Any, simulated: Any, intake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question, "_ROWS_AT_ONCE", 0)
    asked = Question(simulated, french.analysis.as_of, tmp_path / "work", "fr")
    assert len(asked.buckets) == 16

    figures = metrics.metrics(analysis.analyse(asked), intake)

    assert _differences(french.metrics(), json.loads(json.dumps(figures))) == []


def _differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Return where two JSON values differ by more than the order of a sum."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {*one, *other}
        return [
            d for k in sorted(keys) for d in _differences(one.get(k), other.get(k), f"{at}.{k}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [d for n, (a, b) in enumerate(zip(one, other, strict=True))
                for d in _differences(a, b, f"{at}[{n}]")]  # fmt: skip
    if isinstance(one, float) and isinstance(other, float):
        return (
            [] if math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) else [f"{at}: {one} {other}"]
        )
    return [] if one == other else [f"{at}: {one} {other}"]
