"""Tally: how many units did what, so that every figure of an experiment is worked out from counts.

Households are counted by arm, by what they were when they were drawn, by how long they were
followed, and by each value of each measure: counts add up, in whole numbers, however many parts the
log is read in. The query is ``tally.sql``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import resources

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.engine import duck
from mecene.engine.connection import Limits
from mecene.engine.store import FactStore
from mecene.experiments import taken
from mecene.experiments.moments import Moments
from mecene.experiments.proportions import Answers

# What is kept of a draw beside ``taken.DRAWN``: where a unit stood, what its donors are worth, and
# the order in which they were drawn.
DRAWN = pl.Schema({
    **taken.DRAWN, "segment": pl.String(), "life_value": pl.Float64(), "place": pl.Int64(),
})  # fmt: skip
BEFORE = "amount_before"
MEASURES = (
    "gave", "amount", "gifts", "second_gift", "recurring", "debit_recovered", "still_recurring",
    "clicks", "bounces", "opt_in", "events", "events_before", "time_on_site", "unsubscribes",
    "complaints", "retention_12m", "life_value",
)  # fmt: skip
_CELL = ("arm", "is_new", "segment", "ripe")
_SUMS = ("n", "before", "donors")


class NotCounted(KeyError):
    """A measure, a covariate or a number of days that nothing was counted of."""


@dataclass(frozen=True)
class Group:
    """Some of the units of a tally: what they did, as counts.

    Attributes:
        cells: One row a cell: units, donors, what they had given before, and its square.
        counts: One row a cell, measure and value other than 0: units, what they had given before.
    """

    cells: pl.DataFrame
    counts: pl.DataFrame

    @cached_property
    def height(self) -> int:
        """Return how many units."""
        return int(self.cells["n"].sum())

    @cached_property
    def donors(self) -> int:
        """Return how many donors they are."""
        return int(self.cells["donors"].sum())

    def where(self, column: str, value: object) -> "Group":
        """Return those that were so when they were drawn: ``is_new``, ``segment``, ``arm``."""
        those = pl.col(column) == value
        return Group(self.cells.filter(those), self.counts.filter(those))

    def total(self, name: str) -> int:
        """Return the sum of a measure."""
        values, units, _ = self._of(name)
        return sum(v * n for v, n in zip(values, units, strict=True))

    def answers(self, name: str) -> Answers:
        """Return how many have a measure."""
        return Answers(sum(self._of(name)[1]), self.height)

    def above_zero(self, name: str) -> NDArray[np.float64]:
        """Return the values above 0, each as often as there are units; in their order."""
        values, units, _ = self._of(name)
        return np.repeat(np.asarray(values, dtype=np.float64), np.asarray(units, dtype=np.int64))

    def moments(
        self, name: str, *, cap: float | None = None, adjusted_by: Sequence[str] = ()
    ) -> Moments:
        """Return the moments of a measure, those above a cap as it, beside covariates.

        Raises:
            NotCounted: a covariate other than ``amount_before``.
        """
        if set(adjusted_by) - {BEFORE}:
            raise NotCounted(f"{', '.join(adjusted_by)}: only {BEFORE} is counted beside measures")
        values, units, before = self._of(name)
        held: Sequence[float] = values if cap is None else [min(v, cap) for v in values]
        total = sum(v * n for v, n in zip(held, units, strict=True))
        square = sum(v * v * n for v, n in zip(held, units, strict=True))
        if not adjusted_by:
            return _exact(self.height, [total], [[square]])
        cross = sum(v * b for v, b in zip(held, before, strict=True))
        own = int(self.cells["before"].sum())
        squared = sum(map(int, self.cells["before_squared"].to_list()))
        return _exact(self.height, [total, own], [[square, cross], [cross, squared]])

    def giving(self, name: str, *, cap: float) -> Moments:
        """Return the moments that `amounts.of` makes: gave, capped, whole, and its square."""
        values, units, _ = self._of(name)
        gave, squares = [1 if v > 0 else 0 for v in values], [v * v for v in values]
        columns: list[Sequence[float]] = [gave, [min(v, cap) for v in values], values, squares]
        sums = [sum(v * n for v, n in zip(one, units, strict=True)) for one in columns]
        products = [[sum(a * b * n for a, b, n in zip(one, other, units, strict=True))
                     for other in columns] for one in columns]  # fmt: skip
        return _exact(self.height, sums, products)

    def _of(self, name: str) -> tuple[list[int], list[int], list[int]]:
        """Return the values other than 0 in order, units of each, what they had given before."""
        if name not in MEASURES:
            raise NotCounted(name)
        rows = self.counts.filter(pl.col("measure") == name)
        told = rows.group_by("value").agg(pl.col("n", "before").sum()).sort("value")
        return told["value"].to_list(), told["n"].to_list(), told["before"].to_list()


@dataclass(frozen=True)
class Tally:
    """All the units of an experiment, counted.

    Attributes:
        group: Everybody drawn.
        days: The days that ``of`` may ask, in order.
        as_of: The day of the look.
    """

    group: Group
    days: tuple[int, ...]
    as_of: date

    @property
    def height(self) -> int:
        """Return how many units were drawn."""
        return self.group.height

    @property
    def followed_least(self) -> int:
        """Return the days since the last draw."""
        return (self.as_of - self.last_day).days

    @property
    def followed_most(self) -> int:
        """Return the days since the first draw."""
        first: date = self.group.cells["first_day"].min()  # type: ignore[assignment]
        return (self.as_of - first).days

    @property
    def last_day(self) -> date:
        """Return the day of the last draw."""
        last: date = self.group.cells["last_day"].max()  # type: ignore[assignment]
        return last

    def of(self, arms: Iterable[str], *, days: int) -> Group:
        """Return the units of some arms that were followed for so many days.

        Raises:
            NotCounted: nothing was counted after as many days.
        """
        if days not in self.days:
            raise NotCounted(f"{days} days; counted: {', '.join(map(str, self.days))}")
        those = pl.col("arm").is_in(list(arms)) & (pl.col("ripe") > self.days.index(days))
        return Group(self.group.cells.filter(those), self.group.counts.filter(those))


def tally(
    parts: Iterable[pl.DataFrame], *, store: FactStore, as_of: date, within_days: int,
    currency: str, days: Iterable[int], limits: Limits | None = None,
) -> Tally:  # fmt: skip
    """Return everybody drawn, counted; a part at a time, so that memory does not grow with them.

    Args:
        parts: ``DRAWN``; all of a unit in one part. However they are parted, the tally is the same.
        store: Where the facts lie.
        as_of: Facts dated on or after it are not seen.
        within_days: As ``taken.take``.
        currency: As ``taken.take``.
        days: What ``Tally.of`` will be asked.
        limits: Memory and threads.
    """
    asked = tuple(sorted(set(days)))
    sql, told = _query(asked), []
    for drawn in parts:
        rows = drawn.select(list(DRAWN)).cast(DRAWN)
        told.append(duck.run(
            sql, store=store, as_of=as_of, relations={"drawn": rows},
            parameters={"within_days": within_days, "currency": currency}, limits=limits,
        ))  # fmt: skip
        if len(told) > 1:
            told = [_added(pl.concat(told))]
    whole = _added(pl.concat(told)) if told else pl.DataFrame(schema=_SCHEMA)
    cells, counts = whole.filter(pl.col("measure") == ""), whole.filter(pl.col("measure") != "")
    return Tally(Group(cells, counts), asked, as_of)


_SCHEMA = pl.Schema({
    "arm": pl.String, "is_new": pl.Boolean, "segment": pl.String, "ripe": pl.Int32,
    "measure": pl.String, "value": pl.Int64, "n": pl.Int64, "before": pl.Int64,
    "donors": pl.Int64, "before_squared": pl.String, "first_day": pl.Date, "last_day": pl.Date,
})  # fmt: skip


def _added(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of parts added up; squares beyond 64 bits as whole numbers in text."""
    return (
        rows.cast(_SCHEMA)
        .group_by(*_CELL, "measure", "value")
        .agg(
            pl.col(*_SUMS).sum(),
            pl.col("before_squared").cast(pl.Int128).sum().cast(pl.String),
            pl.col("first_day").min(),
            pl.col("last_day").max(),
        )
        .select(list(_SCHEMA))
        .sort(*_CELL, "measure", "value")
    )


def _query(days: Sequence[int]) -> str:
    text = resources.files("mecene.experiments").joinpath("tally.sql").read_text(encoding="utf-8")
    ripe = " + ".join(f"(days_followed >= {int(each)})::integer" for each in days)
    counts = "\n".join(
        f"union all select arm, is_new, segment, ripe, '{name}', {name}::bigint, count(*)::bigint, "
        f"sum(amount_before)::bigint, 0, '0', null, null from unit where {name}::bigint <> 0 "
        f"group by arm, is_new, segment, ripe, {name}"
        for name in MEASURES
    )
    return text.format(taken=taken.query(), ripe=ripe, counts=counts)


def _exact(n: int, sums: Sequence[float], products: Sequence[Sequence[float]]) -> Moments:
    """Return moments from whole sums: every figure is rounded once, at the end."""
    if n == 0:
        return Moments(0, np.zeros(len(sums)), np.zeros((len(sums), len(sums))))
    centred = [[(products[i][j] * n - sums[i] * sums[j]) / n for j in range(len(sums))]
               for i in range(len(sums))]  # fmt: skip
    return Moments(n, np.array([one / n for one in sums]), np.array(centred))
