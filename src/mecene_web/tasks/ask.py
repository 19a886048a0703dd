"""Ask: have a long work done in the background, once."""

from datetime import datetime

from django.db import transaction

from mecene_web.tasks import run
from mecene_web.tasks.models import Work

UNDER_WAY = ("waiting", "running")


def ask(kind: str, *, now: datetime, subject_id: int = 0, due_at: datetime | None = None) -> Work:
    """Return the work, asked for; the one already under way where there is one.

    Part of the transaction it is called in: what is rolled back was never asked.

    Args:
        kind: A name of ``settings.MECENE_WORKS``.
        now: The moment it is asked.
        subject_id: What it is about; 0: about nothing in particular.
        due_at: When to begin; at once by default.
    """
    due = due_at or now
    with transaction.atomic():
        work, made = Work.objects.get_or_create(
            kind=kind,
            subject_id=subject_id,
            state__in=UNDER_WAY,
            defaults={"state": "waiting", "asked_at": now, "due_at": due},
        )
        if made:
            run.begin(work, due_at=due)
    return work


def cancel(work_id: int) -> bool:
    """Ask a work to end; return whether it had not ended yet. It ends at its next step."""
    return bool(Work.objects.filter(pk=work_id, state__in=UNDER_WAY).update(cancel_asked=True))
