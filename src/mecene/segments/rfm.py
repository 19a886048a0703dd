"""RFM: how recently, how often and how much each donor gives, as three scores.

Every score reads the same way: **higher is better**. ``R6`` gave in the last six months, ``R1``
more than five years ago; ``F5`` gave eleven times or more; ``M7`` gave 2,000 € or more at once.

Two scales. *Fixed bands*: the same for every file and every year, so that cells can be compared.
*Quintiles*: 1 to 5, relative to the file. Amounts heap on 20, 30, 50 and 100 €, where ordinary
quintiles give equal donors different scores; here equal values always get equal scores.
"""

from dataclasses import dataclass

import polars as pl

from mecene.segments import context
from mecene.segments import rules as segment_rules
from mecene.segments import summary as segment_summary
from mecene.segments.rules import DAYS_A_MONTH, Rules
from mecene.segments.summary import or_zero

FIGURES = ("recency", "frequency", "amount")
_MONTHS_A_YEAR = 12


class NoCounts(ValueError):
    """Edges are asked of a file where nobody has given."""


@dataclass(frozen=True)
class Edges:
    """The value at which each next quintile starts; fewer than four where values heap.

    ``recency`` counts down: days of silence at or below which each next quintile starts.
    """

    recency: tuple[int, ...]
    frequency: tuple[int, ...]
    amount: tuple[int, ...]


def bands(summary: pl.DataFrame, *, rules: Rules | None = None) -> pl.DataFrame:
    """Return the fixed-band scores of every donor.

    Returns:
        One row a donor, in the order given: ``donor_id``, ``r_band`` (1-6), ``f_band`` (1-5),
        ``m_band`` (1-7), ``rfm`` (``R6F2M3``); null for those who never gave.
    """
    cuts = (rules or segment_rules.load()).rfm
    months = pl.col("recency") / DAYS_A_MONTH
    table = _figures(summary)
    scored = table.select(
        "donor_id",
        # Past the last cut comes the lowest score, so recency is counted from the other end.
        r_band=len(cuts.recency_months) + 1 - _reached(months, cuts.recency_months),
        f_band=1 + _reached(pl.col("frequency"), cuts.frequency_gifts),
        m_band=1 + _reached(pl.col("amount"), cuts.amount_minor),
    )
    return scored.with_columns(rfm=_code("r_band", "f_band", "m_band"))


def counts(summary: pl.DataFrame) -> pl.DataFrame:
    """Return how many donors have each value: ``figure``, ``value``, ``donors``.

    Counts of batches are put together by ``context.added``.
    """
    return context.count_values(_figures(summary), {name: pl.col(name) for name in FIGURES})


def edges(value_counts: pl.DataFrame) -> Edges:
    """Return where quintiles start, over a whole file, ties kept together.

    A value's place is the share of donors below it plus half of those at it; places below 1/5 are
    the first quintile, and so on. All donors alike are all in the third.

    Args:
        value_counts: What ``counts`` returned, added over the whole file.

    Raises:
        NoCounts: nobody has given.
    """
    found = {name: _starts(value_counts, name, descending=name == "recency") for name in FIGURES}
    return Edges(**found)


def score(summary: pl.DataFrame, file_edges: Edges) -> pl.DataFrame:
    """Return the quintile scores of every donor of a batch, from the edges of the whole file.

    Returns:
        One row a donor, in the order given: ``donor_id``, ``r_quintile``, ``f_quintile``,
        ``m_quintile`` (1-5, 5 best), ``rfm_quintiles`` (``R5F2M3``); null for those who never gave.
    """
    silence, recency = pl.col("recency"), file_edges.recency
    reached = pl.sum_horizontal(
        pl.lit(0), *((silence <= edge).cast(pl.Int64) for edge in recency), ignore_nulls=False
    )
    scored = _figures(summary).select(
        "donor_id",
        r_quintile=1 + reached,
        f_quintile=1 + _reached(pl.col("frequency"), file_edges.frequency),
        m_quintile=1 + _reached(pl.col("amount"), file_edges.amount),
    )
    known = pl.col("r_quintile").is_not_null()
    code = _code("r_quintile", "f_quintile", "m_quintile")
    return scored.with_columns(rfm_quintiles=pl.when(known).then(code))


