"""Calls: a volunteer's list, and what came of each call; nothing else of the donors is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.consent import record
from mecene_web.consent.models import Consent
from mecene_web.donors import enter, to_do, touch
from mecene_web.donors.models import Task
from mecene_web.events.models import Contact, Interaction

OUTCOMES = ("reached", "no_answer", "call_back", "refuses_calls")
SHOWN = 100


class NoDay(ValueError):
    """To call back, a day from today on is needed."""


@dataclass(frozen=True)
class Call:
    """Somebody to call: their name, number, and why."""

    task: Task
    name: str
    phone: str | None


def waiting(owner: Staff, *, today: date) -> tuple[Call, ...]:
    """Return whom a colleague is to call by today, in order.

    Who refused calls meanwhile, has no number or has died is not on the list.
    """
    tasks = (
        Task.objects.filter(owner=owner, kind="call", done_at=None, donor__deceased_on=None)
        .exclude(donor__phone=None)
        .exclude(due_on__gt=today)
        .select_related("donor")
        .order_by(F("due_on").asc(nulls_last=True), "pk")[:SHOWN]
    )
    refused = _refused({task.donor_id for task in tasks})
    return tuple(
        Call(task, str(task.donor), task.donor.phone)
        for task in tasks
        if task.donor_id not in refused
    )


def result(task_id: int, said: Mapping[str, str], *, by: Staff, now: datetime) -> str:
    """Write down what came of a call; return the outcome.

    Raises:
        to_do.NothingToDo: there is no such outcome.
        to_do.DoneAlready: it was said before, or the call is somebody else's.
        NoDay: the day to call back cannot be read.
    """
    outcome, words = said.get("outcome", ""), said.get("said", "")
    if outcome not in OUTCOMES:
        raise to_do.NothingToDo(f"{outcome} is no outcome of a call")
    again = _again(said.get("again_on", ""), outcome, now=now)
    with transaction.atomic():
        task = to_do.done(task_id, outcome=outcome, said=words, by=by, now=now, mine_alone=True)
        told = {"donor": task.donor, "at": now, "source_ref": f"call:{task.pk}"}
        Contact.objects.create(**told, channel="phone", purpose="appeal")
        if outcome != "no_answer":
            Interaction.objects.create(**told, kind="call", channel="phone",
                                       text=task.said or None)  # fmt: skip
        if outcome == "refuses_calls":
            record.record(
                task.donor, purpose=None, channel="phone", status="objected", occurred_at=now,
                source="phone_call", by=by, now=now, once=f"call:{task.pk}",
            )  # fmt: skip
            Task.objects.filter(donor=task.donor, kind="call", done_at=None).update(
                outcome="given_up", done_at=now, done_by=by
            )
        if again:
            to_do.ask(task.donor_id, task.what, owner=by, due_on=again, by=by, now=now,
                      kind="call")  # fmt: skip
        touch.touch([task.donor_id], now=now)
    return outcome


def _again(text: str, outcome: str, *, now: datetime) -> date | None:
    today = timezone.localdate(now)
    if outcome == "no_answer":
        return today + timedelta(days=1)
    if outcome != "call_back":
        return None
    try:
        on = enter.day(text)
    except ValueError as wrong:
        raise NoDay(text) from wrong
    if on < today:
        raise NoDay(text)
    return on


def _refused(donors: set[int]) -> set[int]:
    """Return who last said no to calls."""
    last: dict[tuple[int, str | None, str | None], Consent] = {}
    rows = Consent.objects.filter(Q(channel="phone") | Q(channel=None), donor__in=donors)
    for row in rows.order_by("occurred_at", "pk"):
        last[row.donor_id, row.purpose, row.channel] = row
    no = ("objected", "refused", "withdrawn")
    return {
        donor_id
        for (donor_id, purpose, _), row in last.items()
        if row.status in no and purpose in (None, "appeal")
    }
