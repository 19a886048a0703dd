"""Rehearse: a journey as drawn is lived over the past year, and what it would have done is told.

Beside the journeys that live now, on the facts of the last night: who would have come in, how many
messages a day, what they cost, which rules would have held them back, who would be told most.
"""

import tempfile
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mecene import period
from mecene.engine.store import FactStore
from mecene.features import dictionary
from mecene.journeys import publishing, vocabulary, writing
from mecene.journeys.publishing import Published
from mecene.journeys.rehearsal import account, past, sample
from mecene.journeys.rehearsal.account import Account
from mecene.journeys.rehearsal.replay import replay
from mecene.journeys.starting import OnSegment
from mecene.journeys.validate import Places
from mecene.period import Period
from mecene.pressure import rules
from mecene_web.accounts.models import Staff
from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.journeys import draft, following, moments, passed
from mecene_web.journeys.models import Journey, Rehearsal
from mecene_web.scores import snapshot
from mecene_web.segments import known
from mecene_web.tasks import ask as tasks
from mecene_web.tasks.models import Work

KIND = "journeys.rehearse"
HOUSEHOLDS = 3_000
_SHOWN = 10


def ask(journey_id: int, *, by: Staff, now: datetime, months: int = 12) -> Rehearsal:
    """Ask for a rehearsal of what is drawn now.

    Raises:
        InvalidGraph: what is drawn cannot be followed; its problems say where.
    """
    with transaction.atomic():
        journey = Journey.objects.select_for_update().get(pk=journey_id)
        held = draft.latest(journey)
        _followed(held.text)
        made = Rehearsal.objects.create(journey=journey, text=held.text, months=months,
                                        asked_at=now, by=by)  # fmt: skip
        tasks.ask(KIND, now=now, subject_id=made.pk)
    return made


def work(rehearsal_id: int, report: Any) -> dict[str, Any]:
    """Rehearse, and keep what came of it."""
    row = Rehearsal.objects.get(pk=rehearsal_id)
    report("journeys", 0, 1)
    with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=settings.HOME) as folder:
        result = rehearsed(row, Path(folder), now=timezone.now())
    Rehearsal.objects.filter(pk=rehearsal_id).update(ended_at=timezone.now(), result=result)
    report("journeys", 1, 1)
    return {"rehearsal": rehearsal_id}


def rehearsed(row: Rehearsal, folder: Path, *, now: datetime) -> dict[str, Any]:
    """Return what a rehearsal tells, as JSON says it.

    Args:
        row: Which.
        folder: Where facts may be written meanwhile.
        now: Where no night tells the day, its day is that of the facts.
    """
    night = known.last()
    as_of = night.as_of if night else timezone.localdate(now)
    store = night.facts if night else snapshot.write(folder / "facts", on_progress=_silent)
    drawn = sample.draw(store, into=folder / "sample", at_most=HOUSEHOLDS)
    over = Period(period.add_months(as_of, -row.months), as_of)
    mine = _followed(row.text)
    others = [following.of(version) for version in following.live()
              if version.journey_id != row.journey_id]  # fmt: skip
    lived = [one for one in (mine, *others) if _tellable(one)]
    left_out = [one.graph.code for one in (mine, *others) if one not in lived]
    told = _told(lived, drawn.store, over)
    return {
        "from": over.start.isoformat(), "until": over.end.isoformat(), "share": drawn.share,
        "households": drawn.households, "left_out": left_out, "code": mine.graph.code,
        **_plain(told, drawn.share, code=mine.graph.code),
    }  # fmt: skip


