"""Look: what the passing of a day makes happen: dates, anniversaries, figures that cross a line.

Once a day, early, over what the night worked out; looked at twice, the events are the same. Who
came with a large file, too many to be touched one by one, is heard here too.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from mecene.conditions.holding import Cell
from mecene.journeys import triggers
from mecene.journeys.graph import Graph
from mecene.journeys.starting import OnAnniversary, OnCrossing, OnDate
from mecene_web.donors.models import Donor
from mecene_web.giving.models import Gift
from mecene_web.imports.models import Import
from mecene_web.journeys import carry_out, following, hearing
from mecene_web.journeys.models import Progress, Unheard
from mecene_web.scores import kept
from mecene_web.scores.models import Run
from mecene_web.segments import known
from mecene_web.segments.known import Night

_NAME, _FILES = "days", "files"
_LATE_DAYS = 7
_AT_ONCE = 2_000
Report = Any


def work(_subject_id: int, report: Report) -> dict[str, Any]:
    """Look at today; and at the days before it that nobody looked at, a week back at most."""
    return {"events": look(now=timezone.now(), on_progress=report)}


def look(*, now: datetime, on_progress: Report = None) -> int:
    """Put what a day makes happen in the line of what is to be heard; return how many events.

    Crossings are those of the night (``after_the_night``). A day looked at is not looked at again.
    """
    today = timezone.localdate(now)
    seen, _ = Progress.objects.get_or_create(name=_NAME, defaults={"on": today - timedelta(days=1)})
    first = max(seen.on + timedelta(days=1), today - timedelta(days=_LATE_DAYS))
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    graphs = _graphs(OnDate, OnAnniversary)
    added = 0
    for number, day in enumerate(days):
        if on_progress:
            on_progress("journeys", number, len(days))
        with transaction.atomic():
            if not Progress.objects.filter(name=_NAME, on=seen.on).update(on=day):
                return added  # another worker looked at it
            seen.on = day
            added += _added(_of_day(graphs, day, now), now=now)
    _late_files(today, now=now)
    return added


def after_the_night(made: Run, on_progress: Report) -> None:
    """Put what crossed a line since the night before in the line of what is to be heard."""
    graphs = _graphs(OnCrossing)
    before = Run.objects.filter(pk__lt=made.pk, ended_at__isnull=False).order_by("pk").last()
    if not graphs or before is None or not (kept.folder_of(before) / "summary").exists():
        return  # nothing is crossed where nobody looked before
    on_progress("journeys", 0, 1)
    names = {trigger.column for one in graphs for trigger in one.triggers
             if isinstance(trigger, OnCrossing)}  # fmt: skip
    was = _rows(Night(kept.folder_of(before), before.as_of), names)
    is_now = _rows(Night(kept.folder_of(made), made.as_of), names)
    moment = timezone.now()
    # The day that is seen whole is the one before the day it is known as of.
    on = made.as_of - timedelta(days=1)
    events = (
        (donor, event)
        for donor, row in is_now.items() if donor in was and was[donor] != row
        for graph in graphs
        for event in triggers.of_day(graph, before=was[donor], today=row, segments_before=None,
                                     segments_today=frozenset(), on=on, at=moment)
        if event.kind == "crossing"
    )  # fmt: skip
    with transaction.atomic():
        _added(events, now=moment)


def _graphs(*kinds: type) -> list[Graph]:
    held = [following.of(version, said={}).graph for version in following.live()]
    return [one for one in held if any(isinstance(each, kinds) for each in one.triggers)]


def _of_day(graphs: list[Graph], day: date, now: datetime) -> Iterator[tuple[int, Any]]:
    dated = [one for one in graphs if any(isinstance(each, OnDate) for each in one.triggers)]
    columns = triggers.columns(graphs)
    rows: Mapping[int, Mapping[str, Cell]] = _returning(graphs, day) if columns else {}
    if any(_falls(graph, day, now) for graph in dated):
        everybody = Donor.objects.filter(records__isnull=False).distinct().order_by("pk")
        rows = {number: rows.get(number, {}) for number in
                everybody.values_list("pk", flat=True).iterator(chunk_size=10_000)}  # fmt: skip
    for donor, row in rows.items():
        told: dict[str, Any] = {}
        for graph in graphs:
            for event in triggers.of_day(
                graph, before=None, today=row, segments_before=None, segments_today=frozenset(),
                on=day, at=now,
            ):  # fmt: skip
                told[event.ref] = event
        yield from ((donor, event) for event in told.values())


def _falls(graph: Graph, day: date, now: datetime) -> bool:
    return any(
        event.kind == "date"
        for event in triggers.of_day(graph, before=None, today={}, segments_before=None,
                                     segments_today=frozenset(), on=day, at=now)
    )  # fmt: skip


def _returning(graphs: list[Graph], day: date) -> dict[int, dict[str, Cell]]:
    """Return donor → dates, of those one of whose dates may come back on a day."""
    wanted = {
        (each.of, day - timedelta(days=each.days_after))
        for one in graphs
        for each in one.triggers
        if isinstance(each, OnAnniversary)
    }
    found: dict[int, dict[str, Cell]] = {}
    for column, on in wanted:
        # Of 29 February, the 28th too.
        ends = {(on.month, on.day)} | ({(2, 29)} if (on.month, on.day) == (2, 28) else set())
        rows = _born(ends) if column == "birth_date" else _dated(column, ends)
        for donor, value in rows:
            found.setdefault(donor, {})[column] = value
    return found


def _born(ends: set[tuple[int, int]]) -> Iterable[tuple[int, date]]:
    asked = Q()
    for month, number in ends:
        asked |= Q(birth_date__month=month, birth_date__day=number)
    rows = Donor.objects.filter(asked, records__isnull=False).distinct()
    return rows.values_list("pk", "birth_date")


def _dated(column: str, ends: set[tuple[int, int]]) -> Iterable[tuple[int, date]]:
    night = known.last()
    for file in sorted((night.place / "summary").glob("*.parquet")) if night else ():
        scan = pl.scan_parquet(file)
        if column not in scan.collect_schema().names():
            continue
        falls = pl.any_horizontal([
            (pl.col(column).dt.month() == month) & (pl.col(column).dt.day() == number)
            for month, number in ends
        ])  # fmt: skip
        yield from scan.select("donor_id", column).filter(falls).collect().iter_rows()


def _rows(night: Night, names: set[str]) -> dict[int, dict[str, Cell]]:
    found: dict[int, dict[str, Cell]] = {}
    for file in sorted((night.place / "summary").glob("*.parquet")):
        scan = pl.scan_parquet(file)
        there = [name for name in sorted(names) if name in scan.collect_schema().names()]
        for row in scan.select("donor_id", *there).collect().iter_rows(named=True):
            found[row.pop("donor_id")] = row
    return found


def _late_files(today: date, *, now: datetime) -> None:
    """Hear the donors of files read since the last look: a large one touches nobody."""
    newest = Import.objects.aggregate(last=Max("pk"))["last"] or 0
    seen, fresh = Progress.objects.get_or_create(name=_FILES, defaults={"number": newest})
    if fresh or newest <= seen.number:
        return
    first = today - timedelta(days=hearing.DAYS)
    told = Q(import_id__gt=seen.number) | Q(corrections__import_id__gt=seen.number)
    lately = Gift.objects.filter(
        told, Q(given_on__gte=first) | Q(status_on__gte=first), donor__isnull=False
    )
    donors = sorted(set(lately.values_list("donor_id", flat=True))) if following.live() else []
    with transaction.atomic():
        if Progress.objects.filter(name=_FILES, number=seen.number).update(number=newest):
            Unheard.objects.bulk_create(
                (Unheard(donor_id=donor, at=now) for donor in donors), batch_size=_AT_ONCE
            )


def _added(events: Iterable[tuple[int, Any]], *, now: datetime) -> int:
    added, some = 0, []
    for donor, event in events:
        some.append(carry_out.unheard(donor, event, now=now))
        if len(some) == _AT_ONCE:
            added += len(Unheard.objects.bulk_create(some))
            some = []
    return added + len(Unheard.objects.bulk_create(some))
