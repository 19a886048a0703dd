"""Random sends to invented people, whose every effect is known before anything is drawn."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.uplift import experiment
from mecene.uplift.experiment import Experiment

COST_MINOR = 60.0


@dataclass(frozen=True, eq=False)
class Known:
    """A send, and its truth: the expected euros each owes to the contact. Shape (n,)."""

    sent: Experiment
    table: pl.DataFrame
    effect: NDArray[np.float64]
    alone: NDArray[np.float64]


def people(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return people of households of one or two, by what an association knows of them."""
    home = np.sort(rng.integers(0, int(count / 1.4), count))
    shared = rng.normal(0, 1, count)[home]
    return pl.DataFrame(
        {
            "household": home,
            "gifts": rng.poisson(np.exp(0.6 + 0.5 * shared)),
            "last_gift_age_days": rng.exponential(400, count),
            "usual_gift": np.exp(rng.normal(3.2, 0.6, count)),
            "clicks_12m": rng.poisson(1.2, count),
            "tired": rng.random(count) < 0.2,
            "channel": rng.choice(["post", "email", "web"], count),
        }
    )


def chances(table: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each one's chance to give, left alone and contacted.

    The faithful give anyway and the contact adds nothing; the recent and interested are moved;
    the tired are put off.
    """
    gifts, age, clicks = (
        table[name].to_numpy().astype(float)
        for name in ("gifts", "last_gift_age_days", "clicks_12m")
    )
    tired = table["tired"].to_numpy()
    alone = special.expit(-3.2 + 0.55 * np.minimum(gifts, 8) - age / 900)
    moved = 0.16 * special.expit(2.2 * clicks - 3) * np.exp(-age / 600) * (1 - alone)
    return alone, np.clip(alone + np.where(tired, -0.35 * alone, moved), 0, 1)


def send(
    count: int = 12_000,
    *,
    seed: int,
    share: float = 0.5,
    strength: float = 1.0,
    binary: bool = False,
) -> Known:
    """Return a send drawn by lot, by household; ``strength`` 0: the contact changes nothing."""
    rng = np.random.default_rng([seed, 2601])
    table = people(count, rng)
    alone, contacted = chances(table)
    contacted = alone + strength * (contacted - alone)
    drawn = (rng.random(int(table["household"].max()) + 1) < share)[table["household"].to_numpy()]
    gives = rng.random(count) < np.where(drawn, contacted, alone)
    usual = table["usual_gift"].to_numpy()
    amount = np.where(gives, np.round(usual * rng.lognormal(-0.045, 0.3, count)), 0.0)
    worth = np.ones(count) if binary else usual
    told = table.with_columns(
        arm=pl.Series(np.where(drawn, "letter", "none")),
        did=pl.Series(gives.astype(float) if binary else amount),
    )
    sent = experiment.of(
        told, arm="arm", control="none", outcome="did", household="household",
        shares={"letter": share, "none": 1 - share},
    )  # fmt: skip
    return Known(sent, told, (contacted - alone) * worth, alone * worth)


def net_minor(known: Known, chosen: NDArray[np.int64], cost_minor: float = COST_MINOR) -> float:
    """Return what a choice truly leaves, in cents per person, for an outcome in euros."""
    return float(np.where(chosen > 0, 100 * known.effect - cost_minor, 0.0).mean())
