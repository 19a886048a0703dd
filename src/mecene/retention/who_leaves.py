"""Who leaves: which donors stop giving more than the others, by age, gender, place, channel.

Of the persons and households who gave in the twelve months before last, those who did not give
in the last twelve. The dead are left out and counted. A difference is a description, not a cause.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import polars as pl

MIN_DONORS = 30
CONFIDENCE = 0.95
UNKNOWN = "unknown"
_ORDER = ("age", "gender", "department", "region", "acquisition_channel", "preferred_channel",
          "form")  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The attrition of donors who share a trait, with its 95 % Wilson interval.

    Below the smallest group told apart, ``attrition``, ``low`` and ``high`` are None: too few.
    ``differs`` is ``more`` or ``less`` when the group leaves more or less than all donors, past
    chance even though many groups were looked at; else None. Those of whom the trait is not known
    never differ: what is known of whom says more of the file than of them.
    """

    dimension: str
    value: str
    donors: int
    enough: bool
    attrition: float | None
    low: float | None
    high: float | None
    differs: str | None


@dataclass(frozen=True)
class WhoLeaves:
    """All donors, then the groups of each dimension of which something is known."""

    donors: int
    left: int
    attrition: float | None
    died: int
    groups: tuple[Group, ...]


def figures(
    tally: pl.DataFrame, *, regions: dict[str, str], min_donors: int = MIN_DONORS
) -> WhoLeaves:
    """Return the attrition of each group of donors.

    Args:
        tally: The tally ``who_leaves``.
        regions: Department code → region.
        min_donors: The smallest group whose attrition is told.
    """
    alive = tally.filter(~pl.col("died"))
    everyone = alive.filter(pl.col("dimension") == "all")
    donors, left = int(everyone["donors"].sum()), int(everyone["left_donors"].sum())
    attrition = left / donors if donors else None
    counted = _counted(alive, regions)
    known = {row["dimension"] for row in counted if row["value"] != UNKNOWN}
    rows = [row for row in counted if row["dimension"] in known]
    told = sum(int(row["donors"]) >= min_donors and row["value"] != UNKNOWN for row in rows)
    groups = tuple(_group(row, attrition, told, min_donors) for row in rows)
    died = tally.filter(pl.col("died") & (pl.col("dimension") == "all"))
    return WhoLeaves(donors, left, attrition, int(died["donors"].sum()), groups)


def wilson(part: int, whole: int, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's score interval of a share, within [0, 1].

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22, 209-212.

    Args:
        part: Successes, 0..whole.
        whole: Trials, >= 1.
        confidence: In (0, 1).
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, spread = part / whole, z * z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / whole + spread / whole / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _counted(alive: pl.DataFrame, regions: dict[str, str]) -> list[dict[str, int | str]]:
    departments = alive.filter(pl.col("dimension") == "department")
    by_region = departments.with_columns(
        dimension=pl.lit("region"),
        value=pl.col("value").replace_strict(regions, default=UNKNOWN, return_dtype=pl.String),
    )
    rank = pl.col("dimension").replace_strict(
        {name: place for place, name in enumerate(_ORDER)}, default=None, return_dtype=pl.Int64
    )
    return (
        pl.concat([alive, by_region])
        .group_by("dimension", "value")
        .agg(pl.col("donors", "left_donors").sum())
        .with_columns(rank=rank)
        .drop_nulls("rank")
        .sort("rank", "value")
        .drop("rank")
        .to_dicts()
    )


def _group(row: dict[str, int | str], attrition: float | None, told: int, min_donors: int) -> Group:
    donors, left = int(row["donors"]), int(row["left_donors"])
    name, value = str(row["dimension"]), str(row["value"])
    if donors < min_donors or attrition is None:
        return Group(name, value, donors, False, None, None, None, None)
    low, high = wilson(left, donors)
    if value == UNKNOWN:
        return Group(name, value, donors, True, left / donors, low, high, None)
    # Bonferroni: with many groups looked at, one would stand out by chance alone.
    strict_low, strict_high = wilson(left, donors, confidence=1 - (1 - CONFIDENCE) / told)
    differs = "more" if strict_low > attrition else "less" if strict_high < attrition else None
    return Group(name, value, donors, True, left / donors, low, high, differs)
