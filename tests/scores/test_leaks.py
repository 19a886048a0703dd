"""Bad input is refused by name, or lived with and said; never silent."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mecene
from mecene.scores import leaks, model
from mecene.scores.training import Rows
from scores.explained import summary_of


def rows(*, donors: int = 400, gave: float = 0.4, **columns: object) -> Rows:
    """Return donors of whom some gave again, the more often the more recent their last gift."""
    rng = np.random.default_rng(7)
    ages = rng.integers(1, 1500, donors)
    again = rng.random(donors) < gave * 2 * (1 - ages / 1500)
    frame = summary_of(
        *(
            {"gifts": 2, "last_gift_age_days": int(age), "first_gift_age_days": 1500 + int(age),
             "currency": "EUR", "amount_minor": 10_000, "largest_gift_minor": 5_000}
            for age in ages
        )
    ).with_columns(
        first_month=pl.Series(np.where(again, 3, 0)).replace(0, None),
        period_gifts=pl.Series(again.astype(np.int64)),
        period_amounts=pl.Series(again.astype(np.int64)),
        period_minor=pl.Series(again * 5_000),
        next_period_gifts=pl.lit(0, dtype=pl.Int64),
    )  # fmt: skip
    return Rows(date(2025, 1, 1), frame.with_columns(**columns), False, 1.0)


class TestRefusals:
    def test_a_further_column_that_knows_the_future_is_named(self):
        # given the association's own column, filled once the year was over
        told = rows(given_in_2025=pl.col("period_minor") * 1.0)

        with pytest.raises(leaks.LeakingColumn, match="`given_in_2025` alone tells") as refused:
            leaks.check([told], further=["given_in_2025"])

        assert "2025-01-01" in str(refused.value)
        assert "as of each origin" in str(refused.value)

    def test_a_column_whose_absence_knows_the_future_is_named(self):
        thanked = pl.when(pl.col("period_gifts") > 0).then(pl.lit(1.0))

        with pytest.raises(leaks.LeakingColumn, match="`thanked`"):
            leaks.check([rows(thanked=thanked)], further=["thanked"])

    def test_a_column_of_the_summary_that_knows_the_future_is_refused_by_the_model(self):
        told = rows(replies_12m=pl.col("period_gifts"))

        with pytest.raises(leaks.LeakingColumn, match="`replies_12m`"):
            model.learn(
                [told], told.frame, as_of=date(2026, 1, 1), period_months=12, currency="EUR"
            )

    def test_a_noisy_copy_of_the_future_is_named_too(self):
        rng = np.random.default_rng(1)
        noise = pl.Series(rng.normal(0, 0.45, 400))

        with pytest.raises(leaks.LeakingColumn, match="`mood`"):
            leaks.check([rows(mood=pl.col("period_gifts") + noise)], further=["mood"])

    def test_honest_columns_pass_however_good(self):
        score = -pl.col("last_gift_age_days").cast(pl.Float64)

        assert leaks.check([rows(our_score=score)], further=["our_score"]) == ()

    def test_a_missing_further_column_is_named(self):
        with pytest.raises(leaks.UnknownFurtherColumn, match="`wealth` is missing"):
            leaks.check([rows()], further=["wealth"])

    def test_words_and_infinite_numbers_are_no_numbers(self):
        with pytest.raises(leaks.NotANumber, match="String"):
            leaks.check([rows(mood=pl.lit("good"))], further=["mood"])
        with pytest.raises(leaks.NotANumber, match="infinite in row 1"):
            leaks.check([rows(mood=pl.lit(float("inf")))], further=["mood"])


class TestWarnings:
    def test_an_ordinary_file_has_none(self):
        assert leaks.check([rows(), rows()]) == ()
        assert leaks.check([]) == ()

    @pytest.mark.parametrize(
        ("changes", "warning"),
        [
            ({"period_gifts": pl.lit(0, dtype=pl.Int64)}, "constant_outcome"),
            ({"amount_minor": pl.when(pl.col("donor_id") == 1).then(10**9).otherwise(10_000)},
             "extreme_amount"),
            ({"gifts": pl.when(pl.col("donor_id") == 1).then(10**6).otherwise(2)},
             "one_donor_many_gifts"),
            ({"currency": pl.when(pl.col("donor_id") < 50).then(pl.lit("CHF"))
              .otherwise(pl.lit("EUR"))}, "mixed_currencies"),
            ({"other_currency_gifts": pl.lit(1, dtype=pl.Int64)}, "mixed_currencies"),
        ],
    )  # fmt: skip
    def test_what_can_be_lived_with_is_said(self, changes, warning):
        assert warning in leaks.check([rows(**changes)])

    def test_a_whole_period_without_gifts_is_said(self):
        silent = rows(period_gifts=pl.lit(0, dtype=pl.Int64))

        assert leaks.check([rows(), silent, rows()]) == ("years_without_gifts",)

    def test_a_constant_further_column_is_said(self):
        assert leaks.check([rows(same=pl.lit(1.0))], further=["same"]) == (
            "constant_further_column",
        )

    def test_a_donor_with_a_million_gifts_does_not_stop_the_model(self):
        told = rows(gifts=pl.when(pl.col("donor_id") == 1).then(10**6).otherwise(2))
        told = replace(told, frame=told.frame.with_columns(pl.col("gifts").cast(pl.Int64)))

        learnt = model.learn(
            [told], told.frame, as_of=date(2026, 1, 1), period_months=12, currency="EUR"
        )

        assert "one_donor_many_gifts" in learnt.warnings

    def test_every_warning_has_its_sentence(self):
        path = Path(mecene.__file__).parent / "scores" / "leaks.toml"

        assert set(tomllib.loads(path.read_text(encoding="utf-8"))) == set(leaks.WARNINGS)
        for name in leaks.WARNINGS:
            assert leaks.sentence(name, lang="fr") != leaks.sentence(name, lang="en")
        with pytest.raises(leaks.UnknownWarning, match="'de'"):
            leaks.sentence("mixed_currencies", lang="de")
