"""Today: what a fundraiser sees in the morning: how it goes, whom to turn to, what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mecene_web.donors.models import Proposal
from mecene_web.imports.models import Import
from mecene_web.overview import figures
from mecene_web.scores.models import Listed, Run
from mecene_web.tasks.models import Work

_FIRST = 5
NIGHT = "scores.nightly"


@dataclass(frozen=True)
class Person:
    """Somebody to turn to, and the reason why."""

    donor_id: int
    name: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """A list to act on: its name in code and in words, its length, its first people."""

    code: str
    name: str
    why: str
    people: str
    value: str
    first: tuple[Person, ...]


@dataclass(frozen=True)
class Alert:
    """Something that waits for a decision: ``words`` of this app, how many, where."""

    words: str
    count: int
    address: str


@dataclass(frozen=True)
class Today:
    """The morning's page; ``run`` is None before the first night."""

    run: Run | None
    cards: tuple[dict[str, Any], ...] = ()
    sentences: tuple[str, ...] = ()
    lists: tuple[Waiting, ...] = ()
    excluded: str = ""
    warnings: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    night: Work | None = None


def today(*, lang: str) -> Today:
    """Return what the morning's page shows."""
    night = Work.objects.filter(kind=NIGHT).order_by("-asked_at").first()
    try:
        found = figures.latest(lang=lang)
    except figures.NoFigures:
        return Today(figures.last_run(), alerts=_alerts(), night=night)
    told = found.told
    return Today(
        run=found.run,
        cards=tuple(told["cards"]),
        sentences=tuple(told["sentences"]),
        lists=_lists(found.run, told["actions"]),
        excluded=told["excluded"],
        warnings=tuple(told["warnings"]),
        alerts=_alerts(),
        night=night,
    )


def named(donor: Any) -> str:
    """Return what a donor is called on a page."""
    return str(donor)


def _lists(run: Run, actions: Iterable[dict[str, Any]]) -> tuple[Waiting, ...]:
    listed = Listed.objects.filter(run=run, place__lt=_FIRST).select_related("donor")
    first: dict[str, list[Person]] = {}
    for row in listed.order_by("list", "place"):
        first.setdefault(row.list, []).append(Person(row.donor_id, named(row.donor), row.reason))
    return tuple(
        Waiting(
            code=(code := action["file"].removeprefix("lists/").removesuffix(".csv")),
            name=action["name"],
            why=action["why"],
            people=action["people"],
            value=action["value"],
            first=tuple(first.get(code, ())),
        )
        for action in actions
    )


def _alerts() -> tuple[Alert, ...]:
    counted = (
        Alert("checked", Import.objects.filter(state="checked").count(), "imports:all"),
        Alert("failed", Import.objects.filter(state="failed").count(), "imports:all"),
        Alert("proposals", Proposal.objects.filter(refused_at=None).count(), "donors:duplicates"),
    )
    return tuple(alert for alert in counted if alert.count)
