"""Amounts: euros sum to those given, tail and all, and no debit passes for a gift."""

import numpy as np
import polars as pl
import pytest

from mecene.scores import amounts


def donors(last, *, gifts=1, instalments=0):
    """Return donors whose last gift is known, once or all alike."""
    minor = np.asarray(last, dtype=np.int64)
    return pl.DataFrame(
        {
            "gifts": gifts, "instalments": instalments, "last_gift_minor": minor,
            "mean_gift_minor": minor * 1.0, "largest_gift_minor": minor,
            "first_gift_minor": minor,
        }
    ).with_columns(
        pl.lit(None, dtype=pl.Int64).alias("last_one_off_minor"),
        pl.lit(None, dtype=pl.Float64).alias("mean_one_off_minor"),
        pl.lit(None, dtype=pl.Int64).alias("largest_one_off_minor"),
    )  # fmt: skip


class TestFit:
    @pytest.mark.parametrize("width", [0.4, 1.0, 1.4])
    def test_euros_and_their_squares_sum_to_those_given_however_long_the_tail(self, width):
        rng = np.random.default_rng(9)
        past = np.exp(rng.normal(8.3, 0.6, 20_000))
        given = past * np.exp(rng.normal(0, width, len(past)))
        known = donors(past)

        found = amounts.fit(known, given)

        values = found.values(known)
        # A sum of 20,000 with a tail of σ 1.4 is itself known to some 2 %.
        assert (values @ found.shares).sum() == pytest.approx(given.sum(), rel=0.08)
        most = np.quantile(given, 0.998)
        told = (np.minimum(values, most) ** 2 @ found.shares).sum()
        assert told == pytest.approx((np.minimum(given, most) ** 2).sum(), rel=0.15)

    def test_large_gifts_that_spread_wider_do_not_make_euros_fall_short(self):
        rng = np.random.default_rng(10)
        past = np.exp(rng.normal(8.3, 0.8, 20_000))
        given = past * np.exp(rng.normal(0, 1, len(past)) * (0.3 + 0.4 * (past > 8_000)))

        found = amounts.fit(donors(past), given)

        told = (found.values(donors(past)) @ found.shares).sum()
        assert told == pytest.approx(given.sum(), rel=0.06)

    def test_a_debit_of_ten_euros_does_not_foretell_a_gift_of_ten_euros(self):
        rng = np.random.default_rng(11)
        known = pl.concat(
            [donors(np.full(600, 5_000)), donors(np.full(600, 1_000), gifts=12, instalments=12)]
        )
        given = np.exp(rng.normal(np.log(5_000), 0.3, 1_200))

        found = amounts.fit(known, given)

        told = found.values(known) @ found.shares
        assert told[600:].mean() == pytest.approx(given.mean(), rel=0.05)

    def test_values_rise_and_their_chances_sum_to_one(self):
        found = amounts.fit(donors(np.array([500, 2_000, 9_000])), np.array([400.0, 3e3, 1e4]))

        assert (np.diff(found.values(donors(np.array([2_000]))), axis=1) >= 0).all()
        assert found.shares.sum() == pytest.approx(1)