def shown(journey: Journey) -> dict[str, Any]:
    """Return what the page of rehearsals shows: the last one, and whether one is under way."""
    last = journey.rehearsals.order_by("-pk").first()
    works = Work.objects.filter(kind=KIND, subject_id=last.pk if last else 0).order_by("-pk")
    work_ = works.first()
    result = last.result if last else {}
    names = {one.code: one.name(words.language()) for one in Journey.objects.all()}
    own = result.get("code")
    return {
        "last": last, "work": work_, "running": bool(work_ and work_.state in tasks.UNDER_WAY),
        "result": result, "days": _busiest(result),
        "from_day": _day(result.get("from")), "until_day": _day(result.get("until")),
        "entered": [(names.get(code, code), code == own, count)
                    for code, count in result.get("entered", {}).items()],
        "left_out": [names.get(code, code) for code in result.get("left_out", ()) if code != own],
        "itself_out": own in result.get("left_out", ()),
        "refused": [(words.say("journeys", f"refusals.{why}"), count)
                    for code, why, count in result.get("refused", ()) if code == own],
        "conflicts": [(names.get(code, code), words.known("journeys", "rules", why), count)
                      for code, why, count in result.get("conflicts", ())],
        "together": [(names.get(one, one), names.get(other, other), count)
                     for one, other, count in result.get("together", ())],
        "worst": _worst(result),
        "line": passed.drawn(last.text, result.get("passed", [])) if last else {},
    }  # fmt: skip


def _worst(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return who would be told most, by name; who is not there any more is left out."""
    rows = result.get("worst", ())
    people = Donor.objects.in_bulk([row["donor_id"] for row in rows])
    return [row | {"donor": people[row["donor_id"]]} for row in rows if row["donor_id"] in people]


def _told(lived: list[Published], store: FactStore, over: Period) -> Account:
    clock = settings.TIME_ZONE
    return account.account(
        replay(
            lived, people=past.people(store, over=over, clock=clock),
            events=past.events(store, over=over, clock=clock),
            known_on=past.known_on(store, journeys=lived), over=over,
            rules=rules.usual(on=over.end), hold_out=following.hold_out(),
            hours_on=moments.over(store), clock=clock,
        ),
        clock=clock, worst=_SHOWN,
    )  # fmt: skip


def _followed(text: str) -> Published:
    graph = writing.from_json(text)
    return publishing.publish(graph, version=1, words=following.words(),
                              places=Places(templates=following.speaks()))  # fmt: skip


def _tellable(one: Published) -> bool:
    """Return whether facts alone answer all that a journey asks."""
    known_names = {column.name for column in dictionary.columns()} | set(vocabulary.PERSON)
    segments = any(isinstance(each, OnSegment) for each in one.graph.triggers)
    return not segments and set(one.columns) <= known_names


def _plain(told: Account, share: float, *, code: str) -> dict[str, Any]:
    def scaled(count: int) -> int:
        return round(count / share) if share else count

    return {
        "entered": {code: scaled(count) for code, count in told.entered.items()},
        "refused": [(code, why, scaled(count)) for (code, why), count in told.refused.items()],
        "load": [(day.isoformat(), channel, scaled(count))
                 for (day, channel), count in told.load.items()],
        "busiest": [told.busiest[0].isoformat(), scaled(told.busiest[1])] if told.busiest else None,
        "cost_minor": {channel: scaled(minor) for channel, minor in told.cost_minor.items()},
        "conflicts": [(code, why, scaled(count)) for (code, why), count in told.conflicts.items()],
        "together": [(one, other, scaled(count)) for (one, other), count in told.together.items()],
        "worst": [asdict(one) for one in told.worst],
        "passed": [(step, way, scaled(count))
                   for (journey, step, way), count in told.passed.items() if journey == code],
    }  # fmt: skip


def _busiest(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the heaviest days, the heaviest first, each with its channels."""
    days: dict[str, dict[str, int]] = {}
    for day, channel, count in result.get("load", ()):
        days.setdefault(day, {})[channel] = count
    found = [{"day": _day(day), "all": sum(held.values()),
              "channels": [(words.known("journeys", "channels", name), n)
                           for name, n in held.items()]} for day, held in days.items()]  # fmt: skip
    return sorted(found, key=lambda row: -int(row["all"]))[:_SHOWN]  # type: ignore[call-overload]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing: a rehearsal has one stage."""
