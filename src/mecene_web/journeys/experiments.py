"""Experiments: what a journey draws is an experiment of its own accord; who was drawn is enrolled.

Each split is one; several splits of one journey are one more, read by factors, where everybody who
came counts from the day they came; and the households held out of a journey are compared with
those who entered it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any

from django.db import transaction
from django.utils import timezone

from mecene.experiments.plan import Arm
from mecene.journeys import assignment, judged, writing
from mecene.journeys.graph import Graph
from mecene.journeys.judged import Chosen
from mecene.journeys.steps import Judged, Split
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.experiments import declare, prepare
from mecene_web.experiments.declare import Declared
from mecene_web.experiments.enrol import Drawn, enrol
from mecene_web.experiments.models import Experiment
from mecene_web.journeys import following, models
from mecene_web.journeys.models import Journey, Progress, Trace, Traveller, Version
from mecene_web.scores.models import Run

ALL = "journeys"
_AT_ONCE = 2_000
_MOST_CELLS = 16
_THOUSAND = 1_000
_BY_DEFAULT = 0.10
_OF_ALL = judged.chosen(Judged("amount"))


def declare_of(journey: Journey, version: Version, *, by: Staff | None, now: datetime) -> None:
    """Plan and freeze what a version draws; part of the transaction that publishes it."""
    graph = following.of(version, said={}).graph
    for said, chosen in _declared(graph, journey):
        _declare(said, chosen=chosen, by=by, now=now)
    hold_out = following.hold_out()
    if hold_out is not None and _holds(graph):
        told, chosen = judged.of_journey(graph), graph.judged is not None
        _declare(_held(hold_out, journey, told), chosen=chosen, by=by, now=now)
        _declare(_held(hold_out, None, _OF_ALL), chosen=False, by=by, now=now)


def hold_out_by_default(*, by: Staff | None, now: datetime) -> None:
    """Hold out a tenth of the households where nobody ever said how many.

    Not where so few are known that those held out would say nothing: later, then.
    """
    said = models.HoldOut.objects.exists()
    if not said and Donor.objects.count() >= prepare.LEAST_HOUSEHOLDS:
        models.HoldOut.objects.create(experiment=f"h_{now:%Y}", share=_BY_DEFAULT, at=now, by=by)


def declare_hold_out(*, by: Staff | None, now: datetime) -> None:
    """Plan and freeze the hold-out that now holds, of each journey that lives, and of them all."""
    for version in following.live():
        declare_of(version.journey, version, by=by, now=now)


def after_the_night(_made: Run, on_progress: Any) -> None:
    """Enrol whoever came, was drawn or was held out since the night before."""
    on_progress("experiments", 0, 1)
    for name, rows, write in (
        ("experiments.traces", Trace.objects.filter(code__in=("held_out", "drawn")), _of_traces),
        ("experiments.travellers", Traveller.objects.all(), _of_travellers),
    ):
        seen, _ = Progress.objects.get_or_create(name=name)
        while some := list(rows.filter(pk__gt=seen.number).order_by("pk")[:_AT_ONCE]):
            with transaction.atomic():
                write(some)
                seen.number = some[-1].pk
                seen.save()
    declare.close(now=timezone.now())


def splits(graph: Graph) -> list[tuple[str, Split]]:
    """Return (experiment, step) of each split, one an experiment."""
    found: dict[str, Split] = {}
    for step in graph.steps:
        if isinstance(step, Split):
            found.setdefault(step.experiment or f"{graph.code}.{step.key}", step)
    return list(found.items())


def title(step: Split) -> str:
    """Return what a split is called: its label, else its key."""
    label = step.label
    said = label and (label.en if words.language() == "en" else label.fr)
    return said or step.key


def _declare(said: Declared, *, chosen: bool, by: Staff | None, now: datetime) -> None:
    """Plan and freeze a draw; where nobody chose amounts and they cannot be, by who gave.

    Raises:
        declare.NoCap: amounts were chosen, and no gift is known.
    """
    try:
        declare.declare(said, by=by, now=now)
    except declare.NoCap:
        if chosen:
            raise
        told = replace(said, judged=judged.without_amounts(said.judged))
        declare.declare(told, by=by, now=now)


def _declared(graph: Graph, journey: Journey) -> Iterator[tuple[Declared, bool]]:
    """Yield what a version draws, each with whether somebody chose what it is judged by."""
    source, drawn = f"journey:{graph.code}", splits(graph)
    called = journey.name(words.language())
    population = words.say("journeys", "experiments.population", name=called)
    for name, step in drawn:
        arms = tuple(Arm(arm.name, arm.weight) for arm in step.arms)
        if len([arm for arm in arms if arm.weight]) > 1:
            said = Declared(name, f"{called} · {title(step)}", "journey_split", source, population,
                            [arm for arm in arms if arm.weight],
                            judged.of_split(graph, step))  # fmt: skip
            yield said, _chosen(graph, step)
    if len(drawn) > 1 and _cells(drawn) <= _MOST_CELLS:
        levels = _levels(drawn)
        weights = {name: weight for name, _, weight in levels}
        first = drawn[0][1]
        said = Declared(
            f"{graph.code}.factors", words.say("journeys", "experiments.factors", name=called),
            "journey_split", source, population,
            [Arm(name, weights[name]) for name in weights], judged.of_split(graph, first),
            {name: held for name, held, _ in levels},
        )  # fmt: skip
        yield said, _chosen(graph, first)


def _chosen(graph: Graph, step: Split) -> bool:
    return (step.judged or graph.judged) is not None


def _levels(drawn: Sequence[tuple[str, Split]]) -> list[tuple[str, dict[str, str], int]]:
    """Return each combination: its name, its level of each factor, its weight."""
    found = []
    for cell in product(*(step.arms for _, step in drawn)):
        weight = 1
        for arm in cell:
            weight *= arm.weight
        if weight:
            held = {title(step): arm.name for (_, step), arm in zip(drawn, cell, strict=True)}
            found.append((" × ".join(arm.name for arm in cell), held, weight))
    return found


def _cells(drawn: Sequence[tuple[str, Split]]) -> int:
    cells = 1
    for _, step in drawn:
        cells *= len(step.arms)
    return cells


def _held(hold_out: assignment.HoldOut, journey: Journey | None, told: Chosen) -> Declared:
    nobody = round(hold_out.share * _THOUSAND)
    called = journey.name(words.language()) if journey else ""
    key = "journey" if journey else "all"
    return Declared(
        f"{hold_out.experiment}.{journey.code}" if journey else hold_out.experiment,
        words.say("journeys", f"experiments.held_{key}", name=called), "hold_out",
        f"journey:{journey.code}" if journey else ALL,
        words.say("journeys", f"experiments.population_{key}", name=called),
        (Arm(words.say("experiments", "arms.held_out"), nobody, held_out=True),
         Arm(words.say("experiments", "arms.journey"), _THOUSAND - nobody)),
        judged=told,
    )  # fmt: skip


def _holds(graph: Graph) -> bool:
    return graph.held_out and graph.purpose != "transactional"


def _running(name: str, source: str) -> Experiment | None:
    """Return the last experiment declared by a name that still runs."""
    rows = Experiment.objects.filter(source=source, state__in=("planned", "running"), full_at=None)
    found = [row for row in rows.order_by("-pk") if row.name.partition("@")[0] == name]
    return found[0] if found else None


def _of_traces(rows: Sequence[Trace]) -> None:
    units = _units({row.donor_id for row in rows})
    codes = dict(Journey.objects.values_list("pk", "code"))
    told: dict[tuple[str, str, str | None], list[Trace]] = {}
    for row in rows:
        code, name = codes[row.journey_id], str(row.found.get("experiment", ""))
        if row.code == "drawn":
            arm = str(row.found.get("arm", ""))
            told.setdefault((name, f"journey:{code}", arm), []).append(row)
        else:
            told.setdefault((f"{name}.{code}", f"journey:{code}", None), []).append(row)
            told.setdefault((name, ALL, None), []).append(row)
    for (name, source, arm), some in told.items():
        _put(name, source, arm, some, units)


def _put(
    name: str, source: str, arm: str | None, rows: Sequence[Trace], units: dict[int, str]
) -> None:
    """Enrol whoever was drawn into an arm; of None, into the one that is held out."""
    held = _running(name, source)
    if held is None or held.frozen_at is None:
        return
    arms = held.arms.filter(held_out=True) if arm is None else held.arms.filter(name=arm)
    if (found := arms.first()) is not None:
        enrol(held, [Drawn(row.donor_id, units[row.donor_id], found, row.at) for row in rows
                     if row.at >= held.frozen_at])  # fmt: skip


def _of_travellers(rows: Sequence[Traveller]) -> None:
    hold_out = models.HoldOut.objects.order_by("-pk").first()
    versions = Version.objects.select_related("journey").in_bulk({row.version_id for row in rows})
    by_version = {number: writing.from_json(one.text) for number, one in versions.items()}
    for number, graph in by_version.items():
        some = [row for row in rows if row.version_id == number]
        source = f"journey:{graph.code}"
        if hold_out is not None and _holds(graph):
            _entered(f"{hold_out.experiment}.{graph.code}", source, some)
            _entered(hold_out.experiment, ALL, some)
        _crossed(graph, source, some)


def _entered(name: str, source: str, rows: Sequence[Traveller]) -> None:
    held = _running(name, source)
    if held is None or held.frozen_at is None:
        return
    arm = held.arms.get(held_out=False)
    enrol(held, [Drawn(row.donor_id, row.unit, arm, row.entered_at) for row in rows
                 if row.entered_at >= held.frozen_at])  # fmt: skip


def _crossed(graph: Graph, source: str, rows: Sequence[Traveller]) -> None:
    """Enrol by factors: everybody who came, by what they are drawn for, whether they got there."""
    drawn = splits(graph)
    held = _running(f"{graph.code}.factors", source)
    if held is None or held.frozen_at is None or len(drawn) < 2:
        return
    arms = {arm.name: arm for arm in held.arms.all()}
    found = []
    for row in rows:
        told = dict(row.state.get("arms", ()))
        name = " × ".join(told.get(key) or _drawn(key, step, row.unit) for key, step in drawn)
        if name in arms and row.entered_at >= held.frozen_at:
            found.append(Drawn(row.donor_id, row.unit, arms[name], row.entered_at))
    enrol(held, found)


def _drawn(experiment: str, step: Split, unit: str) -> str:
    weights = [arm.weight for arm in step.arms]
    return step.arms[assignment.arm(experiment, unit, weights=weights)].name


def _units(donors: set[int]) -> dict[int, str]:
    rows = Donor.objects.filter(pk__in=donors).values_list("pk", "household_id")
    return {number: assignment.unit(donor_id=number, household_id=home) for number, home in rows}
