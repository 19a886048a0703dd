"""Reap: take up again the works of a worker that died, and those nobody began."""

from datetime import datetime, timedelta

from django.db import transaction

from mecene_web.tasks import run
from mecene_web.tasks.models import Work

_LATE = timedelta(minutes=2)


def reap(*, now: datetime) -> int:
    """Begin again what lost its worker; return how many works that is.

    A work whose lease ran out has lost its worker; one that is long due and still waits has lost
    its message. Beginning one twice does no harm: only one claims it.
    """
    lost = Work.objects.filter(state="running", leased_until__lt=now)
    waiting = Work.objects.filter(state="waiting", due_at__lt=now - _LATE)
    taken = 0
    for work in (lost | waiting).order_by("due_at"):
        if work.attempts >= run.MOST_ATTEMPTS:
            problem = work.problem or "its worker died each time"
            Work.objects.filter(pk=work.pk, attempts=work.attempts).update(
                state="failed", ended_at=now, leased_until=None, problem=problem
            )
            continue
        with transaction.atomic():
            # The pause keeps the next round from beginning it again while it waits its turn.
            Work.objects.filter(pk=work.pk).update(due_at=now)
            run.begin(work, due_at=now)
        taken += 1
    return taken