def grid(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of the RFM map; cells of batches are put together by ``added``.

    Args:
        frame: ``r_band``, ``f_band`` (``bands``) and ``amount_12m_minor``, one row a donor.

    Returns:
        ``r_band``, ``f_band``, ``donors``, ``amount_12m_minor``, sorted; donors who never gave are
        left out.
    """
    return (
        frame.drop_nulls("r_band")
        .group_by("r_band", "f_band")
        .agg(donors=pl.len().cast(pl.Int64), amount_12m_minor=or_zero("amount_12m_minor").sum())
        .sort("r_band", "f_band")
    )


def added(*grids: pl.DataFrame) -> pl.DataFrame:
    """Return the maps of several batches of donors as that of one."""
    names = ("r_band", "f_band", "donors", "amount_12m_minor")
    nothing = pl.DataFrame(schema=dict.fromkeys(names, pl.Int64))
    cells = pl.concat([nothing, *grids]).group_by("r_band", "f_band")
    return cells.agg(pl.col("donors", "amount_12m_minor").sum()).sort("r_band", "f_band")


def _figures(summary: pl.DataFrame) -> pl.DataFrame:
    """Return silence in days, gifts, and the largest gift in minor units; null if never gave.

    Twelve monthly debits count as one gift, and a monthly gift as twelve times itself: otherwise
    a donor of 5 € a month would outrank one of 500 € a year.
    """
    table = segment_summary.complete(summary)
    one_off = pl.col("one_off_gifts").fill_null(pl.col("gifts"))
    debits = (pl.col("gifts") - one_off).clip(0)
    frequency = one_off + (debits / _MONTHS_A_YEAR).ceil().cast(pl.Int64)
    largest = pl.col("largest_one_off_minor")
    # Without its kinds, a file's largest gift is all there is.
    unknown_kind = pl.when(pl.col("one_off_gifts").is_null()).then("largest_gift_minor")
    monthly = or_zero("recurring_monthly_minor") * _MONTHS_A_YEAR
    amount = pl.max_horizontal(largest, unknown_kind, monthly)
    gave = or_zero("gifts") > 0
    return table.select(
        "donor_id",
        recency=pl.when(gave).then(pl.col("last_gift_age_days")),
        frequency=pl.when(gave).then(frequency.clip(1)),
        amount=pl.when(gave).then(pl.max_horizontal(amount, pl.lit(0))),
    )


def _reached(value: pl.Expr, cuts: tuple[int, ...]) -> pl.Expr:
    """Return how many cuts a value has reached; null for a null."""
    return pl.sum_horizontal(
        pl.lit(0), *((value >= cut).cast(pl.Int64) for cut in cuts), ignore_nulls=False
    )


def _starts(value_counts: pl.DataFrame, figure: str, *, descending: bool) -> tuple[int, ...]:
    values = value_counts.filter(pl.col("figure") == figure).sort("value", descending=descending)
    total = int(values["donors"].sum())
    if total == 0:
        raise NoCounts(f"rfm: no donor has a {figure}; score a file that holds gifts")
    # Whole numbers, so that a place on the boundary is the same on every machine:
    # quintile = 5 × (below + at / 2) / total, rounded down.
    doubled = 2 * (pl.col("donors").cum_sum() - pl.col("donors")) + pl.col("donors")
    placed = values.with_columns(quintile=(5 * doubled) // (2 * total))
    starts = []
    for quintile in range(1, 5):
        reached = placed.filter(pl.col("quintile") >= quintile)
        if reached.height:
            starts.append(int(reached["value"][0]))
    return tuple(starts)


def _code(recency: str, frequency: str, amount: str) -> pl.Expr:
    return pl.format("R{}F{}M{}", recency, frequency, amount)
