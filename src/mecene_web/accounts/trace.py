"""Trace: the log of what was done, as sentences."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from mecene_web.accounts import changed
from mecene_web.audit import chain, read
from mecene_web.audit.models import Entry
from mecene_web.audit.write import write
from mecene_web.design import words

PAGE = 50
_COLUMNS = ("id", "at", "by", "by_name", "verb", "subject", "subject_id", "donor_id",
            "before", "after")  # fmt: skip
# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """An entry, told."""

    at: datetime
    who: str
    sentence: str
    # (name, before, after) of what changed.
    changes: tuple[tuple[str, str, str], ...]
    forgotten: bool


def sought(
    *, since: date | None = None, until: date | None = None, **filters: Any
) -> QuerySet[Entry]:
    """Return the entries asked for, the latest first; both days included."""
    return read.entries(
        since=_morning(since) if since else None,
        until=_morning(until + timedelta(days=1)) if until else None,
        **{name: value for name, value in filters.items() if value not in ("", None)},
    )


def told(entry: Entry) -> Line:
    """Return an entry as a reader understands it."""
    details = read.details(entry)
    return Line(
        at=entry.at,
        who=entry.by_name or words.say("accounts", "trace.itself"),
        sentence=_sentence(entry),
        changes=tuple(changed.changes(details.before, details.after)),
        forgotten=details.forgotten,
    )


def export(entries: QuerySet[Entry], *, by: Any, now: datetime) -> Iterator[str]:
    """Yield the lines of a CSV file of entries; that it was taken is in the log first."""
    write("export", "trace", None, by=by, now=now, after={"entries": entries.count()})
    yield _line(_COLUMNS)
    for entry in entries.iterator(chunk_size=2_000):
        details = read.details(entry)
        yield _line(
            [entry.pk, timezone.localtime(entry.at).isoformat(), entry.by, entry.by_name,
             entry.verb, entry.subject, entry.subject_id, entry.donor_id,
             _text(details.before), _text(details.after)]
        )  # fmt: skip


def whole() -> chain.Verdict:
    """Return whether the log is as it was written."""
    return chain.verify()


def _sentence(entry: Entry) -> str:
    verb = words.known("accounts", "verbs", entry.verb)
    subject = words.known("accounts", "subjects", entry.subject)
    return words.say(
        "accounts", "trace.sentence", verb=verb, subject=subject, id=entry.subject_id
    ).strip()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(cells: Any) -> str:
    into = io.StringIO()
    csv.writer(into).writerow([_harmless(cell) for cell in cells])
    return into.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
