"""Planner: how many people a test asks for, and what it could show, from this association's past.

The people of the audience are looked at as they did over the last days of the last night, as many
days as the measure counts: what they would do without the test.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil

import polars as pl
from django.db.models import Max, Sum
from django.utils.timezone import localdate

from mecene.engine.store import FactStore
from mecene.experiments import amounts, cuped, families, moments, planner, taken
from mecene.experiments.difference import TooFewDonors
from mecene.experiments.measures import Measure
from mecene.experiments.planner import Level
from mecene_web.donors.models import Donor
from mecene_web.giving.models import Gift
from mecene_web.organisation.models import Organisation
from mecene_web.scores import kept
from mecene_web.scores.models import Run

# Looked at at most; more would tell the same, later.
_MOST = 50_000


class NoPast(LookupError):
    """No night has worked anything out yet: there is nothing to plan from."""


@dataclass(frozen=True)
class Asked:
    """What a plan is worked out for.

    Attributes:
        people: The donors of the audience.
        measure: What decides.
        minimum_effect: The smallest difference worth finding, in the measure's unit.
        control: Share of the people drawn who are in the control, in (0, 1).
        treated: Share in one of the other arms.
        questions: How many arms are compared with the control.
        share: Part of the audience that is drawn.
        watched: Whether one looks every night.
    """

    people: Sequence[int]
    measure: Measure
    minimum_effect: float
    control: float
    treated: float
    questions: int = 1
    share: float = 1.0
    watched: bool = False


@dataclass(frozen=True)
class Size:
    """What a test asks for, and what the people there are could show.

    Attributes:
        usual: Level of the measure without the test, in its unit.
        drawn: People who would be drawn of this audience.
        needed: People to be drawn, in all arms; None: no number would do.
        power: Chance to show the effect with the people there are.
        smallest: The smallest difference they would show four times of five, in the measure's
            unit; None: none that could be.
        cap: Amounts above it count as it, minor units; None for what is no amount.
        days: Until the answer is read.
    """

    usual: float
    drawn: int
    needed: int | None
    power: float
    smallest: float | None
    cap: int | None
    days: int


def size(asked: Asked) -> Size:
    """Return what a test asks for.

    Raises:
        NoPast: there is no night, or nobody in the audience.
        NoVariation: nobody of them did it in as many days, or everybody: nothing to plan from.
        TooFewDonors: nobody gave.
    """
    rows = past(asked.people, within_days=asked.measure.within_days)
    level, explained, cap = _level(rows, asked.measure)
    lift = asked.minimum_effect / level.mean
    drawn = int(len(asked.people) * asked.share)
    control, treated = int(drawn * asked.control), int(drawn * asked.treated)
    confidence = families.confidence_each(asked.questions, confidence=0.95)
    tightest = max(control + treated, 1) if asked.watched else None
    needed = _needed(asked, level, lift, confidence, explained)
    return Size(
        level.mean, drawn, needed,
        planner.chance(level, lift=lift, control=max(control, 1), treated=max(treated, 1),
                       confidence=confidence, explained=explained, tightest_at=tightest),
        _smallest(level, control, treated, confidence, explained, tightest), cap,
        asked.measure.within_days,
    )  # fmt: skip


def past(people: Sequence[int], *, within_days: int) -> pl.DataFrame:
    """Return what donors did over the last days known, as if they had been drawn then.

    Raises:
        NoPast: there is no night, or nobody.
    """
    run = Run.objects.filter(ended_at__isnull=False).order_by("-ended_at").first()
    folder = kept.folder_of(run) / "facts" if run else None
    if run is None or folder is None or not folder.exists() or not people:
        raise NoPast
    step = ceil(len(people) / _MOST)
    some = list(people)[::step]
    day = run.as_of - timedelta(days=within_days)
    drawn = pl.DataFrame({
        "donor_id": some, "unit": [f"donor:{number}" for number in some], "arm": "past",
        "at": datetime.combine(day, time.min),
    })  # fmt: skip
    currency = (Organisation.objects.first() or Organisation()).currency
    return taken.take(drawn, store=FactStore(folder), as_of=run.as_of, within_days=within_days,
                      currency=currency)  # fmt: skip


def cap(people: Sequence[int], *, within_days: int) -> int | None:
    """Return above what amounts count as it, from what givers gave; None where nobody ever did.

    From the last night; where there was none yet, or nobody gave in as many days, from the log.
    """
    try:
        rows = past(people, within_days=within_days)
        return max(1, round(amounts.cap(taken.numbers(rows, "amount"))))
    except (NoPast, TooFewDonors):
        return _from_the_log(frozenset(people), within_days)


def _from_the_log(people: Collection[int], within_days: int) -> int | None:
    """Return the cap of what was given over as many days, up to the last gift there is."""
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    counted = Gift.objects.filter(
        status="received", currency=own.currency, given_on__lte=own.shown_as_of or localdate(),
        donor__isnull=False,
    ).exclude(kind__in=("in_kind", "legacy"))  # fmt: skip
    last = counted.aggregate(day=Max("given_on"))["day"]
    if last is None:
        return None
    given = counted.filter(given_on__gt=last - timedelta(days=within_days))
    told = given.values_list("donor_id").annotate(n=Sum("amount_minor")).order_by()
    sums = [minor for donor, minor in told.iterator() if donor in people]
    return max(1, round(amounts.cap(sums))) if sums else None


def everyone() -> list[int]:
    """Return the donors there are, or as many as are looked at."""
    there = Donor.objects.count()
    return list(Donor.objects.order_by("pk").values_list("pk", flat=True)[:: there // _MOST + 1])


def _level(rows: pl.DataFrame, measure: Measure) -> tuple[Level, float, int | None]:
    name = measure.name
    if name not in rows.columns:
        raise NoPast(name)
    if measure.kind == "share":
        return planner.of_share(float(taken.numbers(rows, name).mean())), 0.0, None
    values, before = taken.numbers(rows, name), taken.numbers(rows, "amount_before")
    told = None
    if measure.kind == "amount":
        told = max(1, round(amounts.cap(values)))
        level = planner.of_giving(amounts.of(values, cap=told))
        values = values.clip(max=told)
    else:
        level = planner.of_mean(moments.of(values))
    found = cuped.explained([moments.of(values, before)])
    return level, min(max(found, 0.0), 0.99) if found == found else 0.0, told


def _needed(
    asked: Asked, level: Level, lift: float, confidence: float, explained: float
) -> int | None:
    both = asked.control + asked.treated
    told = {"lift": lift, "control_share": asked.control / both, "confidence": confidence,
            "explained": explained}  # fmt: skip
    try:
        found = planner.size(level, **told)
        if asked.watched:
            found = planner.size(level, **told, tightest_at=found.people)
    except TooFewDonors:
        return None
    return ceil(found.people / both)


def _smallest(
    level: Level, control: int, treated: int, confidence: float, explained: float,
    tightest: int | None,
) -> float | None:  # fmt: skip
    try:
        lift = planner.detectable(level, control=control, treated=treated, confidence=confidence,
                                  explained=explained, tightest_at=tightest)  # fmt: skip
    except TooFewDonors:
        return None
    return lift * level.mean
