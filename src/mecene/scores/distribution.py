"""Distribution: everything a donor may do in the 24 months ahead, as one law.

When the next free gift comes, how many there are, how much each is, and how long a regular gift
goes on. Every chance, mean and interval that is shown is read off it, so they cannot contradict
one another: more time never lowers a chance, a larger sum is never likelier than a smaller one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.scores.commitment import Ending

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MONTHS = 24


@dataclass(frozen=True)
class Distribution:
    """The law of some donors, one row each; money is minor units of one currency.

    Attributes:
        first: Chance that the next free gift falls in each month ahead. (n, 24), sums <= 1.
        counts_12m: Chance of at least 0, 1, 2 … free gifts within 12 months. (n, k), falling.
        counts_24m: The same within 24 months.
        amounts: What a free gift may be; those of one donor are alike. (n, v), rising.
        ending: How a regular gift goes on.
        monthly_minor: Amount of a regular gift's debit. (n,).
        starts: Chance of starting a regular gift within 12 months. (n,).
        raises: Chance of raising it within 12 months. (n,).
        shares: Chance of each of the amounts, the same for all; even by default. (v,), sums to 1.
    """

    first: Matrix
    counts_12m: Matrix
    counts_24m: Matrix
    amounts: Matrix
    ending: Ending
    monthly_minor: Vector
    starts: Vector
    raises: Vector
    shares: Vector | None = None

    def p_gives(self, months: int) -> Vector:
        """Return the chance of a gift, free or regular, within 1 to 24 months. (n,).

        Raises:
            ValueError: ``months`` is not between 1 and 24.
        """
        _check(months)
        free = 1 - self.first[:, :months].sum(axis=1)
        return np.asarray(1 - np.maximum(free, 0.0) * (1 - self.ending.lasts[:, 0]))

    def expected_gifts(self, months: int) -> Vector:
        """Return the mean number of gifts within 12 or 24 months, debits included. (n,)."""
        debits = self.ending.lasts[:, :months].sum(axis=1)
        return np.asarray(self._counts(months)[:, 1:].sum(axis=1) + debits)

    def expected_minor(self, months: int) -> Vector:
        """Return the mean of what is given within 12 or 24 months. (n,)."""
        free = self._counts(months)[:, 1:].sum(axis=1) * self._over_amounts(self.amounts)
        return np.asarray(free + self.monthly_minor * self.ending.lasts[:, :months].sum(axis=1))

    def variance_minor(self, months: int) -> Vector:
        """Return the variance of what is given within 12 or 24 months. (n,)."""
        beyond = self._counts(months)[:, 1:]
        steps = np.arange(1, beyond.shape[1] + 1)
        mean_count, square_count = beyond.sum(axis=1), (beyond * (2 * steps - 1)).sum(axis=1)
        mean, square = self._over_amounts(self.amounts), self._over_amounts(self.amounts**2)
        free = square_count * square - (mean_count * mean) ** 2
        lasts = self.ending.lasts[:, :months]
        debits = lasts.sum(axis=1)
        spread = (lasts * (2 * np.arange(1, months + 1) - 1)).sum(axis=1) - debits**2
        return np.asarray(np.maximum(free, 0) + self.monthly_minor**2 * np.maximum(spread, 0))

    def p_total_over(self, minor: float, months: int) -> Vector:
        """Return the chance that more than an amount is given within 12 or 24 months. (n,)."""
        return self.p_totals_over(np.full(len(self.first), minor), months)

    def p_totals_over(self, minor: Vector, months: int) -> Vector:
        """Return the same for an amount of each donor's own. (n,)."""
        made, chances = self._debits(months)
        answer = np.zeros(len(self.first))
        for debits, chance in zip(made, chances.T, strict=True):
            there = np.flatnonzero(chance > 0)
            if len(there):
                left = minor[there] - debits * self.monthly_minor[there]
                answer[there] += chance[there] * self._free_over(left, there, months)
        return np.minimum(answer, 1.0)

    def total_quantile(self, share: float, months: int) -> Vector:
        """Return the least amount not exceeded with a chance of ``share``, within 1 %. (n,)."""
        low = np.full(len(self.first), -1.0)
        high = self.amounts[:, -1] * (self.counts_12m.shape[1] * 2) + 25 * self.monthly_minor + 1
        while np.any(high - low > np.maximum(50.0, 0.01 * high)):
            middle = (low + high) / 2
            enough = 1 - self.p_totals_over(middle, months) >= share - 1e-12
            high, low = np.where(enough, middle, high), np.where(enough, low, middle)
        none = 1 - self.p_totals_over(np.zeros(len(high)), months) >= share - 1e-12
        return np.where(none, 0.0, high)

    def next_gift_month(self, share: float) -> Vector:
        """Return after how many months the next free gift has come, if it comes at all. (n,).

        Args:
            share: Of the chance that it comes within 24 months, in (0, 1).

        Returns:
            In (0, 24]; NaN where there is no chance at all.
        """
        whole = self.first.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            passed = np.cumsum(self.first / whole, axis=1)
        month = (passed < share - 1e-12).sum(axis=1).clip(0, MONTHS - 1)
        rows = np.arange(len(month))
        before = np.where(month > 0, passed[rows, month - 1], 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            inside = (share - before) / (passed[rows, month] - before)
        return np.asarray(np.where(whole[:, 0] > 0, month + np.clip(inside, 0, 1), np.nan))

    def next_act(self) -> dict[str, Vector]:
        """Return the chance of each kind of next act within 24 months; with ``none``, sum 1.

        Kinds: ``one_off``, ``start``, ``raise``, ``stop``. The regular debits themselves are no
        act. Each kind runs at its own monthly risk; whichever comes first is the next.
        """
        running = self.ending.lasts[:, 0] > 0
        silent = np.maximum(1 - np.cumsum(self.first, axis=1), 0.0)
        before = np.concatenate([np.ones((len(silent), 1)), silent[:, :-1]], axis=1)
        lasted = np.concatenate([running[:, None] * 1.0, self.ending.lasts[:, :-1]], axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            risks = {
                "one_off": _risk(1 - silent / before),
                "start": np.repeat(_risk(self.starts * ~running)[:, None] / 12, MONTHS, axis=1),
                "raise": np.repeat(_risk(self.raises * running)[:, None] / 12, MONTHS, axis=1),
                "stop": _risk(np.where(lasted > 0, 1 - self.ending.lasts / lasted, 0.0)),
            }
        total = sum(risks.values(), start=np.zeros_like(self.first))
        still = np.exp(-np.cumsum(total, axis=1))
        reached = np.concatenate([np.ones((len(still), 1)), still[:, :-1]], axis=1)
        happens = (reached - still) / np.maximum(total, 1e-300)
        acts = {kind: (risk * happens).sum(axis=1) for kind, risk in risks.items()}
        return acts | {"none": still[:, -1]}

    def income_by_month(self) -> Vector:
        """Return the expected income of these donors together in each of 24 months. (24,).

        The two years' sums are those of ``expected_minor``.
        """
        year, both = (self._counts(m)[:, 1:].sum(axis=1) for m in (12, 24))
        mean = self._over_amounts(self.amounts)
        when = np.maximum(self.first, 1e-12)
        income = np.zeros(MONTHS)
        for part, count in ((slice(0, 12), year), (slice(12, 24), both - year)):
            inside = when[:, part] / when[:, part].sum(axis=1, keepdims=True)
            income[part] = (inside * (count * mean)[:, None]).sum(axis=0)
        return np.asarray(income + (self.ending.lasts * self.monthly_minor[:, None]).sum(axis=0))

    def _counts(self, months: int) -> Matrix:
        if months not in (12, 24):
            raise ValueError(f"months is {months}; sums are foretold over 12 or 24")
        return self.counts_12m if months == 12 else self.counts_24m

    def _free_over(self, minor: Vector, rows: NDArray[np.intp], months: int) -> Vector:
        """Return the chance that free gifts alone exceed an amount, for some rows."""
        counts, amounts = self._counts(months)[rows], self.amounts[rows]
        # More than x with gifts of a: at least floor(x / a) + 1 of them.
        needed = np.floor(np.maximum(minor, 0.0)[:, None] / amounts).astype(np.int64) + 1
        most = counts.shape[1] - 1
        reached = np.take_along_axis(counts, np.minimum(needed, most), axis=1)
        over = self._over_amounts(np.where(needed <= most, reached, 0.0))
        return np.asarray(np.where(minor < 0, 1.0, over))

    def _over_amounts(self, values: Matrix) -> Vector:
        """Return the mean of what each amount brings, by donor. (n,)."""
        return values.mean(axis=1) if self.shares is None else values @ self.shares

    def _debits(self, months: int) -> tuple[Sequence[int], Matrix]:
        """Return the numbers of debits that may be made, and the chance of each. (n, k)."""
        lasts = self.ending.lasts[:, :months]
        if not np.any(lasts > 0):
            return (0,), np.ones((len(lasts), 1))
        reached = np.concatenate([np.ones((len(lasts), 1)), lasts], axis=1)
        exactly = reached - np.concatenate([lasts, np.zeros((len(lasts), 1))], axis=1)
        return range(months + 1), np.maximum(exactly, 0.0)


def _risk(chance: Matrix) -> Matrix:
    """Return the rate whose chance within the time that is."""
    return np.asarray(-np.log1p(-np.clip(np.nan_to_num(chance), 0.0, 1 - 1e-9)))


def _check(months: int) -> None:
    if not 1 <= months <= MONTHS:
        raise ValueError(f"months is {months}; the law covers 1 to {MONTHS}")
