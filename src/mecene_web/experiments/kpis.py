"""Key figures: each measure of a campaign, in each group known before it, and night after night.

Nobody had declared that these would decide: they are there to watch and to ask the next question.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from mecene.experiments.measures import Measure
from mecene.experiments.tally import Group
from mecene_web.experiments import look as looks
from mecene_web.experiments import measured, spent
from mecene_web.experiments.curve import Point
from mecene_web.experiments.look import Look
from mecene_web.experiments.models import Reading

Told = dict[str, Any]
Kinds = list[tuple[str, str, object]]
_MOST_SEGMENTS = 8
# Beside those read anyway: what was so before anybody was drawn.
BEFORE = Measure("events_before", "share", 1)


def by_group(look: Look) -> list[Told]:
    """Return each measure: its level in each arm of each group, and what the leading arm changed.

    Each ``{name, kind, better, days, arm, against, groups}``; a group ``{family, value, units,
    levels, difference, why}``: all, new, standing, then the segments that most
    people were of when drawn.
    """
    lead = looks.leading(look)
    arm = lead[0] if lead else look.treated[0]
    kinds = _kinds(look)
    return [
        {"name": one.name, "kind": one.kind, "better": one.better, "days": one.within_days,
         "arm": arm, "against": look.control, "groups": _groups(look, one, arm, kinds)}
        for one in _measures(look)
    ]  # fmt: skip


def costs(look: Look) -> list[Told]:
    """Return what was spent to raise a euro in each group, costs shared out by donors written to.

    Each ``{family, value, cost_minor, raised_minor, givers, per_euro, per_giver_minor}``; none
    where nothing was spent.
    """
    whole = spent.cost(look.held)
    written = look.of(*(arm.name for arm in look.plan.arms if not arm.held_out),
                      days=look.plan.primary.within_days)  # fmt: skip
    if not whole or not written.height:
        return []
    donors = written.donors or 1
    found = []
    for family, column, value in _kinds(look):
        some = _some(written, column, value)
        cost = whole * some.donors / donors
        raised, gave = some.total("amount"), some.total("gave")
        found.append({
            "family": family, "value": value if isinstance(value, str) else "",
            "cost_minor": cost, "raised_minor": raised, "givers": gave,
            "per_euro": cost / raised if raised else None,
            "per_giver_minor": cost / gave if gave else None,
        })  # fmt: skip
    return found


def points(readings: Sequence[Reading], *, name: str) -> list[Point]:
    """Return what each night said of a measure over everybody, of the arm that leads last."""
    told = [(one.as_of, row) for one in readings for row in one.metrics.get("kpis", ())
            if row["name"] == name]  # fmt: skip
    found = []
    for on, row in told:
        difference = row["groups"][0]["difference"] if row["arm"] == told[-1][1]["arm"] else None
        if difference:
            ends = (difference[end] for end in ("estimate", "low", "high"))
            found.append(Point(on, *ends))
    return found


def _measures(look: Look) -> list[Measure]:
    """Return every measure there is, over the days they were taken."""
    days = look.plan.primary.within_days
    always = [Measure(name, measured.CHOICES[name][0], days, better=measured.CHOICES[name][1])
              for name in measured.ALWAYS]  # fmt: skip
    told = [*always, replace(BEFORE, within_days=days), *look.plan.guards]
    named = {one.name for one in told}
    return [*(one for one in (look.plan.primary,) if one.name not in named), *told]


def _groups(look: Look, measure: Measure, arm: str, kinds: Kinds) -> list[Told]:
    days = measure.within_days
    by_name = {one.name: look.of(one.name, days=days) for one in look.plan.arms}
    silent = {one.name for one in look.plan.arms if one.held_out}
    of_message = measure.name in measured.OF_A_MESSAGE
    found = []
    for family, column, value in kinds:
        parts = {name: _some(rows, column, value) for name, rows in by_name.items()}
        if column and not any(rows.height for rows in parts.values()):
            continue
        levels = [
            {"arm": name, "units": rows.height,
             "level": rows.total(measure.name) / rows.height
             if rows.height and not (of_message and name in silent) else None}
            for name, rows in parts.items()
        ]  # fmt: skip
        if of_message and look.control in silent:
            told, why = None, "no_message"
        else:
            told, why = looks.between(look, parts[look.control], parts[arm], measure)
        found.append({
            "family": family, "value": value if isinstance(value, str) else "",
            "units": sum(rows.height for rows in parts.values()), "levels": levels,
            "difference": looks.plain(told), "why": why,
        })  # fmt: skip
    return found


def _kinds(look: Look) -> Kinds:
    """Return (family, column, value) of each group; of everybody, no column."""
    cells = look.tally.group.cells.group_by("segment").agg(pl.col("n").sum())
    largest = cells.sort("n", "segment", descending=[True, False]).head(_MOST_SEGMENTS)
    segments = [name for name in largest["segment"].to_list() if name]
    return [("all", "", None), ("new", "is_new", True), ("standing", "is_new", False),
            *(("segment", "segment", name) for name in segments)]  # fmt: skip


def _some(rows: Group, column: str, value: Any) -> Group:
    return rows.where(column, value) if column else rows
