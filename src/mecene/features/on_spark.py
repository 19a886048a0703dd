"""The summary on Spark: what is known of each donor on a day, beyond what one machine holds.

The same families of columns as ``summary``, from the same ``.sql`` files, and the same rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING

from mecene.engine import spark
from mecene.engine.store import FactStore
from mecene.features import dictionary, givens, summary

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def summarised(
    session: "SparkSession",
    store: FactStore,
    *,
    as_of: date,
    bucket: str | None = None,
    year_starts_in_month: int = givens.DEFAULT_YEAR_START,
    families: tuple[str, ...] | None = None,
) -> Iterator["DataFrame"]:
    """Yield one row a donor, in no order, worked out when it is read or written.

    The columns are those of ``dictionary.columns()``; ``summary.of`` says what the rest means.
    What several families read is kept, in memory or on disk, until the context is left.
    """
    families = families or dictionary.families()
    whole = spark.connected(session, store, as_of=as_of)
    known = whole.parameters | givens.of_day(as_of, year_starts_in_month=year_starts_in_month)
    for query in (givens.a_currency(), givens.of_all()):
        asked = spark.rows_of(replace(whole, parameters=known).execute(query))
        known = known | asked.row(0, named=True)
    part = spark.connected(session, store, as_of=as_of, bucket=bucket) if bucket else whole
    connection = replace(part, parameters=known)
    kept = []
    several = bool(known["has_several_currencies"])
    for name, sql in summary.intermediate(has_several_currencies=several).items():
        frame = connection.execute(sql)
        if name == "counted_gifts":  # what several families read
            frame = frame.repartition("donor_id").persist()
            kept.append(frame)
        frame.createOrReplaceTempView(name)
    try:
        yield _joined(connection, families)
    finally:
        for frame in kept:
            frame.unpersist()


def _joined(connection: spark.Connection, families: tuple[str, ...]) -> "DataFrame":
    parts = [connection.execute(summary.family(name)) for name in families]
    whole = reduce(lambda left, right: left.join(right, on="donor_id"), parts)
    return whole.select([column.name for column in dictionary.columns(families)])
