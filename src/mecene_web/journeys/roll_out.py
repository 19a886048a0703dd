"""Roll out: a journey is drawn again with nothing left of a split but the arm that won.

A draft, to be read over and published: nobody's way changes before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.experiments import conclude
from mecene_web.experiments.models import Experiment
from mecene_web.journeys import draft, edit, experiments
from mecene_web.journeys.models import Journey


class NotASplit(ValueError):
    """The experiment is not of one split that the journey still has."""


def roll_out(experiment_id: int, *, by: Staff, now: datetime) -> Journey:
    """Draw the journey of a concluded experiment without the arms that were not kept.

    Raises:
        conclude.NotNow: it is not concluded.
        NotASplit: the journey has no such split any more; or the test is of several at once.
    """
    with transaction.atomic():
        held = Experiment.objects.select_for_update(of=("self",)).get(pk=experiment_id)
        if held.state != "concluded":
            raise conclude.NotNow(held.state)
        code = held.source.removeprefix("journey:")
        journey = Journey.objects.select_for_update().filter(code=code).first()
        if journey is None:
            raise NotASplit(held.name)
        drawing = draft.latest(journey)
        drawn = draft.plain(drawing)
        for experiment, arm in _kept(held, journey).items():
            drawn = without_others(drawn, experiment, arm, code=code)
        draft.change(journey.pk, drawn, seen=drawing.number, by=by, now=now)
        conclude.rolled_out(held, to=held.source, by=by, now=now)
    return journey


def without_others(
    drawn: Mapping[str, Any], experiment: str, arm: str, *, code: str
) -> dict[str, Any]:
    """Return a drawing in which every split of an experiment is the way of one arm.

    Raises:
        NotASplit: there is none, or it has no such arm.
    """
    made = dict(drawn)
    keys = [one["key"] for one in drawn["steps"] if one["do"] == "split"
            and (one.get("experiment") or f"{code}.{one['key']}") == experiment]  # fmt: skip
    for key in keys:
        step = edit.step(made, key)
        first = [one for one in step["arms"] if one["name"] == arm]
        if not first:
            raise NotASplit(experiment)
        said = {name: value for name, value in step.items() if name not in ("do", "key")}
        made = edit.replaced(made, key, said | {"arms": first})
        made = edit.remove(made, key)
    if not keys:
        raise NotASplit(experiment)
    return _reached(made)


def _kept(held: Experiment, journey: Journey) -> dict[str, str]:
    """Return experiment → arm that stays: of one split, or of each where all were read at once."""
    keep = str(held.conclusion["keep"])
    levels = held.arms.get(name=keep).levels
    if not levels:
        return {held.name.partition("@")[0]: keep}
    drawn = experiments.splits(draft.graph(journey))
    return {name: levels[experiments.title(step)] for name, step in drawn
            if experiments.title(step) in levels}  # fmt: skip


def _reached(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Return a drawing without the steps that nothing leads to any more."""
    seen: set[str] = set()
    line = [drawn[edit.START]]
    while line:
        key = line.pop()
        if key in seen or not key:
            continue
        seen.add(key)
        line += [to for _, to in edit.ways(edit.step(drawn, key)) if to]
    return {**drawn, "steps": [one for one in drawn["steps"] if one["key"] in seen]}
