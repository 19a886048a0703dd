"""Touches: what donors met (messages, visits, calls), and the acts that may have come of it.

A touch is one row: ``donor_id``, ``at``, ``channel``, ``kind`` (``sent``, ``click``, ``call`` …),
``device`` (of what they did; null of what they were sent). An act is one row: ``donor_id``, ``at``,
``act`` (``gift``, ``subscription``, ``opt_in``), ``value_minor`` (of a commitment: of a year).
"""

from dataclasses import dataclass
from datetime import date
from importlib import resources

import polars as pl

from mecene.engine import duck
from mecene.engine.store import FactStore

ACTS = ("gift", "subscription", "opt_in")
TOUCH = pl.Schema({
    "donor_id": pl.Int64(), "at": pl.Datetime("us"), "channel": pl.String(), "kind": pl.String(),
    "device": pl.String(),
})  # fmt: skip
ACT = pl.Schema({
    "donor_id": pl.Int64(), "at": pl.Datetime("us"), "act": pl.String(), "value_minor": pl.Int64(),
})  # fmt: skip


class InvalidTouches(ValueError):
    """A table is none of touches, or none of acts; the message says which column."""


@dataclass(frozen=True)
class Met:
    """What some donors met, and did of it; each table sorted by donor and time."""

    touches: pl.DataFrame
    acts: pl.DataFrame


def of_store(
    store: FactStore, *, as_of: date, currency: str, bucket: str | tuple[str, ...] | None = None
) -> Met:
    """Return what the donors of a bucket, or all of them, met before a day.

    Args:
        store: Where the facts lie.
        as_of: What is dated on or after it is not seen.
        currency: ISO 4217 code; an act in another one counts, its value does not.
        bucket: One of ``store.BUCKETS``, several, or None.
    """
    touches = duck.run(_sql("touches.sql"), store=store, as_of=as_of, bucket=bucket)
    known = {"main_currency": currency}
    acts = duck.run(_sql("acts.sql"), store=store, as_of=as_of, bucket=bucket, parameters=known)
    return of(touches, acts)


def of(touches: pl.DataFrame, acts: pl.DataFrame) -> Met:
    """Return touches and acts held in tables of any source, checked and sorted.

    Raises:
        InvalidTouches: a column is missing, empty where it may not be, or of another type.
    """
    return Met(
        _checked(touches, TOUCH, may_be_empty=("device",)).sort(
            # At one moment: what was sent, then what was done of it.
            "donor_id",
            "at",
            "channel",
            "kind",
            descending=[False, False, False, True],
        ),
        _checked(acts, ACT, may_be_empty=()).sort("donor_id", "at"),
    )


def _checked(
    frame: pl.DataFrame, schema: pl.Schema, *, may_be_empty: tuple[str, ...]
) -> pl.DataFrame:
    for name in schema:
        if name not in frame.columns:
            raise InvalidTouches(f"there is no column {name}; the columns are {', '.join(schema)}")
        if name not in may_be_empty and frame[name].null_count():
            raise InvalidTouches(f"{name} is empty in {frame[name].null_count()} rows")
    try:
        return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
    except pl.exceptions.InvalidOperationError as wrong:
        raise InvalidTouches(f"a column has the wrong type: {wrong}") from wrong


def _sql(name: str) -> str:
    return resources.files("mecene.attribution").joinpath(name).read_text(encoding="utf-8")
