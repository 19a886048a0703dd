"""Refresh: have the figures worked out again, once facts have come or gone."""

from datetime import datetime

from mecene_web.tasks import ask
from mecene_web.tasks.models import Work

NIGHTLY = "scores.nightly"
AFTERWARDS = 1


def refresh(*, now: datetime) -> Work:
    """Ask for the figures; in the transaction that changes the facts.

    Figures that are being worked out now may have been read before the change: they are asked
    for again, to begin afterwards.
    """
    running = Work.objects.filter(kind=NIGHTLY, state="running").exists()
    return ask.ask(NIGHTLY, now=now, subject_id=AFTERWARDS if running else 0)


def refreshed(*, now: datetime) -> None:
    """Write down that the figures asked for were worked out, by who did without a worker."""
    Work.objects.filter(kind=NIGHTLY, state="waiting").update(state="done", ended_at=now)
