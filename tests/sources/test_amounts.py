"""Amounts as people write them, and what each must be."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene import money
from mecene.sources import amounts


def minor(*cells: str | None, **told: object) -> list[int | None]:
    column = pl.Series("Montant", cells, dtype=pl.String)
    convention = amounts.decide(column, **told)
    return amounts.read(column, convention)["amount_minor"].to_list()


@pytest.mark.parametrize(
    ("written", "amount_minor", "currency"),
    [
        ("1 234,50 €", 123_450, "EUR"),
        ("1\u00a0234,50\u00a0€", 123_450, "EUR"),
        ("1\u202f234,50 €", 123_450, "EUR"),
        ("1.234,50", 123_450, "EUR"),
        ("1,234.50", 123_450, "EUR"),
        ("1'234.50 CHF", 123_450, "CHF"),
        ("50 EUR", 5_000, "EUR"),
        ("50 euros", 5_000, "EUR"),
        ("€50", 5_000, "EUR"),
        ("$20.00", 2_000, "USD"),
        ("US$ 20", 2_000, "USD"),
        ("20 $ CA", 2_000, "CAD"),
        ("£1,000", 100_000, "GBP"),
        ("5 000 FCFA", 5_000, "XOF"),
        ("12,345 TND", 12_345_000, "TND"),
        ("(50)", -5_000, "EUR"),
        ("(50,00 €)", -5_000, "EUR"),
        ("-50", -5_000, "EUR"),
        ("- 50 €", -5_000, "EUR"),
        ("−50,5", -5_050, "EUR"),
        ("50-", -5_000, "EUR"),
        ("50,-", 5_000, "EUR"),
        ("+50", 5_000, "EUR"),
        (",50", 50, "EUR"),
        ("50,", 5_000, "EUR"),
        ("50.0000", 5_000, "EUR"),
        ("1.234.567", 123_456_700, "EUR"),
        ("1,234,567", 123_456_700, "EUR"),
        ("0", 0, "EUR"),
        ("007", 700, "EUR"),
        ("49.99000000000001", 4_999, "EUR"),
    ],
)
def test_an_amount_alone_is_read_as_it_is_written(
    written: str, amount_minor: int, currency: str
) -> None:
    column = pl.Series([written])
    read = amounts.read(column, amounts.decide(column))

    assert read.row(0) == (amount_minor, currency)


@pytest.mark.parametrize(
    "written",
    ["", " ", "abc", "12 50", "12 ou 15", "1e5", "1,2,3", "1.2.3,4", "--5", "12/05", "=1+1",
     "50 roupies", "1 234,50 € 3", "NaN", "inf", "9" * 20, "٣"],
)  # fmt: skip
def test_what_is_no_amount_is_read_as_nothing(written: str) -> None:
    assert minor(written) == [None]


def test_a_cell_that_can_be_read_two_ways_follows_its_column() -> None:
    assert minor("1.234", "10,50") == [123_400, 1_050]
    assert minor("1.234", "10.50") == [123, 1_050]
    assert minor("1,234", "10.50") == [123_400, 1_050]
    assert minor("1,235", "10,50") == [124, 1_050]


def test_a_cell_that_can_be_read_one_way_only_speaks_for_itself() -> None:
    assert minor("10,50", "11,00", "12.50", "1,234.50") == [1_050, 1_100, 1_250, 123_450]


def test_an_undecidable_column_says_so_and_is_read_as_thousands() -> None:
    column = pl.Series(["1.234", "50"])
    convention = amounts.decide(column)

    assert convention.reason == "undecided"
    assert amounts.read(column, convention)["amount_minor"].to_list() == [123_400, 5_000]


def test_three_decimals_everywhere_are_decimals() -> None:
    cells = ("50.000", "20.000", "15.500", "30.000", "25.000")

    assert minor(*cells) == [5_000, 2_000, 1_550, 3_000, 2_500]


def test_a_column_in_cents_is_not_multiplied() -> None:
    assert minor("5000", "1250", in_minor_units=True) == [5_000, 1_250]


def test_the_row_says_its_own_currency() -> None:
    cells, codes = pl.Series(["5000", "50", "50", "50"]), pl.Series(["xof", "usd", "wat", None])
    read = amounts.read(cells, amounts.decide(cells, currency="EUR"), currency=codes)

    assert read.rows() == [(5_000, "XOF"), (5_000, "USD"), (5_000, None), (5_000, "EUR")]


def test_the_header_can_name_the_currency() -> None:
    assert amounts.decide(pl.Series(["50"]), header="Amount (£)").currency == "GBP"
    assert amounts.decide(pl.Series(["50"]), header="Montant").currency_reason == "assumed"


@given(
    st.integers(-(10**11), 10**11),
    st.sampled_from(["EUR", "USD", "XOF"]),
    st.sampled_from(["fr", "en"]),
)
def test_whatever_we_write_we_read_back(amount_minor: int, currency: str, lang: str) -> None:
    written = money.text(amount_minor, currency=currency, lang=lang)
    decimal = "," if lang == "fr" else "."
    column = pl.Series([written])

    read = amounts.read(column, amounts.decide(column, decimal=decimal))

    assert read.row(0) == (amount_minor, currency)


@given(st.decimals(0, 10**9, places=4), st.sampled_from(["EUR", "XOF", "TND"]))
def test_rounding_is_that_of_money(amount: Decimal, currency: str) -> None:
    column = pl.Series([f"{amount:f}"])

    read = amounts.read(column, amounts.decide(column, decimal=".", currency=currency))

    assert read["amount_minor"].to_list() == [money.to_minor(amount, currency)]


@given(st.lists(st.text(max_size=12), max_size=20))
def test_no_text_whatever_stops_the_reading(cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)

    assert amounts.read(column, amounts.decide(column)).height == len(cells)
