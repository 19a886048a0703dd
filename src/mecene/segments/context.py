"""Context: what "a large gift" means in this file, when the rules ask for a share and not a sum.

Worked out once for the whole file, from counts of values that can be added batch by batch, then
handed to every batch: a donor's tags depend on their own row and this fixed context only.
"""

from dataclasses import dataclass

import polars as pl

from mecene.segments import rules as segment_rules
from mecene.segments import summary as segment_summary
from mecene.segments.rules import Rules

COUNTS_SCHEMA = pl.Schema({"figure": pl.String(), "value": pl.Int64(), "donors": pl.Int64()})


@dataclass(frozen=True)
class Context:
    """The amounts, in minor units, from which a donor is mid-value and major."""

    mid_value_from_minor: int
    major_from_minor: int


def fixed(*, rules: Rules | None = None) -> Context:
    """Return the absolute thresholds of the rules."""
    tags = (rules or segment_rules.load()).tags
    return Context(tags.mid_value_minor, tags.major_minor)


def counts(summary: pl.DataFrame) -> pl.DataFrame:
    """Return how many donors have each yearly amount: ``figure``, ``value``, ``donors``.

    Counts of two batches are joined by ``added``.
    """
    table = segment_summary.complete(summary)
    return count_values(table, {"best_year_minor": best_year_minor()})


def of_file(value_counts: pl.DataFrame, *, rules: Rules | None = None) -> Context:
    """Return the thresholds of a file: the value its top share starts at, where the rules ask.

    A share of 0 keeps the absolute threshold; so does a file where nobody gave in two years.

    Args:
        value_counts: What ``counts`` returned, added over the whole file.
        rules: Thresholds; the default rules when left out.
    """
    tags = (rules or segment_rules.load()).tags
    giving = value_counts.filter((pl.col("figure") == "best_year_minor") & (pl.col("value") > 0))
    return Context(
        _starts_at(giving, tags.mid_value_share, otherwise=tags.mid_value_minor),
        _starts_at(giving, tags.major_share, otherwise=tags.major_minor),
    )


def best_year_minor() -> pl.Expr:
    """Return the better of a donor's last two twelve-month totals, in minor units.

    Of two, so that a donor whose yearly gift is a few weeks late does not lose their standing.
    """
    years = (pl.col("amount_12m_minor"), pl.col("amount_previous_12m_minor"))
    return pl.max_horizontal(*years).fill_null(0)


def count_values(table: pl.DataFrame, figures: dict[str, pl.Expr]) -> pl.DataFrame:
    """Return how many rows have each value of each figure; nulls are left out."""
    parts = [
        table.select(figure=pl.lit(name), value=expression.cast(pl.Int64))
        .drop_nulls("value")
        .group_by("figure", "value")
        .agg(donors=pl.len().cast(pl.Int64))
        for name, expression in figures.items()
    ]
    return pl.concat(parts).cast(COUNTS_SCHEMA).sort("figure", "value")


def added(*parts: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of several batches as those of one."""
    if not parts:
        return pl.DataFrame(schema=COUNTS_SCHEMA)
    together = pl.concat(parts).group_by("figure", "value").agg(pl.col("donors").sum())
    return together.sort("figure", "value")


def _starts_at(giving: pl.DataFrame, share: float, *, otherwise: int) -> int:
    if share <= 0 or giving.is_empty():
        return otherwise
    # Ties stay together: everybody at the threshold is in, so the share may be a little larger.
    from_top = giving.sort("value", descending=True).with_columns(above=pl.col("donors").cum_sum())
    wanted = share * int(giving["donors"].sum())
    return int(from_top.filter(pl.col("above") >= wanted)["value"].max() or 0)  # type: ignore[arg-type]
