"""The exported files, and the truth of every row beside them."""

from pathlib import Path

import polars as pl
import pytest

from mecene.simulator import association, exports
from mecene.simulator import facts as fact_files
from mecene.simulator.association import Association
from mecene.simulator.exports import Written
from mecene.simulator.records import Dirt

pytestmark = pytest.mark.xdist_group("simulator_exports")  # they share a world
SPEC = Association(donors=1_600, years=4, seed=5)
FILES = ("gifts", "donors", "recurring", "contacts", "interactions", "consents", "campaigns")


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return exports.write(SPEC, tmp_path_factory.mktemp("dirty"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return exports.write(SPEC, tmp_path_factory.mktemp("clean"), dirty=False)


def read(written: Written, name: str) -> pl.DataFrame:
    return pl.read_csv(written.path(name), separator=";", infer_schema=False)


def truth(written: Written, name: str) -> pl.DataFrame:
    return pl.read_parquet(written.path("truth_rows.parquet")).filter(pl.col("file") == name)


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_every_file_has_its_truth(dirty: Written, name: str) -> None:
    rows = read(dirty, f"{name}.csv")

    assert rows.height == dirty.rows[f"{name}.csv"] > 0
    assert truth(dirty, f"{name}.csv")["row"].to_list() == list(range(1, rows.height + 1))


def test_the_gift_file_speaks_french(clean: Written) -> None:
    with clean.path("gifts.csv").open(encoding="utf-8") as file:
        header = file.readline()
        first = file.readline()

    assert header.startswith("Référence don;Date don;Montant;Devise;Mode;Type;Campagne;")
    assert ";Réf donateur;Civilité;Nom;Prénom;Raison sociale;Adresse;CP;Ville;Email;" in header
    assert "/2022;" in first
    assert ",00;EUR;" in first


def test_english_files_use_english_words_and_points(tmp_path: Path) -> None:
    written = exports.write(Association(donors=200, years=2), tmp_path, dirty=False, lang="en")
    gifts = pl.read_csv(written.path("gifts.csv"), infer_schema=False)

    assert gifts.columns[:3] == ["Gift id", "Gift date", "Amount"]
    assert gifts["Amount"].str.contains(r"^-?\d+\.\d\d$").all()
    assert gifts["Gift date"].str.contains(r"^20\d\d-\d\d-\d\d$").all()


def test_a_clean_file_sums_to_the_facts_to_the_cent(clean: Written) -> None:
    facts = association.simulate(SPEC).facts["gifts"]
    rows = read(clean, "gifts.csv").with_columns(
        minor=pl.col("Montant").str.replace(",", "").cast(pl.Int64)
    )
    paid = rows.filter(pl.col("Statut").is_in(["Encaissé", "Remboursé"]))

    assert paid["minor"].sum() == facts.filter(pl.col("status") == "received")["amount_minor"].sum()
    refunds = rows.filter(pl.col("minor") < 0)
    assert refunds.height == (facts["status"] == "refunded").sum() > 0
    assert refunds["Don origine"].is_in(rows["Référence don"].implode()).all()


def test_a_dirty_file_has_every_kind_of_row_that_is_not_a_gift(tmp_path: Path) -> None:
    soiled = Dirt(pledges=0.02, tests=0.01, bad_dates=0.01, no_amounts=0.01)
    written = exports.write(SPEC, tmp_path, dirt=soiled)
    rows = pl.concat([read(written, "gifts.csv"), truth(written, "gifts.csv")], how="horizontal")
    kinds = {kind: part for (kind,), part in rows.partition_by("row_kind", as_dict=True).items()}

    assert set(kinds) == {"gift", "refund", "failed", "pledge", "test", "bad_date", "no_amount"}
    assert kinds["bad_date"]["Date don"].str.starts_with("31/02/").all()
    assert kinds["no_amount"]["Montant"].is_null().all()
    assert set(kinds["pledge"]["Statut"]) == {"Promesse"}
    assert set(kinds["test"]["Statut"]) == {"Test"}


def test_between_5_and_15_donors_in_a_hundred_have_another_card(dirty: Written) -> None:
    cards = truth(dirty, "gifts.csv").drop_nulls("donor_id").group_by("donor_id").agg(
        pl.col("card").max()
    )  # fmt: skip
    listed = truth(dirty, "donors.csv").group_by("donor_id").len()

    assert 0.03 < (cards["card"] > 0).mean() < 0.15
    assert 0.03 < (listed["len"] > 1).mean() < 0.15


def test_another_card_keeps_something_to_know_the_person_by(dirty: Written) -> None:
    rows = pl.concat([read(dirty, "gifts.csv"), truth(dirty, "gifts.csv")], how="horizontal")
    digits = pl.col("Téléphone").str.replace_all(r"\D", "").str.slice(-9)
    known = rows.drop_nulls("donor_id").filter(~pl.col("ambiguous")).with_columns(digits)
    own = known.filter(pl.col("card") == 0).unique("donor_id", maintain_order=True)
    other = known.filter(pl.col("card") > 0).join(own, on="donor_id", suffix="_own")

    same = [other[name].eq_missing(other[f"{name}_own"]) & other[name].is_not_null()
            for name in ("Email", "Téléphone", "CP")]  # fmt: skip
    assert other.height > 100
    assert (same[0] | same[1] | same[2]).all()


def test_dates_and_amounts_come_in_several_forms(dirty: Written) -> None:
    gifts = read(dirty, "gifts.csv")
    usual_day = gifts["Date don"].str.contains(r"^\d\d/\d\d/\d{4}$")
    usual_sum = gifts["Montant"].drop_nulls().str.contains(r"^-?\d+,\d\d$")

    assert usual_day.mean() == pytest.approx(0.96, abs=0.02)
    assert usual_sum.mean() == pytest.approx(0.94, abs=0.02)
    assert gifts["Montant"].str.contains("€").any()


def test_nothing_in_a_file_is_read_as_a_formula(dirty: Written) -> None:
    for name in FILES:
        for column in read(dirty, f"{name}.csv").select(pl.exclude("Montant")):
            assert not column.drop_nulls().str.contains(r"^[=+@\-\t]").any(), (name, column.name)


def test_the_same_recipe_writes_the_same_bytes(dirty: Written, tmp_path: Path) -> None:
    again = exports.write(SPEC, tmp_path)

    for name in dirty.rows:
        assert again.path(name).read_bytes() == dirty.path(name).read_bytes(), name


def test_files_in_the_old_windows_encoding_can_be_read_back(tmp_path: Path) -> None:
    written = exports.write(Association(donors=100, years=1), tmp_path, encoding="cp1252")
    text = written.path("gifts.csv").read_bytes().decode("cp1252")

    assert text.startswith("Référence don;")
    assert "?" not in text


def test_without_names_files_have_references_only(tmp_path: Path) -> None:
    written = exports.write(Association(donors=40, years=1, names=False), tmp_path)
    gifts = read(written, "gifts.csv")

    assert gifts.columns[-1] == "Réf donateur"
    assert "Nom" not in gifts.columns
    assert gifts["Réf donateur"].drop_nulls().str.contains(r"^D\d{8}$").all()


def test_the_fact_store_holds_the_same_facts_in_their_buckets(tmp_path: Path) -> None:
    store = fact_files.write(SPEC, tmp_path)
    world = association.simulate(SPEC)

    for bucket in (store / "gifts").glob("bucket=[0-9]*"):
        part = pl.read_parquet(bucket / "part-0000.parquet", hive_partitioning=False)
        assert set(part["donor_id"] % 16) == {int(bucket.name[-2:])}
        assert part.equals(part.sort("donor_id", "given_on", "source_ref"))
    everything = pl.read_parquet(store / "gifts/**/*.parquet", hive_partitioning=False)
    assert everything.sort("gift_id").equals(world.facts["gifts"].sort("gift_id"))
    assert pl.read_parquet(store / "campaigns/*.parquet").equals(world.facts["campaigns"])


def test_a_benchmark_can_ask_for_some_tables_only(tmp_path: Path) -> None:
    store = fact_files.write(Association(donors=50, years=1), tmp_path, only=("gifts",))

    assert [folder.name for folder in store.iterdir()] == ["gifts"]


def test_some_files_alone_hold_the_same_rows(dirty: Written, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    some = exports.write(
        SPEC, tmp_path, only=("gifts",), on_progress=lambda done, of: told.append((done, of))
    )

    assert set(some.rows) == {"gifts.csv"}
    assert some.path("gifts.csv").read_bytes() == dirty.path("gifts.csv").read_bytes()
    assert told == [(1, 1)]
