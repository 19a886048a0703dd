"""Value bands: how many donors are expected to give how much, in bands that add up."""

import numpy as np
import polars as pl

from mecene import money

# Euros (or whole units) at which bands begin; the usual gifts stand inside a band, not on its edge.
EDGES = (0, 5, 15, 35, 75, 150, 350, 750, 1_500, 5_000)


def counted(expected_minor: pl.Series, *, currency: str) -> pl.DataFrame:
    """Return ``band`` (index into EDGES), ``donors`` and ``value_minor`` (sum); addable."""
    base = 10 ** money.exponent(currency)
    breaks = [edge * base for edge in edges(currency)[1:]]
    known = expected_minor.cast(pl.Float64).drop_nulls().to_numpy()
    band = np.searchsorted(breaks, known, side="right")
    # One after the other: a sum made by several threads ends otherwise from run to run.
    value = np.bincount(band, weights=known, minlength=len(EDGES))
    donors = np.bincount(band, minlength=len(EDGES))
    return pl.DataFrame(
        {"band": np.arange(len(EDGES)), "donors": donors, "value_minor": value},
        schema={"band": pl.Int64, "donors": pl.UInt32, "value_minor": pl.Float64},
    ).filter(pl.col("donors") > 0)


def edges(currency: str) -> tuple[int, ...]:
    """Return where bands begin, in whole units of a currency."""
    # 15 € and 7 500 F CFA are alike.
    small = money.small_unit(currency)
    unit = small.a_euro if small else 1
    return tuple(edge * unit for edge in EDGES)
