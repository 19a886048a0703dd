"""Learning: an association's habits, and what its own past says of those who left.

A large file teaches by some of its buckets: habits need no more than some hundred thousand
donors. What is learnt is then applied to all of them, a batch at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene import period
from mecene.engine import duck
from mecene.engine.store import BUCKETS, FactStore
from mecene.features import summary
from mecene.signals import calibration, evidence, lessons, outcomes, rhythm, surprises, watched
from mecene.signals.calibration import Calibration
from mecene.signals.evidence import Evidence
from mecene.signals.lessons import Lessons
from mecene.signals.rhythm import Rhythm

# The same day of earlier years: a silence in November is not one in January.
MONTHS_BACK = (24, 36, 48)
DONORS = 200_000


@dataclass(frozen=True)
class Learnt:
    """What alarms are raised with, and from which earlier days it was learnt."""

    rhythm: Rhythm
    calibration: Calibration
    origins: tuple[date, ...]


def on(
    store: FactStore,
    *,
    as_of: date,
    months_back: Sequence[int] = MONTHS_BACK,
    donors: int = DONORS,
) -> Learnt:
    """Return what the facts known on a day teach.

    Args:
        store: The facts.
        as_of: The day; facts dated on or after it are not used.
        months_back: Earlier days to learn from, in months before it; those too late for their
            outcome to be known (14 months), or before anybody gave, are left out.
        donors: About how many donors to learn from, in whole buckets; all if there are fewer.

    Raises:
        rhythm.NothingToSay: nobody had given by that day.
    """
    buckets = _buckets(store, as_of, donors)
    seen = Evidence({})
    for bucket in buckets:
        seen += evidence.of(_summary(store, as_of, bucket))
    now = rhythm.fit(seen)
    taught = lessons.none()
    origins: list[date] = []
    for months in months_back:
        origin = period.add_months(as_of, -months)
        if outcomes.settled_on(origin) > as_of:
            continue
        found = lessons_of(store, origin=origin, habits=now, buckets=buckets)
        if found.counts.height:
            taught += found
            origins.append(origin)
    return Learnt(now, calibration.fit(taught), tuple(origins))


def lessons_of(
    store: FactStore,
    *,
    origin: date,
    habits: Rhythm,
    buckets: Sequence[str | None] = (None,),
) -> Lessons:
    """Return what became of the donors of an earlier day, beside the surprises they gave then.

    The surprises are those of today's habits: a limit learnt by one measure holds by no other.
    """
    taught = lessons.none()
    for bucket in buckets:
        donors = watched.of(_summary(store, origin, bucket))
        if donors.height:
            told = surprises.of(donors, rhythm=habits)
            became = outcomes.of(told, store=store, since=origin, bucket=bucket)
            taught += lessons.of(told, became)
    return taught


def _buckets(store: FactStore, as_of: date, donors: int) -> tuple[str | None, ...]:
    sql = "select count(*) as donors from donors"
    known = int(duck.run(sql, store=store, as_of=as_of)["donors"][0])
    if known <= donors:
        return (None,)
    return BUCKETS[: max(1, round(len(BUCKETS) * donors / known))]


def _summary(store: FactStore, as_of: date, bucket: str | None) -> pl.DataFrame:
    return summary.of(store, as_of=as_of, bucket=bucket, families=watched.FAMILIES)
