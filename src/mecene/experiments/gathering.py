"""From the log to moments: who was drawn, and what did they do before and since?

One pass of SQL over the facts, a bucket of donors at a time if memory is short; what comes back
is a few numbers an arm, which add up. Means and products are those of DuckDB's ``avg`` and
``covar_pop``, which go through distances to the mean, not through sums of squares.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import combinations_with_replacement

import numpy as np
import polars as pl

from mecene import facts
from mecene.engine import duck
from mecene.engine.connection import Limits, Parameter
from mecene.engine.store import FactStore
from mecene.experiments.moments import Moments, NotNumbers

ARM = "arm"
STRATUM = "stratum"
UNKNOWN = "unknown"  # the group of those of whom it is not known
GIVING = "giving"  # the name of the ready-made rows in ``units``

Gathered = dict[str, dict[str, Moments]]


class DrawnTwice(ValueError):
    """A person was drawn more than once, and would be counted in two arms."""


@dataclass(frozen=True)
class Metric:
    """What is measured of each unit, as SQL over the columns of its row.

    Attributes:
        name: Its name.
        quantities: What its moments hold, in order: the measure, then its covariates, or the
            denominator of a ratio; never null.
    """

    name: str
    quantities: tuple[str, ...]


def gave(*, name: str = "gave") -> Metric:
    """Return whether a donor gave since the draw, beside whether they had before."""
    return Metric(name, ("gave", "gave_before"))


def amount(*, cap_minor: int, name: str = "amount") -> Metric:
    """Return what a donor gave since, capped, beside what they had given before, capped alike."""
    capped = (f"least({column}, {cap_minor})" for column in ("amount_minor", "amount_before_minor"))
    return Metric(name, tuple(capped))


def giving(*, cap_minor: int, name: str = "giving") -> Metric:
    """Return the quantities that `amounts.giving` asks for, in its order."""
    columns = ("gave", f"least(amount_minor, {cap_minor})", "amount_minor", "amount_minor ** 2")
    return Metric(name, columns)


def units(name: str = GIVING) -> str:
    """Return the SQL of ready-made rows, one a person drawn: the columns are in the file.

    It reads gifts and a relation ``drawn`` (donor_id, arm, drawn_on, and whatever else is to be
    kept), one row a person, and the constants ``days_before``, ``days_after``, ``in_currency``.
    """
    return _file(f"{name}.sql")


def by_household(rows: str, *, quantities: Sequence[str]) -> str:
    """Return SQL of one row a household from rows of people: sums, and ``people``.

    Where households were drawn, the household is the unit; a mean a person is then the ratio of
    a sum to ``people`` (`mecene.experiments.ratios`).

    Args:
        rows: SQL of one row a person, with ``arm`` and ``household``.
        quantities: Columns to add up.
    """
    sums = ", ".join(f"sum({each}) as {each}" for each in quantities)
    return (
        f"select {ARM}, household, count(*) as people, {sums} "
        f"from ({rows}) as person group by {ARM}, household"
    )


def statement(rows: str, *, metrics: Sequence[Metric], by: Sequence[str] = (ARM,)) -> str:
    """Return the SQL that reduces rows to the moments of every metric, in one pass.

    Args:
        rows: SQL of one row a unit.
        metrics: What is measured.
        by: Columns to tell apart: the arm, and strata.
    """
    keys = ", ".join(by)
    quantities = [
        f"{sql} as {_column(m, q)}" for m, each in enumerate(metrics)
        for q, sql in enumerate(each.quantities)
    ]  # fmt: skip
    # A measure may be of any number type; covariances of integers would overflow.
    typed = ", ".join(quantities)
    return (
        f"with unit as ({rows}), measured as (select {keys}, {typed} from unit) "
        f"select {keys}, count(*) as n, {', '.join(_aggregates(metrics))} "
        f"from measured group by {keys} order by {keys}"
    )


def gathered(
    store: FactStore, rows: str, *, metrics: Sequence[Metric], as_of: date, drawn: pl.DataFrame,
    parameters: Mapping[str, Parameter], buckets: Iterable[str | None] = (None,),
    limits: Limits | None = None,
) -> Gathered:  # fmt: skip
    """Return arm → metric → moments, of everybody drawn.

    Args:
        store: Where the facts lie.
        rows: SQL of one row a unit, as ``units``.
        metrics: What is measured.
        as_of: Facts dated on or after it are not seen.
        drawn: Who was drawn: donor_id (Int64), arm (String), drawn_on (Date); one row a person.
        parameters: Constants of the rows.
        buckets: Buckets of donors, one after the other, or None for all at once; households
            spread over buckets are then counted once a bucket, so leave it at None for them.
        limits: Memory and threads.

    Raises:
        DrawnTwice: somebody has two rows in ``drawn``.
        NotNumbers: a quantity is null for somebody.
    """
    within = gathered_within(
        store, rows, stratum="'everybody'", metrics=metrics, as_of=as_of, drawn=drawn,
        parameters=parameters, buckets=buckets, limits=limits,
    )  # fmt: skip
    return within.get("everybody", {})


def gathered_within(
    store: FactStore, rows: str, *, stratum: str, metrics: Sequence[Metric], as_of: date,
    drawn: pl.DataFrame, parameters: Mapping[str, Parameter],
    buckets: Iterable[str | None] = (None,), limits: Limits | None = None,
) -> dict[str, Gathered]:  # fmt: skip
    """Return group → arm → metric → moments, for `mecene.experiments.strata`; as ``gathered``.

    Args:
        store: As ``gathered``.
        rows: As ``gathered``.
        stratum: SQL over a row, told as text: what was known before the draw.
        metrics: As ``gathered``.
        as_of: As ``gathered``.
        drawn: As ``gathered``.
        parameters: As ``gathered``.
        buckets: As ``gathered``.
        limits: As ``gathered``.
    """
    if drawn["donor_id"].n_unique() < drawn.height:
        raise DrawnTwice("somebody is drawn more than once: one row a person, of their first draw")
    sql = statement(
        f"select *, coalesce(({stratum})::varchar, '{UNKNOWN}') as stratum from ({rows}) as row",
        metrics=metrics,
        by=(STRATUM, ARM),
    )
    total: dict[str, Gathered] = {}
    for bucket in buckets:
        kept = drawn if bucket is None else _of_bucket(drawn, bucket)
        told = duck.run(
            sql, store=store, as_of=as_of, bucket=bucket, relations={"drawn": kept},
            parameters=parameters, limits=limits,
        )  # fmt: skip
        for (group, arm), each in of_rows(told, metrics=metrics, by=(STRATUM, ARM)).items():
            held = total.setdefault(str(group), {}).setdefault(str(arm), {})
            for name, one in each.items():
                held[name] = held[name] + one if name in held else one
    return total


def of_rows(
    told: pl.DataFrame, *, metrics: Sequence[Metric], by: Sequence[str] = (ARM,)
) -> dict[tuple[object, ...], dict[str, Moments]]:
    """Return group → metric → moments, from the rows that ``statement`` gives.

    Raises:
        NotNumbers: a quantity is null for somebody.
    """
    return {
        tuple(row[key] for key in by): {
            metric.name: _moments(row, place, metric) for place, metric in enumerate(metrics)
        }
        for row in told.to_dicts()
    }


def _aggregates(metrics: Sequence[Metric]) -> list[str]:
    """Return the aggregates: counts, means and covariances of each metric's own quantities."""
    told = []
    for place, metric in enumerate(metrics):
        columns = [_column(place, q) for q in range(len(metric.quantities))]
        told += [f"count({each}) as {each}_n" for each in columns]
        told += [f"avg({each}) as {each}_mean" for each in columns]
        told += [
            f"covar_pop({one}, {other}) as {one}_{other}"
            for one, other in combinations_with_replacement(columns, 2)
        ]
    return told


def _moments(row: Mapping[str, object], place: int, metric: Metric) -> Moments:
    size, n = len(metric.quantities), int(str(row["n"]))
    columns = [_column(place, q) for q in range(size)]
    for column, sql in zip(columns, metric.quantities, strict=True):
        if row[f"{column}_n"] != n:
            raise NotNumbers(f"{metric.name}: {sql} is null for somebody; 0 stands for nothing")
    products = np.zeros((size, size))
    for first, second in combinations_with_replacement(range(size), 2):
        told = float(str(row[f"{columns[first]}_{columns[second]}"])) * n
        products[first, second] = products[second, first] = told
    means = np.array([float(str(row[f"{each}_mean"])) for each in columns])
    return Moments(n, means, products)


def _of_bucket(drawn: pl.DataFrame, bucket: str) -> pl.DataFrame:
    return drawn.filter(pl.col("donor_id") % facts.BUCKETS == int(bucket))


def _column(metric: int, quantity: int) -> str:
    return f"m{metric}_{quantity}"


@cache
def _file(name: str) -> str:
    return resources.files("mecene.experiments").joinpath(name).read_text(encoding="utf-8")
