"""Suggested amounts stand around what a donor gave, are such as people say, and rise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene import money
from mecene.ask import array, net_cost, rounding
from mecene.ask.array import Array, Giving

CURRENCIES = st.sampled_from(["EUR", "CHF", "XOF", "TND"])
AMOUNTS = st.integers(1, 20_000_000)


def giving(last=5_000, largest=None, age=30, year=None, currency="EUR"):
    return Giving(last, age, largest or last, year, currency)


@given(AMOUNTS, CURRENCIES)
def test_a_nice_amount_is_near_whole_and_stays_itself(amount, currency) -> None:
    unit = 10 ** money.exponent(currency)
    said = rounding.nice(amount, currency=currency)

    assert said % unit == 0
    assert rounding.nice(said, currency=currency) == said
    if amount >= 10 * unit:
        assert abs(said - amount) <= 0.15 * amount


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_more_is_never_rounded_to_less(one, other, currency) -> None:
    low, high = sorted((one, other))

    assert rounding.nice(low, currency=currency) <= rounding.nice(high, currency=currency)
    assert rounding.next_nice(one, currency=currency) > one


@pytest.mark.parametrize(
    ("amount", "said"), [(40, 100), (130, 100), (3_499, 3_000), (3_501, 4_000), (7_500, 8_000),
                         (2_300, 2_500), (11_200, 12_000), (99_000, 100_000)]
)  # fmt: skip
def test_amounts_are_those_people_write_on_cheques(amount, said) -> None:
    assert rounding.nice(amount, currency="EUR") == said


@given(AMOUNTS, st.integers(0, 3_000), st.floats(1, 20), CURRENCIES)
def test_amounts_rise_from_the_donors_own_and_stay_within_reach(last, age, times, currency) -> None:
    largest = int(last * times)
    found = array.one_off(giving(last, largest, age, currency=currency), currency=currency)
    unit = 10 ** money.exponent(currency)

    assert list(found.amounts_minor) == sorted(set(found.amounts_minor))
    assert 2 <= len(found.amounts_minor) <= 4
    assert last <= found.own_minor <= largest
    assert found.own_minor <= found.amounts_minor[0] < found.own_minor + unit
    # The second may pass twice the largest only where the next amount that is said does.
    assert all(each <= 2 * largest for each in found.amounts_minor[2:])


@pytest.mark.parametrize(
    ("gave", "amounts", "basis"),
    [
        (giving(5_000), (5_000, 6_000, 8_000, 10_000), "last"),
        (giving(3_500), (3_500, 4_000, 5_000, 6_000), "last"),
        (giving(2_000), (2_000, 2_500, 3_000, 4_000), "last"),
        (giving(5_000, 20_000), (5_000, 6_000, 8_000, 10_000), "last"),
        # Long silent: half way between 50 and 200 euros is 125.
        (giving(5_000, 20_000, age=500), (12_500, 15_000, 20_000, 25_000), "last_and_largest"),
        (giving(None), (3_000, 5_000, 8_000, 12_000), "unknown"),
        (giving(5_000, currency="USD"), (3_000, 5_000, 8_000, 12_000), "unknown"),
        (giving(1_250), (1_300, 1_500, 2_000, 2_500), "last"),
    ],
)
def test_worked_examples(gave, amounts, basis) -> None:
    found = array.one_off(gave)

    assert (found.amounts_minor, found.basis) == (amounts, basis)
    assert found.reason(lang="fr") != found.reason(lang="en")


def test_no_amount_is_ever_chosen_beforehand() -> None:
    fields = set(Array.__dataclass_fields__)

    assert fields == {"amounts_minor", "currency", "basis", "own_minor"}


@given(st.integers(100, 5_000_000))
def test_a_monthly_gift_begins_at_what_is_given_in_a_year(year) -> None:
    found = array.monthly(giving(year=year)).amounts_minor

    assert list(found) == sorted(set(found))
    assert found[0] >= 500
    if year >= 12_000:
        assert abs(12 * found[0] - year) <= 0.15 * year


@pytest.mark.parametrize(
    ("year", "amounts"), [(12_000, (1_000, 1_500, 2_000)), (3_000, (500, 600, 800)),
                          (None, (800, 1_000, 1_500)), (0, (800, 1_000, 1_500))]
)  # fmt: skip
def test_worked_monthly_examples(year, amounts) -> None:
    assert array.monthly(giving(year=year)).amounts_minor == amounts


def test_a_row_of_the_summary_is_read_by_its_columns() -> None:
    row = {"last_one_off_minor": 5_000, "last_one_off_age_days": 3, "currency": "EUR",
           "largest_one_off_minor": 9_000, "one_off_amount_12m_minor": 5_000}  # fmt: skip

    assert array.one_off(array.of_row(row)).own_minor == 5_000


# --- the cost after tax. DOMAIN: 100 EUR cost 34 (66 %) or 25 (75 %).


@pytest.mark.parametrize(
    ("amount", "on", "regime", "before", "cost"),
    [
        (10_000, date(2026, 6, 1), "general", 0, 3_400),
        (10_000, date(2026, 6, 1), "hardship", 0, 2_500),
        # Law 2026-103, art. 28: the ceiling is 2,000 euros from 14 October 2025, 1,000 before.
        (200_000, date(2025, 10, 13), "hardship", 0, 25_000 + 34_000),
        (200_000, date(2025, 10, 14), "hardship", 0, 50_000),
        (10_000, date(2026, 6, 1), "hardship", 195_000, 1_250 + 1_700),
        (10_000, date(2026, 6, 1), "hardship", 300_000, 3_400),
        (1, date(2026, 6, 1), "general", 0, 0),
    ],
)
def test_a_gift_costs_what_the_law_of_its_day_leaves(amount, on, regime, before, cost) -> None:
    found = net_cost.of(amount, on=on, regime=regime, given_this_year_minor=before)

    assert found.cost_minor == cost
    assert found.reduction_minor + found.cost_minor == amount


@given(st.integers(1, 1_000_000), st.integers(1, 1_000_000), st.integers(0, 400_000))
def test_whoever_gives_more_pays_no_less(one, other, before) -> None:
    low, high = sorted((one, other))
    said = {"on": date(2026, 1, 1), "regime": "hardship", "given_this_year_minor": before}

    assert 0 <= net_cost.of(low, **said).cost_minor <= net_cost.of(high, **said).cost_minor


def test_the_sentence_says_if_you_pay_tax() -> None:
    found = net_cost.of(10_000, on=date(2026, 6, 1))

    assert "34\u00a0€ après réduction d’impôt si vous êtes imposable" in found.text(lang="fr")
    assert "€34 after the French tax reduction if you pay income tax" in found.text(lang="en")
    with pytest.raises(net_cost.UnknownRegime, match="general, hardship"):
        net_cost.of(10_000, on=date(2026, 6, 1), regime="free")
