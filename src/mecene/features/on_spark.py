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
from mecene.features import dictionary, summary

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def summarised(
    session: "SparkSession",
    store: FactStore,
    *,
    as_of: date,
    bucket: str | None = None,
    year_starts_in_month: int = summary.DEFAULT_YEAR_START,
    families: tuple[str, ...] | None = None,
) -> Iterator["DataFrame"]:
    """Yield one row a donor, in no order, worked out when it is read or written.

    The columns are those of ``dictionary.columns()``; ``summary.of`` says what the rest means.
    What several families read is kept, in memory or on disk, until the context is left.
    """
    families = families or dictionary.families()
    whole = spark.connected(session, store, as_of=as_of)
    asked = spark.rows_of(whole.execute(summary.known_of_all())).row(0, named=True)
    known = whole.parameters | asked | {"year_starts_in_month": year_starts_in_month}
    part = spark.connected(session, store, as_of=as_of, bucket=bucket) if bucket else whole
    connection = replace(part, parameters=known)
    kept = []
    for name in summary.INTERMEDIATE:
        frame = connection.execute(summary.text(name)).repartition("donor_id").persist()
        frame.createOrReplaceTempView(name)
        kept.append(frame)
    try:
        yield _joined(connection, families)
    finally:
        for frame in kept:
            frame.unpersist()


def _joined(connection: spark.Connection, families: tuple[str, ...]) -> "DataFrame":
    parts = [connection.execute(summary.family(name)) for name in families]
    whole = reduce(lambda left, right: left.join(right, on="donor_id"), parts)
    return whole.select([column.name for column in dictionary.columns(families)])
