"""Invented summaries of donors who fall into known groups, or into none."""

import numpy as np
import polars as pl


def planted(*, donors: int = 900, seed: int = 1) -> tuple[pl.DataFrame, np.ndarray]:
    """Return a summary and the true group of each donor: 0 December, 1 monthly, 2 newcomers."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, size=donors, p=(0.5, 0.3, 0.2))
    days = np.array([(2_500, 120), (1_200, 20), (200, 60)])[group]
    first = days[:, 0] * np.exp(rng.normal(0, 0.2, donors))
    last = np.minimum(days[:, 1] * np.exp(rng.normal(0, 0.25, donors)), first)
    gifts = np.maximum(np.array([8, 40, 2])[group] * np.exp(rng.normal(0, 0.15, donors)), 1)
    amount = np.array([12_000, 1_200, 3_000])[group] * np.exp(rng.normal(0, 0.3, donors))
    december = np.clip(np.array([0.8, 0.1, 0.05])[group] + rng.normal(0, 0.06, donors), 0, 1)
    monthly = np.where(group == 1, 0.95, 0.0)
    return _summary(first, last, gifts, amount, december, monthly), group


def shapeless(*, donors: int = 900, seed: int = 1) -> pl.DataFrame:
    """Return a summary of donors who differ widely, skewed and correlated, but form one crowd."""
    rng = np.random.default_rng(seed)
    warmth = rng.normal(0, 1, donors)
    first = 1_000 * np.exp(0.4 * warmth + rng.normal(0, 0.5, donors))
    last = np.minimum(200 * np.exp(-0.5 * warmth + rng.normal(0, 0.7, donors)), first)
    gifts = 1 + rng.poisson(5 * np.exp(0.4 * warmth))
    amount = 5_000 * np.exp(0.3 * warmth + rng.gamma(1.5, 0.5, donors))
    december = rng.beta(2, 5, donors)
    return _summary(first, last, gifts, amount, december, np.zeros(donors))


def _summary(
    first: np.ndarray, last: np.ndarray, gifts: np.ndarray, amount: np.ndarray,
    december: np.ndarray, monthly: np.ndarray,
) -> pl.DataFrame:  # fmt: skip
    donors = len(first)
    whole = np.rint(gifts).astype(np.int64)
    return pl.DataFrame(
        {
            "donor_id": np.arange(1, donors + 1),
            "currency": ["EUR"] * donors,
            "gifts": whole,
            "gift_days": whole,
            "instalments": np.rint(whole * monthly).astype(np.int64),
            "mean_gift_minor": amount,
            "amount_12m_minor": (amount * whole / 3).astype(np.int64),
            "last_gift_age_days": np.rint(last).astype(np.int64) + 1,
            "first_gift_age_days": np.rint(first).astype(np.int64) + 1,
            "gifts_december_share": december,
            "gifts_last_quarter_share": np.minimum(december + 0.1, 1.0),
        }
    )
