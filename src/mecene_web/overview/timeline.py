"""Timeline: all that happened with a donor, over every channel, the latest first, page by page.

Each table gives its next rows after the last one seen, by its own index: a page costs the same
whatever the number of rows before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone

from mecene_web.consent.models import Consent
from mecene_web.donors.models import Attribute, Merge, Note, Record, Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Commitment, CommitmentChange, Gift
from mecene_web.overview import there

SHOWN = 25
FILTERS = ("all", "gifts", "messages", "acts", "consents", "team", "changes")


@dataclass(frozen=True)
class Seen:
    """One line: when, of what sort, and the row itself for the page to word."""

    at: datetime
    whole_day: bool
    sort: str
    row: Any
    rank: int

    @property
    def key(self) -> tuple[datetime, int, int]:
        """Return its place in the order."""
        return self.at, self.rank, self.row.pk


@dataclass(frozen=True)
class _Source:
    sort: str
    group: str
    rows: Callable[[int], Any]
    moment: str
    # Tables of ``there`` that its rows lie in.
    held: tuple[str, ...]
    whole_day: bool = False


@dataclass(frozen=True)
class Page:
    """Some lines, and what to ask for the next ones with; empty: there are none."""

    lines: tuple[Seen, ...]
    following: str


def page(
    donor_id: int, *, after: str = "", show: str = "all", held: frozenset[str] | None = None
) -> Page:
    """Return the lines after the last one seen, the latest first.

    Args:
        donor_id: Whose.
        after: What the last page gave to go on from.
        show: One of ``FILTERS``.
        held: ``there.of(donor_id)``, where it was asked already.
    """
    held = there.of(donor_id) if held is None else held
    last = _read(after)
    found: list[Seen] = []
    for rank, source in enumerate(_SOURCES):
        if show in ("all", source.group) and not held.isdisjoint(source.held):
            found += _next(source, rank, donor_id, last)
    found.sort(key=lambda one: one.key, reverse=True)
    shown = tuple(found[:SHOWN])
    return Page(shown, _written(shown[-1]) if len(found) > SHOWN else "")


def _next(
    source: _Source, rank: int, donor_id: int, last: tuple[datetime, int, int] | None
) -> list[Seen]:
    rows = source.rows(donor_id).order_by(f"-{source.moment}", "-pk")
    if last is not None:
        rows = rows.filter(_before(source, rank, last))
    return [_seen(source, rank, row) for row in rows[: SHOWN + 1]]


def _before(source: _Source, rank: int, last: tuple[datetime, int, int]) -> Q:
    """Return which rows of a source come after the last line seen."""
    at, last_rank, pk = last
    name, when = source.moment, at
    if source.whole_day:
        when = timezone.localdate(at)  # type: ignore[assignment]
        if at != _midnight(when):
            return Q(**{f"{name}__lte": when})
    # On the same moment: by rank, then by number.
    if rank < last_rank:
        return Q(**{f"{name}__lte": when})
    if rank > last_rank:
        return Q(**{f"{name}__lt": when})
    return Q(**{f"{name}__lte": when}) & (Q(**{f"{name}__lt": when}) | Q(pk__lt=pk))


def _seen(source: _Source, rank: int, row: Any) -> Seen:
    value: Any = row
    for part in source.moment.split("__"):
        value = getattr(value, part)
    at = _midnight(value) if source.whole_day else value
    return Seen(at, source.whole_day, source.sort, row, rank)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _written(last: Seen) -> str:
    return f"{last.at.isoformat()}~{last.rank}~{last.row.pk}"


def _read(text: str) -> tuple[datetime, int, int] | None:
    """Return what a page gave to go on from; from the start where it is none of ours."""
    try:
        at, rank, pk = text.split("~")
        moment = datetime.fromisoformat(at)
        number = int(pk)
    except ValueError:
        return None
    if moment.tzinfo is None or abs(number) > 1 << 62 or not rank.isdecimal():
        return None
    return moment, int(rank[:4]), number


_SOURCES = (
    _Source("gift", "gifts", lambda n: Gift.objects.filter(donor=n), "given_on", ("gifts",),
            whole_day=True),
    _Source("contact", "messages", lambda n: Contact.objects.filter(donor=n), "at",
            ("contacts",)),
    _Source("interaction", "acts", lambda n: Interaction.objects.filter(donor=n), "at",
            ("interactions",)),
    _Source("consent", "consents", lambda n: Consent.objects.filter(donor=n), "occurred_at",
            ("consents",)),
    _Source("note", "team", lambda n: Note.objects.filter(donor=n).select_related("by"), "at",
            ("notes",)),
    _Source(
        "task", "team",
        lambda n: Task.objects.filter(donor=n, done_at__isnull=False).select_related("done_by"),
        "done_at", ("tasks",),
    ),
    _Source(
        "attribute", "changes",
        lambda n: Attribute.objects.filter(donor=n, collected_on__isnull=False),
        "collected_on", ("attributes",), whole_day=True,
    ),
    _Source("started", "changes", lambda n: Commitment.objects.filter(donor=n), "started_on",
            ("commitments",), whole_day=True),
    _Source(
        "ended", "changes",
        lambda n: Commitment.objects.filter(donor=n, ended_on__isnull=False),
        "ended_on", ("commitments",), whole_day=True,
    ),
    _Source(
        "change", "changes",
        lambda n: CommitmentChange.objects.filter(commitment__donor=n)
        .select_related("commitment"),
        "effective_on", ("commitments",), whole_day=True,
    ),
    _Source("merge", "changes",
            lambda n: Merge.objects.filter(kept=n).select_related("by"), "at", ("kept",)),
    _Source(
        "unmerge", "changes",
        lambda n: Merge.objects.filter(Q(kept=n) | Q(absorbed=n), undone_at__isnull=False)
        .select_related("undone_by"),
        "undone_at", ("kept", "absorbed"),
    ),
    _Source(
        "edit", "changes",
        lambda n: Record.objects.filter(donor=n, by_hand=True, written_at__isnull=False)
        .select_related("written_by"),
        "written_at", ("edits",),
    ),
)  # fmt: skip
