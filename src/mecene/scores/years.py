"""Years: how far a whole year, or one kind of donor within it, strays from what was foretold.

Donors' own chances average out over a large group; a year's luck does not, for it moves them all.
How large it is shows where origins were foretold by what was learnt before them: in euros, for it
is euros that are summed. Two or three years say little, so both are drawn to what other files show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.scores import amounts, frequency
from mecene.scores.chance import Foretold
from mecene.scores.training import Rows

Vector = NDArray[np.float64]

# Of the sixteen invented files and the early years of a real one (docs/methods/scores.md).
USUAL_YEAR = 0.15
USUAL_GROUP = 0.3
_YEARS_OF_DOUBT = 3.0
_GROUPS = 10
# A sum above that of so many givers is counted as that: one legacy is not a good year.
_USUAL_SUMS = 0.995
_LATEST = 3  # origins that teach amounts and frequency


@dataclass(frozen=True)
class Strays:
    """One standard deviation: of a whole ``year``, a share of euros, and of a ``group`` in it.

    The year's is widened for being known from few years: times it, the normal law's 80 % are those
    of Student's.
    A group is of donors alike; one drawn at random has the year's alone. Its own is in log-odds of
    a gift: those who surely give can hardly give more, the silent can be woken by one letter.
    """

    year: float
    group: float


def strays(rows: Sequence[Rows], foretold: Sequence[Foretold], *, currency: str) -> Strays:
    """Return how far the tested origins strayed.

    Args:
        rows: Donors on each origin, oldest first.
        foretold: What was said of some origins by what was taught before them.
        currency: The one amounts are in.
    """
    years, groups = [], []
    for said in foretold:
        place = next(n for n, part in enumerate(rows) if part.origin == said.origin)
        if not said.later or not place:
            continue
        donors = gave(rows[place])
        chance = special.expit(said.log_odds)
        givers = pl.concat([givers_of(part) for part in rows[:place][-_LATEST:]])
        most = float(givers["period_minor"].quantile(_USUAL_SUMS) or 0)
        expected, variance = _sums(donors, chance, givers, currency, most)
        seen = np.minimum(_numbers(donors, "period_minor"), most)
        if seen.sum() > 0 and expected.sum() > 0:
            years.append(_year(expected, variance, seen))
            groups.append(_group(expected, variance, seen, (1 - chance) * expected))
    year = _drawn(years, USUAL_YEAR) * _widened(len(years) + _YEARS_OF_DOUBT)
    return Strays(year, _drawn(groups, USUAL_GROUP))


def gave(part: Rows) -> pl.DataFrame:
    """Return the donors of an origin who had given before it."""
    return part.frame.filter(pl.col("gifts") > 0)


def _sums(
    donors: pl.DataFrame, chance: Vector, givers: pl.DataFrame, currency: str, most: float
) -> tuple[Vector, Vector]:
    """Return each donor's expected sum and its variance, from what earlier givers taught."""
    counts = frequency.fit(givers, _numbers(givers, "period_gifts"))
    sizes = amounts.learnt(givers, currency=currency)
    further = counts.further(donors)
    number, number_squared = 1 + further, (1 + further) ** 2 + further + further**2 / counts.size
    values = np.minimum(sizes.values(donors), most / number[:, None])
    expected = chance * number * (values @ sizes.shares)
    return expected, chance * number_squared * (values**2 @ sizes.shares) - expected**2


def givers_of(part: Rows) -> pl.DataFrame:
    """Return the donors of an origin who gave in the period after it."""
    return gave(part).filter(pl.col("period_gifts") > 0)


def _year(expected: Vector, variance: Vector, seen: Vector) -> float:
    """Return the squared miss of the whole, in logs, beyond donors' own chance."""
    whole = expected.sum()
    return float(np.log(seen.sum() / whole) ** 2 - variance.sum() / whole**2)


def _group(expected: Vector, variance: Vector, seen: Vector, moved: Vector) -> float:
    """Return the squared miss of groups by expected sum, in log-odds, beyond all that is known.

    ``moved``: what one log-odd more would add to each expected sum. (n,).
    """
    level = seen.sum() / expected.sum()
    parts = np.array_split(np.argsort(expected, kind="stable"), _GROUPS)
    told = np.array([expected[part].sum() for part in parts])
    known = told > 0
    missed = np.array([seen[part].sum() for part in parts])[known] / (level * told[known]) - 1
    own = np.array([variance[part].sum() for part in parts])[known] / told[known] ** 2
    moves = np.array([moved[part].sum() for part in parts])[known] / told[known]
    # Each group counts as much as it tells: its square is known to about its own square.
    trust = moves**2 / (own + (USUAL_GROUP * moves) ** 2) ** 2
    return float(trust @ (missed**2 - own) / (trust @ moves**2))


def _drawn(missed: Sequence[float], usual: float) -> float:
    """Return the standard deviation that squared misses show, drawn to the usual one."""
    doubt = _YEARS_OF_DOUBT
    whole = sum(max(square, 0.0) for square in missed) + doubt * usual**2
    return float(np.sqrt(whole / (len(missed) + doubt)))


def _widened(years: float) -> float:
    """Return how much wider than the normal law's Student's 80 % are, a spread known of so few."""
    return float(special.stdtrit(years, 0.9) / special.ndtri(0.9))


def _numbers(frame: pl.DataFrame, name: str) -> Vector:
    if name not in frame.columns:
        return np.empty(0)
    return frame[name].to_numpy().astype(np.float64)
