"""Night: who uses what, which elements that proposes to extend or to let go, and the best mixes."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import polars as pl

from mecene.engine.store import FactStore
from mecene_web.loyalty.models import Element
from mecene_web.scores import kept
from mecene_web.scores.models import Run

Told = dict[str, Any]
FILE = "loyalty.json"


def after_the_night(made: Run, on_progress: Callable[[str, int, int], None]) -> None:
    """Count the uses of the programme's elements, and leave what they say with the night."""
    elements = list(Element.objects.filter(ended_at=None).order_by("pk"))
    if not elements:
        return
    on_progress("loyalty", 0, 1)
    place = kept.folder_of(made)
    told = json.dumps(count(made, elements))
    (place / FILE).write_text(told, encoding="utf-8")


def count(made: Run, elements: list[Element]) -> Told:
    """Return ``uses``, ``advice`` and ``frontier`` of the core, as JSON, and how many donors."""
    from mecene.loyalty import element, mix, used

    place = kept.folder_of(made)
    each = [element.Element(one.code, one.kind, one.fixed_minor, one.each_minor)
            for one in elements]  # fmt: skip
    donors = used.of(FactStore(place / "facts"), each, as_of=made.as_of)
    files = sorted((place / "donors").glob("*.parquet"))
    segments = pl.read_parquet(files, columns=["donor_id", "segment"]) if files else None
    found = used.uses(donors, each, segments=segments)
    values = used.valued(donors)
    whole = {one.element: one.uses for one in found if one.group == "all"}
    return {
        "donors": donors.height, "users": donors.filter(pl.col("elements").list.len() > 0).height,
        "uses": [dataclasses.asdict(one) for one in found],
        "advice": [dataclasses.asdict(one) for one in used.advise(found, values, each)],
        "frontier": [dataclasses.asdict(one) for one in mix.frontier(each, whole, values)],
    }  # fmt: skip


def last() -> tuple[Told | None, Run | None]:
    """Return what the last night counted, and the night; None where it counted nothing."""
    run = Run.objects.filter(ended_at__isnull=False).order_by("ended_at").last()
    file = kept.folder_of(run) / FILE if run else None
    if file is None or not file.exists():
        return None, run
    told: Told = json.loads(file.read_text(encoding="utf-8"))
    return told, run
