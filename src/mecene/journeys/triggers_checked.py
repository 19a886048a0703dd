"""Triggers checked: can what is said to start a journey ever happen?"""

import calendar
import difflib
from collections.abc import Iterable, Iterator
from datetime import date

import polars as pl

from mecene.journeys.graph import Graph
from mecene.journeys.problems import Problem, problem
from mecene.journeys.starting import (
    OnAnniversary,
    OnCommand,
    OnCrossing,
    OnDate,
    OnEvent,
    OnFailedDebit,
    OnSegment,
    Trigger,
)
from mecene.journeys.vocabulary import Vocabulary
from mecene.segments import return_codes


def problems(
    graph: Graph, *, words: Vocabulary, segments: frozenset[str] | None
) -> Iterator[Problem]:
    """Yield what is wrong with the triggers of a graph."""
    for number, trigger in enumerate(graph.triggers, start=1):
        yield from _trigger(trigger, f"triggers.{number}", words, segments)


def nearest(code: str, place: str, wrong: str, known: Iterable[str], **found: str) -> Problem:
    """Return a problem that names the known word nearest to a wrong one, where one is near."""
    near = difflib.get_close_matches(wrong, list(known), n=1, cutoff=0.6)
    said = {
        "en": f"; did you mean {near[0]}?" if near else "",
        "fr": f"\u202f; {near[0]}\u202f?" if near else "",
    }
    told = tuple(found.items())
    return Problem(code, place, (*told, ("near", said["en"])), french=(*told, ("near", said["fr"])))


def _trigger(
    trigger: Trigger, place: str, words: Vocabulary, segments: frozenset[str] | None
) -> Iterator[Problem]:
    match trigger:
        case OnEvent(event=event):
            yield from _late(trigger, place)
            if event not in words.events:
                yield nearest("unknown_event", place, event, words.events, event=event)
        case OnSegment(segment=segment, change=change):
            if change not in ("entered", "left"):
                yield problem("unknown_change", place, found=change, known="entered, left")
            if segments is not None and segment not in segments:
                yield problem("unknown_segment", place, segment=segment)
        case OnDate():
            yield from _date(trigger, place)
        case OnAnniversary(of=column, days_after=days):
            if abs(days) > 366:
                yield _beyond("days_after", days, -366, 366, place)
            yield from _column(column, place, words, "not_a_date")
        case OnCrossing(column=column, direction=direction):
            if direction not in ("above", "below"):
                yield problem("unknown_change", place, found=direction, known="above, below")
            yield from _column(column, place, words, "not_a_number")
        case OnFailedDebit():
            yield from _late(trigger, place)
            yield from _codes(trigger, place)
        case OnCommand(by=by):
            if by not in ("manual", "api"):
                yield problem("unknown_change", place, found=by, known="manual, api")


def _late(trigger: OnEvent | OnFailedDebit, place: str) -> Iterator[Problem]:
    if not 0 <= trigger.within_days <= 3_660:
        yield _beyond("within_days", trigger.within_days, 0, 3_660, place)


def _beyond(what: str, found: int, low: int, high: int, place: str) -> Problem:
    return problem("out_of_range", place, what=what, found=found, low=low, high=high)


def _date(trigger: OnDate, place: str) -> Iterator[Problem]:
    # 29 February is a day of leap years: without a year, it comes on the 28th of others.
    year = trigger.year or 2024
    known = 1 <= trigger.month <= 12 and date.min.year <= year <= date.max.year
    if not known or not 1 <= trigger.day <= calendar.monthrange(year, trigger.month)[1]:
        yield problem("no_such_day", place, day=trigger.day, month=trigger.month)


def _column(column: str, place: str, words: Vocabulary, wrong: str) -> Iterator[Problem]:
    columns = dict(words.columns)
    if column not in columns:
        yield nearest("unknown_column", place, column, columns, column=column)
        return
    fits = columns[column] == pl.Date() if wrong == "not_a_date" else columns[column].is_numeric()
    if not fits:
        yield problem(wrong, place, column=column)


def _codes(trigger: OnFailedDebit, place: str) -> Iterator[Problem]:
    known = return_codes.load()
    if not trigger.codes and not trigger.classes:
        yield problem("no_code", place)
    codes = {code.upper() for body in known.values() for code in body["codes"]}
    for code in (*(c for c in trigger.codes if c.upper() not in codes),
                 *(c for c in trigger.classes if c not in known)):  # fmt: skip
        yield problem("unknown_code", place, found=code)
