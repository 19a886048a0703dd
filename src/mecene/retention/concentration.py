"""Concentration: how much of the income do the most generous few bring."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

TOP_SHARES = (0.01, 0.05, 0.10, 0.20)
LORENZ_POINTS = 100


@dataclass(frozen=True)
class TopShare:
    """What the most generous part of the donors gave, over what all gave.

    ``income_share`` is None when that part is less than one donor.
    """

    donors_share: float
    income_share: float | None


@dataclass(frozen=True)
class LorenzPoint:
    """The least generous ``donors_share`` of donors gave ``income_share`` of the income."""

    donors_share: float
    income_share: float


@dataclass(frozen=True)
class Concentration:
    """How unequal the yearly totals of donors are, over one rolling year.

    ``gini`` is 0 when all gave the same and nears 1 when one gave everything; None for nobody.
    """

    who: str
    year: int
    donors: int
    amount_minor: int
    top: tuple[TopShare, ...]
    gini: float | None
    lorenz: tuple[LorenzPoint, ...]


def figures(tally: pl.DataFrame, *, who: str, year: int) -> Concentration:
    """Return the concentration of one rolling year's income among its donors.

    Args:
        tally: The tally ``concentration``: donors by the total they gave.
        who: ``donors`` or ``organisations``.
        year: 0 for the twelve months that end at ``as_of``, -1 for those before.
    """
    rows = tally.filter((pl.col("who") == who) & (pl.col("year") == year)).sort("amount_minor")
    totals = rows["amount_minor"].to_numpy().astype(np.int64)
    donors = rows["donors"].to_numpy().astype(np.int64)
    number, amount = int(donors.sum()), int((totals * donors).sum())
    if number == 0:
        empty = tuple(TopShare(share, None) for share in TOP_SHARES)
        return Concentration(who, year, 0, 0, empty, None, ())
    # Cumulated from the least generous: the Lorenz curve, straight between distinct totals, so
    # donors who tie at the border of a share are taken in proportion.
    people = np.concatenate(([0.0], np.cumsum(donors) / number))
    money = np.concatenate(([0.0], np.cumsum(totals * donors) / amount))
    return Concentration(
        who=who,
        year=year,
        donors=number,
        amount_minor=amount,
        top=tuple(_top(share, number, people, money) for share in TOP_SHARES),
        gini=gini(totals, donors=donors),
        lorenz=_thinned(people, money),
    )


def gini(totals: npt.NDArray[np.int64], *, donors: npt.NDArray[np.int64]) -> float:
    """Return Gini's coefficient of totals that are sorted and distinct, each of some donors.

    Half the mean difference between two donors, over the mean: one minus twice the area under
    the Lorenz curve. In [0, 1).
    """
    people = np.cumsum(donors) / donors.sum()
    money = np.cumsum(totals * donors) / (totals * donors).sum()
    under = np.sum(np.diff(people, prepend=0.0) * (money + np.concatenate(([0.0], money[:-1]))))
    # Rounding can leave -1e-16 when all gave the same.
    return max(0.0, float(1 - under))


def _top(
    share: float, number: int, people: npt.NDArray[np.float64], money: npt.NDArray[np.float64]
) -> TopShare:
    # 100 × 0.01 is exactly one donor; the slack keeps rounding from making it less.
    if share * number < 1 - 1e-9:
        return TopShare(share, None)
    return TopShare(share, float(1 - np.interp(1 - share, people, money)))


def _thinned(
    people: npt.NDArray[np.float64], money: npt.NDArray[np.float64]
) -> tuple[LorenzPoint, ...]:
    at = np.linspace(0.0, 1.0, LORENZ_POINTS + 1) if people.size > LORENZ_POINTS + 1 else people
    shares = np.interp(at, people, money)
    return tuple(LorenzPoint(float(x), float(y)) for x, y in zip(at, shares, strict=True))
