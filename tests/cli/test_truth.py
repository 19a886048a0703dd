"""From the simulator's own files, through the program, back to the simulator's own facts."""

from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from cli import running
from mecene.simulator import association, exports
from mecene.simulator.recipe import Association

pytestmark = pytest.mark.slow
SPEC = Association(donors=800, years=6, seed=1901)
FILES = ("donors", "recurring", "contacts", "interactions", "consents", "campaigns")


def analysed(folder: Path, *, dirty: bool) -> tuple[Path, Path]:
    exported = exports.write(SPEC, folder / "export", dirty=dirty).into
    others = [word for name in FILES for word in (f"--{name}", exported / f"{name}.csv")]
    ran = running.mecene("analyse", exported / "gifts.csv", *others, "--out", folder / "report")
    assert ran.code == 0, ran.err
    return exported, folder / "report"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a clean export."""
    return analysed(tmp_path_factory.mktemp("clean"), dirty=False)[1]


def test_a_clean_export_gives_back_every_gift_of_every_kind_and_status(clean: Path) -> None:
    truth = association.simulate(SPEC).facts["gifts"]

    def counted(gifts: pl.DataFrame) -> pl.DataFrame:
        return (
            gifts.group_by("kind", "status")
            .agg(gifts=pl.len(), minor=pl.col("amount_minor").sum())
            .sort("kind", "status")
        )

    assert counted(running.facts(clean, "gifts")).equals(counted(truth))


def test_the_income_told_is_the_income_simulated(clean: Path) -> None:
    received = pl.col("status") == "received"
    truth = association.simulate(SPEC).facts["gifts"].filter(received)
    months = running.metrics(clean)["measures"]["income_by_month"]

    told: dict[str, int] = {}
    for month in months:
        told[month["kind"]] = told.get(month["kind"], 0) + month["amount_minor"]
    assert told == dict(truth.group_by("kind").agg(pl.col("amount_minor").sum()).iter_rows())


def test_duplicates_are_found_and_households_stay_apart(tmp_path: Path) -> None:
    exported, report = analysed(tmp_path, dirty=True)
    written = pl.read_csv(exported / "gifts.csv", separator=";", infer_schema=False)
    refs = written.select(source_ref="Référence don").with_row_index("row", offset=1)
    rows = (
        pl.read_parquet(exported / "truth_rows.parquet")
        .filter((pl.col("file") == "gifts.csv") & (pl.col("row_kind") == "gift"))
        .join(refs.cast({"row": pl.Int64}), on="row")
    )
    found = running.facts(report, "gifts").select("source_ref", found="donor_id")
    told = rows.join(found, on="source_ref").drop_nulls(["donor_id", "found"])
    assert told.height > 3_000
    sure = told.filter(~pl.col("ambiguous")).select("donor_id", "card", "found", "household_id")
    cards = sure.unique(["donor_id", "card"])

    true = {frozenset(p) for p in _pairs(cards, "donor_id")}
    said = {frozenset(p) for p in _pairs(cards, "found")}
    assert len(true) > 20
    assert len(true & said) / len(said) >= 0.99
    assert len(true & said) / len(true) >= 0.90
    together = told.group_by("found").agg(
        pl.col("donor_id").n_unique(), homes=pl.col("household_id").n_unique()
    )
    assert together.filter((pl.col("donor_id") > 1) & (pl.col("homes") == 1)).is_empty()


def _pairs(cards: pl.DataFrame, by: str) -> list[tuple[object, object]]:
    groups = cards.group_by(by).agg(pl.struct("donor_id", "card").alias("cards"))
    return [
        pair
        for group in groups["cards"].to_list()
        for pair in combinations([(card["donor_id"], card["card"]) for card in group], 2)
    ]
