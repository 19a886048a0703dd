"""Gaps: how far what was foretold of a group of donors is from what they did.

A group too small to tell is told as such, with its size and nothing else.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.scores import goodness

Vector = NDArray[np.float64]

LEAST_DONORS = 50
LARGE_GAP = 0.05
Z95 = 1.959964
SCHEMA = {
    "group": pl.String, "donors": pl.Int64, "too_few": pl.Boolean, "seen": pl.Float64,
    "foretold": pl.Float64, "gap": pl.Float64, "gap_low": pl.Float64, "gap_high": pl.Float64,
    "auc": pl.Float64, "alarmed": pl.Float64,
}  # fmt: skip


def by(
    groups: pl.Series, chance: Vector, outcome: Vector, *, alarmed: NDArray[np.bool_] | None = None
) -> pl.DataFrame:
    """Return one row a group, sorted by group.

    Columns: ``group``; ``donors``; ``too_few``: fewer than ``LEAST_DONORS``, the rest is empty;
    ``seen`` and ``foretold``, rates in [0, 1]; ``gap``, foretold less seen, with its 95 %
    interval; ``auc``, NaN where all or nobody did it; ``alarmed``, a share.

    Args:
        groups: Name of each donor's group; null is in none. Shape (n,).
        chance: What was foretold. Shape (n,).
        outcome: 1 where it happened, else 0. Shape (n,).
        alarmed: Who was alarmed about. Shape (n,).
    """
    names = groups.cast(pl.String)
    rows = []
    for name in sorted(names.drop_nulls().unique().to_list()):
        inside = (names == name).fill_null(value=False).to_numpy()
        alarm = float(alarmed[inside].mean()) if alarmed is not None else None
        rows.append({"group": name} | _row(chance[inside], outcome[inside], alarm))
    return pl.DataFrame(rows, schema=SCHEMA)


def set_apart(table: pl.DataFrame, chance: Vector, outcome: Vector) -> pl.DataFrame:
    """Return gaps by ``dimension`` with ``unequal``: a group is foretold otherwise than the whole.

    Its gap is over five points from the whole file's, and not by chance (5 % over all the groups
    of the dimension).

    Args:
        table: What ``by`` returns, and ``dimension``.
        chance: What was foretold of all donors. Shape (n,).
        outcome: 1 where it happened, else 0. Shape (n,).
    """
    whole = float((chance - outcome).mean()) if len(outcome) else 0.0
    apart = (pl.col("gap") - whole).abs()
    compared = pl.col("gap").is_not_null().sum().over("dimension")
    # Bonferroni: five in a hundred over the dimension, not for each of its groups.
    beyond = compared.map_batches(_normal_beyond, return_dtype=pl.Float64)
    chance_alone = (pl.col("gap_high") - pl.col("gap")) / Z95 * beyond
    unequal = ((apart > LARGE_GAP) & (apart > chance_alone)).fill_null(value=False)
    return table.with_columns(unequal=unequal)


def wilson(happened: int, donors: int) -> tuple[float, float]:
    """Return the 95 % interval of a share; (0, 1) without a donor.

    Source: Wilson (1927); it stays within [0, 1] and holds at 0.
    """
    if not donors:
        return 0.0, 1.0
    share, z2 = happened / donors, Z95**2
    middle = (share + z2 / (2 * donors)) / (1 + z2 / donors)
    half = Z95 * np.sqrt(share * (1 - share) / donors + z2 / (4 * donors**2)) / (1 + z2 / donors)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def _normal_beyond(groups: pl.Series) -> pl.Series:
    return pl.Series(special.ndtri(1 - 0.025 / groups.to_numpy().clip(1)))


def _row(chance: Vector, outcome: Vector, alarmed: float | None) -> dict[str, object]:
    donors = len(outcome)
    if donors < LEAST_DONORS:
        return {"donors": donors, "too_few": True}
    missed = chance - outcome
    gap = float(missed.mean())
    # The foretold variance stands in where nobody, or everybody, did it.
    variance = max(float(missed.var()), float((chance * (1 - chance)).mean()))
    half = Z95 * np.sqrt(variance / donors)
    return {
        "donors": donors,
        "too_few": False,
        "seen": float(outcome.mean()),
        "foretold": float(chance.mean()),
        "gap": gap,
        "gap_low": gap - half,
        "gap_high": gap + half,
        "auc": goodness.auc(chance, outcome),
        "alarmed": alarmed,
    }
