"""Contents: what donors do after each type of content, and what tests drawn by lot say of it.

The night counts what was observed and leaves it beside its snapshot. What tests say is read from
their own readings: a text against the first of its test, each carrying a type.
"""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from mecene.engine.store import FactStore
from mecene_web.experiments.models import Arm, Experiment
from mecene_web.scores import kept
from mecene_web.scores.models import Run

Told = dict[str, Any]
FILE = "contents.json"


def after_the_night(made: Run, on_progress: Callable[[str, int, int], None]) -> None:
    """Count what donors did after each type of content, and leave it with the night."""
    from mecene.experiments import contents

    on_progress("experiments", 0, 1)
    place = kept.folder_of(made)
    found = contents.shares(FactStore(place / "facts"), as_of=made.as_of)
    told = [dataclasses.asdict(one) for one in found]
    (place / FILE).write_text(json.dumps(told), encoding="utf-8")


def observed() -> tuple[list[Told], Run | None]:
    """Return what the last night counted (``mecene.experiments.contents.Share``), and the night."""
    run = Run.objects.filter(ended_at__isnull=False).order_by("ended_at").last()
    file = kept.folder_of(run) / FILE if run else None
    if file is None or not file.exists():
        return [], None
    rows: list[Told] = json.loads(file.read_text(encoding="utf-8"))
    return rows, run


def drawn() -> list[Told]:
    """Return what tests say of one type beside another, all tests of the two together.

    Each ``{measure, type, against, estimate, low, high, tests, differs}``, in the measure's unit,
    by what each test had declared would decide. A test that went wrong says nothing.
    """
    from mecene.experiments import pooled

    found: dict[tuple[str, str, str], list[Told]] = defaultdict(list)
    for held in Experiment.objects.exclude(state__in=("draft", "planned")).order_by("pk"):
        for key, difference in _of_test(held):
            found[key].append(difference)
    rows = []
    for (measure, kind, against), said in sorted(found.items()):
        told = pooled.of([(one["estimate"], one["low"], one["high"]) for one in said],
                         confidence=[one["confidence"] for one in said])  # fmt: skip
        rows.append({"measure": measure, "type": kind, "against": against,
                     "differs": told.differs} | dataclasses.asdict(told))  # fmt: skip
    return rows


def type_of(arm: Arm) -> str | None:
    """Return the type of content an arm carries: its template's, else a factor's or its name's.

    None where it carries none, or several.
    """
    from mecene.experiments import contents

    template = arm.version.template.name if arm.version else ""
    if arm.version and arm.version.template.content_type:
        return arm.version.template.content_type
    for said in (list(arm.levels.values()), [arm.name], [template]):
        kinds = {kind for text in said if (kind := contents.type_of(str(text)))}
        if kinds:
            return kinds.pop() if len(kinds) == 1 else None
    return None


def _of_test(held: Experiment) -> list[tuple[tuple[str, str, str], Told]]:
    """Return ((measure, type, other type), difference) of each arm of a test beside its control.

    The two types are in order, so that tests asked either way round add up.
    """
    from mecene_web.experiments import freeze

    last = held.readings.order_by("as_of").last()
    if last is None or last.metrics["arms"]["mis_randomised"]:
        return []
    kinds = {arm.name: type_of(arm) for arm in held.arms.select_related("version__template")
             if not arm.held_out}  # fmt: skip
    measure = freeze.plan_of(held).primary.name
    rows = []
    for said in last.metrics["verdicts"]:
        kind, against = kinds.get(said["arm"]), kinds.get(said["against"])
        found = said["difference"]
        if found is None or not kind or not against or kind == against:
            continue
        if found["high"] <= found["low"]:
            continue
        if kind < against:
            rows.append(((measure, kind, against), found))
        else:
            turned = {"estimate": -found["estimate"], "low": -found["high"],
                      "high": -found["low"]}  # fmt: skip
            rows.append(((measure, against, kind), found | turned))
    return rows
