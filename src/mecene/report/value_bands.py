"""Value bands: how many donors are expected to give how much, in bands that add up."""

import polars as pl

from mecene import money

# Euros (or whole units) at which bands begin; the usual gifts stand inside a band, not on its edge.
EDGES = (0, 5, 15, 35, 75, 150, 350, 750, 1_500, 5_000)


def counted(expected_minor: pl.Series, *, currency: str) -> pl.DataFrame:
    """Return ``band`` (index into EDGES), ``donors`` and ``value_minor`` (sum); addable."""
    base = 10 ** money.exponent(currency)
    breaks = [edge * base for edge in EDGES[1:]]
    known = expected_minor.cast(pl.Float64).drop_nulls()
    band = pl.Series(breaks, dtype=pl.Float64).search_sorted(known, side="right")
    return (
        pl.DataFrame({"value_minor": known, "band": band.cast(pl.Int64)})
        .group_by("band")
        .agg(donors=pl.len(), value_minor=pl.col("value_minor").sum())
        .sort("band")
    )
