"""Histories: what a model needs to remember of a donor's past.

Very little: in how many years they gave again, the last of them, how many there were; or the
same in days. Donors with equal pasts are one row with a count, so ten million donors are a
few hundred rows of years, or a few million of days, and two files add up.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Whole = NDArray[np.int64]


class ImpossibleHistory(ValueError):
    """Counts that cannot be: a last gift after the end, more gifts than years, a negative."""


class TooFewDonors(ValueError):
    """Nobody in the file has had an opportunity to give again; there is nothing to learn from."""


@dataclass(frozen=True)
class Yearly:
    """Donors by (years they gave in again, last such year, years since they came).

    All of shape (n,); the year of arrival is year 0 and not an opportunity.
    """

    repeat_years: Whole
    last_repeat_year: Whole
    opportunities: Whole
    donors: Whole

    @property
    def total(self) -> int:
        """Return how many donors there are."""
        return int(self.donors.sum())

    def with_opportunities(self) -> Self:
        """Return the histories that tell something: those with at least one opportunity.

        Raises:
            TooFewDonors: there is none.
        """
        kept = self.opportunities > 0
        if not kept.any():
            raise TooFewDonors(
                "no donor came more than a year ago; the chance of giving again cannot be learnt"
            )
        return type(self)(*(column[kept] for column in self._columns()))

    def __add__(self, other: Self) -> Self:
        columns = zip(self._columns(), other._columns(), strict=True)
        return type(self)(*_sum_equal(*(np.concatenate(pair) for pair in columns)))

    def _columns(self) -> tuple[Whole, Whole, Whole, Whole]:
        return self.repeat_years, self.last_repeat_year, self.opportunities, self.donors


@dataclass(frozen=True)
class Daily:
    """Donors by (days they gave on again, days first → last gift, days first gift → now).

    All of shape (n,).
    """

    repeat_gifts: Whole
    last_gift_days: Whole
    observed_days: Whole
    donors: Whole

    @property
    def total(self) -> int:
        """Return how many donors there are."""
        return int(self.donors.sum())

    def __add__(self, other: Self) -> Self:
        columns = zip(self._columns(), other._columns(), strict=True)
        return type(self)(*_sum_equal(*(np.concatenate(pair) for pair in columns)))

    def sample(self, donors: int) -> Self:
        """Return about that many donors, one in so many along the sorted histories."""
        every = max(self.total // donors, 1)
        ends = np.cumsum(self.donors) // every
        kept = np.diff(ends, prepend=0)
        chosen = kept > 0
        x, last, end, _ = self._columns()
        return type(self)(x[chosen], last[chosen], end[chosen], kept[chosen])

    def _columns(self) -> tuple[Whole, Whole, Whole, Whole]:
        return self.repeat_gifts, self.last_gift_days, self.observed_days, self.donors


def yearly(
    repeat_years: ArrayLike,
    last_repeat_year: ArrayLike,
    opportunities: ArrayLike,
    *,
    donors: ArrayLike | None = None,
) -> Yearly:
    """Return donors grouped by equal yearly histories, sorted.

    Raises:
        ImpossibleHistory: a row that cannot be, with its number from 1.
    """
    return Yearly(*_group(repeat_years, last_repeat_year, opportunities, donors, per_step=1))


def daily(
    repeat_gifts: ArrayLike,
    last_gift_days: ArrayLike,
    observed_days: ArrayLike,
    *,
    donors: ArrayLike | None = None,
) -> Daily:
    """Return donors grouped by equal daily histories, sorted.

    Raises:
        ImpossibleHistory: a row that cannot be, with its number from 1.
    """
    return Daily(*_group(repeat_gifts, last_gift_days, observed_days, donors, per_step=None))


def _group(
    count: ArrayLike,
    last: ArrayLike,
    end: ArrayLike,
    donors: ArrayLike | None,
    *,
    per_step: int | None,
) -> tuple[Whole, Whole, Whole, Whole]:
    columns = [np.atleast_1d(np.asarray(column)) for column in (count, last, end)]
    _refuse_impossible(*columns, per_step=per_step)
    weights = None if donors is None else np.atleast_1d(np.asarray(donors))
    return _sum_equal(columns[0], columns[1], columns[2], weights)


def _refuse_impossible(count: Whole, last: Whole, end: Whole, *, per_step: int | None) -> None:
    if not all(np.issubdtype(column.dtype, np.integer) for column in (count, last, end)):
        raise ImpossibleHistory("histories are whole numbers; found decimals")
    wrong = (count < 0) | (last < 0) | (last > end) | ((count == 0) != (last == 0))
    if per_step is not None:
        wrong |= count > last * per_step
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ImpossibleHistory(
            f"row {row + 1}: {count[row]} gifts after the first, the last at {last[row]}, "
            f"{end[row]} observed; a last gift needs a gift, and comes before the end"
        )


def _sum_equal(
    count: Whole, last: Whole, end: Whole, donors: Whole | None
) -> tuple[Whole, Whole, Whole, Whole]:
    """Return the distinct (count, last, end), sorted, and the donors of each."""
    if not len(count):
        nobody = np.empty(0, dtype=np.int64)
        return nobody, nobody, nobody, nobody
    lasts, ends = int(last.max()) + 1, int(end.max()) + 1
    span = (int(count.max()) + 1) * lasts * ends
    if span > np.iinfo(np.int64).max:
        raise ImpossibleHistory(f"{count.max()} gifts over {end.max()} days is beyond any history")
    key = count.astype(np.int64)
    key *= lasts
    key += last
    key *= ends
    key += end
    keys, totals = _count_keys(key, donors, span=span, ends=ends)
    counts, rest = np.divmod(keys, lasts * ends)
    return counts, rest // ends, rest % ends, totals


def _count_keys(key: Whole, donors: Whole | None, *, span: int, ends: int) -> tuple[Whole, Whole]:
    if span <= max(4 * len(key), 1 << 16):  # few possible histories: count, do not sort
        counted = np.bincount(key, minlength=1, weights=donors)
        keys = np.flatnonzero(counted)
        return keys, counted[keys].astype(np.int64)
    if donors is None:
        again = key >= ends
        once = np.bincount(key[~again])  # one gift: the end alone, and most of a file
        key = np.sort(key[again])
        starts = np.flatnonzero(key[1:] != key[:-1]) + 1 if len(key) else np.empty(0, np.int64)
        starts = np.concatenate([np.zeros(min(len(key), 1), np.int64), starts])
        of_once = np.flatnonzero(once)
        return (
            np.concatenate([of_once, key[starts]]),
            np.concatenate([once[of_once], np.diff(starts, append=len(key))]),
        )
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=key[0] - 1))
    return key[starts], np.add.reduceat(donors[order].astype(np.int64), starts)
