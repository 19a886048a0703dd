"""Run: do a work that was asked for, keep saying that it is alive, write down how it ended."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F, Q
from django.utils import timezone
from django_tasks import task

from mecene_web.tasks import child
from mecene_web.tasks.models import Work

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
_BEAT_SECONDS = 15.0
_PAUSE = timedelta(seconds=30)  # after a first failure; it doubles

log = logging.getLogger("mecene.tasks")


@task()
def run(work_id: int) -> None:
    """Do a work, unless it is done, or another worker is at it."""
    now = timezone.now()
    if not _claimed(work_id, now):
        return
    work = Work.objects.get(pk=work_id)
    try:
        with _alive(work_id):
            end = _done(work)
    except Exception as wrong:  # whatever it is, who waits must hear of it
        log.exception("work %s of kind %s failed", work_id, work.kind)
        end = child.End("failed", {}, f"{type(wrong).__name__}: {wrong}")
    match end.state:
        case "failed":
            _failed(work, end.problem)
        case "refused":  # the same input would be refused again
            _ended(work_id, "failed", problem=end.problem)
        case _:
            _ended(work_id, end.state, result=end.result)


def _done(work: Work) -> child.End:
    """Do a work here, or in a process of its own where it takes much memory."""
    function = settings.MECENE_WORKS[work.kind]
    if work.kind in settings.MECENE_HEAVY:
        return child.run(function, work_id=work.pk, subject_id=work.subject_id or 0)
    return child.ended(function, work.pk, work.subject_id or 0)


def begin(work: Work, *, due_at: datetime) -> None:
    """Hand a work to whoever works in the background."""
    run.using(run_after=due_at).enqueue(work.pk)


def _claimed(work_id: int, now: datetime) -> bool:
    """Return whether the work is ours: one conditional update, whoever else tries."""
    free = Q(state="waiting") | Q(state="running", leased_until__lt=now)
    return bool(
        Work.objects.filter(free, pk=work_id).update(
            state="running", leased_until=now + LEASE, attempts=F("attempts") + 1, problem=""
        )
    )


@contextmanager
def _alive(work_id: int) -> Iterator[None]:
    """Renew the lease of a work for as long as it runs."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(_BEAT_SECONDS):
                # A long write of the work itself may keep the database: the next beat comes.
                with suppress(OperationalError):
                    Work.objects.filter(pk=work_id, state="running").update(
                        leased_until=timezone.now() + LEASE
                    )
        finally:
            connection.close()

    beating = threading.Thread(target=beat, name=f"lease-{work_id}", daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def _ended(work_id: int, state: str, **told: Any) -> None:
    Work.objects.filter(pk=work_id).update(
        state=state, ended_at=timezone.now(), leased_until=None, **told
    )


def _failed(work: Work, problem: str) -> None:
    """Try again later, or give up and say why."""
    if work.attempts >= MOST_ATTEMPTS:
        _ended(work.pk, "failed", problem=problem)
        return
    due = timezone.now() + _PAUSE * 2 ** (work.attempts - 1)
    Work.objects.filter(pk=work.pk).update(
        state="waiting", leased_until=None, due_at=due, problem=problem
    )
    begin(work, due_at=due)
