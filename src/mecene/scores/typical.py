"""Typical: what donors are usually like, so that one can be told apart from it.

Medians of groups of donors, never one donor's figures: a group of fewer than thirty takes the
whole file's. Kept beside the model, as frozen as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from mecene.scores import commitment, design

LEAST_DONORS = 30
LIKE = "like_"
# Who is like whom: who never gave, who gives regularly, then by number of gifts.
_FEWEST_GIFTS = (1, 2, 3, 6, 11)
GROUPS = ("prospect", "regular", *(f"from_{gifts}" for gifts in _FEWEST_GIFTS))
SHARE_OF_YEARS = "share_of_years"


class NobodyTypical(ValueError):
    """Typical figures were asked of no donor at all."""


@dataclass(frozen=True)
class Typical:
    """Medians by column: of all who gave, and of each group of ``GROUPS``; None is unknown.

    A median is unknown where more than half of the donors have no figure: they usually have none.
    """

    whole: Mapping[str, float | None]
    groups: Mapping[str, Mapping[str, float | None]]

    def beside(self, summary: pl.DataFrame) -> pl.DataFrame:
        """Return the summary with the figures of donors alike, prefixed ``like_``."""
        names = list(self.whole)
        table = pl.DataFrame(
            {"_group": list(GROUPS)}
            | {LIKE + name: [self.groups[group][name] for group in GROUPS] for name in names},
            schema={"_group": pl.String} | {LIKE + name: pl.Float64 for name in names},
        )
        told = summary.with_columns(group_of().alias("_group"))
        return told.join(table, on="_group", how="left", maintain_order="left").drop("_group")


def of(summary: pl.DataFrame) -> Typical:
    """Return what donors are usually like.

    Args:
        summary: One row a donor; those who object to profiling are not looked at.

    Raises:
        NobodyTypical: there is no donor to look at.
    """
    seen = summary.filter(~pl.col("objects_profiling").fill_null(value=False))
    if not seen.height:
        raise NobodyTypical("summary: no donor who may be profiled; there is nothing to compare to")
    names = [name for name in design.readable() if name in seen.columns]
    share = pl.col("repeat_years") / pl.col("yearly_opportunities").replace(0, None)
    numbers = seen.select(
        pl.col(names).cast(pl.Float64),
        share.alias(SHARE_OF_YEARS),
        group_of().alias("_group"),
        (pl.col("gifts") > 0).alias("_gave"),
    )
    gave = numbers.filter("_gave")
    whole = _medians(gave if gave.height >= LEAST_DONORS else numbers)
    groups = {}
    for group in GROUPS:
        inside = numbers.filter(pl.col("_group") == group)
        groups[group] = _medians(inside) if inside.height >= LEAST_DONORS else whole
    return Typical(whole, groups)


def group_of() -> pl.Expr:
    """Return the name of the group a donor is compared with."""
    by_gifts: Any = pl.when(pl.col("gifts") >= _FEWEST_GIFTS[-1]).then(pl.lit(GROUPS[-1]))
    for place, gifts in reversed(list(enumerate(_FEWEST_GIFTS[:-1]))):
        by_gifts = by_gifts.when(pl.col("gifts") >= gifts).then(pl.lit(GROUPS[2 + place]))
    return (
        pl.when(running())
        .then(pl.lit(GROUPS[1]))
        .when(pl.col("gifts") > 0)
        .then(by_gifts)
        .otherwise(pl.lit(GROUPS[0]))
    )


def running() -> pl.Expr:
    """Return whether a regular gift goes on."""
    return pl.col("recurring_state").is_in(commitment.RUNNING).fill_null(value=False)


def _medians(numbers: pl.DataFrame) -> dict[str, float | None]:
    names = [name for name in numbers.columns if not name.startswith("_")]
    # Who has none comes last, so that the middle one is empty where most have none.
    found = numbers.select(
        pl.when(pl.col(name).is_not_null().mean() > 0.5).then(pl.col(name).median()).alias(name)
        for name in names
    )
    return found.row(0, named=True)
