"""Past: had alarms been raised on an earlier day of this file, would they have been right?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene import period
from mecene.engine import duck
from mecene.engine.store import BUCKETS, FactStore
from mecene.signals import backtest, learning, outcomes, rhythm
from mecene.signals.backtest import Looked, Marks

RATES = (0.01, 0.02, 0.05, 0.1, 0.2)
# Monthly looks before the day, for how long before a lapse the alarm was there.
CHECKS = 6
# As many as the published bar flags of monthly donors.
FLAGGED = 0.24
# Past so many donors, a sixteenth of them tells as much.
_MOST = 300_000


@dataclass(frozen=True)
class Past:
    """How alarms held on an earlier day, learnt from before it alone.

    Attributes:
        day: The day.
        marks: By part: ``all``, ``free``, ``regular``, and ``flagged``: the regular, were the
            ``FLAGGED`` share with the highest alarm in alarm; parts with somebody to watch only.
        learnt: By part (``free``, ``regular``), whether the file's own past set the limit.
        lead_days: Median days from the first alarm to the lapse, of those found; None: nobody was.
        at_rates: By false-alarm rate asked, how all donors fared.
        part_looked: Whether a sixteenth of the donors was looked at.
    """

    day: date
    marks: dict[str, Marks]
    learnt: dict[str, bool]
    lead_days: float | None
    at_rates: dict[float, Marks]
    part_looked: bool


def of(
    store: FactStore,
    *,
    as_of: date,
    false_alarm_rate: float,
    on_progress: Callable[[str, int, int], None],
) -> Past | None:
    """Return how the alarms of the latest day whose outcome is known held; None without one.

    Args:
        store: The facts.
        as_of: The day of today's alarms; facts of that day and later are not seen.
        false_alarm_rate: As today's.
        on_progress: Told ``(stage, done, total)``.
    """
    # The latest day whose outcome is settled today.
    day = as_of - (outcomes.settled_on(as_of) - as_of)
    on_progress("past", 0, CHECKS + 1)
    try:
        learnt = learning.on(store, as_of=day)
    except rhythm.NothingToSay:
        return None
    bucket = _bucket(store, as_of)
    rates = (false_alarm_rate, *(rate for rate in RATES if rate != false_alarm_rate))
    looks = backtest.at_rates(store, day=day, rates=rates, learnt=learnt, bucket=bucket)
    last = looks[0]
    if not last.donors.height:
        return None
    parts = {"all": pl.lit(value=True)} | {
        group: pl.col("group") == group for group in ("free", "regular")
    }
    marks = {name: last.marks(keep) for name, keep in parts.items()}
    marks["flagged"] = _flagged(last.donors.filter(pl.col("group") == "regular"))
    return Past(
        day=day,
        marks={name: each for name, each in marks.items() if each.watched},
        learnt={name: group.learnt for name, group in learnt.calibration.groups.items()},
        lead_days=_lead(store, last, false_alarm_rate, bucket, on_progress),
        at_rates={
            rate: look.marks() for rate, look in sorted(zip(rates, looks, strict=True), key=_first)
        },
        part_looked=bucket is not None,
    )


def _first(pair: tuple[float, Looked]) -> float:
    return pair[0]


def _flagged(regular: pl.DataFrame) -> Marks:
    ranked = regular.sort("alarm", "donor_id", descending=[True, False]).with_row_index("place")
    most = round(FLAGGED * regular.height)
    return backtest.marked(ranked.with_columns(alarmed=pl.col("place") < most))


def _lead(
    store: FactStore,
    last: Looked,
    false_alarm_rate: float,
    bucket: str | None,
    on_progress: Callable[[str, int, int], None],
) -> float | None:
    """Return how long before a lapse its alarm was first there, in the middle."""
    looks = []
    for done, months in enumerate(range(CHECKS, 0, -1), start=1):
        on_progress("past", done, CHECKS + 1)
        day = period.add_months(last.day, -months)
        look = backtest.at(
            store, day=day, learnt=last.learnt, false_alarm_rate=false_alarm_rate, bucket=bucket
        )
        looks.append(look)
    on_progress("past", CHECKS + 1, CHECKS + 1)
    middle = backtest.lead_days([*looks, last])["lead_days"].median()
    return None if middle is None else float(middle)  # type: ignore[arg-type]


def _bucket(store: FactStore, as_of: date) -> str | None:
    donors = duck.run("select count(*) as donors from donors", store=store, as_of=as_of)
    return BUCKETS[0] if int(donors["donors"][0]) > _MOST else None
