"""Amounts and dates as the French and the English write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene import money, period


@pytest.mark.parametrize(
    ("amount_minor", "currency", "lang", "written"),
    [
        (123_450, "EUR", "fr", "1\u202f234,50\u00a0€"),
        (123_450, "EUR", "en", "€1,234.50"),
        (5_000, "EUR", "fr", "50\u00a0€"),
        (-5_000, "USD", "en", "\u2212$50"),
        (5_000, "XOF", "fr", "5\u202f000\u00a0F\u202fCFA"),
        (5_000, "CHF", "en", "CHF\u00a050"),
    ],
)
def test_amounts_are_written_as_readers_write_them(
    amount_minor: int, currency: str, lang: str, written: str
) -> None:
    assert money.text(amount_minor, currency=currency, lang=lang) == written


@pytest.mark.parametrize(
    ("amount_minor", "currency", "lang", "written"),
    [
        (44_258_603, "XOF", "fr", "44,3\u00a0M\u00a0F\u202fCFA"),
        (44_258_603, "XOF", "en", "F\u202fCFA\u00a044.3M"),
        (1_234_567_890, "EUR", "fr", "12,3\u00a0M€"),
        (-1_234_567_890, "EUR", "en", "\u2212€12.3M"),
    ],
)
def test_millions_are_told_as_such(
    amount_minor: int, currency: str, lang: str, written: str
) -> None:
    assert money.in_millions(amount_minor, currency=currency, lang=lang) == written


def test_a_share_is_written_with_its_space_in_french() -> None:
    assert money.percent(0.433, lang="fr", decimals=1) == "43,3\u202f%"
    assert money.percent(0.433, lang="en", decimals=1) == "43.3%"


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_minor_units_survive_the_way_to_a_decimal_and_back(amount_minor: int) -> None:
    assert money.to_minor(Decimal(amount_minor) / 100, "EUR") == amount_minor


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-600, 600))
def test_adding_months_lands_in_the_month_asked_for(day: date, months: int) -> None:
    landed = period.add_months(day, months)

    assert (landed.year * 12 + landed.month) - (day.year * 12 + day.month) == months
    assert landed.day <= day.day


def test_periods_share_no_day_and_leave_none_out() -> None:
    this = period.year_before(date(2026, 3, 1))
    last = period.year_before(date(2026, 3, 1), back=1)

    assert last.end == this.start
    assert date(2026, 3, 1) not in this
    assert this.days == 365


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(period.EmptyPeriod):
        period.Period(date(2026, 1, 1), date(2026, 1, 1))


def test_the_first_of_a_month_is_written_premier() -> None:
    assert period.written(date(2026, 3, 1), lang="fr") == "1er mars 2026"
    assert period.month_written(date(2026, 8, 1), lang="en") == "August 2026"


def test_a_currency_without_cents_has_an_order_of_magnitude_and_no_other_has() -> None:
    small = {currency for currency in CURRENCIES if money.small_unit(currency)}

    assert small == {currency for currency in CURRENCIES if money.exponent(currency) == 0}


def test_five_hundred_francs_stand_for_a_euro() -> None:
    # Order of magnitude of the fixed parity of the F CFA, 655.957 (small_units.toml).
    assert money.alike(200_000, "XOF") == 1_000_000
    assert money.alike(200_000, "CHF") == 200_000


CURRENCIES = ("EUR", "CHF", "TND", "XOF", "XAF", "XPF", "JPY", "KRW", "CLP", "VND")
