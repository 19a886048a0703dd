"""Backtest: were the alarms of an earlier day right, and how long before a lapse were they?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from scipy import stats

from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.signals import alarms, learning, outcomes, surprises, watched
from mecene.signals.alarms import FALSE_ALARM_RATE
from mecene.signals.learning import Learnt


@dataclass(frozen=True)
class Marks:
    """How the alarms of one day did, in one group of donors.

    Attributes:
        watched: Donors not yet lapsed, whose outcome is known.
        lapsing: Of them, who lapsed within the horizon.
        leaving: Who lapsed, then or later (the same, for the regular).
        alarmed: Who were alarmed.
        found: Alarmed, and lapsed within the horizon.
        right: Alarmed, and lapsed then or later.
    """

    watched: int
    lapsing: int
    leaving: int
    alarmed: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        """Return the share of those who lapse within the horizon that are alarmed."""
        return _ratio(self.found, self.lapsing)

    @property
    def precision(self) -> float:
        """Return the share of the alarmed who lapse within the horizon."""
        return _ratio(self.found, self.alarmed)

    @property
    def eventual_precision(self) -> float:
        """Return the share of the alarmed who lapse, then or later."""
        return _ratio(self.right, self.alarmed)

    @property
    def false_alarm_rate(self) -> float:
        """Return the share of those who stay that are alarmed."""
        return _ratio(self.alarmed - self.right, self.watched - self.leaving)

    def false_alarm_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval of the false-alarm rate (Wilson 1927); (0, 1) if nobody stayed."""
        stayed = self.watched - self.leaving
        if not stayed:
            return 0.0, 1.0
        found = stats.binomtest(self.alarmed - self.right, stayed).proportion_ci(
            confidence_level=confidence, method="wilson"
        )
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Looked:
    """One day's alarms beside what became of the donors, one row each."""

    day: date
    learnt: Learnt
    donors: pl.DataFrame  # donor_id, group, stage, own_rhythm, alarm, alarmed, left, lapsed_on …

    def marks(self, keep: pl.Expr | None = None) -> Marks:
        """Return how the alarms did among the donors to keep; all by default."""
        kept = self.donors if keep is None else self.donors.filter(keep)
        return marked(kept)


def at(
    store: FactStore,
    *,
    day: date,
    false_alarm_rate: float = FALSE_ALARM_RATE,
    horizon_days: int = outcomes.HORIZON_DAYS,
    confirm_days: int = outcomes.CONFIRM_DAYS,
    learnt: Learnt | None = None,
    bucket: str | None = None,
) -> Looked:
    """Return the alarms of a day, learnt from before it alone, beside what came after.

    Args:
        store: The facts; what came after the day is known until ``outcomes.settled_on(day)``.
        day: The day of the alarms.
        false_alarm_rate: As ``alarms.of``.
        horizon_days: How far ahead a lapse counts as foreseen.
        confirm_days: How long after their limit a donor must stay silent.
        learnt: What to raise alarms with; by default learnt as of the day.
        bucket: The bucket of donors to look at, or None for all.
    """
    return at_rates(
        store,
        day=day,
        rates=(false_alarm_rate,),
        horizon_days=horizon_days,
        confirm_days=confirm_days,
        learnt=learnt,
        bucket=bucket,
    )[0]


def at_rates(
    store: FactStore,
    *,
    day: date,
    rates: Sequence[float],
    horizon_days: int = outcomes.HORIZON_DAYS,
    confirm_days: int = outcomes.CONFIRM_DAYS,
    learnt: Learnt | None = None,
    bucket: str | None = None,
) -> list[Looked]:
    """Return ``at`` for each of several false-alarm rates, looked at and learnt from once."""
    known = learnt or learning.on(store, as_of=day)
    seen = summary.of(store, as_of=day, bucket=bucket, families=watched.FAMILIES)
    told = surprises.of(watched.of(seen), rhythm=known.rhythm)
    became = outcomes.of(
        told,
        store=store,
        since=day,
        horizon_days=horizon_days,
        confirm_days=confirm_days,
        bucket=bucket,
    )
    beside = told.select("donor_id", "stage").join(became, on="donor_id", how="left")
    return [
        Looked(day, known, _beside(seen, beside, known=known, false_alarm_rate=rate))
        for rate in rates
    ]


def _beside(
    seen: pl.DataFrame, became: pl.DataFrame, *, known: Learnt, false_alarm_rate: float
) -> pl.DataFrame:
    """Return the donors watched, with their alarm and what became of them where it is known."""
    raised = alarms.of(
        seen,
        rhythm=known.rhythm,
        calibration=known.calibration,
        false_alarm_rate=false_alarm_rate,
    )
    return (
        raised.select(
            "donor_id", "group", "state", "alarm",
            own_rhythm=pl.col("learnt_from") == "own", alarmed=pl.col("level") != "none",
        )
        .join(became, on="donor_id", how="left")
        .filter((pl.col("state") == "watched") & pl.col("left").is_not_null())
        .sort("donor_id")
    )  # fmt: skip


def marked(donors: pl.DataFrame) -> Marks:
    """Return how alarms did: rows with ``alarmed``, ``left`` and ``within``."""
    counts = donors.select(
        watched=pl.len(),
        lapsing=pl.col("within").sum(),
        leaving=pl.col("left").sum(),
        alarmed=pl.col("alarmed").sum(),
        found=(pl.col("alarmed") & pl.col("within")).sum(),
        right=(pl.col("alarmed") & pl.col("left")).sum(),
    )
    return Marks(**{name: int(value) for name, value in counts.row(0, named=True).items()})


def lead_days(looks: Sequence[Looked]) -> pl.DataFrame:
    """Return how long before their lapse donors were first alarmed, over looks in order of time.

    Args:
        looks: The same store looked at on several days, the earliest first.

    Returns:
        A row for each donor who lapsed within the horizon of the last look: ``donor_id``,
        ``group``, ``lapsed_on``, ``first_alarm_on`` (of the run of alarms that was still on at
        the last look they were watched; null if it was not) and ``lead_days``.
    """
    seen = pl.concat(
        look.donors.select("donor_id", "alarmed", day=pl.lit(look.day)) for look in looks
    )
    calm = seen.filter(~pl.col("alarmed")).group_by("donor_id").agg(calm_on=pl.col("day").max())
    alarmed = seen.filter("alarmed").join(calm, on="donor_id", how="left")
    still = alarmed.filter(pl.col("calm_on").is_null() | (pl.col("day") > pl.col("calm_on")))
    first = still.group_by("donor_id").agg(first_alarm_on=pl.col("day").min())
    lapsed = looks[-1].donors.filter("within").select("donor_id", "group", "lapsed_on")
    return (
        lapsed.join(first, on="donor_id", how="left")
        .with_columns(lead_days=(pl.col("lapsed_on") - pl.col("first_alarm_on")).dt.total_days())
        .sort("donor_id")
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
