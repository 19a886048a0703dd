"""Years: what whole years and kinds of donors strayed by is found again, and told in intervals."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from mecene.scores import totals, years
from mecene.scores.chance import Foretold
from mecene.scores.training import Rows

# One in ten is above, of Student's law by its degrees of freedom, and of the normal law (Fisher &
# Yates 1963, tables III and I).
STUDENT = {3: 1.638, 4: 1.533}
NORMAL = 1.2816
DONORS = 6_000
ODDS = -0.5


def origin(year, chance, rng):
    """Return donors who gave once, 40 euros, a year ago, and give again with some chance."""
    gives = (rng.random(DONORS) < chance).astype(np.int64)
    minor = np.full(DONORS, 4_000)
    frame = pl.DataFrame(
        {
            "donor_id": np.arange(1, DONORS + 1), "gifts": np.ones(DONORS, np.int64),
            "gift_days": 1, "active_years": 1, "instalments": 0, "instalments_12m": 0,
            "gifts_12m": 1, "gifts_previous_12m": 0, "last_gift_age_days": 200,
            "currency": "EUR", "last_gift_minor": minor, "mean_gift_minor": minor * 1.0,
            "largest_gift_minor": minor, "first_gift_minor": minor, "last_one_off_minor": minor,
            "mean_one_off_minor": minor * 1.0, "largest_one_off_minor": minor,
            "period_gifts": gives, "period_amounts": gives,
            # Half the gifts are of 20 euros, half of 60.
            "period_minor": gives * np.where(rng.random(DONORS) < 0.5, 2_000, 6_000),
        }
    )  # fmt: skip
    return Rows(date(year, 1, 1), frame, next_is_over=False, share=1.0)


def strayed(last):
    """Return how far the last of four years strayed, when it had some chance of a gift."""
    rng = np.random.default_rng(8)
    usual = np.full(DONORS, 1 / (1 + np.exp(-ODDS)))
    rows = [origin(year, usual, rng) for year in (2020, 2021, 2022)]
    rows.append(origin(2023, usual * last, rng))
    said = [Foretold(date(2023, 1, 1), later=True, log_odds=np.full(DONORS, ODDS))]
    return years.strays(rows, said, currency="EUR")


class TestStrays:
    def test_nothing_tested_is_the_usual_year(self):
        found = years.strays([], [], currency="EUR")

        assert found.year == pytest.approx(years.USUAL_YEAR * STUDENT[3] / NORMAL, rel=1e-3)
        assert found.group == pytest.approx(years.USUAL_GROUP)

    def test_donors_unseen_of_the_same_year_tell_nothing_of_years(self):
        rows = [origin(2020, np.full(DONORS, 0.1), np.random.default_rng(1))]
        said = [Foretold(date(2020, 1, 1), later=False, log_odds=np.full(DONORS, ODDS))]

        found = years.strays(rows, said, currency="EUR")
        assert found.year == years.strays([], [], currency="EUR").year

    def test_a_year_as_foretold_narrows_and_a_bad_one_widens(self):
        calm, bad = strayed(1.0), strayed(0.5)

        assert calm.year < years.strays([], [], currency="EUR").year < bad.year
        # One year of two euros in four: (ln 2)² beside three usual years.
        expected = np.sqrt((np.log(2) ** 2 + 3 * years.USUAL_YEAR**2) / 4)
        assert bad.year == pytest.approx(expected * STUDENT[4] / NORMAL, rel=0.12)

    def test_one_legacy_is_not_a_good_year(self):
        rng = np.random.default_rng(8)
        usual = np.full(DONORS, 1 / (1 + np.exp(-ODDS)))
        rows = [origin(year, usual, rng) for year in (2020, 2021, 2022, 2023)]
        said = [Foretold(date(2023, 1, 1), later=True, log_odds=np.full(DONORS, ODDS))]
        giver = rows[-1].frame["period_gifts"].arg_max()
        legacy = rows[-1].frame.with_columns(
            pl.when(pl.int_range(pl.len()) == giver).then(90_000_000)
            .otherwise("period_minor").alias("period_minor")
        )  # fmt: skip

        plain = years.strays(rows, said, currency="EUR")
        rows[-1] = Rows(rows[-1].origin, legacy, next_is_over=False, share=1.0)

        assert years.strays(rows, said, currency="EUR").year == pytest.approx(plain.year, rel=0.01)

    def test_a_kind_of_donor_apart_is_told_from_a_year(self):
        rng = np.random.default_rng(5)
        # The first half give twice as often as the second, and stray the other way.
        odds = np.where(np.arange(DONORS) < DONORS / 2, 0.2, -1.2)
        usual = 1 / (1 + np.exp(-odds))
        apart = 1 / (1 + np.exp(-(odds + np.where(odds > 0, 0.6, -0.6))))
        said = [Foretold(date(2023, 1, 1), later=True, log_odds=odds)]

        def group(chance):
            rows = [origin(year, usual, rng) for year in (2020, 2021, 2022)]
            return years.strays([*rows, origin(2023, chance, rng)], said, currency="EUR").group

        assert group(usual) < years.USUAL_GROUP < group(apart)


class TestIntervals:
    def test_a_year_as_strange_as_few_years_allow_is_held_four_times_in_five(self):
        rng = np.random.default_rng(12)
        # How far a file's years stray is known as three years would tell it: chi-square.
        strays = years.USUAL_YEAR * np.sqrt(3 / rng.chisquare(3, 40_000))
        usual = years.strays([], [], currency="EUR").year
        year = np.exp(rng.normal(0, strays))

        total = totals.of(np.array([1.0]), np.array([0.0]), year_effect=usual)
        middle = np.exp(usual**2 / 2)  # the interval is of a sum whose mean is 1
        held = ((total.low_minor * middle <= year) & (year <= total.high_minor * middle)).mean()

        assert held == pytest.approx(0.8, abs=0.01)

    def test_groups_whose_years_stray_as_told_are_held_four_times_in_five(self):
        rng, year = np.random.default_rng(3), 0.2
        chance, minor = rng.beta(1, 4, 400), rng.lognormal(8, 0.8, 400)
        expected, variance = chance * minor, chance * (1 - chance) * minor**2
        total = totals.of(expected, variance, year_effect=year)

        level = np.exp(rng.normal(-(year**2) / 2, year, 4_000))
        moved = np.minimum(chance[:, None] * level, 1)
        sums = ((rng.random((400, 4_000)) < moved) * minor[:, None]).sum(axis=0)
        held = ((total.low_minor <= sums) & (sums <= total.high_minor)).mean()

        assert 0.75 <= held <= 0.85

    def test_the_silent_may_be_woken_and_the_faithful_hardly(self):
        expected, variance = np.full(300, 1_000.0), np.full(300, 1e6)

        def width(chance):
            told = totals.of_alike(
                expected, variance, np.full(300, chance), year_effect=0.1, group_effect=0.3
            )
            return told.high_minor - told.low_minor

        plain = totals.of(expected, variance, year_effect=0.1)
        assert width(0.05) > width(0.6) > width(0.95) > plain.high_minor - plain.low_minor
        assert width(1.0) == pytest.approx(plain.high_minor - plain.low_minor)
