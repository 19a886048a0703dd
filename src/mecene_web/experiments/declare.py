"""Declare: a comparison that a journey makes of its own accord is planned and frozen at once.

Its arms are those of the drawing, and so is what it is judged by; nobody sets it up a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from mecene.experiments import plan as plans
from mecene.experiments import plan_text
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.measures import Measure
from mecene.experiments.plan import FixedHorizon, Plan
from mecene.journeys.judged import Chosen
from mecene_web.accounts.models import Staff
from mecene_web.experiments import freeze, measured, planner
from mecene_web.experiments.models import Arm, Enrolment, Experiment
from mecene_web.experiments.planner import Asked

# A journey goes on for as long as it lives: one looks every night, for a year at most.
_MAX_DAYS = 365
# Households asked for where no past tells how many.
PEOPLE = 5_000


class NoCap(ValueError):
    """Amounts are to decide, and no gift was ever received that would tell where to cut them."""


@dataclass(frozen=True)
class Declared:
    """What a journey draws.

    Attributes:
        name: What households are drawn by.
        title: For the members.
        kind: ``journey_split`` or ``hold_out``.
        source: ``journey:welcome``; ``journeys`` for all of them.
        population: Who may be drawn, in a sentence.
        arms: In order, the first being what the others are compared with.
        judged: What decides, and when one looks.
        levels: Arm → its level of each factor, where several things are varied.
    """

    name: str
    title: str
    kind: str
    source: str
    population: str
    arms: Sequence[plans.Arm]
    judged: Chosen
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def declare(said: Declared, *, by: Staff | None, now: datetime) -> Experiment:
    """Return the experiment of a draw, planned and frozen; the one there is where it is the same.

    The same name with other arms, or judged otherwise, is another experiment: the one before it
    stops, and is kept with its plan.

    Raises:
        NoCap: amounts are to decide, and no gift is known.
    """
    with transaction.atomic():
        rows = Experiment.objects.filter(name__startswith=said.name, source=said.source)
        of_it = [one for one in rows.order_by("-pk") if one.name.partition("@")[0] == said.name]
        if of_it and _same(of_it[0], said):
            return of_it[0]
        for one in of_it[:1]:
            stopped = Experiment.objects.filter(pk=one.pk, state__in=("planned", "running"))
            stopped.update(state="stopped", stopped_at=now)
        name = f"{said.name}@{len(of_it) + 1}" if of_it else said.name
        made = Experiment.objects.create(
            name=name, title=said.title, kind=said.kind, source=said.source, token=uuid4(),
            plan_text=plan_text.to_json(_plan(said, name)), made_at=now, made_by=by,
        )  # fmt: skip
        Arm.objects.bulk_create(
            Arm(experiment=made, place=place, name=arm.name, weight=arm.weight,
                held_out=arm.held_out, levels=dict(said.levels.get(arm.name, {})))
            for place, arm in enumerate(said.arms)
        )  # fmt: skip
        freeze.freeze(made.pk, by=by, now=now)
    made.refresh_from_db()
    return made


def asked(judged: Chosen, arms: Sequence[plans.Arm], *, people: Sequence[int]) -> Asked:
    """Return what the planner is asked of a draw."""
    weights = [arm.weight for arm in arms]
    return Asked(
        people, _primary(judged), judged.effect, control=weights[0] / sum(weights),
        treated=min(weights[1:]) / sum(weights), questions=len(arms) - 1,
        watched=judged.rule != "fixed",
    )  # fmt: skip


def close(*, now: datetime) -> int:
    """Let nobody more into tests of one look that have drawn whom they asked for; return how many.

    Told once a night, when everybody of the night is in: of all arms alike.
    """
    closed = 0
    open_ = Experiment.objects.filter(state="running", full_at=None, campaign=None)
    for held in open_:
        stopping = freeze.plan_of(held).stopping
        if not isinstance(stopping, FixedHorizon):
            continue
        drawn = Enrolment.objects.filter(experiment=held).values("unit").distinct().count()
        if drawn >= stopping.people:
            closed += Experiment.objects.filter(pk=held.pk).update(full_at=now)
    return closed


def _primary(judged: Chosen) -> Measure:
    return measured.measure(judged.primary, within_days=judged.within_days)


def _plan(said: Declared, name: str) -> Plan:
    judged, primary, people = said.judged, _primary(said.judged), planner.everyone()
    cap = planner.cap(people, within_days=primary.within_days)
    if primary.kind == "amount" and cap is None:
        raise NoCap(f"{name}: no gift is known, so amounts cannot be capped beforehand")
    needed = _needed(asked(judged, said.arms, people=people))
    secondary = tuple(measured.measure(one, within_days=primary.within_days)
                      for one in judged.secondary if one not in measured.GUARDS)  # fmt: skip
    return Plan(
        name=name, question=said.title, population=said.population, arms=tuple(said.arms),
        primary=primary, minimum_effect=judged.effect,
        stopping=_stopping(judged, primary, needed), guards=measured.guards(primary),
        adjusted_by=() if primary.kind == "share" else ("amount_before",), cap_minor=cap,
        secondary=secondary,
    )  # fmt: skip


def _stopping(judged: Chosen, primary: Measure, people: int) -> plans.Stopping:
    if judged.rule == "fixed":
        return FixedHorizon(primary.within_days, people)
    return plans.Sequential(max(_MAX_DAYS, primary.within_days), people)


def _needed(wanted: Asked) -> int:
    try:
        return planner.size(wanted).needed or PEOPLE
    except (planner.NoPast, NoVariation, TooFewDonors):
        return PEOPLE


def _same(held: Experiment, said: Declared) -> bool:
    there = [(arm.name, arm.weight) for arm in held.arms.order_by("place")]
    if there != [(arm.name, arm.weight) for arm in said.arms]:
        return False
    plan, judged = freeze.plan_of(held), said.judged
    rule = "fixed" if isinstance(plan.stopping, FixedHorizon) else "sequential"
    beside = tuple(one for one in judged.secondary if one not in measured.GUARDS)
    return (
        plan.primary == _primary(judged) and rule == judged.rule
        and tuple(one.name for one in plan.secondary) == beside
        and plan.minimum_effect == judged.effect
    )  # fmt: skip
