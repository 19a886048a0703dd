"""A real ledger: Games Done Quick, 291,885 donations from 2009 to 2017, 65,659 of them anonymous.

The figures beside it are worked out with sets, from the file alone.
"""

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mecene.engine import store
from mecene.retention import measure

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT.parent / "shared" / "data" / "gdq-charity-donations" / "donations.csv.gz"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FILE.exists(), reason="the Games Done Quick donations are not here"),
]


@pytest.fixture(scope="module")
def gifts() -> pl.DataFrame:
    with gzip.open(FILE) as opened:
        read = pl.read_csv(opened.read(), infer_schema_length=0)
    names = read.get_column("donor_id").replace("", None)
    cents = pl.col("amount").cast(pl.Decimal(18, 2)) * 100
    return read.with_row_index("row", offset=1).select(
        gift_id=pl.col("row").cast(pl.Int64),
        donor_id=names.rank("dense").cast(pl.Int64),
        given_on=pl.col("date").str.slice(0, 10).str.to_date("%Y-%m-%d"),
        amount_minor=cents.cast(pl.Int64),
        currency=pl.lit("USD"),
        kind=pl.lit("one_off"),
        status=pl.lit("received"),
        source_ref=pl.col("row").cast(pl.String),
    )


@pytest.fixture(scope="module")
def found(gifts: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> measure.Measures:
    paid = gifts.filter(pl.col("amount_minor") > 0)
    facts_of = store.write_facts({"gifts": paid}, tmp_path_factory.mktemp("gdq"))
    return measure.measure(facts_of, as_of=date(2017, 7, 23))


def test_income_is_the_files_to_the_cent(gifts: pl.DataFrame, found: measure.Measures) -> None:
    by_month = sum(month.amount_minor for month in found.income_by_month)
    anonymous = sum(year.anonymous_gifts for year in found.income_by_year)

    assert by_month == gifts["amount_minor"].sum()
    assert sum(year.amount_minor for year in found.income_by_year) == by_month
    assert anonymous == 65_659


def test_retention_is_that_of_sets_of_donors(gifts: pl.DataFrame, found: measure.Measures) -> None:
    named = gifts.drop_nulls("donor_id").filter(pl.col("amount_minor") > 0)
    by_year = {
        year: set(named.filter(pl.col("given_on").dt.year() == year)["donor_id"])
        for year in range(2009, 2018)
    }

    for figure in found.yearly:
        year = figure.start.year
        if (figure.series, figure.who) == ("fiscal", "donors") and year > 2009:
            gave, before = by_year[year], by_year[year - 1]
            past = set().union(*(by_year[earlier] for earlier in range(2009, year)))
            assert (figure.donors, figure.donors_before) == (len(gave), len(before))
            assert figure.retained == len(gave & before)
            assert figure.new == len(gave - past)
            assert figure.lapsed_pool == len(past - before)
            assert figure.reactivated + figure.reacquired == len(gave & past - before)


def test_the_most_generous_tenth_is_that_of_the_sorted_totals(
    gifts: pl.DataFrame, found: measure.Measures
) -> None:
    year = gifts.drop_nulls("donor_id").filter(pl.col("given_on") >= date(2016, 7, 23))
    totals = year.group_by("donor_id").agg(pl.col("amount_minor").sum()).sort("amount_minor")
    whole, part = divmod(totals.height, 10)
    largest = totals["amount_minor"].reverse()

    latest = next(c for c in found.concentration if (c.who, c.year) == ("donors", 0))
    exact = (largest[:whole].sum() + largest[whole] * part / 10) / largest.sum()
    assert latest.top[2].income_share == pytest.approx(exact, rel=1e-9)
