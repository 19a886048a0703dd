"""Declare: a comparison that a journey makes of its own accord is planned and frozen at once.

Its arms are those of the drawing; nobody sets it up a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from mecene.experiments import plan as plans
from mecene.experiments import plan_text
from mecene.experiments.plan import Plan
from mecene_web.accounts.models import Staff
from mecene_web.experiments import freeze, measured, planner
from mecene_web.experiments.models import Arm, Experiment

# A journey goes on for as long as it lives: one looks every night, for a year at most.
_MAX_DAYS = 365
_LEAST_POINTS = 0.01
_PEOPLE = 5_000


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
        levels: Arm → its level of each factor, where several things are varied.
        primary: Name of the measure that decides.
    """

    name: str
    title: str
    kind: str
    source: str
    population: str
    arms: Sequence[plans.Arm]
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    primary: str = "gave"


def declare(said: Declared, *, by: Staff | None, now: datetime) -> Experiment:
    """Return the experiment of a draw, planned and frozen; the one there is where it is the same.

    The same name with other arms is another experiment: the one before it stops.
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


def _plan(said: Declared, name: str) -> Plan:
    primary = measured.measure(said.primary)
    share = primary.kind == "share"
    return Plan(
        name=name, question=said.title, population=said.population, arms=tuple(said.arms),
        primary=primary, minimum_effect=_LEAST_POINTS if share else 100.0,
        stopping=plans.Sequential(max(_MAX_DAYS, primary.within_days), _PEOPLE),
        guards=measured.guards(primary),
        adjusted_by=() if share else ("amount_before",),
        cap_minor=planner.cap(planner.everyone(), within_days=primary.within_days),
            )  # fmt: skip


def _same(held: Experiment, said: Declared) -> bool:
    there = [(arm.name, arm.weight) for arm in held.arms.order_by("place")]
    return there == [(arm.name, arm.weight) for arm in said.arms]
