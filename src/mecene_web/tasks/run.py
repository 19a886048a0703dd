"""Run: do a work that was asked for, keep saying that it is alive, write down how it ended."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from mecene_web.tasks.models import Work

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
_BEAT_SECONDS = 15.0
_PAUSE = timedelta(seconds=30)  # after a first failure; it doubles

log = logging.getLogger("mecene.tasks")


class Cancelled(Exception):
    """Somebody asked this work to end."""


class Report:
    """How a work says how far it has come; hears whether it should end."""

    def __init__(self, work_id: int) -> None:
        self._work_id = work_id

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Write down that ``done`` of ``total`` of a stage are done.

        Raises:
            Cancelled: the work is to end here.
        """
        works = Work.objects.filter(pk=self._work_id)
        works.update(stage=stage, done=done, total=total)
        if works.filter(cancel_asked=True).exists():
            raise Cancelled


@task()
def run(work_id: int) -> None:
    """Do a work, unless it is done, or another worker is at it."""
    now = timezone.now()
    if not _claimed(work_id, now):
        return
    work = Work.objects.get(pk=work_id)
    try:
        with _alive(work_id):
            result = _function(work.kind)(work.subject_id, Report(work_id))
    except Cancelled:
        _ended(work_id, "cancelled")
    except Exception as wrong:  # whatever it is, who waits must hear of it
        log.exception("work %s of kind %s failed", work_id, work.kind)
        _failed(work, wrong)
    else:
        _ended(work_id, "done", result=result or {})


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


def _function(kind: str) -> Callable[[int, Report], dict[str, Any] | None]:
    found: Callable[[int, Report], dict[str, Any] | None] = import_string(
        settings.MECENE_WORKS[kind]
    )
    return found


@contextmanager
def _alive(work_id: int) -> Iterator[None]:
    """Renew the lease of a work for as long as it runs."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(_BEAT_SECONDS):
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


def _failed(work: Work, wrong: Exception) -> None:
    """Try again later, or give up and say why."""
    problem = f"{type(wrong).__name__}: {wrong}"
    refused = isinstance(wrong, ValueError)  # the same input would be refused again
    if refused or work.attempts >= MOST_ATTEMPTS:
        _ended(work.pk, "failed", problem=problem)
        return
    due = timezone.now() + _PAUSE * 2 ** (work.attempts - 1)
    Work.objects.filter(pk=work.pk).update(
        state="waiting", leased_until=None, due_at=due, problem=problem
    )
    begin(work, due_at=due)
