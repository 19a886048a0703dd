"""Gifts drawn again from real ones, or from invented ones as heavy in the tail."""

import gzip
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mecene.experiments import amounts
from mecene.experiments.moments import Moments

GDQ = (
    Path(__file__).resolve().parents[1].parent
    / "shared/data/gdq-charity-donations/donations.csv.gz"
)
needs_gdq = pytest.mark.skipif(not GDQ.exists(), reason="the GDQ gifts are not beside the project")
# Quantiles of the 291,885 GDQ gifts; between them, straight on the logarithm.
AT = [0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1]
QUANTILES = [1, 5, 10, 20, 50, 75, 100, 256, 500, 1_394, 2_566, 10_000, 200_556]


@cache
def gifts(source):
    """Return the population, sorted: ``gdq``, or ``invented`` with its quantiles."""
    if source == "gdq":
        with gzip.open(GDQ) as file:
            return np.sort(pl.read_csv(file.read(), columns=["amount"])["amount"].to_numpy())
    steps = (np.arange(100_000) + 0.5) / 100_000
    return np.exp(np.interp(steps, AT, np.log(QUANTILES)))


def drawn(population, rng, *, people, rate, scale=1.0):
    """Return what givers gave, of so many people."""
    givers = people if rate == 1 else rng.binomial(people, rate)
    return scale * population[rng.integers(0, population.size, givers)]


def group(given, *, people, cap):
    """Return the moments of an arm, as `amounts.of`, from what its givers gave."""
    nothing = people - given.size
    return amounts.of(given, cap=cap) + Moments(nothing, np.zeros(4), np.zeros((4, 4)))


def capped_mean(population, cap, *, scale=1.0):
    """Return the true mean of capped gifts."""
    return float(np.minimum(scale * population, cap).mean())
